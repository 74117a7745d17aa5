"""Recording: nothing is trusted, nothing is lost, nothing late gets in."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.adapters.git import GitRepository
from bot.adapters.sources.library import Library
from bot.commands.launch import Launched
from bot.commands.load import load_session
from bot.commands.record import Handover, fold, record
from bot.core.evidence import Evidence
from bot.core.findings import AgentResult, Finding, Gap, Method, Usage
from bot.core.records import AgentRecord
from bot.core.session import SessionData
from bot.errors import Refused, SwarmError
from bot.ports import RefUpdate
from tests.builders import NOW, citation
from tests.clocks import StillClock
from tests.repos import git, tip
from tests.workshop import MISSION, launch_here, widgets

HEAD = MISSION.partition("    agents:\n")[0] + "    agents:\n"
AGENT = '      - {{id: agent-{n}, subjects: [{{name: Subject {n}, sources: ["file:docs/guide.md"]}}]}}\n'


@dataclass(frozen=True)
class Session:
    """A launched session with some agents."""

    repo: GitRepository
    library: Library
    launched: Launched

    @property
    def data(self) -> SessionData:
        commit = self.repo.refs(self.launched.branch)[self.launched.branch]
        return load_session(self.repo, commit, self.launched.session)

    def handed(self, number: int, attempt: int = 1) -> Handover:
        """A handover that says nothing but why it failed: enough for everything that is not about findings."""
        return Handover(self.data.mission.agents[number], attempt, NOW, failure=f"attempt {attempt} failed")

    def record(self, handed: Handover) -> AgentRecord:
        data = self.data
        return record(self.repo, self.library, StillClock(), data.mission, data.launch, handed)

    def fold(self) -> list[str]:
        return [made.agent for made in fold(self.repo, StillClock(), self.launched.branch, self.launched.session)]


def opened(tmp_path: Path, agents: int, backend: str = "simulated") -> Session:
    folder = widgets(tmp_path / "repo")
    repo = GitRepository(folder)
    head = HEAD.replace("backend: simulated", f"backend: {backend}")
    mission = (head + "".join(AGENT.format(n=n) for n in range(agents))).encode()
    launched = launch_here(repo, mission)
    return Session(repo, Library(tmp_path / "cache", folder, StillClock()), launched)


def test_g13_agents_that_record_at_once_are_all_there(tmp_path: Path) -> None:
    agents = 20
    session = opened(tmp_path, agents)
    handovers = [session.handed(number) for number in range(agents)]

    def job(handed: Handover) -> None:
        """What a record job does: keep, then fold until its own record is in."""
        session.record(handed)
        session.fold()

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(job, handovers))
    assert set(session.data.records) == {f"agent-{n}" for n in range(agents)}
    # Never a force push: every commit of the branch is still in its history, each with one parent.
    log = session.repo.log(tip(session.repo.git.directory, session.launched.branch))
    assert all(len(entry.parents) <= 1 for entry in log)
    assert log[-2].message.startswith("Launch session")


def test_g13_one_commit_takes_in_all_that_is_pending(tmp_path: Path) -> None:
    session = opened(tmp_path, 7)
    for number in range(7):
        session.record(session.handed(number))
    assert session.fold() == [f"agent-{n}" for n in range(7)]
    assert session.fold() == []
    last = session.repo.log(tip(session.repo.git.directory, session.launched.branch))[0]
    assert last.message.startswith("Record agent-0, agent-1, agent-2, agent-3, agent-4 and others")


def test_g14_a_late_attempt_is_told_so(tmp_path: Path) -> None:
    session = opened(tmp_path, 1)
    session.record(session.handed(0, attempt=2))
    with pytest.raises(Refused, match="attempt 1 of agent-0 came back after attempt 2 had been recorded"):
        session.record(session.handed(0, attempt=1))
    session.fold()
    assert session.data.records["agent-0"].attempt == 2


def test_g14_a_newer_attempt_takes_the_place_of_a_failed_one(tmp_path: Path) -> None:
    session = opened(tmp_path, 1)
    session.record(session.handed(0, attempt=1))
    session.fold()
    session.record(session.handed(0, attempt=2))
    assert session.fold() == ["agent-0"]
    assert session.data.records["agent-0"].reason == "attempt 2 failed"


def test_the_same_attempt_twice_is_kept_once(tmp_path: Path) -> None:
    session = opened(tmp_path, 1)
    made = session.record(session.handed(0))
    before = session.repo.refs("refs/")
    late = Handover(session.data.mission.agents[0], 1, NOW, failure="another reason")
    assert session.record(late) == made
    assert session.repo.refs("refs/") == before


def found(number: int, attempt: int, **changes: object) -> bytes:
    """What an attempt hands over that has found something, and did not come to its end."""
    values: dict[str, object] = {
        "session": "widgets-1",
        "agent": f"agent-{number}",
        "attempt": attempt,
        "started": NOW,
        "finished": NOW,
        "gaps": (Gap(subject=f"subject-{number}", field="pricing", reason="no source says"),),
        "usage": Usage(micro_usd=1_000),
        "unfinished": "its process ended",
    }
    return AgentResult.model_validate(values | changes).model_dump_json().encode()


def test_g16_g23_an_attempt_goes_on_from_the_one_before_it_folded_or_not(tmp_path: Path) -> None:
    session = opened(tmp_path, 2, "claude")
    for number, spec in enumerate(session.data.mission.agents):
        session.record(Handover(spec, 1, NOW, artifact=found(number, 1)))
        if number:
            assert session.fold() == ["agent-0", "agent-1"]
    for number in range(2):
        made = session.record(session.handed(number, attempt=2))
        assert (made.spent, made.gaps > 0, made.blockers) == (250_000, True, 0)


def test_g23_where_only_the_branch_was_taken_along_the_earlier_record_is_read_there(tmp_path: Path) -> None:
    session = opened(tmp_path, 1, "claude")
    session.record(Handover(session.data.mission.agents[0], 1, NOW, artifact=found(0, 1)))
    session.fold()
    [(ref, commit)] = session.repo.refs("refs/swarm/records/").items()
    session.repo.update([RefUpdate(ref, None, commit)])
    assert session.record(session.handed(0, attempt=2)).spent == 250_000
    [(ref, commit)] = session.repo.refs("refs/swarm/records/").items()
    session.repo.update([RefUpdate(ref, None, commit)])
    # One that is there already is none before it; then a lost attempt counts for its share of the whole cap.
    assert session.record(session.handed(0, attempt=1)).spent == 125_000


def test_a_second_attempt_without_a_first_one_has_a_share_of_the_whole_cap(tmp_path: Path) -> None:
    session = opened(tmp_path, 1, "claude")
    assert session.record(session.handed(0, attempt=2)).spent == 125_000


def test_g23_an_earlier_record_that_cannot_be_read_is_not_passed_over(tmp_path: Path) -> None:
    session = opened(tmp_path, 1)
    broken = session.repo.commit([], {"sessions/widgets-1/agents/agent-0.json": b"{"}, "Broken\n", NOW)
    session.repo.update([RefUpdate("refs/swarm/records/widgets-1/agent-0/1", broken, None)])
    with pytest.raises(SwarmError, match=r"sessions/widgets-1/agents/agent-0\.json: "):
        session.record(session.handed(0, attempt=2))


def test_g16_an_attempt_that_was_halted_is_recorded_so(tmp_path: Path) -> None:
    session = opened(tmp_path, 1)
    spec = session.data.mission.agents[0]
    made = session.record(Handover(spec, 1, NOW, failure="401", halted="401"))
    assert (made.state, made.halted, made.halts) == ("failed", True, 1)


def test_g14_an_attempt_that_is_overtaken_while_it_is_checked_is_refused(tmp_path: Path) -> None:
    session = opened(tmp_path, 1)
    data = session.data

    class Slow(Library):
        """Somebody records the next attempt while a citation is looked up."""

        def evidence(self, source: str, locator: str, method: Method) -> Evidence:
            session.record(session.handed(0, attempt=2))
            return super().evidence(source, locator, method)

    quoted = Finding(
        subject="subject-0",
        field="pricing",
        claim="It is free.",
        citation=citation("It is free.", source="file:docs/guide.md"),
    )
    handed = Handover(data.mission.agents[0], 1, NOW, artifact=found(0, 1, findings=(quoted,), gaps=()))
    library = Slow(tmp_path / "slow", session.repo.git.directory, StillClock())
    with pytest.raises(Refused, match="attempt 1 of agent-0 came back after attempt 2 had been recorded"):
        record(session.repo, library, StillClock(), data.mission, data.launch, handed)


def test_a_twin_that_records_in_between_does_no_harm(tmp_path: Path) -> None:
    session = opened(tmp_path, 1)
    data, handed = session.data, session.handed(0)

    class Late(GitRepository):
        """Somebody records the same attempt between our look and our push."""

        def update(self, updates: Sequence[RefUpdate]) -> None:
            session.record(handed)
            super().update(updates)

    record(Late(session.repo.git.directory), session.library, StillClock(), data.mission, data.launch, handed)
    assert session.fold() == ["agent-0"]


def test_folding_onto_a_branch_that_is_gone_is_refused(tmp_path: Path) -> None:
    session = opened(tmp_path, 1)
    session.record(session.handed(0))
    git(session.repo.git.directory, "branch", "-D", "swarm/widgets-1")
    with pytest.raises(Refused, match="the branch of session widgets-1 is gone; launch the mission again"):
        session.fold()


@pytest.mark.parametrize(
    "garbage", [b"", b"{", b"[]", b"\xff\xfe", b'{"session": "widgets-1"}', b"[" * 100_000, b"0" * 6_000_000]
)
def test_a20_garbage_becomes_a_blocker_with_the_reason(tmp_path: Path, garbage: bytes) -> None:
    session = opened(tmp_path, 1)
    session.record(Handover(session.data.mission.agents[0], 1, NOW, artifact=garbage))
    session.fold()
    made = session.data.records["agent-0"]
    assert (made.state, made.findings, made.blockers) == ("failed", 0, 1)
    assert made.reason.startswith("its result was refused: ")
    assert len(made.reason) <= 1_000
