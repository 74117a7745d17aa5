"""The test GitHub behaves as github.com does."""

import pytest
import requests

from tests.github.server import GitHub
from tests.repos import git


def call(
    github: GitHub, method: str, path: str, token: str, body: object = None, agent: str = ""
) -> requests.Response:
    headers = {"Authorization": f"Bearer {token}"} | (
        {"User-Agent": f"swarm-sessions/1 ({agent})"} if agent else {}
    )
    path = path if path.startswith(("/user", "/rate")) else f"/repos/acme/widgets{path}"
    return requests.request(method, f"{github.api_url}{path}", headers=headers, json=body, timeout=10)


def test_a_label_starts_an_event_that_says_who(github: GitHub) -> None:
    issue = github.open_issue("A session", "please", "ann")
    token = github.token(login="ann")
    answer = call(github, "POST", f"/issues/{issue.number}/labels", token, {"labels": ["swarm:go"]})
    assert [it["name"] for it in answer.json()] == ["swarm:go"]
    event = github.events[-1]
    assert (event.name, event.payload["action"], event.payload["sender"]["login"]) == ("issues", "labeled", "ann")
    assert event.starts_runs


def test_comments_come_in_pages(github: GitHub) -> None:
    issue = github.open_issue("Long")
    for number in range(7):
        github.comment(issue.number, f"comment {number}")
    token = github.token(permissions={"issues": "read"})
    answer = call(github, "GET", f"/issues/{issue.number}/comments?per_page=3", token)
    seen = [it["body"] for it in answer.json()]
    while "next" in answer.links:
        answer = requests.get(answer.links["next"]["url"], headers={"Authorization": f"token {token}"}, timeout=10)
        seen += [it["body"] for it in answer.json()]
    assert seen == [f"comment {number}" for number in range(7)]


def test_a_person_pushes_and_clones(github: GitHub, tmp_path) -> None:  # type: ignore[no-untyped-def]
    url = github.clone_url(github.token(login="ann"))
    git(tmp_path, "clone", "--quiet", url, "work")
    git(tmp_path / "work", "commit", "--quiet", "--allow-empty", "-m", "More")
    git(tmp_path / "work", "push", "--quiet", "origin", "HEAD:refs/heads/topic")
    assert github.tip("topic") == git(tmp_path / "work", "rev-parse", "HEAD")
    assert [(it.ref, it.forced, it.actor.login) for it in github.pushes] == [("refs/heads/topic", False, "ann")]


def test_an_unknown_call_fails(github: GitHub) -> None:
    answer = call(github, "GET", "/no-such-thing", github.token(login="ann"))
    assert answer.status_code == 500
    assert github.violations == ["GET /repos/acme/widgets/no-such-thing: GitHub's description has no such call"]
    github.violations.clear()


@pytest.mark.parametrize("permission", ["read", "write"])
def test_a_job_is_held_to_its_permissions(github: GitHub, permission: str) -> None:
    issue = github.open_issue("A session")
    github.jobs_may["close"] = {"issues": permission}  # type: ignore[dict-item]
    answer = call(github, "POST", f"/issues/{issue.number}/comments", github.token(), {"body": "Hello"}, "close")
    assert answer.status_code == (201 if permission == "write" else 403)
