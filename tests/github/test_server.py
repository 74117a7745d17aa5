"""The test GitHub's permissions, faults, limits and who hears of what."""

from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest
import requests

from tests.clocks import VirtualClock
from tests.github.calling import Caller, job, person
from tests.github.server import GitHub
from tests.github.state import Actor, Json, Level, Role

READ_ONLY = [
    ("POST", "issues/1/comments", {"body": "x"}),
    ("PATCH", "issues/1", {"state": "closed"}),
    ("POST", "issues/1/labels", {"labels": ["x"]}),
    ("POST", "statuses/main", {"state": "success"}),
    ("POST", "pulls", {"title": "x", "head": "x", "base": "main"}),
    ("PUT", "pulls/2/merge", {}),
    ("POST", "actions/workflows/x.yml/dispatches", {"ref": "main"}),
    ("POST", "actions/runs/1/cancel", None),
    ("POST", "issues/comments/1/reactions", {"content": "+1"}),
    ("GET", "branches/main/protection", None),
    ("GET", "actions/permissions/workflow", None),
    ("GET", "actions/secrets", None),
    ("GET", "/user", None),
]


@pytest.mark.parametrize(("method", "path", "body"), READ_ONLY)
def test_a_job_without_the_permission_is_refused(github: GitHub, method: str, path: str, body: object) -> None:
    github.open_issue("An issue")
    levels: dict[str, Level] = dict.fromkeys(
        ("actions", "checks", "contents", "issues", "pull-requests", "statuses"), "read"
    )
    call = Caller(github, github.token(permissions=levels))
    assert call.refused(method, path, body) == (403, "Resource not accessible by integration")
    assert github.calls[-1].status == 403


def test_nobody_gets_in_without_a_token(github: GitHub) -> None:
    assert Caller(github, "ghs_unknown").refused("GET", "issues") == (401, "Bad credentials")
    assert requests.get(f"{github.api_url}/repos/acme/widgets", timeout=9).status_code == 401


ROLES = [
    ("admin", "admin"),
    ("maintain", "write"),
    ("write", "write"),
    ("triage", "read"),
    ("read", "read"),
    ("none", "none"),
]


@pytest.mark.parametrize(("role", "permission"), ROLES)
def test_roles_are_told_in_both_ways(github: GitHub, role: Role, permission: str) -> None:
    github.user("bob", role)
    shown = job(github).json("GET", "collaborators/bob/permission")
    assert (shown["permission"], shown["role_name"]) == (permission, role)
    assert job(github).refused("GET", "collaborators/nobody/permission")[0] == 404


def test_a_fault_before_changes_nothing_and_one_after_does(github: GitHub) -> None:
    github.open_issue("An issue")
    call = job(github)
    github.fault("POST", r"/comments$")
    assert call("POST", "issues/1/comments", {"body": "x"}).status_code == 502
    assert github.comments(1) == []
    lost = github.fault("POST", r"/comments$", when="after", status=502, times=2)
    assert [call("POST", "issues/1/comments", {"body": "x"}).status_code for _ in range(3)] == [502, 502, 201]
    assert (lost.met, len(github.comments(1))) == (2, 3)
    github.fault("GET", r"/issues/1$", drop=True)
    with pytest.raises(requests.ConnectionError):
        call("GET", "issues/1")
    assert [it.status for it in github.calls] == [502, 0, 0, 201, 0]


def test_a_fault_may_say_anything(github: GitHub) -> None:
    github.fault("GET", "/issues$", status=429, headers={"Retry-After": "7"}, body={"message": "slow"})
    answer = job(github)("GET", "issues")
    assert (answer.status_code, answer.headers["Retry-After"], answer.json()) == (429, "7", {"message": "slow"})
    assert github.violations == []


@pytest.fixture
def timed(github: GitHub) -> GitHub:
    github.clock = VirtualClock()
    github.limits.on = True
    github.open_issue("An issue")
    return github


@pytest.mark.parametrize("form", ["retry-after", "reset", "bare"])
@pytest.mark.parametrize("status", [403, 429])
def test_more_than_eighty_writes_a_minute_are_too_many(
    timed: GitHub, form: Literal["retry-after", "reset", "bare"], status: Literal[403, 429]
) -> None:
    timed.limits.form, timed.limits.status, timed.limits.writes_per_minute = form, status, 3
    call = job(timed)
    answers = [call("POST", "issues/1/comments", {"body": "x"}) for _ in range(4)]
    assert [it.status_code for it in answers] == [201, 201, 201, status]
    last = answers[-1]
    assert "secondary rate limit" in last.json()["message"]
    assert ("Retry-After" in last.headers) == (form == "retry-after")
    assert (last.headers["X-RateLimit-Remaining"] == "0") == (form == "reset")
    assert timed.limits.refused == 1
    assert call("GET", "issues/1").ok
    assert isinstance(timed.clock, VirtualClock)
    timed.clock.sleep(61)
    assert call("POST", "issues/1/comments", {"body": "x"}).ok


def test_an_hour_has_its_limits(timed: GitHub) -> None:
    assert isinstance(timed.clock, VirtualClock)
    timed.limits.writes_per_hour, timed.limits.per_hour = 2, 4
    call = job(timed)
    codes = []
    for _ in range(3):
        codes.append(call("POST", "issues/1/comments", {"body": "x"}).status_code)
        timed.clock.sleep(timedelta(minutes=2).total_seconds())
    assert codes == [201, 201, 403]
    assert [call("GET", "issues/1").status_code for _ in range(3)] == [200, 200, 403]
    refused = call("GET", "issues/1")
    assert refused.headers["X-RateLimit-Remaining"] == "0"
    assert call.json("GET", "/rate_limit")["rate"]["remaining"] == 0
    timed.clock.moment = datetime.fromtimestamp(int(refused.headers["X-RateLimit-Reset"]), UTC)
    assert call("GET", "issues/1").ok


def test_who_listens_is_told_and_may_call_back(github: GitHub) -> None:
    heard: list[tuple[str, str, Actor]] = []

    def listen(name: str, payload: Json, actor: Actor) -> None:
        number = payload["issue"]["number"]
        heard.append((name, payload["action"], actor))
        assert person(github).json("GET", f"issues/{number}")

    github.on_event = listen
    github.open_issue("An issue", labels=["one"])
    job(github).json("POST", "issues/1/labels", {"labels": ["two"]})
    assert [(name, action) for name, action, _ in heard] == [
        ("issues", "opened"),
        ("issues", "labeled"),
        ("issues", "labeled"),
    ]
    assert [actor.is_job for _, _, actor in heard] == [False, False, True]
    assert [it.starts_runs for it in github.events] == [True, True, False]


DISPATCH = "on:\n  workflow_dispatch:\n    inputs:\n      mission: {required: true}\njobs: {}\n"


def test_a_dispatch_starts_a_run_even_from_a_job(github: GitHub) -> None:
    github.seed({".github/workflows/session.yml": DISPATCH, ".github/workflows/ci.yml": "on: push\njobs: {}\n"})
    call = job(github, actions="write")
    path = "actions/workflows/session.yml/dispatches"
    assert call("POST", path, {"ref": "main", "inputs": {"mission": "a"}}).status_code == 204
    assert github.events[-1].starts_runs
    assert github.events[-1].payload["inputs"] == {"mission": "a"}
    refused = [
        call.refused("POST", path, {"ref": "main"}),
        call.refused("POST", path, {"ref": "main", "inputs": {"mission": "a", "more": "b"}}),
        call.refused("POST", path, {"ref": "nowhere"}),
        call.refused("POST", path.replace("session", "ci"), {"ref": "main"}),
        call.refused("POST", path.replace("session", "none"), {"ref": "main"}),
    ]
    assert refused == [
        (422, "Required input 'mission' not provided"),
        (422, 'Unexpected inputs provided: ["more"]'),
        (422, "No ref found for: nowhere"),
        (422, "Workflow does not have 'workflow_dispatch' trigger"),
        (404, "Not Found"),
    ]
    assert len(github.state.dispatches) == 1


def test_what_is_too_long_is_refused(github: GitHub) -> None:
    github.open_issue("An issue")
    status, message = job(github).refused("POST", "issues/1/comments", {"body": "x" * 65_537})
    assert (status, "65536" in message) == (422, True)


def test_a_label_is_an_event_that_says_who(github: GitHub) -> None:
    github.open_issue("A session")
    assert [it["name"] for it in person(github).json("POST", "issues/1/labels", {"labels": ["swarm:go"]})] == [
        "swarm:go"
    ]
    event = github.events[-1]
    assert (event.name, event.payload["action"], event.payload["sender"]["login"]) == ("issues", "labeled", "ann")
    assert event.payload["label"]["name"] == "swarm:go"


@pytest.mark.parametrize(("level", "status"), [("read", 403), ("write", 201)])
def test_a_job_is_known_by_the_user_agent(github: GitHub, level: Literal["read", "write"], status: int) -> None:
    github.open_issue("A session")
    github.jobs_may["close"] = {"issues": level}
    call = Caller(github, github.token(), "swarm-sessions/0.1.0 (close)")
    assert call("POST", "issues/1/comments", {"body": "Hello"}).status_code == status
    assert (github.calls[-1].job, github.calls[-1].status) == ("close", status)
