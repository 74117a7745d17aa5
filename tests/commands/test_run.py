"""A whole session on a real repository, undisturbed and disturbed."""

from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest

from bot.adapters.agents.simulated import Simulated
from bot.adapters.git import GitRepository
from bot.commands.close import Closed
from bot.core.findings import AgentResult
from bot.core.plan import PlannedAgent
from bot.errors import MachineError, Refused, SwarmError
from bot.ports import Agent, Brief
from bot.render.state_files import STATE_FILES
from tests.clocks import StillClock
from tests.repos import git, tip
from tests.trails import decisions
from tests.workshop import MISSION, Countdown, Killed, Watcher, session, widgets


@pytest.fixture
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


def failing(closed: Closed) -> list[str]:
    return [f"{c.id}: {c.measured}" for c in closed.verdict.criteria if c.state not in {"pass", "skipped"}]


def test_a_mission_runs_end_to_end(tmp_path: Path, cache: Path) -> None:
    folder, watcher = widgets(tmp_path / "repo"), Watcher()
    closed = session(folder, cache, watcher=watcher)
    assert failing(closed) == []
    assert closed.merged is not None
    files = GitRepository(folder).files(tip(folder))
    assert {"INTEGRATIONS-WIDGETS.md", "INTEGRATIONS-WIDGETS.csv", "sessions/widgets-1/launch.json"} <= set(files)
    assert set(files) >= set(STATE_FILES)
    assert watcher.begun == ["agent-1/1", "agent-2/1"]
    assert sorted(watcher.records) == ["agent-1", "agent-2"]
    assert "X-Api-Key" in files["INTEGRATIONS-WIDGETS.md"].decode()
    assert list(GitRepository(folder).refs("refs/heads")) == ["refs/heads/main"]
    assert list(GitRepository(folder).refs("refs/swarm")) == [
        "refs/swarm/reservations/widget-lab",
        "refs/swarm/reservations/widget-store",
        "refs/swarm/trail/widgets-1",
    ]


def test_the_work_tree_comes_along_and_uncommitted_work_stays(tmp_path: Path, cache: Path) -> None:
    folder = widgets(tmp_path / "repo")
    (folder / "README.md").write_text("Edited, not committed.\n")
    (folder / "staged.txt").write_text("Staged.\n")
    git(folder, "add", "staged.txt")
    (folder / "notes.txt").write_text("Untracked.\n")
    before = git(folder, "status", "--porcelain")
    assert session(folder, cache).merged is not None
    assert git(folder, "status", "--porcelain") == before
    assert (folder / "README.md").read_text() == "Edited, not committed.\n"
    assert (folder / "INTEGRATIONS-WIDGETS.md").exists()


def test_a25_uncommitted_work_in_the_way_stops_the_merge_and_is_kept(tmp_path: Path, cache: Path) -> None:
    folder = widgets(tmp_path / "repo")
    mine = folder / "INTEGRATIONS-WIDGETS.md"
    mine.write_text("My own notes.\n")
    with pytest.raises(Refused, match=r"main is checked out in .*INTEGRATIONS-WIDGETS\.md"):
        session(folder, cache)
    assert mine.read_text() == "My own notes.\n"
    mine.unlink()
    watcher = Watcher()
    assert session(folder, cache, watcher=watcher).merged is not None
    assert watcher.begun == []


def test_calling_again_after_the_merge_tells_the_same(tmp_path: Path, cache: Path) -> None:
    folder, watcher = widgets(tmp_path / "repo"), Watcher()
    first = session(folder, cache)
    state = GitRepository(folder).refs("refs/")
    again = session(folder, cache, watcher=watcher)
    assert (again.merged, again.verdict) == (first.merged, first.verdict)
    assert watcher.begun == []
    assert GitRepository(folder).refs("refs/") == state


def test_without_merging_the_branch_stays(tmp_path: Path, cache: Path) -> None:
    folder = widgets(tmp_path / "repo")
    closed = session(folder, cache, merge=False)
    assert (closed.verdict.state, closed.merged) == ("pass", None)
    assert "refs/heads/swarm/widgets-1" in GitRepository(folder).refs("refs/heads")
    assert session(folder, cache).merged is not None


def outcome(folder: Path) -> tuple[dict[str, bytes], list[str], list[str]]:
    """What must not depend on where a run was cut off: the base branch's files, which refs are left, the trail."""
    repo = GitRepository(folder)
    files = repo.files(tip(folder))
    # State files name the commit in which they were true, and that depends on how often they were written.
    steady = {path: content for path, content in files.items() if path not in STATE_FILES}
    return steady, sorted(repo.refs("refs/")), decisions(folder)


def test_g10_a_crash_after_any_side_effect_converges(tmp_path: Path, cache: Path) -> None:
    undisturbed, counted = widgets(tmp_path / "undisturbed"), Countdown(None)
    session(undisturbed, cache, countdown=counted)
    expected = outcome(undisturbed)
    assert len(counted.effects) > 12
    for number in range(1, len(counted.effects) + 1):
        folder, watcher = widgets(tmp_path / f"crash-{number}"), Watcher()
        with pytest.raises(Killed):
            session(folder, cache, countdown=Countdown(number), watcher=watcher)
        recorded = len(GitRepository(folder).refs("refs/swarm/records"))
        begun_before = len(watcher.begun)
        closed = session(folder, cache, watcher=watcher)
        assert closed.merged is not None, counted.effects[number - 1]
        assert outcome(folder) == expected, counted.effects[number - 1]
        assert len(git(folder, "log", "--merges", "--format=%H", "main").split()) == 1
        if begun_before < 2:  # no agent that is recorded is repeated
            assert len(watcher.begun) - begun_before == 2 - recorded


def test_g10_two_crashes_in_a_row_converge_too(tmp_path: Path, cache: Path) -> None:
    undisturbed = widgets(tmp_path / "undisturbed")
    session(undisturbed, cache)
    folder = widgets(tmp_path / "crashes")
    crashes = 0
    for step in (3, 2, 4, 2, 3, 2, 2, 2, 2, 2, 2):
        try:
            session(folder, cache, countdown=Countdown(step))
        except Killed:
            crashes += 1
    assert crashes > 5
    assert session(folder, cache).merged is not None
    assert outcome(folder) == outcome(undisturbed)


class Moody:
    """A backend that fails in its first attempts."""

    def __init__(self, inner: Agent, failures: int, error: Exception) -> None:
        self.inner = inner
        self.failures = failures
        self.error = error

    def research(self, brief: Brief, progress: object) -> AgentResult:
        if brief.agent.id == "agent-1" and brief.attempt <= self.failures:
            raise self.error
        return self.inner.research(brief, lambda _: None)


def moody(folder: Path, cache: Path, failures: int, error: Exception) -> Agent:
    from bot.adapters.sources.library import Library

    return Moody(Simulated(Library(cache, folder, StillClock()), StillClock()), failures, error)


def test_an_agent_that_fails_is_tried_again(tmp_path: Path, cache: Path) -> None:
    folder, watcher = widgets(tmp_path / "repo"), Watcher()
    agent = moody(folder, cache, 1, ValueError("no luck"))
    closed = session(folder, cache, watcher=watcher, backends=lambda _: agent)
    assert watcher.begun == ["agent-1/1", "agent-1/2", "agent-2/1"]
    assert closed.data.records["agent-1"].attempt == 2
    assert closed.merged is not None


def test_a25_a_full_disk_ends_the_run_and_uses_up_no_attempt(tmp_path: Path, cache: Path) -> None:
    folder = widgets(tmp_path / "repo")
    agent = moody(folder, cache, 2, MachineError("the disk is full", "make room"))
    with pytest.raises(MachineError, match="the disk is full"):
        session(folder, cache, backends=lambda _: agent)
    watcher = Watcher()
    assert session(folder, cache, watcher=watcher).merged is not None
    assert "agent-1/1" in watcher.begun


def test_an_agent_that_fails_for_good_is_a_blocker_and_fails_the_gate(tmp_path: Path, cache: Path) -> None:
    folder = widgets(tmp_path / "repo")
    agent = moody(folder, cache, 2, SwarmError("the source of all answers is dry", "wait for rain"))
    closed = session(folder, cache, backends=lambda _: agent)
    assert (closed.verdict.state, closed.merged) == ("fail", None)
    assert closed.data.records["agent-1"].state == "failed"
    assert any("agent-1" in line for line in failing(closed))
    blockers = GitRepository(folder).files(tip(folder))["BLOCKERS.md"].decode()
    assert "Widget Store was not researched" in blockers
    assert "the source of all answers is dry" in blockers


def test_g12_a_second_launcher_is_refused_and_changes_nothing(tmp_path: Path, cache: Path) -> None:
    folder = widgets(tmp_path / "repo")
    session(folder, cache, merge=False)
    before = GitRepository(folder).refs("refs/")
    with pytest.raises(Refused, match="was launched by local"):
        session(folder, cache, by="somebody else")
    assert GitRepository(folder).refs("refs/") == before


def test_g30_a_mission_that_shares_a_subject_is_refused(tmp_path: Path, cache: Path) -> None:
    folder = widgets(tmp_path / "repo")
    session(folder, cache)
    before = GitRepository(folder).refs("refs/")
    other = MISSION.replace("mission: widgets", "mission: gadgets").replace("WIDGETS.md", "GADGETS.md")
    with pytest.raises(Refused, match=r"Widget Store \(session widgets-1\).*refresh: true"):
        session(folder, cache, mission=other)
    assert GitRepository(folder).refs("refs/") == before
    refreshed = other.replace("session: 1", "session: 2\nrefresh: true").replace("number: 1", "number: 2")
    assert session(folder, cache, mission=refreshed).merged is not None


def test_a12_an_agent_that_answers_for_another_is_refused(tmp_path: Path, cache: Path) -> None:
    folder = widgets(tmp_path / "repo")
    inner = moody(folder, cache, 0, ValueError())
    seen: dict[str, AgentResult] = {}

    class Thief:
        def research(self, brief: Brief, progress: object) -> AgentResult:
            seen[brief.agent.id] = inner.research(brief, lambda _: None)
            return seen["agent-1"]

    def backends(_: PlannedAgent) -> Agent:
        return Thief()

    closed = session(folder, cache, backends=backends)
    assert closed.verdict.state == "fail"
    assert closed.data.records["agent-2"].state == "failed"
    assert "its result was refused" in closed.data.records["agent-2"].reason


def test_a_refused_result_is_tried_again(tmp_path: Path, cache: Path) -> None:
    folder, watcher = widgets(tmp_path / "repo"), Watcher()
    inner = moody(folder, cache, 0, ValueError())

    class Liar:
        def research(self, brief: Brief, progress: object) -> AgentResult:
            result = inner.research(brief, lambda _: None)
            return result.model_copy(update={"attempt": 2})

    closed = session(folder, cache, watcher=watcher, backends=lambda _: Liar())
    assert watcher.begun == ["agent-1/1", "agent-1/2", "agent-2/1", "agent-2/2"]
    assert {record.attempt for record in closed.data.records.values()} == {2}
    assert closed.merged is not None


def test_an_abandoned_session_leaves_nothing_to_the_next(tmp_path: Path, cache: Path) -> None:
    folder, watcher = widgets(tmp_path / "repo"), Watcher()
    session(folder, cache, merge=False)
    git(folder, "branch", "-D", "swarm/widgets-1")
    closed = session(folder, cache, watcher=watcher)
    assert watcher.begun == ["agent-1/1", "agent-2/1"]
    assert closed.merged is not None


def test_an_interruption_stops_the_other_agents_at_their_next_sign_of_life(tmp_path: Path, cache: Path) -> None:
    folder, at_work = widgets(tmp_path / "repo"), Event()
    stopped: list[str] = []

    class Interrupted:
        def research(self, brief: Brief, progress: Callable[[str], None]) -> AgentResult:
            if brief.agent.id == "agent-1":
                assert at_work.wait(10)
                raise KeyboardInterrupt
            try:
                for _ in range(1_000_000):
                    progress("reading")
                    at_work.set()
            except BaseException as error:
                stopped.append(type(error).__name__)
                raise
            raise AssertionError("nobody stopped it")

    with pytest.raises(KeyboardInterrupt):
        session(folder, cache, backends=lambda _: Interrupted(), parallel=2)
    assert stopped == ["Stopped"]
    assert session(folder, cache).merged is not None


def test_only_one_run_of_a_mission_at_a_time(tmp_path: Path) -> None:
    from bot.adapters.local_forge import LocalForge

    folder = widgets(tmp_path / "repo")
    with (
        LocalForge(folder, StillClock()).running("widgets"),
        pytest.raises(Refused, match="is being run in this repository right now"),
        LocalForge(folder, StillClock()).running("widgets"),
    ):
        pass
    with LocalForge(folder, StillClock()).running("widgets"):
        pass
