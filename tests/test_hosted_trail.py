"""The audit trail of sessions on the test GitHub: who decided what, in which run, while it runs and afterwards."""

import json
import re
from pathlib import Path

import pytest

from bot.adapters.git import GitRepository
from bot.commands.log import log
from bot.core.trail import TrailEvent
from bot.errors import Refused
from tests.github.calling import person
from tests.github.server import GitHub
from tests.hosted import Swarm
from tests.repos import git
from tests.test_hosted import ALONE
from tests.test_hosted_lost import HALTED, dispatches, left
from tests.test_hosted_people import configured
from tests.trails import read_trail

COMMIT, RUN = re.compile(r"\b[0-9a-f]{12}\b"), re.compile(r"run [0-9]+(?=/)")


@pytest.fixture
def swarm(github: GitHub, tmp_path: Path) -> Swarm:
    return Swarm(github, tmp_path, ALONE)


def trail(swarm: Swarm) -> tuple[TrailEvent, ...]:
    return read_trail(GitRepository(swarm.github.bare), "widgets-1")


def told(swarm: Swarm) -> list[str]:
    """What `swarm log` says in a clone that has fetched all refs, without times, commits and ids of runs."""
    clone = swarm.folder / "reader"
    if not clone.exists():
        git(swarm.folder, "clone", "--quiet", str(swarm.github.bare), str(clone))
    git(
        clone, "fetch", "--quiet", "origin", "+refs/heads/swarm/*:refs/heads/swarm/*", "+refs/swarm/*:refs/swarm/*"
    )
    lines = log(GitRepository(clone), "widgets-1", jsonl=False).text.splitlines()
    return [" ".join(RUN.sub("run", COMMIT.sub("(commit)", line[21:])).split()) for line in lines]


def test_from_label_to_merge_everything_is_written_down_with_actor_and_run(swarm: Swarm) -> None:
    swarm.run(swarm.ask())
    assert told(swarm) == [
        "launched - 1 agent for Widget services, asked for in issue #1 (run/1, ann)",
        "reserved - 1 subject: Widget Store (run/1, ann)",
        "dispatched agent-1/1 to research Widget Store (run/1, swarm)",
        "recorded agent-1/1 done: 4 findings, 4 verified, 6 gaps (run/1, swarm)",
        "gated - pass at (commit) (run/1, swarm)",
        "merged - into main as (commit) (run/1, swarm)",
    ]
    exported = log(GitRepository(swarm.github.bare), "widgets-1", jsonl=True).text
    assert [json.loads(line)["kind"] for line in exported.splitlines()] == [event.kind for event in trail(swarm)]


def test_while_it_runs_the_log_is_ahead_of_what_is_written(swarm: Swarm) -> None:
    """Handing out is a launch's last step; that it happened is shown at once, and written by the next job."""
    launched = swarm.launch(event := swarm.ask())
    assert [event.key for event in trail(swarm)] == ["launched", "reserved"]
    assert [line.split()[0] for line in told(swarm)] == ["launched", "reserved", "dispatched"]
    swarm.research(event, launched)
    assert [line.split()[0] for line in told(swarm)] == ["launched", "reserved", "dispatched", "recorded"]
    assert [event.key for event in trail(swarm)] == ["launched", "reserved"], "recorders never meet in the trail"


def test_g14_g15_lost_and_late_attempts_are_written_down_with_their_runs(swarm: Swarm) -> None:
    event = swarm.ask()
    first, second = swarm.launch(event), swarm.launch(event)
    swarm.research(event, second)
    with pytest.raises(Refused, match="attempt 1 of agent-1 came back after attempt 2"):
        swarm.record(event, first, "agent-1", 1, None)
    swarm.close(event, second)
    assert [f"{one.key} {RUN.sub('run', f'run {one.run}')}" for one in trail(swarm) if one.attempt] == [
        "dispatched/agent-1/1 run/1",
        "recorded/agent-1/1 run/1",
        "refused/agent-1/1 run/2",
        "dispatched/agent-1/2 run/2",
        "recorded/agent-1/2 run/2",
    ]


def test_a_run_that_starts_another_and_a_session_that_is_stopped_say_why(swarm: Swarm) -> None:
    event = swarm.ask()
    launched = swarm.launch(event)
    swarm.record(event, launched, "agent-1", 1, None)
    assert swarm.close(event, launched).data["state"] == "continued"
    again = swarm.launch(dispatches(swarm)[-1])
    swarm.record(event, again, "agent-1", 2, left(swarm, HALTED))
    assert swarm.close(event, again).data["state"] == "halted"
    assert [f"{one.kind}: {one.reason}" for one in trail(swarm) if one.kind in {"started", "stopped"}] == [
        "started: not done yet: agent-1",
        "stopped: agent-1 was refused access to its model: 401: invalid x-api-key",
    ]


def test_a_session_that_a_person_merges_was_gated_by_the_swarm_and_merged_by_somebody(swarm: Swarm) -> None:
    configured(swarm, "merge: manual\n")
    swarm.run(swarm.ask())
    number = max(swarm.github.state.issues)
    assert trail(swarm)[-1].kind == "gated"
    person(swarm.github).json("PUT", f"pulls/{number}/merge", {})
    for _ in range(2):
        swarm.status()
    assert [f"{one.kind} {one.actor}" for one in trail(swarm)[-2:]] == ["gated swarm", "merged somebody"]
