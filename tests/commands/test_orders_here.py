"""What a person tells a session on one machine: the order lies on its branch, and `swarm run` goes by it."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bot.adapters.agents.simulated import Simulated
from bot.adapters.git import GitRepository
from bot.adapters.sources.library import Library
from bot.assembly import Workplace
from bot.cli.group import cli
from bot.commands.ordering import give
from bot.core.chatops import Stop
from bot.core.findings import AgentResult
from bot.core.orders import Order
from bot.errors import Refused
from bot.ports import Brief
from tests.builders import NOW
from tests.clocks import StillClock
from tests.repos import git, tip
from tests.workshop import MISSION, Watcher, launch_here, session, widgets

BRANCH = "refs/heads/swarm/widgets-1"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return widgets(tmp_path / "repo")


def swarm(folder: Path, *args: str) -> Result:
    return CliRunner().invoke(cli, [*args, "--repo", str(folder)])


def refusal(folder: Path, *args: str) -> str:
    """What is said when a command is refused, as Python sees it: `main` prints it and exits with 1."""
    result = swarm(folder, *args)
    assert isinstance(result.exception, Refused), result.output
    return str(result.exception)


def orders(folder: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(git(folder, "show", f"{BRANCH}:sessions/widgets-1/orders.json"))[
        "orders"
    ]
    return found


class Failing:
    """A backend that fails always."""

    def research(self, brief: Brief, progress: object) -> AgentResult:
        raise ValueError("no luck")


def test_an_order_is_written_down_and_says_what_to_run(folder: Path) -> None:
    launch_here(GitRepository(folder))
    stopped = swarm(folder, "stop", "widgets-1")
    assert stopped.output == (
        "widgets-1: nothing new starts until somebody resumes it\n"
        "a run that is at work ends after the attempts that it has begun; `swarm resume widgets-1` goes on\n"
    )
    resumed = swarm(folder, "resume", "widgets-1", "--json")
    report = json.loads(resumed.output)
    assert (report["session"], report["order"]["kind"], report["order"]["by"]) == ("widgets-1", "resume", "local")
    assert [one["kind"] for one in orders(folder)] == ["stop", "resume"]
    assert orders(folder)[0]["id"].startswith("local-stop-20")
    told = swarm(folder, "log", "widgets-1").output
    assert "stopped" in told and "resumed" in told


def test_a_session_that_is_stopped_is_not_run_until_it_is_resumed(folder: Path, tmp_path: Path) -> None:
    session(folder, tmp_path / "cache", merge=False)
    before = tip(folder, BRANCH)
    place = Workplace.at(folder)
    place.order("widgets-1", Stop())
    watcher = Watcher()
    with pytest.raises(
        Refused, match=r"local stopped widgets-1 at .* UTC; .*`swarm resume widgets-1` lets it go on"
    ):
        session(folder, tmp_path / "cache", watcher=watcher)
    assert watcher.begun == []
    assert tip(folder, f"{BRANCH}~1") == before
    swarm(folder, "resume", "widgets-1")
    assert session(folder, tmp_path / "cache").merged


def test_a_run_that_is_at_work_notices_a_stop_between_attempts(folder: Path, tmp_path: Path) -> None:
    library, clock = Library(tmp_path / "cache", folder, StillClock()), StillClock()

    class Interrupted(Simulated):
        def research(self, brief: Brief, progress: Any) -> AgentResult:
            order = Order(id="comment-1", kind="stop", by="ann", time=NOW)
            give(GitRepository(folder), clock, BRANCH, brief.session, order)
            return super().research(brief, progress)

    watcher = Watcher()
    with pytest.raises(Refused, match="ann stopped widgets-1"):
        session(folder, tmp_path / "cache", watcher=watcher, backends=lambda _: Interrupted(library, clock))
    assert watcher.begun == ["agent-1/1"]
    assert watcher.records == ["agent-1"], "what was begun is recorded"


def test_an_agent_that_failed_is_tried_again_by_the_next_run(folder: Path, tmp_path: Path) -> None:
    assert not session(folder, tmp_path / "cache", backends=lambda _: Failing()).merged
    retried = swarm(folder, "retry", "widgets-1", "agent-1")
    assert "tried once more: `agent-1`\n`swarm run MISSION` goes on with it" in retried.output
    watcher = Watcher()
    session(folder, tmp_path / "cache", watcher=watcher)
    assert watcher.begun == ["agent-1/3"]
    assert "tried once more: `agent-2`" in swarm(folder, "retry", "widgets-1").output
    closed = session(folder, tmp_path / "cache")
    assert closed.merged, [one for one in closed.verdict.criteria if one.state != "pass"]


def test_money_is_added_within_the_configurations_bound(folder: Path) -> None:
    launch_here(GitRepository(folder), MISSION.replace("backend: simulated", "backend: claude"))
    assert "the session may spend 6.00 USD now, 5.00 more" in swarm(folder, "budget", "widgets-1", "+5").output
    assert orders(folder)[-1]["caps"] == {"agent-1": 2_500_000, "agent-2": 2_500_000}
    assert "at most 50.00; add less" in refusal(folder, "budget", "widgets-1", "45")
    wrong = swarm(folder, "budget", "widgets-1", "lots")
    assert (wrong.exit_code, "`lots` is no amount" in wrong.output) == (2, True)


def test_merge_closes_the_session(folder: Path, tmp_path: Path) -> None:
    session(folder, tmp_path / "cache", merge=False)
    done = swarm(folder, "merge", "widgets-1", "--cache", str(tmp_path / "cache"))
    assert (done.exit_code, "merged" in done.output) == (0, True)
    assert "INTEGRATIONS-WIDGETS.md" in git(folder, "ls-tree", "--name-only", "main")


def test_merge_waits_for_agents_and_for_whoever_stopped_it(folder: Path, tmp_path: Path) -> None:
    launch_here(GitRepository(folder))
    assert "not recorded yet: agent-1, agent-2" in refusal(folder, "merge", "widgets-1")
    swarm(folder, "stop", "widgets-1")
    assert "local stopped the session; resume it first" in refusal(folder, "merge", "widgets-1")


def test_a_criterion_is_explained(folder: Path, tmp_path: Path) -> None:
    launch_here(GitRepository(folder))
    cache = ("--cache", str(tmp_path / "cache"))
    told = swarm(folder, "explain", "widgets-1", "all", "agents", "complete", *cache)
    assert told.output.splitlines()[1:] == [
        "now it waits, as it is not known yet: 0 of 2, waiting for agent-1, agent-2",
        "to do: wait for them, or run the session again",
    ]
    report = json.loads(swarm(folder, "explain", "widgets-1", "claims-verified", "--json", *cache).output)
    assert (report["id"], report["commit"]) == ("claims-verified", tip(folder, BRANCH))
    assert "write one of `budget-kept`" in refusal(folder, "explain", "widgets-1", "budged kept", *cache)


@pytest.mark.parametrize("command", ["stop", "resume", "retry", "merge"])
def test_there_has_to_be_such_a_session(folder: Path, command: str) -> None:
    assert "there is no open session nothing-1" in refusal(folder, command, "nothing-1")
