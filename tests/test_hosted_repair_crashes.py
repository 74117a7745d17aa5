"""Jobs that repair sessions, on machines that die after any side effect: all ends as if none had (G10)."""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from tests.clocks import VirtualClock
from tests.github.server import GitHub
from tests.github.world import Event
from tests.hosted import Swarm
from tests.repairs import AFTER_A_START, MINUTE, ONE, SILENT, Fate, Repository, dispatches, meet
from tests.repos import git
from tests.test_hosted import assert_same, end_state
from tests.trails import decisions
from tests.workshop import Killed

WHEN = re.compile(r"/(\d+|20\d{6}T[0-9.]+Z)$")
Job = Callable[[], object]


def of_its_run(swarm: Swarm, event: Event, job: Job) -> None:
    """A job whose end, or whose machine's, is its run's."""
    try:
        job()
    except Killed:
        swarm.lifetime.begin(None)
        swarm.end(event, "failure")
        raise
    swarm.end(event)


def starts(swarm: Swarm, _: VirtualClock) -> Job:
    """The status job finds a run dead, and starts the next one."""
    return partial(swarm.status, meet(swarm, swarm.ask(), "died"))


def cancels(swarm: Swarm, clock: VirtualClock) -> Job:
    """The status job finds an agent silent, and ends its run."""
    meet(swarm, swarm.ask(), "silent")
    clock.moment += SILENT
    return swarm.status


def tells(swarm: Swarm, clock: VirtualClock) -> Job:
    """The status job finds the breaker open, and says so."""
    fates: list[Fate] = ["died", "lost before", "lost before", "lost before"]
    here = Repository(swarm, fates, lost=lambda event: event.name == "workflow_run" and here.runs == len(fates))
    swarm.ask()
    here.settle()
    clock.moment += AFTER_A_START
    return swarm.status


def continues(swarm: Swarm, _: VirtualClock) -> Job:
    """The close job finds an agent failed, and starts the next run."""
    event = swarm.ask()
    launched = swarm.launch(event)
    swarm.record(event, launched, "agent-1", 1, None)
    return partial(of_its_run, swarm, event, lambda: swarm.close(event, launched))


def gives_up(swarm: Swarm, clock: VirtualClock) -> Job:
    """The launch job finds the session over its time, and gives up what is unfinished; nobody comes to close."""
    meet(swarm, swarm.ask(), "died")
    clock.moment += 31 * 60 * MINUTE
    swarm.status()
    [event] = dispatches(swarm)
    return partial(of_its_run, swarm, event, lambda: swarm.launch(event))


@dataclass(frozen=True)
class Scene:
    """`job` makes ready and gives the job that dies after any of its `effects` on the server."""

    job: Callable[[Swarm, VirtualClock], Job]
    effects: int


SCENES = (Scene(starts, 5), Scene(cancels, 4), Scene(tells, 3), Scene(continues, 4), Scene(gives_up, 6))
CRASHES = [(scene, left) for scene in SCENES for left in range(1, scene.effects + 1)]


def named(value: object) -> str:
    return value.job.__name__ if isinstance(value, Scene) else str(value)


def played(swarm: Swarm, clock: VirtualClock, scene: Scene, left: int | None) -> int:
    """A scene to its end, by events and by the schedule; how many side effects its job had."""
    job = scene.job(swarm, clock)
    here = Repository(swarm, heard=len(swarm.github.events))
    swarm.lifetime.begin(left)
    before = swarm.lifetime.effects()
    with suppress(Killed):
        job()
    effects = swarm.lifetime.effects() - before
    swarm.lifetime.begin(None)
    here.settle()
    here.schedule(2, clock, AFTER_A_START)
    return effects


def seen(swarm: Swarm) -> dict[str, object]:
    """What is there in the end; of the trail without when, and without how often."""
    trail = sorted({WHEN.sub("", key) for key in decisions(swarm.github.bare)})
    return end_state(swarm) | {"trail": trail}


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int, dict[str, object], int]]:
    """Of each scene: how many side effects there are, what is there in the end, how many runs were started."""
    found = {}
    for scene in SCENES:
        folder = tmp_path_factory.mktemp(named(scene))
        with GitHub(folder) as github:
            github.user("ann", "write")
            github.seed({"README.md": "# Widgets\n"})
            clock = VirtualClock()
            swarm = Swarm(github, folder, ONE, clock)
            effects = played(swarm, clock, scene, None)
            found[named(scene)] = effects, seen(swarm), len(dispatches(swarm))
    return found


def test_g10_the_crashes_below_are_all_there_are(undisturbed: dict[str, tuple[int, object, int]]) -> None:
    assert {named(scene): scene.effects for scene in SCENES} == {
        name: effects for name, (effects, _, _) in undisturbed.items()
    }


@pytest.mark.kills
@pytest.mark.parametrize(("scene", "left"), CRASHES, ids=named)
def test_g10_a_repair_that_dies_is_made_by_the_next_one(
    github: GitHub,
    tmp_path: Path,
    undisturbed: dict[str, tuple[int, dict[str, object], int]],
    scene: Scene,
    left: int,
) -> None:
    """A start is written down before it is made, and made before it is told. So one that dies in between leaves a
    start that never came, and is followed by one more: it finds what is left to do, or nothing."""
    clock = VirtualClock()
    swarm = Swarm(github, tmp_path, ONE, clock)
    assert played(swarm, clock, scene, left) == left
    _, expected, started = undisturbed[named(scene)]
    assert_same(seen(swarm), expected)
    assert started <= len(dispatches(swarm)) <= started + 1
    assert git(github.bare, "log", "--merges", "--format=%s", "main").count("widgets-1") <= 1
