"""What `status` does about sessions that no run is at work on, on the test GitHub, by events and on a clock."""

import json
import random
from datetime import timedelta
from pathlib import Path

import pytest

from bot.errors import Refused
from tests.clocks import VirtualClock
from tests.github.server import GitHub
from tests.github.world import Event
from tests.hosted import Swarm
from tests.repairs import (
    AFTER_A_START,
    MINUTE,
    ONE,
    SILENT,
    TWO,
    Fate,
    Repository,
    dispatches,
    ended_well,
    matrix,
    meet,
    shuffled,
)
from tests.repos import git
from tests.trails import keys

HOUR = timedelta(hours=1)
FATES: tuple[Fate, ...] = ("well", "silent", "died", "cancelled", "lost before", "close died")


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def swarm(github: GitHub, tmp_path: Path, clock: VirtualClock) -> Swarm:
    return Swarm(github, tmp_path, ONE, clock)


@pytest.fixture
def pair(github: GitHub, tmp_path: Path, clock: VirtualClock) -> Swarm:
    return Swarm(github, tmp_path, TWO, clock)


def record_of(swarm: Swarm, agent: str, ref: str = "swarm/widgets-1") -> dict[str, object]:
    text = git(swarm.github.bare, "show", f"{ref}:sessions/widgets-1/agents/{agent}.json")
    made: dict[str, object] = json.loads(text)
    return made


# --- nobody is at work, or nobody reports ---


def test_g15_an_agent_that_never_starts_is_seen_from_its_dispatch_and_a_backup_does_its_work(
    pair: Swarm, clock: VirtualClock
) -> None:
    event = pair.ask()
    launched = pair.launch(event)
    pair.attempt(event, launched, "agent-1", 1)
    run = pair.of(event).run
    clock.moment += SILENT - 2 * MINUTE
    pair.status()
    assert (run.status, dispatches(pair)) == ("in_progress", []), "it may still come"

    clock.moment += 2 * MINUTE
    pair.status()
    assert (run.conclusion, dispatches(pair)) == ("cancelled", [])
    assert "agent-2 fell silent" in pair.status_comment()

    pair.status(pair.end(event))
    [started] = dispatches(pair)
    again = pair.launch(started)
    assert matrix(again) == [("agent-2", 2, "agent-2 (by backup-1)")]
    pair.research(started, again)
    pair.close(started, again)
    ended_well(pair)
    told = [key for key in keys(pair.github.bare) if "agent-1" not in key and not key.startswith(("gated", "mer"))]
    assert [key.partition("/")[0] for key in told] == [
        "launched", "reserved", "dispatched", "cancelled", "started", "recorded", "dispatched", "reassigned",
        "recorded",
    ]  # fmt: skip


@pytest.mark.parametrize("fate", ["died", "cancelled", "lost before", "close died"])
def test_g15_a_run_that_is_over_and_left_something_undone_is_followed_by_another(swarm: Swarm, fate: Fate) -> None:
    event = swarm.ask()
    if fate == "lost before":
        swarm.launch(event)  # else there is no session yet
    over = meet(swarm, event, fate)
    swarm.status(over)
    [started] = dispatches(swarm)
    assert started.payload["inputs"] == {"session": "widgets-1", "issue": "1", "mission": "widgets"}
    again = swarm.launch(started)
    assert matrix(again) == ([] if fate == "close died" else [("agent-1", 2, "agent-1 (by backup-1)")])
    swarm.research(started, again)
    assert swarm.close(started, again).data["verdict"] == "pass"
    ended_well(swarm)


def test_what_a_run_left_undone_is_gone_on_with_once(swarm: Swarm, clock: VirtualClock) -> None:
    over = meet(swarm, swarm.ask(), "died")
    swarm.status(over)
    swarm.status()
    assert len(dispatches(swarm)) == 1, "it is listed as queued"
    swarm.end(dispatches(swarm)[0], "failure")
    swarm.status()
    assert len(dispatches(swarm)) == 1, "it may not be listed yet"
    clock.moment += AFTER_A_START
    swarm.status()
    assert len(dispatches(swarm)) == 2


def test_g14_a_late_result_is_refused_and_changes_nothing(swarm: Swarm) -> None:
    event = swarm.ask()
    first = swarm.launch(event)
    artifact = swarm.folder / "late.json"
    swarm.run_agent(event, first, "agent-1", 1, artifact)  # its machine pauses before it hands this over
    swarm.status(swarm.end(event, "cancelled"))
    [started] = dispatches(swarm)
    again = swarm.launch(started)
    lost = record_of(swarm, "agent-1")
    assert "its job was lost" in str(lost["reason"])
    swarm.record(event, first, "agent-1", 1, artifact)
    assert record_of(swarm, "agent-1") == lost, "the attempt was recorded as lost, and stays so"
    swarm.research(started, again)
    done, tip = record_of(swarm, "agent-1"), swarm.github.tip("swarm/widgets-1")
    with pytest.raises(Refused, match="attempt 1 of agent-1 came back after attempt 2"):
        swarm.record(event, first, "agent-1", 1, artifact)
    assert "refused/agent-1/1" in keys(swarm.github.bare)
    assert (record_of(swarm, "agent-1"), swarm.github.tip("swarm/widgets-1")) == (done, tip)
    swarm.close(started, again)
    ended_well(swarm)


def test_two_status_jobs_at_once_start_one_run(github: GitHub, tmp_path: Path, clock: VirtualClock) -> None:
    """The second one comes while the first is about to write down that it starts a run."""
    swarm = Swarm(github, tmp_path, ONE, clock, over_http=True)
    over = meet(swarm, swarm.ask(), "died")
    also: list[object] = []
    swarm.github.meanwhile("POST", r"/git-receive-pack$", lambda: also.append(swarm.status()))
    swarm.status(over)
    assert (len(also), len(dispatches(swarm))) == (1, 1)
    Repository(swarm).settle()
    ended_well(swarm)


# --- its time is over ---


def timed(criteria: str) -> str:
    short = TWO.replace("session_timeout_hours: 30", "session_timeout_hours: 5")
    return short.replace("required_field_gaps: 10", f"required_field_gaps: 20, {criteria}")


def unfinished(swarm: Swarm) -> None:
    """A session of two agents: one is done, one did not come to its end but found something, and its run died."""
    event = swarm.ask()
    launched = swarm.launch(event)
    swarm.attempt(event, launched, "agent-1", 1)
    artifact = swarm.folder / "artifact.json"
    swarm.run_agent(event, launched, "agent-2", 1, artifact)
    found = json.loads(artifact.read_text()) | {"unfinished": "its process ended"}
    artifact.write_text(json.dumps(found | {"gaps": [], "findings": found["findings"][:1]}))
    swarm.record(event, launched, "agent-2", 1, artifact)
    swarm.end(event, "failure")


def over_its_time(swarm: Swarm, clock: VirtualClock) -> None:
    """What happens when time has passed, and the schedule's time comes."""
    clock.moment += 6 * HOUR
    here = Repository(swarm, heard=len(swarm.github.events))
    swarm.status()
    here.settle()


@pytest.mark.parametrize("found", [True, False])
def test_a_session_over_its_time_gives_up_what_is_unfinished_and_is_merged_where_that_is_tolerated(
    github: GitHub, tmp_path: Path, clock: VirtualClock, found: bool
) -> None:
    swarm = Swarm(github, tmp_path, timed("blocked_subjects: 1"), clock)
    if found:
        unfinished(swarm)
    else:
        event = swarm.ask()
        swarm.attempt(event, swarm.launch(event), "agent-1", 1)
        swarm.end(event, "failure")
    over_its_time(swarm, clock)
    ended_well(swarm)
    given_up = record_of(swarm, "agent-2", "main")
    assert given_up["reason"] == "the session's time was over"
    assert (given_up["state"], given_up["findings"]) == (("done", 1) if found else ("blocked", 0))
    assert len(dispatches(swarm)) == 1
    handover = git(github.bare, "show", "main:SESSION-HANDOVER-PROTOCOL.md")
    assert "1 assignment given up\n  - `agent-2`: nothing since " in handover
    assert "widgets-1: agent-2 given up" in handover
    comment = swarm.status_comment()
    assert "- **Given up** · `agent-2`: the session's time was over; what was found is kept." in comment
    assert [key for key in keys(github.bare) if key.startswith("expired")]


def test_where_that_is_not_tolerated_the_gate_holds_it_back_and_nothing_starts_again(
    github: GitHub, tmp_path: Path, clock: VirtualClock
) -> None:
    swarm = Swarm(github, tmp_path, timed("blocked_subjects: 0"), clock)
    event = swarm.ask()
    swarm.attempt(event, swarm.launch(event), "agent-1", 1)
    over_its_time(swarm, clock)  # its run is at work, and ended first
    assert swarm.of(event).run.conclusion == "cancelled"
    assert "every subject covered" in swarm.status_comment()
    assert "**Fails**" in swarm.status_comment()
    given_up = record_of(swarm, "agent-2")
    assert (given_up["state"], given_up["reason"]) == ("blocked", "the session's time was over")
    assert "Widget Lab was not researched" in git(github.bare, "show", "main:BLOCKERS.md")
    started = len(dispatches(swarm))
    Repository(swarm, heard=len(github.events)).schedule(3, clock, 8 * HOUR)
    assert (started, len(dispatches(swarm))) == (1, 1)


# --- it stands still until somebody acts ---


def writes_of(swarm: Swarm, clock: VirtualClock, times: int = 10) -> int:
    """How much that many times of the schedule change on the server."""
    before = swarm.lifetime.effects()
    for _ in range(times):
        clock.moment += 2 * MINUTE
        swarm.status()
    return swarm.lifetime.effects() - before


def test_a24_three_runs_that_bring_nothing_open_the_breaker_until_a_person_acts(
    swarm: Swarm, clock: VirtualClock
) -> None:
    here = Repository(swarm, ["died", "lost before", "lost before", "lost before"])
    event = swarm.ask()
    here.settle()
    assert (here.runs, len(dispatches(swarm))) == (4, 3), "the one that was asked for, and three"
    assert "3 runs in a row brought nothing" in swarm.status_comment()
    assert [key for key in keys(swarm.github.bare) if key.startswith("broken")] == ["broken/3-0"]
    assert writes_of(swarm, clock) == 0

    swarm.label(1, "swarm:widgets")
    here.settle()
    ended_well(swarm)
    orders = json.loads(git(swarm.github.bare, "show", "main:sessions/widgets-1/orders.json"))["orders"]
    assert [(order["kind"], order["by"]) for order in orders] == [("resume", "ann")]
    assert event.payload["issue"]["number"] == 1


def test_a24_a_gate_that_fails_is_not_asked_again(github: GitHub, tmp_path: Path, clock: VirtualClock) -> None:
    swarm = Swarm(github, tmp_path, ONE.replace("docs/guide.md", "docs/nothing.md"), clock)
    swarm.ask()
    here = Repository(swarm)
    here.settle()
    assert "**Gate: fail**" in swarm.status_comment()
    assert writes_of(swarm, clock, 2) == 0
    here.schedule(3, clock, 8 * HOUR)
    assert dispatches(swarm) == []


def test_a_gate_that_waits_is_asked_again_later(swarm: Swarm, clock: VirtualClock) -> None:
    """GitHub does not say for a while whether the pull request can be merged (G3)."""
    github = swarm.github
    github.state.settings.mergeable_after = None
    swarm.ask()
    here = Repository(swarm)
    here.settle()
    assert "no run is at work" not in swarm.status_comment()
    assert writes_of(swarm, clock, 2) == 0, "it was asked a moment ago"
    assert dispatches(swarm) == []
    here.schedule(1, clock, 30 * MINUTE)
    assert len(dispatches(swarm)) == 1
    here.schedule(1, clock, 30 * MINUTE)
    assert len(dispatches(swarm)) == 1, "after the second time, twice as long is waited"
    github.state.settings.mergeable_after = 1
    here.schedule(1, clock, 30 * MINUTE)
    ended_well(swarm)


def test_g23_when_the_money_is_gone_the_breaker_opens(github: GitHub, tmp_path: Path, clock: VirtualClock) -> None:
    costly = ONE.replace("backend: simulated", "backend: claude, attempts: 3").replace(
        "max_usd: 1.00", "max_usd: 0.25"
    )
    swarm = Swarm(github, tmp_path, costly, clock)
    event = swarm.ask()
    launched = swarm.launch(event)
    used = {"session": "widgets-1", "agent": "agent-1", "attempt": 1, "started": "2026-11-22T16:40:00Z"}
    used |= {"finished": "2026-11-22T16:50:00Z", "unfinished": "it was ended", "usage": {"micro_usd": 250_000}}
    artifact = tmp_path / "artifact.json"
    artifact.write_text(json.dumps(used))
    swarm.record(event, launched, "agent-1", 1, artifact)
    swarm.status(swarm.end(event, "failure"))
    assert dispatches(swarm) == []
    assert "all of its money is spent: 0.25 of 0.25 USD" in swarm.status_comment().replace("&#8203;", "")
    assert "**Stopped**" in swarm.status_comment()
    assert writes_of(swarm, clock, 2) == 0


# --- events alone, and events that go astray ---


def test_g20_without_any_schedule_a_session_ends_whatever_dies(pair: Swarm) -> None:
    fates: list[Fate] = ["died", "lost before", "close died", "cancelled"]
    here = Repository(pair, fates)
    pair.ask()
    here.settle()
    assert here.runs == 5, "after the third one everything is recorded, and the last one need only close"
    ended_well(pair)


@pytest.mark.parametrize("seed", range(4))
def test_g19_g21_events_that_are_doubled_lost_or_shuffled_end_the_same(
    github: GitHub, tmp_path: Path, clock: VirtualClock, seed: int
) -> None:
    pair = Swarm(github, tmp_path, TWO.replace("agent: {", "agent: {attempts: 5, "), clock)
    chance = random.Random(seed)
    fates: list[Fate] = [chance.choice(FATES) for _ in range(3)]
    here = Repository(
        pair,
        fates,
        lost=lambda event: event.name == "workflow_run" and chance.random() < 0.4,
        order=shuffled(seed),
    )
    event = pair.ask()
    here.waiting += [Event(event.name, event.payload, event.actor)] * chance.choice([0, 1, 2])
    here.settle()
    here.schedule(5, clock, SILENT)
    ended_well(pair)
    assert [record_of(pair, agent, "main")["state"] for agent in ("agent-1", "agent-2")] == ["done", "done"]


def test_a_status_job_that_may_not_see_runs_says_so_and_refreshes_all_the_same(swarm: Swarm) -> None:
    """As with the workflow of an older version, whose job had no such permission."""
    swarm.github.jobs_may["status"] = {"contents": "write", "issues": "write"}
    meet(swarm, swarm.ask(), "died")
    outcome = swarm.status()
    assert dispatches(swarm) == []
    assert "1 launched" in git(swarm.github.bare, "log", "-1", "--format=%s", "main")
    assert ["list the runs of swarm-session.yml" in str(problem) for problem in outcome.notes] == [True]
