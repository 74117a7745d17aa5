"""The audit trail on real git: appended to side by side, and never in a session's way."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.adapters.git import GitRepository
from bot.commands.dispatching import hand_out
from bot.commands.trail import TRIES, facts, note, note_facts
from bot.core.continuing import Turn
from bot.core.trail import TrailEvent, decided
from bot.errors import LostRace, Refused
from bot.ports import RefUpdate
from tests.builders import NOW
from tests.clocks import StillClock
from tests.commands.test_record import Session, opened
from tests.repos import git
from tests.trails import keys, read_trail
from tests.workshop import launch_here

REF = "refs/swarm/trail/widgets-1"


def event(session: Session, what: str) -> TrailEvent:
    return decided(session.data.launch, "stopped", what, NOW, "enough", actor="ann")


def noted(session: Session, *what: str, repo: GitRepository | None = None) -> None:
    note(repo or session.repo, StillClock(), "widgets-1", [event(session, one) for one in what])


def written(session: Session) -> list[str]:
    return keys(session.repo.git.directory)


def test_what_is_noted_is_there_once_in_a_chain_of_commits(tmp_path: Path) -> None:
    session = opened(tmp_path, 1)
    assert read_trail(session.repo, "widgets-1") == ()
    noted(session, "a", "b")
    noted(session, "b", "c")
    before = session.repo.refs(REF)
    noted(session, "c", "a")
    noted(session)
    assert session.repo.refs(REF) == before, "nothing new is no commit"
    assert written(session) == ["stopped/a", "stopped/b", "stopped/c"]
    assert read_trail(session.repo, "widgets-1")[0] == event(session, "a")
    log = session.repo.log(before[REF])
    assert [len(entry.parents) for entry in log] == [1, 0]
    assert log[0].message.startswith("Note what was decided in session widgets-1 (1)")


def test_g13_writers_that_race_are_all_there(tmp_path: Path) -> None:
    session, writers = opened(tmp_path, 1), 6

    def write(number: int) -> None:
        noted(session, f"own-{number}", "common", repo=GitRepository(session.repo.git.directory))

    with ThreadPoolExecutor(writers) as pool:
        list(pool.map(write, range(writers)))
    assert sorted(written(session)) == ["stopped/common", *(f"stopped/own-{number}" for number in range(writers))]


class Contended(GitRepository):
    """Somebody else appends just before each of our updates of the trail."""

    def __init__(self, session: Session) -> None:
        super().__init__(session.repo.git.directory)
        self.session, self.lost = session, 0

    def update(self, updates: Sequence[RefUpdate]) -> None:
        if any(update.ref == REF for update in updates):
            noted(self.session, f"other-{self.lost}")
            self.lost += 1
        super().update(updates)


def test_who_loses_every_race_gives_up_without_a_word(tmp_path: Path) -> None:
    session, clock = opened(tmp_path, 1), StillClock()
    repo = Contended(session)
    note(repo, clock, "widgets-1", [event(session, "mine")])
    assert (repo.lost, len(clock.slept)) == (TRIES, TRIES)
    assert "stopped/mine" not in written(session)
    noted(session, "mine")
    assert written(session)[-1] == "stopped/mine"


class Closed(GitRepository):
    """A repository whose rules forbid the trail."""

    def update(self, updates: Sequence[RefUpdate]) -> None:
        if any(update.ref == REF for update in updates):
            raise Refused("refs/swarm/trail is protected", "take the rule away")
        super().update(updates)


class Unreadable(GitRepository):
    def refs(self, prefix: str) -> dict[str, str]:
        raise LostRace("the refs cannot be read")


@pytest.mark.parametrize("kind", [Closed, Unreadable])
def test_a_trail_that_cannot_be_written_stops_nobody(tmp_path: Path, kind: type[GitRepository]) -> None:
    session = opened(tmp_path, 1)
    note_facts(kind(session.repo.git.directory), StillClock(), session.data)
    assert REF not in session.repo.refs("refs/swarm")
    note_facts(session.repo, StillClock(), session.data)
    assert written(session) == ["launched", "reserved"]


def test_facts_tell_of_every_attempt_that_has_a_ref_of_its_own(tmp_path: Path) -> None:
    session = opened(tmp_path, 1)
    hand_out(session.repo, StillClock(), "widgets-1", [Turn("agent-0", 2, 70)], "77/1")
    for attempt in (1, 2):
        session.record(session.handed(0, attempt))
    session.fold()
    found = facts(session.repo, session.data)
    assert [(one.key, one.run) for one in found[2:]] == [
        ("dispatched/agent-0/2", "77/1"),
        ("recorded/agent-0/1", ""),
        ("recorded/agent-0/2", "77/1"),
    ]
    assert found[2].reason == "to research Subject 0"
    assert found[3].reason == "failed: 0 findings, 0 verified, 1 blocker; attempt 1 failed"


def test_facts_that_cannot_be_read_are_passed_over(tmp_path: Path) -> None:
    """A launch refuses to go on without the ledger, and says what to do; the trail has the rest."""
    session = opened(tmp_path, 1)
    path = "sessions/widgets-1/agents/agent-0.json"
    for ref, file in (("dispatches/widgets-1", "dispatches.json"), ("records/widgets-1/agent-0/1", path)):
        commit = session.repo.commit([], {file: b"[]"}, "Broken\n", NOW)
        session.repo.update([RefUpdate(f"refs/swarm/{ref}", commit, None)])
    assert [one.key for one in facts(session.repo, session.data)] == ["launched", "reserved"]


def test_g14_a_late_attempt_that_is_refused_is_noted_once(tmp_path: Path) -> None:
    session = opened(tmp_path, 1)
    session.record(session.handed(0, attempt=2))
    for _ in range(2):
        with pytest.raises(Refused, match="came back after attempt 2"):
            session.record(session.handed(0, attempt=1))
    [refused] = read_trail(session.repo, "widgets-1")
    assert (refused.kind, refused.agent, refused.attempt) == ("refused", "agent-0", 1)
    assert refused.reason == "attempt 1 of agent-0 came back after attempt 2 had been recorded"


def test_the_trail_of_an_abandoned_session_goes_on_with_the_next(tmp_path: Path) -> None:
    session = opened(tmp_path, 1)
    note_facts(session.repo, StillClock(), session.data)
    content = session.repo.files(session.launched.branch)["sessions/widgets-1/mission.yml"]
    git(session.repo.git.directory, "branch", "-D", "swarm/widgets-1")
    launch_here(session.repo, content)
    anew = session.data
    later = anew.launch.model_copy(update={"launched": anew.launch.launched.replace(minute=59)})
    note(session.repo, StillClock(), "widgets-1", [decided(later, "launched", "", later.launched, "again")])
    assert [one.key for one in read_trail(session.repo, "widgets-1")] == ["launched", "reserved", "launched"]
