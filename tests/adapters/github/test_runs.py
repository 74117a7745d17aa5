"""Runs that are started once, although GitHub's answer may be lost."""

import pytest

from bot.adapters.github.errors import CallFailed
from bot.adapters.github.runs import WorkflowRuns
from tests.adapters.github.hub import Hub, Json

DISPATCHES = "/actions/workflows/swarm-session.yml/dispatches"
RUNS = "/actions/workflows/swarm-session.yml/runs"


def start(hub: Hub, **inputs: str) -> None:
    WorkflowRuns(hub.client(), "main").start("swarm-session.yml", inputs)


def listed(*titles: str, created: str = "2026-11-22T16:39:55Z") -> Json:
    runs = [{"id": 1, "display_title": title, "created_at": created} for title in titles]
    return {"total_count": len(titles), "workflow_runs": runs}


def test_a_run_is_started_on_the_base_branch(hub: Hub) -> None:
    hub.on("POST", DISPATCHES, None, 204)
    start(hub, session="widgets-1", mission="widgets")
    assert hub.sent() == {"ref": "main", "inputs": {"session": "widgets-1", "mission": "widgets"}}


def test_g11_a_run_that_was_started_is_found(hub: Hub) -> None:
    hub.on("POST", DISPATCHES, {"message": "Bad Gateway"}, 502)
    hub.on("GET", RUNS, listed("other-1 goes on", "widgets-1 goes on"))
    start(hub, session="widgets-1")
    assert hub.asked == [f"POST {DISPATCHES}", f"GET {RUNS}"]
    asked = str(hub.mock.calls[1].request.url)
    assert "event=workflow_dispatch" in asked
    assert "branch=main" in asked


@pytest.mark.parametrize(
    ("inputs", "titles"),
    [({"session": "widgets-1"}, ("widgets-10 goes on",)), ({"mission": "widgets"}, ()), ({}, ("",))],
)
def test_g11_a_run_that_was_not_started_is_started_again(
    hub: Hub, inputs: dict[str, str], titles: tuple[str, ...]
) -> None:
    hub.on("POST", DISPATCHES, {"message": "Bad Gateway"}, 502)
    hub.on("GET", RUNS, listed(*titles))
    hub.on("POST", DISPATCHES, None, 204)
    start(hub, **inputs)
    assert hub.asked.count(f"POST {DISPATCHES}") == 2


def test_g11_a_run_of_the_same_session_that_was_there_before_is_another(hub: Hub) -> None:
    hub.on("POST", DISPATCHES, {"message": "Bad Gateway"}, 502)
    hub.on("GET", RUNS, listed("widgets-1 goes on", created="2026-11-22T16:39:49Z"))
    hub.on("POST", DISPATCHES, None, 204)
    start(hub, session="widgets-1")


def test_a_workflow_that_is_not_there_is_told(hub: Hub) -> None:
    hub.on("POST", DISPATCHES, {"message": "Not Found"}, 404)
    with pytest.raises(CallFailed, match=r"could not start swarm-session\.yml: GitHub knows no such thing"):
        start(hub)
