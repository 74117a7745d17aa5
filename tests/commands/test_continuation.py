"""A session over its time: what is unfinished goes on in another session, once, and nothing is lost."""

import json
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from bot.adapters.agents.simulated import Simulated
from bot.adapters.git import GitRepository
from bot.adapters.secrets import scan
from bot.adapters.sources.library import Library
from bot.commands.close import Closed
from bot.commands.continuation import hand_over, later_open
from bot.commands.dispatching import end_work
from bot.commands.earlier import earlier
from bot.commands.gate import judge
from bot.commands.load import load_session
from bot.core.continuation import give_up, mission_file
from bot.core.findings import AgentResult
from bot.core.gate.verdict import Verdict
from bot.core.loading import load_mission
from bot.core.plan import PlannedAgent
from bot.core.session import SessionData, findings_path
from bot.errors import LostRace, Refused, SwarmError
from bot.ports import Agent, Brief, RefUpdate
from tests.builders import NOW
from tests.clocks import VirtualClock
from tests.repos import git, tip
from tests.sessions import launch as launch_of
from tests.workshop import MISSION, Countdown, Killed, Watcher, session, widgets

CONTINUED = MISSION.replace("max_usd: 1.00", "max_usd: 1.00, when_over: continuation")
RESERVED = "refs/swarm/reservations/"
BOTH = {"widgets-1", "widgets-2"}


class Slow(Simulated):
    """Each agent takes longer than the session may; `only` may be more than one of them."""

    def __init__(self, library: Library, clock: VirtualClock) -> None:
        super().__init__(library, clock)
        self.virtual = clock

    def research(self, brief: Brief, progress: Callable[[str], None]) -> AgentResult:
        made = super().research(brief, progress)
        self.virtual.sleep(7 * 3600)
        return made


class Place:
    """A repository and what passes there, on one clock."""

    def __init__(self, folder: Path, cache: Path) -> None:
        self.folder, self.cache, self.clock = widgets(folder), cache, VirtualClock()

    def run(
        self,
        *,
        mission: str = CONTINUED,
        slow: bool = False,
        countdown: Countdown | None = None,
        watcher: Watcher | None = None,
        merge: bool = True,
        agents: Agent | None = None,
    ) -> Closed:
        def backend(_: PlannedAgent) -> Agent:
            library = Library(self.cache, self.folder, self.clock)
            return agents or (Slow(library, self.clock) if slow else Simulated(library, self.clock))

        return session(
            self.folder,
            self.cache,
            mission=mission,
            countdown=countdown,
            watcher=watcher,
            merge=merge,
            backends=backend,
            clock=self.clock,
        )

    def later(self, hours: float = 7) -> None:
        self.clock.moment += timedelta(hours=hours)

    @property
    def repo(self) -> GitRepository:
        return GitRepository(self.folder)

    def holders(self) -> dict[str, str]:
        refs = self.repo.refs(RESERVED)
        notes = {
            ref: json.loads(git(self.folder, "show", f"{commit}:reservation.json")) for ref, commit in refs.items()
        }
        return {ref.removeprefix(RESERVED): str(note["session"]) for ref, note in notes.items()}

    def merged(self) -> set[str]:
        return {path.split("/")[1] for path in self.repo.paths(tip(self.folder)) if path.startswith("sessions/")}

    def open(self, name: str) -> SessionData:
        return load_session(self.repo, tip(self.folder, f"swarm/{name}"), name)

    def judge(self, name: str) -> Verdict:
        library = Library(self.cache, self.folder, self.clock)
        commit, base = tip(self.folder, f"swarm/{name}"), tip(self.folder)
        return judge(
            self.repo, session=name, tip=commit, base_tip=base, library=library, scan=scan, clock=self.clock
        )

    def text(self, path: str) -> str:
        return git(self.folder, "show", f"main:{path}")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "repo", tmp_path / "cache")


def failing(verdict: Verdict) -> list[str]:
    return [f"{c.id}: {c.measured}" for c in verdict.criteria if c.state not in {"pass", "skipped"}]


def measured(closed: Closed, criterion: str) -> str:
    return next(c.measured for c in closed.verdict.criteria if c.id == criterion)


def test_what_is_unfinished_goes_on_in_another_session_and_both_are_merged(place: Place) -> None:
    watcher = Watcher()
    first = place.run(slow=True, watcher=watcher)
    assert watcher.begun == ["agent-1/1"], "no agent begins after the deadline"
    assert watcher.notes[-1] == (
        "the time of widgets-1 is over; what is unfinished: widgets-2 goes on with it: run the same command again"
    )
    assert failing(first.verdict) == []
    assert measured(first, "subjects-covered") == "1 of 2, 1 subject going on in widgets-2"
    assert measured(first, "no-duplicates") == ("1 of 1 reserved by this session, 1 subject going on in widgets-2")
    assert "Session widgets-2 goes on with it" in place.text("INTEGRATIONS-WIDGETS.md")
    assert place.holders() == {"widget-store": "widgets-1", "widget-lab": "widgets-2"}

    second = place.run()
    assert (second.data.session, failing(second.verdict)) == ("widgets-2", [])
    assert place.merged() == BOTH
    assert place.holders() == {"widget-store": "widgets-1", "widget-lab": "widgets-2"}
    assert "Widget Lab" in place.text("INTEGRATIONS-WIDGETS-2.md")
    assert "Widget Store" not in place.text("INTEGRATIONS-WIDGETS-2.md")
    launch = second.data.launch
    assert launch.continues
    assert (launch.continues.session, launch.continues.row, launch.by) == ("widgets-1", 1, "local")
    assert launch.caps == {"agent-2": 250_000}
    assert second.data.mission.limits.max_usd == 250_000
    assert "APIs: 2/2 complete" in place.text("INTEGRATION-PROGRESS-TRACKER.md")
    handover = place.text("SESSION-HANDOVER-PROTOCOL.md")
    assert (
        "`agent-2`: nothing since 2026-11-22 16:40 UTC, 0 attempts, 0 findings, 0 verified; goes on in" in handover
    )
    assert "**Goes on from**: `widgets-1`, whose time was over" in handover
    assert place.run().merged == second.merged, "what is merged stays merged"


def test_a_session_that_found_nothing_is_closed_too(place: Place) -> None:
    with pytest.raises(Killed):
        place.run(countdown=Countdown(3))
    place.later()
    first = place.run()
    assert (first.data.session, failing(first.verdict)) == ("widgets-1", [])
    assert measured(first, "claims-verified") == "0 of 0, another session goes on with every subject"
    assert set(place.holders().values()) == {"widgets-2"}
    assert failing(place.run().verdict) == []
    assert place.merged() == BOTH


def test_without_a_word_in_the_mission_there_are_blockers(place: Place) -> None:
    watcher = Watcher()
    first = place.run(mission=MISSION, slow=True, watcher=watcher)
    assert watcher.notes[-1].endswith("what is unfinished: it is written down as blockers")
    assert failing(first.verdict) == ["subjects-covered: 1 of 2, 1 blocked (0 tolerated): widget-lab"]
    assert set(place.holders().values()) == {"widgets-1"}
    handover = place.text("SESSION-HANDOVER-PROTOCOL.md")
    assert "0 attempts, 0 findings, 0 verified; goes on nowhere" in handover


def test_with_blockers_who_runs_it_again_later_wants_it_to_go_on(place: Place) -> None:
    with pytest.raises(Killed):
        place.run(mission=MISSION, countdown=Countdown(3))
    place.later()
    assert failing(place.run(mission=MISSION).verdict) == []


def unfinished(folder: Path, cache: Path) -> Place:
    """A session with one agent recorded whose time is over."""
    place = Place(folder, cache)

    class Cut(Simulated):
        def research(self, brief: Brief, progress: Callable[[str], None]) -> AgentResult:
            if brief.agent.id == "agent-2":
                raise Killed
            return super().research(brief, progress)

    library = Library(cache, place.folder, place.clock)
    with pytest.raises(Killed):
        session(
            place.folder,
            cache,
            mission=CONTINUED,
            backends=lambda _: Cut(library, place.clock),
            clock=place.clock,
        )
    place.later()
    return place


@pytest.fixture(scope="module")
def effects(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("once")
    countdown = Countdown(None)
    unfinished(folder / "repo", folder / "cache").run(countdown=countdown)
    return countdown.effects


EFFECTS = 23
"""Of a run that gives up, opens the session that goes on, and closes the one before."""


def test_g10_the_crashes_below_are_all_there_are(effects: list[str]) -> None:
    assert len(effects) == EFFECTS, effects


@pytest.mark.unwatched
@pytest.mark.parametrize("left", range(1, EFFECTS + 1))
def test_g10_g12_g30_killed_anywhere_one_session_goes_on(tmp_path: Path, left: int) -> None:
    place = unfinished(tmp_path / "repo", tmp_path / "cache")
    with pytest.raises(Killed):
        place.run(countdown=Countdown(left))
    assert set(place.holders().values()) <= BOTH
    assert len(place.holders()) == 2
    for _ in range(2):
        last = place.run()
    assert place.merged() == BOTH
    assert last.data.session == "widgets-2"
    assert place.holders() == {"widget-store": "widgets-1", "widget-lab": "widgets-2"}
    assert list(place.repo.refs("refs/heads")) == ["refs/heads/main"]
    records = {path for path in place.repo.paths(tip(place.folder)) if "/agents/" in path}
    assert records == {f"sessions/widgets-1/agents/agent-{n}.json" for n in (1, 2)} | {
        "sessions/widgets-2/agents/agent-2.json"
    }


def test_a24_so_many_go_on_in_a_row_and_no_more(place: Place) -> None:
    with pytest.raises(Killed):
        place.run(countdown=Countdown(3))
    for number in range(1, 5):
        place.later()
        closed = place.run()
        assert closed.data.session == f"widgets-{number}"
    assert "subjects-covered: 0 of 2, 2 blocked (0 tolerated): widget-store, widget-lab" in failing(closed.verdict)
    assert set(place.holders().values()) == {"widgets-4"}
    assert place.merged() == {"widgets-1", "widgets-2", "widgets-3"}
    assert closed.data.mission.deliverable == "INTEGRATIONS-WIDGETS-4.md"


def test_a_name_that_is_taken_is_not_written_over(place: Place) -> None:
    (place.folder / "INTEGRATIONS-WIDGETS-2.csv").write_text("somebody's\n")
    git(place.folder, "add", "--all")
    git(place.folder, "commit", "--quiet", "--message", "Mine")
    place.run(slow=True)
    assert place.run().data.mission.deliverable == "INTEGRATIONS-WIDGETS-2-2.md"
    assert place.text("INTEGRATIONS-WIDGETS-2.csv") == "somebody's"


def test_a_branch_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    place = unfinished(tmp_path / "repo", tmp_path / "cache")
    countdown = Countdown(7)
    with pytest.raises(Killed):
        place.run(countdown=countdown)
    git(place.folder, "branch", "swarm/widgets-2", "main")
    with pytest.raises(
        Refused, match="widgets-2 is to go on with work of widgets-1, and swarm/widgets-2 is something"
    ):
        place.run()


def test_the_verdict_does_not_believe_what_the_reservations_do_not_say(place: Place) -> None:
    """The session that goes on is gone: closing opens it anew, and until then the gate does not pass."""
    place.run(slow=True, merge=False)
    git(place.folder, "branch", "-D", "swarm/widgets-2")
    verdict = place.judge("widgets-1")
    assert "subjects-covered: 1 of 2, 1 blocked (0 tolerated): widget-lab" in failing(verdict)
    assert "no-duplicates: 1 of 2 reserved by this session; not widget-lab (widgets-2)" in failing(verdict)
    assert failing(place.run(merge=False).verdict) == []
    assert place.open("widgets-2").launch.continues


class Begun(Slow):
    """Answers one field, and then its time is over."""

    def research(self, brief: Brief, progress: Callable[[str], None]) -> AgentResult:
        made = super().research(brief, progress)
        return made.model_copy(update={"findings": made.findings[:1], "gaps": (), "unfinished": "no time"})


class Speechless:
    """Looks at what is known already, and says nothing."""

    def __init__(self) -> None:
        self.seen: list[tuple[int, int]] = []

    def research(self, brief: Brief, progress: Callable[[str], None]) -> AgentResult:
        self.seen.append((brief.attempt, len(brief.earlier.findings) if brief.earlier else 0))
        raise SwarmError("it has nothing to say")


ALONE = "".join(line for line in CONTINUED.splitlines(keepends=True) if "agent-2" not in line)


def test_g16_what_was_found_of_an_unfinished_subject_is_there_for_the_session_that_goes_on(place: Place) -> None:
    first = place.run(mission=ALONE, agents=Begun(Library(place.cache, place.folder, place.clock), place.clock))
    assert failing(first.verdict) == []
    assert first.data.records["agent-1"].verified == 1
    silent = Speechless()
    second = place.run(mission=ALONE, agents=silent)
    assert silent.seen == [(1, 1), (2, 1)]
    made = second.data.records["agent-1"]
    assert (second.data.session, made.state, made.attempt, made.verified) == ("widgets-2", "failed", 2, 1)


def test_what_a_session_was_launched_with_has_to_be_readable(tmp_path: Path) -> None:
    place = Place(tmp_path / "repo", tmp_path / "cache")
    place.run(mission=ALONE, agents=Begun(Library(place.cache, place.folder, place.clock), place.clock))
    launch = place.open("widgets-2").launch
    branch = "refs/heads/swarm/widgets-2"
    spoilt = place.repo.commit(
        [tip(place.folder, branch)], {findings_path("widgets-2", "agent-1"): b"{"}, "x", NOW
    )
    place.repo.update([RefUpdate(branch, spoilt, tip(place.folder, branch))])
    with pytest.raises(SwarmError, match=r"findings/agent-1.json"):
        earlier(place.repo, launch.mission, launch, "agent-1", 1, {})
    gone = place.repo.commit([spoilt], {findings_path("widgets-2", "agent-1"): None}, "x", NOW)
    place.repo.update([RefUpdate(branch, gone, spoilt)])
    assert earlier(place.repo, launch.mission, launch, "agent-1", 1, {}) == (None, None)


def given_up(place: Place) -> SessionData:
    """The session as it is before another one goes on with it."""
    branch = "refs/heads/swarm/widgets-1"
    return end_work(place.repo, place.clock, branch, "widgets-1").data


def test_g30_a_subject_that_somebody_else_holds_is_not_taken(tmp_path: Path) -> None:
    place = unfinished(tmp_path / "repo", tmp_path / "cache")
    data = given_up(place)
    note = {"session": "rivals-1", "mission": "rivals", "branch": "swarm/rivals-1", "mission_sha256": "0" * 64}
    commit = place.repo.commit([], {"reservation.json": json.dumps(note).encode()}, "Mine", NOW)
    ref = f"{RESERVED}widget-lab"
    place.repo.update([RefUpdate(ref, commit, place.repo.refs(ref)[ref])])
    with pytest.raises(Refused, match="subjects of widgets-1 that rivals-1 holds now"):
        hand_over(place.repo, place.clock, data)


class Racing(GitRepository):
    """Somebody moves a reservation just before ours are moved, so many times."""

    def __init__(self, folder: Path, times: int) -> None:
        super().__init__(folder)
        self.times = times

    def update(self, updates: Sequence[RefUpdate]) -> None:
        if self.times and any(one.ref.startswith(RESERVED) for one in updates):
            self.times -= 1
            raise LostRace("a reservation moved")
        super().update(updates)


def test_g12_who_loses_a_race_looks_again(tmp_path: Path) -> None:
    place = unfinished(tmp_path / "repo", tmp_path / "cache")
    data = given_up(place)
    with pytest.raises(Refused, match="other launches kept moving the same refs"):
        hand_over(Racing(place.folder, 9), place.clock, data)
    assert hand_over(Racing(place.folder, 1), place.clock, data) == "widgets-2"
    assert hand_over(place.repo, place.clock, data) == "widgets-2"
    assert later_open(place.repo, data)
    assert not later_open(place.repo, place.open("widgets-2"))


TEMPLATES = sorted(Path("mission-templates").glob("*.yml"))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.stem)
def test_every_template_can_go_on(template: Path) -> None:
    """What is written for the session that goes on says the same as what a person wrote."""
    mission = load_mission(template.read_bytes(), template.name)
    limits = mission.limits.model_copy(update={"when_over": "continuation"})
    mission = mission.model_copy(update={"limits": limits})
    launch = launch_of("any-1", mission).model_copy(
        update={"caps": dict.fromkeys((a.id for a in mission.agents), 1)}
    )
    data = SessionData("any-1", mission, launch)
    made = give_up(data, data.launch.launched + timedelta(hours=7), "any-2")
    after = SessionData(
        "any-1", mission, launch, {r.agent: r for r, _ in made}, {file.agent: file for _, file in made}
    )
    again = load_mission(mission_file(after, "any-2", ()), "mission.yml")
    assert again.subjects == mission.subjects
    without = {"teams", "limits", "deliverable", "target_subjects", "expected_agents", "planned_hours"}
    assert again.model_dump(exclude=without) == mission.model_dump(exclude=without)
