"""Sessions on the test GitHub whose attempts are lost, do not come to their end, or are refused their model."""

import json
from pathlib import Path

import pytest

from bot.commands.outcome import Outcome
from bot.errors import Refused
from tests.github.server import GitHub
from tests.github.world import Event
from tests.hosted import Swarm
from tests.repos import git
from tests.test_hosted import ALONE
from tests.workshop import Killed

LOST = "its job was lost"
HALTED = {"failure": "401: invalid x-api-key", "halted": True}


@pytest.fixture
def swarm(github: GitHub, tmp_path: Path) -> Swarm:
    return Swarm(github, tmp_path, ALONE)


def record_of(swarm: Swarm, ref: str = "swarm/widgets-1") -> dict[str, object]:
    """What is recorded of the agent."""
    made: dict[str, object] = json.loads(
        git(swarm.github.bare, "show", f"{ref}:sessions/widgets-1/agents/agent-1.json")
    )
    return made


def attempts(launched: Outcome) -> list[int]:
    return [turn["attempt"] for turn in json.loads(launched.outputs["agents"] or "[]")]


def dispatches(swarm: Swarm) -> list[Event]:
    """The runs that were started by this session's own."""
    return [event for event in swarm.github.events if event.name == "workflow_dispatch"]


def left(swarm: Swarm, content: object) -> Path:
    """An artifact that says so."""
    path = swarm.folder / "artifact.json"
    path.write_text(json.dumps(content))
    return path


def unfinished(swarm: Swarm, event: Event, launched: Outcome) -> Path:
    """What an agent leaves whose process is ended when it has found what there is to find."""
    artifact = swarm.folder / "artifact.json"
    swarm.run_agent(event, launched, "agent-1", 1, artifact)
    return left(swarm, json.loads(artifact.read_text()) | {"unfinished": "its process ended before it was done"})


def test_g15_g23_an_attempt_that_is_lost_is_recorded_and_the_next_one_made(swarm: Swarm) -> None:
    event = swarm.ask()
    assert attempts(swarm.launch(event)) == [1]
    launched = swarm.launch(event)
    assert (attempts(launched), record_of(swarm)["attempt"]) == ([2], 1)
    assert LOST in str(record_of(swarm)["reason"])
    assert "**attempt 2**" in swarm.status_comment()
    swarm.research(event, launched)
    assert swarm.close(event, launched).data["verdict"] == "pass"
    assert git(swarm.github.bare, "for-each-ref", "refs/swarm/dispatches", "refs/swarm/records") == ""


def test_g23_an_agent_whose_attempts_are_all_lost_ends_as_failed(swarm: Swarm) -> None:
    event = swarm.ask()
    launched = swarm.launch(event)
    while (ended := swarm.close(event, launched)).data.get("state") == "continued":
        event = dispatches(swarm)[-1]
        launched = swarm.launch(event)
    assert (ended.data["verdict"], len(dispatches(swarm))) == ("fail", 2)
    assert (record_of(swarm)["state"], record_of(swarm)["blockers"]) == ("failed", 1)
    assert "failed: agent-1" in ended.text
    assert swarm.github.state.issues[1].state == "open"


def test_g16_what_an_agent_found_before_it_was_ended_stands_when_the_next_attempt_is_lost(swarm: Swarm) -> None:
    event = swarm.ask()
    launched = swarm.launch(event)
    swarm.record(event, launched, "agent-1", 1, unfinished(swarm, event, launched))
    found = record_of(swarm)
    assert (found["state"], found["reason"]) == ("failed", "its process ended before it was done")
    assert found["verified"]
    swarm.launch(event)
    ended = swarm.close(event, swarm.launch(event))
    kept = record_of(swarm)
    assert [kept[name] for name in ("attempt", "verified", "gaps")] == [2, found["verified"], found["gaps"]]
    criteria = ended.data["criteria"]
    assert isinstance(criteria, list)
    assert [one["id"] for one in criteria if one["state"] == "fail"] == ["agents-complete"]
    deliverable = git(swarm.github.bare, "show", "swarm/widgets-1:INTEGRATIONS-WIDGETS.md")
    assert "at most 600 requests per minute" in deliverable


def test_g16_g17_a_session_that_is_refused_its_model_stops_and_goes_on_when_a_person_says_so(swarm: Swarm) -> None:
    event = swarm.ask()
    launched = swarm.launch(event)
    swarm.record(event, launched, "agent-1", 1, left(swarm, HALTED))
    ended = swarm.close(event, launched)
    assert (ended.data["state"], int(ended.exit)) == ("halted", 1)
    assert dispatches(swarm) == []
    comment = swarm.status_comment()
    assert comment.splitlines()[1] == "### Swarm session `widgets-1`: stopped"
    assert "was refused access to its model: 401: invalid x-api-key" in comment.replace("&#8203;", "")
    assert "mend the access to the model" in comment
    again = swarm.launch(event)
    assert attempts(again) == [2]
    swarm.record(event, again, "agent-1", 2, None)  # this one counts
    last = swarm.launch(event)
    assert attempts(last) == [3]
    swarm.research(event, last)
    assert swarm.close(event, last).data["verdict"] == "pass"
    assert record_of(swarm, "main")["halts"] == 1


def test_g23_an_agents_job_that_is_run_again_by_itself_is_refused(swarm: Swarm) -> None:
    """GitHub gives it the outputs of the launch before: the same attempt, with the same money."""
    event = swarm.ask()
    launched = swarm.launch(event)
    artifact = swarm.folder / "artifact.json"
    swarm.begin(event)
    with pytest.raises(Refused, match="handed out to attempt 1 of the run, and this is attempt 2"):
        swarm.run_agent(event, launched, "agent-1", 1, artifact)
    assert not artifact.exists(), "what the first job may have left is not overwritten"


def test_a_job_that_nobody_says_the_launch_of_is_not_refused(swarm: Swarm) -> None:
    """As with a workflow of somebody's own, around the action alone."""
    event = swarm.ask()
    launched = swarm.launch(event)
    artifact = swarm.folder / "artifact.json"
    swarm.job("run", event, commit=launched.outputs["commit"], token=False).agent(
        "widgets-1", "agent-1", 1, artifact
    )
    assert artifact.exists()


def effects_of_a_launch(swarm: Swarm, event: Event) -> int:
    swarm.lifetime.begin(None)
    swarm.launch(event)
    return swarm.lifetime.effects() - swarm.lifetime.start


EFFECTS = 5
"""Of a launch that finds an attempt lost: its record, the branch, the comment, the trail, what is handed out."""


def test_g10_the_crashes_below_are_all_there_are(swarm: Swarm) -> None:
    event = swarm.ask()
    swarm.launch(event)
    assert effects_of_a_launch(swarm, event) == EFFECTS


@pytest.mark.unwatched
@pytest.mark.parametrize("died", range(1, EFFECTS + 1))
def test_g10_g23_a_launch_that_dies_hands_no_attempt_out_twice(swarm: Swarm, died: int) -> None:
    """Only one that dies after it has handed out, as the last thing that it does, costs the attempt."""
    event = swarm.ask()
    swarm.launch(event)
    swarm.lifetime.begin(died)
    with pytest.raises(Killed):
        swarm.launch(event)
    swarm.lifetime.begin(None)
    launched = swarm.launch(event)
    assert attempts(launched) == ([] if died == EFFECTS else [2])
    assert record_of(swarm)["attempt"] == (2 if died == EFFECTS else 1)
