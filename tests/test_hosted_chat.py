"""Commands in comments on the test GitHub: who may give them, what comes of each, doubled events, lost jobs."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.commands.outcome import Outcome
from bot.core.chatops import COMMANDS
from bot.render.workflows import workflows
from tests.github.server import GitHub
from tests.github.state import Actor, Role, Run
from tests.github.world import Event
from tests.hosted import Swarm
from tests.render.inactive import HOSTILE, assert_inactive
from tests.repos import git
from tests.test_hosted import ALONE
from tests.trails import decisions
from tests.workshop import MISSION, Killed

pytestmark = pytest.mark.watched  # nothing else shows what answers to commands are

SESSION = ".github/workflows/swarm-session.yml"
CLAUDE = MISSION.replace("backend: simulated", "backend: claude")


def staged(github: GitHub, folder: Path, mission: str = ALONE) -> Swarm:
    """Runs that are started bear the name that their workflow gives them."""
    swarm = Swarm(github, folder, mission)
    github.seed(workflows(f"acme/swarm@{'0' * 40}"))

    def name(event: str, payload: dict[str, Any], _: Actor) -> None:
        if event == "workflow_dispatch":
            run = github.state.runs[github.state.dispatches[-1].run]
            run.title = f"{payload['inputs']['session']} goes on"

    github.on_event = name
    return swarm


@pytest.fixture
def swarm(github: GitHub, tmp_path: Path) -> Swarm:
    return staged(github, tmp_path)


def orders(swarm: Swarm) -> list[dict[str, Any]]:
    text = git(swarm.github.bare, "show", "swarm/widgets-1:sessions/widgets-1/orders.json")
    found: list[dict[str, Any]] = json.loads(text)["orders"]
    return found


def reactions(swarm: Swarm) -> list[str]:
    return [reaction.content for reaction in swarm.github.state.reactions]


def started(swarm: Swarm) -> list[Event]:
    return [event for event in swarm.github.events if event.name == "workflow_dispatch"]


def shown(swarm: Swarm) -> str:
    """The status comment as a reader sees it."""
    return swarm.status_comment().replace("&#8203;", "").replace("\\", "")


def title(swarm: Swarm) -> str:
    return shown(swarm).splitlines()[1]


def at_work(swarm: Swarm, name: str = "Issue 1: swarm:launch") -> Run:
    """A run of the session that began a while ago."""
    run = swarm.github.start_run(SESSION, "issues")
    run.title, run.created = name, run.created.replace(year=2025)
    return run


def unrecorded(swarm: Swarm) -> tuple[Event, Outcome]:
    """A session whose agent has no record yet, and whose run is over."""
    event = swarm.ask()
    launched = swarm.launch(event)
    swarm.end(event)
    return event, launched


def failed_twice(swarm: Swarm) -> None:
    """A session whose agent has used up its attempts, and that the gate has refused."""
    event = swarm.ask()
    for attempt in (1, 2):
        launched = swarm.launch(event)
        swarm.record(event, launched, "agent-1", attempt, None)
    assert swarm.close(event, launched).data["verdict"] == "fail"
    swarm.end(event)


def waits_for_a_person(swarm: Swarm) -> None:
    """A session that has passed the gate where the configuration leaves merging to people."""
    swarm.github.seed({".github/swarm.yml": "merge: manual\n"})
    assert swarm.run(swarm.ask()).data["verdict"] == "pass"


def go_on(swarm: Swarm) -> Outcome:
    """The run that was started last, to its end."""
    return swarm.run(started(swarm)[-1])


# --- who may ---


@pytest.mark.parametrize("role", ["none", "read", "triage"])
@pytest.mark.parametrize("text", ["/swarm stop", "/swarm help", "/swarm nonsense"])
def test_a07_a_stranger_gets_a_reaction_and_nothing_else(swarm: Swarm, role: Role, text: str) -> None:
    unrecorded(swarm)
    run = at_work(swarm)
    swarm.github.user("mallory", role)
    before, pushes = swarm.status_comment(), len(swarm.github.pushes)
    outcome = swarm.command(text, login="mallory")
    assert (outcome.data["state"], reactions(swarm)) == ("refused", ["confused"])
    assert (swarm.status_comment(), len(swarm.github.comments(1))) == (before, 2)
    assert len(swarm.github.pushes) == pushes
    assert (run.status, started(swarm)) == ("queued", [])
    assert "mallory" not in outcome.summary


def test_a08_a_program_is_not_listened_to(swarm: Swarm) -> None:
    unrecorded(swarm)
    swarm.github.user("robot[bot]", "admin").kind = "Bot"
    outcome = swarm.command("/swarm stop", login="robot[bot]")
    assert "program" in str(outcome.data["reason"])
    assert reactions(swarm) == ["confused"]


@pytest.mark.parametrize("role", ["write", "maintain", "admin"])
def test_a07_who_may_write_is_answered(swarm: Swarm, role: Role) -> None:
    unrecorded(swarm)
    swarm.github.user("bob", role)
    assert swarm.command("/swarm status", login="bob").data["state"] == "done"
    assert reactions(swarm) == ["+1"]
    assert "**Answer** to `/swarm status` · this is how it stands; no run is at work on it" in shown(swarm)
    assert "bob" not in shown(swarm)


def test_comments_that_are_not_for_us_are_left_alone(swarm: Swarm) -> None:
    unrecorded(swarm)
    assert swarm.command("Thanks!\n\n/swarm stop").data["state"] == "ignored"
    number = swarm.github.open_pull("swarm/widgets-1").number
    assert swarm.command("/swarm stop", issue=number).data["state"] == "ignored"
    assert reactions(swarm) == []


# --- the commands ---


def test_stop_ends_what_is_at_work_and_nothing_new_starts(swarm: Swarm) -> None:
    event, launched = unrecorded(swarm)
    run, other = at_work(swarm), at_work(swarm, "Issue 2: swarm:launch")
    outcome = swarm.command("/swarm stop\n\nThis looks wrong.")
    assert outcome.data["session"] == "widgets-1"
    assert [(one["kind"], one["by"]) for one in orders(swarm)] == [("stop", "ann")]
    assert (run.conclusion, other.status) == ("cancelled", "queued")
    assert title(swarm) == "### Swarm session `widgets-1`: stopped by a person"
    assert "**Stopped** · ann stopped it; `/swarm resume` goes on" in shown(swarm)
    assert "**Answer** to `/swarm stop` · nothing new starts until somebody resumes it." in shown(swarm)
    assert {"stopped/comment", "cancelled"} <= {
        key.rpartition("-")[0] if "comment" in key else key.partition("/")[0]
        for key in decisions(swarm.github.bare)
    }
    assert swarm.close(event, launched).data["state"] == "held"


def test_resume_starts_a_run_that_ends_the_session(swarm: Swarm) -> None:
    unrecorded(swarm)
    swarm.command("/swarm stop")
    swarm.command("/swarm resume")
    assert reactions(swarm) == ["+1", "+1"]
    assert title(swarm).endswith("running, goes on in another run")
    assert "- a run goes on with it." in shown(swarm)
    [run] = started(swarm)
    assert run.payload["inputs"] == {"session": "widgets-1", "issue": "1", "mission": "widgets"}
    assert go_on(swarm).data["merged"]
    assert title(swarm).endswith("merged")


def test_resume_beside_a_run_that_is_at_work_starts_none(swarm: Swarm) -> None:
    unrecorded(swarm)
    at_work(swarm)
    swarm.command("/swarm resume")
    assert started(swarm) == []
    assert "- it comes after what is at work now." in shown(swarm)
    assert "at work or queued, " in shown(swarm)


def test_retry_gives_an_agent_another_attempt(swarm: Swarm) -> None:
    failed_twice(swarm)
    assert swarm.command("/swarm retry").data["state"] == "done"
    assert orders(swarm)[-1]["attempts"] == {"agent-1": 3}
    assert "tried once more: `agent-1`." in shown(swarm)
    ended = go_on(swarm)
    assert (ended.data["verdict"], bool(ended.data["merged"])) == ("pass", True)


def test_retry_that_cannot_be_says_why(swarm: Swarm) -> None:
    failed_twice(swarm)
    swarm.command("/swarm retry agent-9")
    assert "not done: the mission has no agent agent-9; its agents are agent-1." in shown(swarm)
    assert title(swarm).endswith("held back by the gate")
    assert reactions(swarm) == ["confused"]


def test_what_is_ordered_while_a_session_is_stopped_waits(swarm: Swarm) -> None:
    failed_twice(swarm)
    swarm.command("/swarm stop")
    swarm.command("/swarm retry agent-1")
    assert started(swarm) == []
    assert "- it stays stopped (ann stopped it): `/swarm resume` goes on." in shown(swarm)
    swarm.command("/swarm merge")
    assert "not done: ann stopped the session; resume it first." in shown(swarm)
    swarm.command("/swarm resume")
    assert go_on(swarm).data["merged"]


def test_budget_adds_money_within_the_configurations_bound(github: GitHub, tmp_path: Path) -> None:
    swarm = staged(github, tmp_path, CLAUDE)
    github.seed({".github/swarm.yml": "max_usd: 4\n"})
    unrecorded(swarm)
    swarm.command("/swarm budget +2.50")
    assert orders(swarm)[-1]["caps"] == {"agent-1": 1_250_000, "agent-2": 1_250_000}
    assert "the session may spend 3.50 USD now, 2.50 more, for `agent-1`, `agent-2`." in shown(swarm)
    assert " of 3.50 USD" in shown(swarm)
    swarm.command("/swarm budget +0.51")
    assert "at most 4.00; add less, or have a maintainer raise `max_usd` in `.github/swarm.yml`" in shown(swarm)
    assert (len(orders(swarm)), reactions(swarm)) == (1, ["+1", "confused"])
    assert len(started(swarm)) == 1, "nobody was at work"


def test_budget_lets_a_session_go_on_whose_money_is_gone(github: GitHub, tmp_path: Path) -> None:
    swarm = staged(github, tmp_path, CLAUDE.replace("max_usd: 1.00", "max_usd: 0.50"))
    event, launched = unrecorded(swarm)
    swarm.launch(event)  # the attempts of the first run are lost, and count for all that they were given
    launched = swarm.launch(event)
    for agent in ("agent-1", "agent-2"):
        git(swarm.github.bare, "rev-parse", f"refs/swarm/records/widgets-1/{agent}/2")
    swarm.close(event, launched)
    swarm.end(event)
    swarm.command("/swarm retry")
    assert "all of its money is spent" in shown(swarm)
    assert started(swarm) == []
    assert title(swarm).endswith("stopped by its circuit breaker")
    swarm.command("/swarm budget +1")
    assert len(started(swarm)) == 1
    again = swarm.launch(started(swarm)[-1])
    assert [turn["attempt"] for turn in json.loads(again.outputs["agents"])] == [3, 3]


def test_a_free_session_needs_no_money(swarm: Swarm) -> None:
    unrecorded(swarm)
    swarm.command("/swarm budget +5")
    assert "not done: this session costs nothing (simulated); it needs no money." in shown(swarm)


def test_merge_merges_where_a_person_has_to_say_so(swarm: Swarm) -> None:
    waits_for_a_person(swarm)
    swarm.command("/swarm status")
    assert title(swarm).endswith("passed the gate")
    assert "A person merges it" in shown(swarm)
    swarm.command("/swarm merge")
    assert "the gate is asked again, and what passes it is merged." in shown(swarm)
    assert go_on(swarm).data["merged"]
    assert swarm.github.state.issues[1].state == "closed"


def test_merge_does_not_get_past_the_gate(swarm: Swarm) -> None:
    failed_twice(swarm)
    swarm.command("/swarm merge")
    ended = go_on(swarm)
    assert (ended.data["verdict"], ended.data["merged"]) == ("fail", None)


def test_merge_waits_for_the_agents(swarm: Swarm) -> None:
    unrecorded(swarm)
    swarm.command("/swarm merge")
    assert "not done: not recorded yet: agent-1; it is merged without you when they are." in shown(swarm)


def test_explain_says_what_a_criterion_measures_and_measured(swarm: Swarm) -> None:
    failed_twice(swarm)
    swarm.command("/swarm explain all agents complete")
    assert "`agents-complete`, all agents complete, passes when this holds: every agent of the" in shown(swarm)
    assert "- now it fails: 0 of 1, failed: agent-1." in shown(swarm)
    assert "- to do: retry agent-1" in shown(swarm)
    swarm.command("/swarm explain claims verified")
    assert "passes when this holds: the document has exactly one citation for each" in shown(swarm)
    swarm.command("/swarm explain the universe")
    assert "not done: no criterion is called so; write one of `agents-complete`" in shown(swarm)
    assert reactions(swarm) == ["+1", "+1", "confused"]


@pytest.mark.parametrize(
    ("text", "reaction"), [("/swarm help", "+1"), ("/swarm", "+1"), ("/swarm stpo", "confused")]
)
def test_help_and_what_is_not_understood_get_the_list(swarm: Swarm, text: str, reaction: str) -> None:
    unrecorded(swarm)
    swarm.command(text)
    assert all(f"- `/swarm {name}" in shown(swarm) for name in COMMANDS)
    assert ("do you mean `/swarm stop`?" in shown(swarm)) == (reaction == "confused")
    assert reactions(swarm) == [reaction]


def test_a_merged_session_can_be_looked_at_and_not_changed(swarm: Swarm) -> None:
    swarm.run(swarm.ask())
    for text in ("/swarm status", "/swarm help", "/swarm explain budget"):
        assert swarm.command(text).data["state"] == "done"
    assert "the session is merged, so the gate is not asked any more" in shown(swarm)
    assert "all of them verified" in shown(swarm) or "verified" in shown(swarm)
    for name in ("stop", "resume", "retry", "budget +1", "merge"):
        assert swarm.command(f"/swarm {name}").data["state"] == "refused"
        assert "not done: session widgets-1 is merged; a new one is launched by its label." in shown(swarm)
    assert title(swarm).endswith("merged")
    assert (started(swarm), len(swarm.github.comments(1))) == ([], 9)


def test_an_issue_without_a_session_gets_an_answer_of_its_own(swarm: Swarm) -> None:
    swarm.github.open_issue("Hello")
    swarm.command("/swarm resume")
    [_, answer] = swarm.github.comments(1)
    assert "this issue carries no session: set the label `swarm:launch`" in answer.body
    swarm.command("/swarm hlep")
    assert "do you mean `/swarm help`?" in answer.body
    swarm.command("/swarm help")
    assert "people with write permission can say" in answer.body
    assert reactions(swarm) == ["confused", "confused", "+1"]
    assert len(swarm.github.comments(1)) == 4
    swarm.launch(swarm.label(1, "swarm:widgets"))
    assert "### Swarm session" in answer.body, "the status comment takes its place"


@pytest.mark.parametrize("text", HOSTILE)
def test_a15_what_a_person_writes_does_nothing_in_the_answer(swarm: Swarm, text: str) -> None:
    unrecorded(swarm)
    swarm.command(f"/swarm {text}")
    body = "\n".join(swarm.status_comment().splitlines()[1:])
    assert_inactive(body, f"{swarm.github.url}/acme/")


# --- doubled events, lost machines ---

SCENES: dict[str, tuple[Callable[[Swarm], object], str]] = {
    "stop": (lambda swarm: (unrecorded(swarm), at_work(swarm)), "/swarm stop"),
    "resume": (lambda swarm: (unrecorded(swarm), swarm.command("/swarm stop")), "/swarm resume"),
    "retry": (failed_twice, "/swarm retry"),
    "merge": (waits_for_a_person, "/swarm merge"),
    "status": (unrecorded, "/swarm status"),
    "explain": (failed_twice, "/swarm explain agents-complete"),
    "unknown": (unrecorded, "/swarm dance"),
}
EFFECTS = {"stop": 5, "resume": 6, "retry": 6, "merge": 6, "status": 2, "explain": 2, "unknown": 2}
"""Order, ledger, start of a run, trail, comment, reaction; of a stop: order, trail, end of the run, comment,
reaction; of the others: comment, reaction."""


def told(swarm: Swarm) -> dict[str, object]:
    """What is there after a command."""
    heads = git(swarm.github.bare, "for-each-ref", "--format=%(refname)", "refs/heads/swarm")
    return {
        "orders": [one["kind"] for one in orders(swarm)] if "orders.json" in files(swarm) else [],
        "started": len(started(swarm)),
        "cancelled": [run.conclusion for run in swarm.github.state.runs.values() if run.event == "issues"],
        "reactions": reactions(swarm)[-1:],
        "title": title(swarm),
        "answer": shown(swarm).partition("**Answer** to ")[2].partition("\n\n<sub>")[0],
        "heads": heads,
    }


def files(swarm: Swarm) -> str:
    return git(swarm.github.bare, "ls-tree", "-r", "--name-only", "swarm/widgets-1")


def survived(swarm: Swarm, event: Event, left: int | None) -> bool:
    swarm.lifetime.begin(left)
    try:
        swarm.job("chatops", event).auto()
    except Killed:
        swarm.lifetime.begin(None)
        swarm.job("chatops", event).auto()
        return True
    return False


def said(swarm: Swarm, scene: str) -> Event:
    prepare, text = SCENES[scene]
    prepare(swarm)
    swarm.github.comment(1, text)
    return swarm.github.events[-1]


@pytest.mark.kills
@pytest.mark.parametrize("scene", SCENES)
def test_g10_g19_a_command_ends_the_same_wherever_its_machine_dies(
    github: GitHub, tmp_path_factory: pytest.TempPathFactory, scene: str
) -> None:
    undisturbed = staged(github, tmp_path_factory.mktemp("undisturbed"))
    event = said(undisturbed, scene)
    undisturbed.lifetime.begin(None)
    undisturbed.job("chatops", event).auto()
    assert undisturbed.lifetime.effects() - undisturbed.lifetime.start == EFFECTS[scene]
    expected = told(undisturbed)
    undisturbed.job("chatops", event).auto()
    assert told(undisturbed) == expected, "an event that comes twice"
    for left in range(1, EFFECTS[scene] + 1):
        folder = tmp_path_factory.mktemp(f"{scene}-{left}")
        with GitHub(folder) as other:
            other.user("ann", "write")
            other.seed({"README.md": "# Widgets\n"})
            swarm = staged(other, folder)
            assert survived(swarm, said(swarm, scene), left)
            assert told(swarm) == expected, left


def test_g19_a_stop_that_comes_again_after_a_resume_ends_nothing(swarm: Swarm) -> None:
    unrecorded(swarm)
    swarm.command("/swarm stop")
    event = [one for one in swarm.github.events if one.name == "issue_comment"][-2]
    swarm.command("/swarm resume")
    run = at_work(swarm)
    assert event.payload["comment"]["body"] == "/swarm stop"
    swarm.job("chatops", event).auto()
    assert (run.status, len(orders(swarm))) == ("queued", 2)
    assert "- it was let go on since." in shown(swarm)
