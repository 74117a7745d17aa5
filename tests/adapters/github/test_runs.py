"""Runs that are started once, although GitHub's answer may be lost."""

from datetime import UTC, datetime

import pytest
from responses.matchers import query_param_matcher

from bot.adapters.github.errors import CallFailed
from bot.adapters.github.runs import WorkflowRuns
from bot.core.runs import ActiveRun
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


def not_over(hub: Hub, status: str, *runs: Json) -> None:
    wanted = {"status": status, "per_page": "100", "exclude_pull_requests": "true"}
    answer = {"total_count": len(runs), "workflow_runs": list(runs)}
    hub.on("GET", RUNS, answer, match=[query_param_matcher(wanted)])


def run(number: int, minute: int) -> Json:
    return {"id": number, "display_title": f"Issue {number}: Widgets", "created_at": f"2026-11-22T16:{minute}:00Z"}


def test_g18_the_runs_that_are_not_over_take_one_call_for_each_state(hub: Hub) -> None:
    """A run that goes on meanwhile is told of in two states, and is one all the same."""
    for status in ("requested", "pending", "waiting"):
        not_over(hub, status)
    not_over(hub, "queued", run(31, 39), run(8, 10))
    not_over(hub, "in_progress", run(8, 10), run(30, 39))
    active = WorkflowRuns(hub.client(), "main").active("swarm-session.yml")
    assert [one.id for one in active] == ["31", "30", "8"]
    assert active[-1] == ActiveRun("8", "Issue 8: Widgets", datetime(2026, 11, 22, 16, 10, tzinfo=UTC))


def cancel(hub: Hub, status: int, message: str = "") -> None:
    hub.on("POST", "/actions/runs/8/cancel", {"message": message} if message else {}, status)
    WorkflowRuns(hub.client(), "main").cancel("8")


@pytest.mark.parametrize(
    ("status", "message"),
    [(202, ""), (409, "Cannot cancel a workflow run that is completed."), (404, "Not Found")],
)
def test_a_run_is_cancelled_unless_it_is_over(hub: Hub, status: int, message: str) -> None:
    cancel(hub, status, message)
    assert hub.asked == ["POST /actions/runs/8/cancel"]


def test_a_run_that_may_not_be_cancelled_is_told(hub: Hub) -> None:
    with pytest.raises(CallFailed, match="could not cancel run 8: the token may not"):
        cancel(hub, 403, "Resource not accessible by integration")
