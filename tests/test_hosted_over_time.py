"""A session on the test GitHub whose time is over: another one goes on with what is left, in the same issue."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from bot.commands.outcome import Outcome
from tests.clocks import VirtualClock
from tests.github.server import GitHub
from tests.github.state import Actor
from tests.github.world import Event
from tests.hosted import Swarm
from tests.repos import git
from tests.workshop import MISSION, Killed

CONTINUED = MISSION.replace("max_usd: 1.00", "max_usd: 1.00, when_over: continuation")
TIMER = Event("schedule", {"schedule": "*/30 * * * *", "repository": {"default_branch": "main"}}, Actor("ann"))


class LateSwarm(Swarm):
    """A session that may be set forward."""

    def __init__(self, github: GitHub, folder: Path) -> None:
        self.time = VirtualClock()
        super().__init__(github, folder, CONTINUED, self.time)

    def close(self, event: Event, launched: Outcome) -> Outcome:
        ended = super().close(event, launched)
        self.end(event)
        return ended

    def later(self) -> None:
        self.time.moment += timedelta(hours=7)

    def half(self) -> tuple[Event, Outcome]:
        """A session of which one agent is recorded when its time is over."""
        event = self.ask()
        launched = self.launch(event)
        self.attempt(event, launched, "agent-1", 1)
        self.later()
        return event, launched

    def refresh(self) -> Outcome:
        return self.job("status", TIMER).auto()

    def dispatched(self) -> list[Event]:
        return [event for event in self.github.events if event.name == "workflow_dispatch"]

    def holders(self) -> dict[str, str]:
        bare = self.github.bare
        refs = git(bare, "for-each-ref", "--format=%(refname)", "refs/swarm/reservations").splitlines()
        notes = {ref: json.loads(git(bare, "show", f"{ref}:reservation.json")) for ref in refs}
        return {ref.rpartition("/")[2]: str(note["session"]) for ref, note in notes.items()}

    def heads(self) -> list[str]:
        return git(self.github.bare, "for-each-ref", "--format=%(refname)", "refs/heads").splitlines()

    def issue(self) -> str:
        return self.github.state.issues[1].state

    def heading(self) -> str:
        return self.status_comment().splitlines()[1]

    def on_main(self) -> set[str]:
        tree = git(self.github.bare, "ls-tree", "-r", "--name-only", "main").splitlines()
        return {path.split("/")[1] for path in tree if path.startswith("sessions/")}

    def finish_all(self) -> None:
        """Whatever was interrupted: the timer, and the runs that it starts, until nothing is left to do."""
        for run in self.started:
            self.end(run.event)
        for _ in range(4):
            if self.issue() == "closed" and self.heads() == ["refs/heads/main"]:
                return
            before = len(self.dispatched())
            self.refresh()
            for event in self.dispatched()[before:]:
                self.run(event)


@pytest.fixture
def swarm(github: GitHub, tmp_path: Path) -> LateSwarm:
    return LateSwarm(github, tmp_path)


HANDED = {"widget-store": "widgets-1", "widget-lab": "widgets-2"}


def test_from_a_label_to_two_merged_sessions_and_a_closed_issue(swarm: LateSwarm) -> None:
    event, launched = swarm.half()
    ended = swarm.close(event, launched)
    assert (ended.data["session"], ended.data["verdict"]) == ("widgets-1", "pass"), ended.text
    assert (swarm.on_main(), swarm.holders()) == ({"widgets-1"}, HANDED)
    assert swarm.issue() == "open", "a session of it is open"
    assert swarm.dispatched() == []

    swarm.refresh()
    [start] = swarm.dispatched()
    inputs = start.payload["inputs"]
    assert isinstance(inputs, dict)
    assert {"session": "widgets-2", "issue": "1", "mission": "widgets"}.items() <= inputs.items()
    second = swarm.launch(start)
    assert [turn["agent"] for turn in json.loads(second.outputs["agents"])] == ["agent-2"]
    assert swarm.heading() == "### Swarm session `widgets-2`: launched"
    assert "**Goes on from** · `widgets-1`" in swarm.status_comment()
    swarm.research(start, second)
    closed = swarm.close(start, second)
    assert closed.data["verdict"] == "pass", closed.text
    assert swarm.on_main() == {"widgets-1", "widgets-2"}
    assert swarm.heading() == "### Swarm session `widgets-2`: merged"
    assert len(swarm.github.comments(1)) == 1
    assert swarm.issue() == "closed"
    assert swarm.holders() == HANDED


def test_g23_an_attempt_that_never_came_back_counts_before_the_rest_of_the_money_goes_on(
    github: GitHub, tmp_path: Path
) -> None:
    swarm = LateSwarm(github, tmp_path)
    github.seed({"missions/widgets.yml": CONTINUED.replace("backend: simulated", "backend: claude")})
    event = swarm.ask()
    launched = swarm.launch(event)
    swarm.later()
    swarm.close(event, launched)
    launch = json.loads(git(github.bare, "show", "swarm/widgets-2:sessions/widgets-2/launch.json"))
    assert launch["caps"] == {"agent-1": 125_000, "agent-2": 125_000}


def test_a_label_set_again_goes_on_with_the_newest_session(swarm: LateSwarm) -> None:
    event, launched = swarm.half()
    swarm.close(event, launched)
    assert swarm.launch(swarm.label(1, "swarm:widgets")).data["session"] == "widgets-2"
    refused = swarm.launch(swarm.label(1, "swarm:cloud-providers"))
    assert (refused.data["state"], refused.outputs["session"]) == ("refused", "widgets-2")


def test_a_session_before_that_does_not_pass_is_named_and_closes_the_issue_when_it_does(swarm: LateSwarm) -> None:
    event, launched = swarm.half()
    swarm.github.seed({".github/swarm.yml": "merge: manual\n"})
    swarm.close(event, launched)
    assert (swarm.on_main(), swarm.holders()) == (set(), HANDED)
    swarm.github.seed({".github/swarm.yml": "merge: auto\n"})
    swarm.refresh()
    [start] = [one for one in swarm.dispatched() if "widgets-2" in json.dumps(one.payload)]
    swarm.run(start)
    assert swarm.on_main() == {"widgets-2"}
    assert swarm.heading() == "### Swarm session `widgets-2`: merged"
    assert "**Open** · `widgets-1` is not merged yet" in swarm.status_comment()
    assert swarm.issue() == "open"
    swarm.close(event, launched)
    assert swarm.on_main() == {"widgets-1", "widgets-2"}
    assert swarm.heading() == "### Swarm session `widgets-1`: merged"
    assert "**Goes on in** · `widgets-2`: 1 subject" in swarm.status_comment()
    assert swarm.issue() == "closed"


EFFECTS = 21
"""Of a close job that gives up, opens the session that goes on, and merges the one before."""


def test_g10_the_crashes_below_are_all_there_are(swarm: LateSwarm) -> None:
    event, launched = swarm.half()
    swarm.lifetime.begin(None)
    swarm.close(event, launched)
    assert swarm.lifetime.effects() - swarm.lifetime.start == EFFECTS


@pytest.mark.kills
@pytest.mark.parametrize("left", range(1, EFFECTS + 1))
def test_g10_g12_g30_killed_anywhere_it_comes_to_the_same_end(swarm: LateSwarm, left: int) -> None:
    event, launched = swarm.half()
    swarm.lifetime.begin(left)
    with pytest.raises(Killed):
        swarm.close(event, launched)
    swarm.lifetime.begin(None)
    assert set(swarm.holders()) == set(HANDED), "no subject is held by nobody"
    swarm.finish_all()
    assert swarm.on_main() == {"widgets-1", "widgets-2"}
    assert swarm.holders() == HANDED
    assert swarm.issue() == "closed"
    assert len(swarm.github.comments(1)) == 1
    assert swarm.heads() == ["refs/heads/main"]
