"""Handing out attempts: written down before anybody begins, and those that are lost are found and counted."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from bot.adapters.git import GitRepository
from bot.commands.dispatching import Standing, hand_out, take_stock
from bot.commands.record import Handover
from bot.core.continuing import Turn, next_agents
from bot.core.session import SessionData
from bot.errors import Refused
from bot.ports import RefUpdate
from tests.builders import NOW
from tests.clocks import StillClock
from tests.commands.test_record import Session, opened
from tests.repos import git
from tests.workshop import Countdown, Killed, MortalRepository, launch_here

LEDGER = "refs/swarm/dispatches/widgets-1"
FIRST = (Turn("agent-0", 1, 70), Turn("agent-1", 1, 70))


def begin(session: Session, run: str, repo: GitRepository | None = None) -> tuple[Turn, ...]:
    """What a launch job does: looks how the session stands, and hands out what is to be done."""
    where = repo or session.repo
    standing = stock(session, run, where)
    turns = next_agents(standing.data.launch, standing.data.records)
    if turns:
        hand_out(where, StillClock(), "widgets-1", turns, run)
    return turns


def stock(session: Session, run: str, repo: GitRepository | None = None) -> Standing:
    return take_stock(repo or session.repo, StillClock(), session.launched.branch, "widgets-1", run)


def spent(data: SessionData) -> list[int]:
    return [record.spent for record in data.records.values()]


def test_g23_attempts_whose_run_is_over_are_recorded_and_never_handed_out_again(tmp_path: Path) -> None:
    session = opened(tmp_path, 2, "claude")
    assert begin(session, "77/1") == FIRST
    session.record(session.handed(0))
    turns = begin(session, "77/2")
    assert turns == (Turn("agent-0", 2, 70), Turn("agent-1", 2, 70))
    records = session.data.records
    assert [records[f"agent-{n}"].reason for n in range(2)] == [
        "attempt 1 failed",
        "its job was lost: the run that was to do it is over and left no record of it",
    ]
    assert spent(session.data) == [125_000, 125_000]
    assert records["agent-1"].started == NOW
    assert begin(session, "78/1") == ()
    assert spent(session.data) == [250_000, 250_000]
    assert [record.blockers for record in session.data.records.values()] == [1, 1]


def test_told_again_to_the_same_run_nothing_changes(tmp_path: Path) -> None:
    session = opened(tmp_path, 2, "claude")
    begin(session, "77/1")
    before = session.repo.refs("refs/")
    assert begin(session, "77/1") == FIRST
    assert session.repo.refs("refs/") == before


def test_a_record_that_comes_late_stays_outside(tmp_path: Path) -> None:
    session = opened(tmp_path, 1, "claude")
    begin(session, "77/1")
    begin(session, "78/1")
    late = Handover(session.data.mission.agents[0], 1, NOW, failure="it came back")
    assert session.record(late).reason.startswith("its job was lost")


class Meddling(GitRepository):
    """Somebody else does something just before an update of certain refs, once."""

    def __init__(self, folder: Path, prefix: str, meanwhile: Callable[[], object]) -> None:
        super().__init__(folder)
        self.prefix, self.meanwhile = prefix, [meanwhile]

    def update(self, updates: Sequence[RefUpdate]) -> None:
        if self.meanwhile and any(update.ref.startswith(self.prefix) for update in updates):
            self.meanwhile.pop()()
        super().update(updates)


def test_a_record_that_comes_at_the_last_moment_is_taken_in(tmp_path: Path) -> None:
    session = opened(tmp_path, 2, "claude")
    begin(session, "77/1")
    repo = Meddling(session.repo.git.directory, "refs/swarm/records/", lambda: session.record(session.handed(0)))
    records = stock(session, "78/1", repo).data.records
    assert records["agent-0"].reason == "attempt 1 failed"
    assert records["agent-1"].reason.startswith("its job was lost")


def test_g23_two_runs_at_once_are_not_both_given_the_same(tmp_path: Path) -> None:
    session = opened(tmp_path, 2, "claude")
    repo = Meddling(session.repo.git.directory, LEDGER, lambda: begin(session, "77/1"))
    with pytest.raises(Refused, match="another run of session widgets-1 is at work; let it finish"):
        begin(session, "78/1", repo)


def test_who_keeps_writing_is_at_work(tmp_path: Path) -> None:
    session = opened(tmp_path, 8, "claude")
    begin(session, "77/1")

    class Busy(GitRepository):
        def update(self, updates: Sequence[RefUpdate]) -> None:
            lost = [update.ref.split("/")[-2:] for update in updates if "/records/" in update.ref]
            if lost:
                session.record(session.handed(int(lost[0][0].removeprefix("agent-")), int(lost[0][1])))
            super().update(updates)

    with pytest.raises(Refused, match="another run of session widgets-1 is at work"):
        stock(session, "78/1", Busy(session.repo.git.directory))


def test_a_ledger_that_cannot_be_read_is_not_passed_over(tmp_path: Path) -> None:
    session = opened(tmp_path, 1)
    commit = session.repo.commit([], {"dispatches.json": b"[]"}, "Broken\n", NOW)
    session.repo.update([RefUpdate(LEDGER, commit, None)])
    with pytest.raises(
        Refused, match=f"which attempts of widgets-1 were handed out cannot be read; look at {LEDGER}"
    ):
        stock(session, "77/1")


EFFECTS = 6
"""Of a launch job that finds attempts lost: a commit and a push each to record, to fold and to hand out."""


@pytest.mark.parametrize("left", range(1, EFFECTS + 2))
def test_g10_g23_a_launch_that_dies_anywhere_never_lets_the_cap_be_exceeded(tmp_path: Path, left: int) -> None:
    session, given = opened(tmp_path, 2, "claude"), set[tuple[str, int, str]]()
    begin(session, "77/1")
    countdown = Countdown(left)
    try:
        begin(session, "78/1", MortalRepository(session.repo.git.directory, countdown))
    except Killed:
        assert len(countdown.effects) == left <= EFFECTS
    else:
        assert len(countdown.effects) == EFFECTS < left
    for run in ("79/1", "80/1", "81/1"):
        given |= {(turn.agent, turn.attempt, run) for turn in begin(session, run)}
    assert spent(session.data) == [250_000, 250_000]
    assert [(record.state, record.attempt) for record in session.data.records.values()] == [("failed", 2)] * 2
    assert len(given) == len({attempt[:2] for attempt in given}), "no attempt is given to two runs"


def test_a_session_that_is_launched_anew_starts_with_nothing_handed_out(tmp_path: Path) -> None:
    session = opened(tmp_path, 1)
    begin(session, "77/1")
    folder = session.repo.git.directory
    mission = session.repo.read([(session.launched.branch, "sessions/widgets-1/mission.yml")])
    git(folder, "branch", "-D", "swarm/widgets-1")
    [content] = mission.values()
    launch_here(session.repo, content)
    assert LEDGER not in session.repo.refs("refs/swarm/")
    assert begin(session, "78/1") == FIRST[:1]
