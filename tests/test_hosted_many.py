"""More agents than one run can hold: the session goes on in another run (G22)."""

import json
from pathlib import Path

import pytest

from bot.adapters.git import GitRepository
from bot.core.session import agent_path, findings_path
from bot.ports import RefUpdate
from tests.builders import NOW
from tests.github.server import GitHub
from tests.github.world import Event
from tests.hosted import FORM, Swarm
from tests.sessions import as_bytes, findings, record

AGENTS = 257
MISSION = """\
mission: crowd
session: 1
phase: {number: 1, name: Crowd}
title: A crowd
domain: CROWD
deliverable: INTEGRATIONS-CROWD.md
agent: {backend: simulated, max_usd: 0.01}
limits: {max_usd: 9.00, max_parallel: 50}
teams:
  - id: 1
    name: Everybody
    agents:
"""


@pytest.fixture
def swarm(github: GitHub, tmp_path: Path) -> Swarm:
    made = Swarm(github, tmp_path)
    agents = (
        f'      - {{id: agent-{n}, subjects: [{{name: "Subject {n}", sources: ["file:docs/guide.md"]}}]}}\n'
        for n in range(AGENTS)
    )
    github.seed({"missions/crowd.yml": MISSION + "".join(agents)})
    return made


def recorded(swarm: Swarm, agents: list[str]) -> None:
    """What 256 record jobs leave behind, in one commit."""
    repo = GitRepository(swarm.github.bare)
    files: dict[str, bytes | None] = {}
    for agent in agents:
        files[agent_path("crowd-1", agent)] = as_bytes(record("crowd-1", agent))
        files[findings_path("crowd-1", agent)] = as_bytes(
            findings(agent, f"subject-{agent.removeprefix('agent-')}")
        )
    tip = repo.refs("refs/heads/swarm")["refs/heads/swarm/crowd-1"]
    repo.update([RefUpdate("refs/heads/swarm/crowd-1", repo.commit([tip], files, "Record", NOW), tip)])


def dispatched(swarm: Swarm) -> Event:
    """The run that was started last."""
    [*_, last] = (event for event in swarm.github.events if event.name == "workflow_dispatch")
    return last


def test_g22_the_257th_agent_runs_in_a_second_run(swarm: Swarm) -> None:
    event = swarm.ask(body=FORM.replace("widgets", "crowd"))
    first = swarm.launch(event)
    matrix = [turn["agent"] for turn in json.loads(first.outputs["agents"])]
    assert (len(matrix), first.outputs["max-parallel"]) == (256, "50")
    recorded(swarm, matrix)
    ended = swarm.close(event, first)
    assert (ended.data["state"], ended.data["agents"]) == ("continued", ["agent-256"])
    dispatch = dispatched(swarm)
    assert dispatch.starts_runs
    second = swarm.launch(dispatch)
    assert [turn["agent"] for turn in json.loads(second.outputs["agents"])] == ["agent-256"]
    assert second.outputs["comment"] == first.outputs["comment"]
    assert len(swarm.status_comment()) < 65_536


def test_a24_the_runs_of_a_session_that_never_gets_anywhere_come_to_an_end(swarm: Swarm) -> None:
    """No agent leaves a record: each run finds the attempts lost that the one before it handed out, and hands out
    those that are left. 514 attempts are three runs, and a fourth finds the last ones lost."""
    event, runs = swarm.ask(body=FORM.replace("widgets", "crowd")), 1
    ended = swarm.close(event, swarm.launch(event))
    while ended.data.get("state") == "continued":
        event, runs = dispatched(swarm), runs + 1
        ended = swarm.close(event, swarm.launch(event))
    assert (runs, ended.data["verdict"]) == (4, "fail")
    assert "257 failed" in swarm.status_comment()
    assert swarm.github.state.issues[1].state == "open"
