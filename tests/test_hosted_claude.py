"""A session with the backend `claude` through the jobs of GitHub Actions: a refused key, a killed agent."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.clock import SystemClock
from bot.adapters.model_access import Access
from bot.adapters.prices import ListedPrices
from tests.github.server import GitHub
from tests.hosted import Swarm
from tests.messages import faults
from tests.messages.models import Diligent, Thinking
from tests.messages.replies import Model
from tests.messages.server import MessagesServer
from tests.repos import git
from tests.workshop import MISSION

CLAUDE = MISSION.replace("backend: simulated", "backend: claude")


@contextmanager
def swarm(
    github: GitHub, folder: Path, model: Model, mission: str = CLAUDE
) -> Iterator[tuple[Swarm, MessagesServer]]:
    with MessagesServer(model) as server:
        made = Swarm(github, folder, mission)
        made.access = Access(anthropic_key=server.key, url=server.url)
        yield made, server


def billed(server: MessagesServer) -> int:
    prices = ListedPrices(SystemClock())("anthropic", "claude-haiku-5-5")
    assert prices is not None
    return server.billed(prices)


def kept(github: GitHub, branch: str, agent: str, what: str = "agents") -> Any:
    """An agent's record, or its findings, as a branch has it."""
    return json.loads(git(github.bare, "show", f"{branch}:sessions/widgets-1/{what}/{agent}.json"))


def spent(github: GitHub) -> int:
    """What the records on the base branch count, in millionths of a US dollar."""
    return sum(int(kept(github, "main", agent)["spent"]) for agent in ("agent-1", "agent-2"))


def test_a_label_becomes_a_merged_session_that_a_model_researched(github: GitHub, tmp_path: Path) -> None:
    with swarm(github, tmp_path, Thinking(Diligent())) as (made, server):
        event = made.ask()
        launched = made.launch(event)
        assert "likely" in made.status_comment(), "what it will cost"
        made.research(event, launched)
        done = made.close(event, launched)
        assert done.data["merged"], done.text
        assert spent(github) == billed(server) > 0
        assert "ANTHROPIC" not in made.status_comment()


def test_g17_a_refused_key_halts_the_session_until_a_person_acts(github: GitHub, tmp_path: Path) -> None:
    with swarm(github, tmp_path, Diligent()) as (made, server):
        server.faults.when(lambda call: len(call.body["messages"]) > 5, faults.unauthorised(), times=2)
        event = made.ask()
        outcome = made.run(event)
        assert outcome.data.get("merged") is None
        told = made.status_comment()
        assert "the key is not accepted" in told
        assert "set the label" in told
        assert github.state.dispatches == [], "no further run is started by itself"
        calls = len(server.calls)
        again = made.run(made.label(1, "swarm:widgets"))
        assert again.data["merged"], again.text
        assert len(server.calls) > calls
        assert spent(github) >= billed(server)


class Cancelled(BaseException):
    """The runner ends the step."""


def cancelled(*_: object) -> None:
    raise Cancelled


def test_g16_an_agent_that_is_killed_loses_nothing_that_it_recorded(
    github: GitHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its step ends while it waits to ask again; what it left is handed over all the same."""
    with swarm(github, tmp_path, Diligent()) as (made, server):
        event = made.ask()
        launched = made.launch(event)
        artifact = tmp_path / "swarm-artifact" / "result.json"
        server.faults.when(lambda call: len(call.body["messages"]) > 5, faults.hung_up())
        with monkeypatch.context() as patch, pytest.raises(Cancelled):
            patch.setattr("tests.hosted.Hurried.sleep", cancelled)
            made.run_agent(event, launched, "agent-1", 1, artifact)
        assert json.loads(artifact.read_text())["unfinished"]
        made.record(event, launched, "agent-1", 1, artifact)
        record = kept(github, "swarm/widgets-1", "agent-1")
        assert (record["state"], record["verified"] > 0) == ("failed", True)
        assert record["spent"] >= billed(server)
        found = {one["claim"] for one in kept(github, "swarm/widgets-1", "agent-1", "findings")["findings"]}
        again = made.launch(event)
        made.research(event, again)
        assert made.close(event, again).data["merged"]
        assert found <= {one["claim"] for one in kept(github, "main", "agent-1", "findings")["findings"]}
        assert spent(github) >= billed(server)


def test_g23_an_attempt_that_is_lost_counts_for_all_that_it_was_given(github: GitHub, tmp_path: Path) -> None:
    with swarm(github, tmp_path, Diligent()) as (made, server):
        event = made.ask()
        launched = made.launch(event)
        for agent in ("agent-1", "agent-2"):
            made.record(event, launched, agent, 1, None)  # their machines are gone, with whatever they spent
        again = made.launch(event)
        made.research(event, again)
        assert made.close(event, again).data["merged"]
        assert spent(github) == 2 * 125_000 + billed(server)


def test_without_a_key_the_session_is_halted_and_costs_nothing(github: GitHub, tmp_path: Path) -> None:
    made = Swarm(github, tmp_path, CLAUDE)
    outcome = made.run(made.ask())
    assert outcome.data.get("merged") is None
    assert "there is no key for anthropic" in made.status_comment()
    assert github.state.dispatches == []
