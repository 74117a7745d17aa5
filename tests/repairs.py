"""Sessions on the test GitHub of which something dies, to see how they are repaired."""

import json
import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from bot.commands.outcome import Outcome
from bot.core.recovery import AROUND, LISTED
from tests.clocks import VirtualClock
from tests.github.world import Event
from tests.hosted import FOLDER, Swarm
from tests.repos import git
from tests.workshop import MISSION

MINUTE = timedelta(minutes=1)
LIMIT = 30
"""Minutes that an agent of these missions has."""
SILENT = (LIMIT + 1) * MINUTE + AROUND
"""After so long nobody waits for an agent any more."""
AGENT = f"agent: {{backups: [backup-1], timeout_minutes: {LIMIT}, "
TWO = MISSION.replace("agent: {", AGENT).replace("limits: {", "limits: {session_timeout_hours: 30, ")
ONE = "".join(line for line in TWO.splitlines(keepends=True) if "agent-2" not in line)

Fate = Literal["well", "silent", "died", "cancelled", "lost before", "close died"]
"""What becomes of a run. silent: its agents never report, and it goes on. died, cancelled: the agents' jobs are
lost with it. lost before: nothing of it ran. close died: the agents are recorded, and nobody came to close."""


def dispatches(swarm: Swarm) -> list[Event]:
    """The runs that were started by jobs."""
    return [event for event in swarm.github.events if event.name == "workflow_dispatch"]


def matrix(launched: Outcome) -> list[tuple[str, int, str]]:
    """The agents that a launch hands out: agent, attempt, and what its job is called."""
    turns = json.loads(launched.outputs["agents"] or "[]")
    return [(turn["agent"], turn["attempt"], turn["name"]) for turn in turns]


def meet(swarm: Swarm, event: Event, fate: Fate) -> Event | None:
    """A run of the session's workflow with its fate; the event that says it is over, None while it is not."""
    if fate == "well":
        swarm.run(event)
        return swarm.end(event)
    if fate == "lost before":
        swarm.begin(event)
        return swarm.end(event, "failure")
    launched = swarm.launch(event)
    if fate == "silent":
        return None
    if fate == "close died":
        swarm.research(event, launched)
    return swarm.end(event, "cancelled" if fate == "cancelled" else "failure")


def asks_for_a_run(event: Event) -> bool:
    """Whether a workflow of ours that has to do with sessions listens to an event."""
    match event.name:
        case "issues":
            return bool(event.payload["action"] == "labeled")
        case "workflow_dispatch":
            return True
        case "workflow_run":
            return bool(event.payload["workflow_run"]["path"] == f"{FOLDER}swarm-session.yml")
        case _:
            return False


@dataclass
class Repository:
    """Carries out what events ask for, one run after the other, a minute apart. Each run of a session meets the
    next of the `fates`, and those after the last go well. `lost`: whether an event never arrives, `order`: which
    of so many that wait is next."""

    swarm: Swarm
    fates: Iterable[Fate] = ()
    lost: Callable[[Event], bool] = lambda _: False
    order: Callable[[int], int] = lambda _: 0
    heard: int = 0
    waiting: list[Event] = field(default_factory=list)
    runs: int = 0

    def __post_init__(self) -> None:
        self._fates: Iterator[Fate] = iter(self.fates)

    def settle(self) -> None:
        """Until no event waits any more."""
        while self._listen():
            event = self.waiting.pop(self.order(len(self.waiting)))
            self.swarm.clock.sleep(60)
            if event.name == "workflow_run":
                self.swarm.status(event)
            else:
                self.runs += 1
                meet(self.swarm, event, next(self._fates, "well"))

    def schedule(self, times: int, clock: VirtualClock, pause: timedelta) -> None:
        """The status workflow's time comes so many times."""
        for _ in range(times):
            clock.moment += pause
            self.swarm.status()
            self.settle()

    def _listen(self) -> bool:
        fresh, self.heard = self.swarm.github.events[self.heard :], len(self.swarm.github.events)
        self.waiting += (
            event for event in fresh if event.starts_runs and asks_for_a_run(event) and not self.lost(event)
        )
        return bool(self.waiting)


def shuffled(seed: int) -> Callable[[int], int]:
    """Picks any of those that wait."""
    return random.Random(seed).randrange


def ended_well(swarm: Swarm, session: str = "widgets-1") -> None:
    """Asserts that the session is merged once, told once, and that nothing of it is left."""
    github = swarm.github
    merges = git(github.bare, "log", "--merges", "--format=%s", "main").splitlines()
    assert [line for line in merges if session in line] == merges
    assert len(merges) == 1, merges
    assert github.state.issues[1].state == "closed"
    [comment] = github.comments(1)
    assert f"`{session}`: merged" in comment.body
    refs = git(github.bare, "for-each-ref", "--format=%(refname)", "refs/heads", "refs/swarm").splitlines()
    assert [ref for ref in refs if f"/{session}" in ref and "/trail/" not in ref] == []
    assert not [push for push in github.pushes if push.forced and push.ref.startswith("refs/heads/")]


AFTER_A_START = LISTED + MINUTE
"""A run that was started and is not listed by then does not come."""
