"""Everything that the test GitHub answers keeps to GitHub's own description, and it is used as one uses GitHub."""

import itertools
from pathlib import Path

import pytest
from github import Auth, Github, GithubException

from tests.github.calling import Caller, job, person
from tests.github.openapi import pattern, vagueness
from tests.github.server import ROUTES, GitHub, Violations
from tests.github.state import CheckRun, Job, Protection

WORKFLOW = """\
name: Session
on:
  workflow_dispatch:
    inputs:
      mission: {required: true}
      budget: {}
jobs: {}
"""


def settle(github: GitHub) -> str:
    """A repository where something of everything is; the head of the topic."""
    github.seed({".github/workflows/session.yml": WORKFLOW})
    github.state.secrets.append("ANTHROPIC_API_KEY")
    github.user("root", "admin")
    github.seed({"topic.txt": "new\n"}, "side")
    github.open_issue("An issue", "body", "ann", ["one"])
    github.comment(1, "first")
    github.comment(1, "second")
    sha = github.seed({"other.txt": "a\n", "README.md": "# Changed\n"}, "swarm/topic")
    github.open_pull("swarm/topic", title="A change")
    github.state.check_runs.append(CheckRun(7, sha, "ci"))
    run = github.start_run(".github/workflows/session.yml", "push")
    github.state.jobs.append(Job(8, run.id, "launch"))
    github.complete_run(run.id)
    return sha


READS = """
pulls pulls/2 pulls/2/files pulls/2/reviews issues issues/1 issues/1/labels issues/1/comments labels labels/one
commits/swarm%2Ftopic commits/main/status commits/main/statuses commits/swarm/topic/check-runs branches
branches/swarm/topic rules/branches/main git/ref/heads/swarm/topic git/matching-refs/heads/swarm contents/README.md
actions/workflows actions/workflows/session.yml actions/workflows/session.yml/runs actions/runs /rate_limit
""".split()


def test_every_call_that_is_answered_keeps_to_the_description(github: GitHub) -> None:
    sha = settle(github)
    root, ann, bot = person(github, "root"), person(github), job(github)
    for path in ("", *READS):
        assert bot.json("GET", path) is not None
    comment, run = github.comments(1)[0].id, next(iter(github.state.runs))
    github.state.protections["side"] = Protection(checks=("ci", "swarm/gate"), reviews=1)
    for path in ("/user", "branches/side/protection", "actions/permissions/workflow", "actions/secrets"):
        assert root.json("GET", path)
    github.state.protections["main"] = Protection(checks=("ci",), reviews=1, ruleset=True)
    assert [it["type"] for it in bot.json("GET", "rules/branches/main")][-1] == "required_status_checks"
    github.state.protections.clear()
    for path in (f"issues/comments/{comment}", f"actions/runs/{run}", f"actions/runs/{run}/jobs",
                 "collaborators/ann/permission", "branches/side"):  # fmt: skip
        assert bot.json("GET", path)
    bot.json("POST", "issues", {"title": "Another", "labels": ["two"]})
    bot.json("PATCH", "issues/3", {"state": "closed", "state_reason": "not_planned"})
    bot.json("POST", "issues/1/labels", {"labels": ["swarm"]})
    bot.json("PUT", "issues/1/labels", {"labels": ["three"]})
    bot.json("DELETE", "issues/1/labels/three")
    bot.json("POST", "labels", {"name": "made", "color": "ff0000"})
    bot.json("POST", "issues/1/comments", {"body": "third"})
    bot.json("PATCH", f"issues/comments/{comment}", {"body": "edited"})
    assert [bot("POST", f"issues/comments/{comment}/reactions", {"content": "+1"}).status_code for _ in "ab"] == [
        201,
        200,
    ]
    assert bot.json("GET", f"issues/comments/{comment}")["reactions"]["total_count"] == 1
    bot.json("DELETE", f"issues/comments/{comment}")
    made = bot.json("POST", "pulls", {"title": "Side", "head": "side", "base": "main", "body": "x"})
    bot.json("PATCH", f"pulls/{made['number']}", {"title": "Sideways", "state": "closed"})
    ann.json("POST", f"pulls/{made['number']}/reviews", {"event": "APPROVE", "body": "fine"})
    bot.json("POST", f"statuses/{sha}", {"state": "success", "context": "swarm/gate", "description": "all met"})
    assert bot("GET", "pulls/2/merge").status_code == 404
    assert bot.json("PUT", "pulls/2/merge", {"sha": sha})["merged"]
    bot.json("GET", "pulls/2/merge")
    assert bot.json("GET", "pulls/2")["merged"]
    bot.json("POST", "git/refs", {"ref": "refs/heads/more", "sha": sha})
    bot.json("DELETE", "git/refs/heads/more")
    dispatch = "actions/workflows/session.yml/dispatches"
    bot.json("POST", dispatch, {"ref": "main", "inputs": {"mission": "x"}})
    told = bot.json("POST", dispatch, {"ref": "main", "inputs": {"mission": "x"}, "return_run_details": True})
    assert told["workflow_run_id"] == github.state.dispatches[-1].run
    cancel = f"actions/runs/{told['workflow_run_id']}/cancel"
    assert bot.json("POST", cancel) == {}
    assert bot.refused("POST", cancel) == (409, "Cannot cancel a workflow run that is completed.")
    assert github.events[-1].payload["workflow_run"]["conclusion"] == "cancelled"
    root.json("PUT", "actions/permissions/workflow", {"can_approve_pull_request_reviews": False})
    unmet = {(it.method, it.template) for it in ROUTES} - set(map(template_of, github.calls))
    assert not unmet


def template_of(made: object) -> tuple[str, str]:
    method, path = getattr(made, "method", ""), getattr(made, "path", "")
    fitting = [it for it in ROUTES if it.method == method and pattern(it.template).fullmatch(path)]
    best = min(fitting, key=lambda it: vagueness(it.template))
    return best.method, best.template


def test_every_event_keeps_to_the_description(github: GitHub) -> None:
    settle(github)
    assert {it.name for it in github.events} >= {
        "issues",
        "issue_comment",
        "pull_request",
        "push",
        "workflow_run",
    } - {"push"}
    assert github.world.check_event("issues", {"action": "labeled"})


def test_it_serves_the_client_that_everybody_uses(github: GitHub) -> None:
    settle(github)
    client = Github(
        auth=Auth.Token(job(github).token), base_url=github.api_url, retry=None, lazy=True,
        seconds_between_requests=None, seconds_between_writes=None,
    )  # fmt: skip
    repository = client.get_repo("acme/widgets")
    issue = repository.get_issue(1)
    issue.add_to_labels("swarm:go")
    issue.remove_from_labels("one")
    issue.create_comment("hello")
    assert [it.name for it in issue.get_labels()] == ["swarm:go"]
    assert [it.body for it in issue.get_comments()] == ["first", "second", "hello"]
    assert repository.get_collaborator_permission("ann") == "write"
    sha = repository.get_branch("swarm/topic").commit.sha
    repository.get_commit(sha).create_status("pending", context="swarm/gate", description="working")
    github.state.settings.allow_auto_merge = True
    github.state.protections["main"] = Protection(checks=("swarm/gate",))
    pull = repository.get_pulls(head="acme:swarm/topic", state="all")[0]
    pull.edit(title="Better", body="words")
    pull.enable_automerge("MERGE", expected_head_oid=sha, commit_headline="By itself")
    pull.disable_automerge()
    assert repository.get_commit(sha).get_combined_status().state == "pending"
    assert [it.name for it in repository.get_commit(sha).get_check_runs()] == ["ci"]
    github.status(sha, "swarm/gate")
    assert repository.get_pull(2).merge(sha=sha).merged
    with pytest.raises(GithubException) as refused:
        repository.create_pull(base="main", head="swarm/topic", title="x", body="y")
    assert "No commits between main and swarm/topic" in str(refused.value)
    assert repository.get_workflow("session.yml").create_dispatch("main", {"mission": "x"})
    issue.edit(state="closed", state_reason="completed")
    assert github.state.issues[1].state == "closed"
    client.close()


WRONG = [
    ("GET", "no-such-thing", None, "GitHub's description has no such call"),
    ("GET", "stargazers", None, "the test server does not answer it yet"),
    ("GET", "issues?nonsense=1", None, "unknown query parameter nonsense"),
    ("GET", "issues?per_page=many", None, "'many' is not of type 'integer'"),
    ("POST", "issues/1/comments", {"body": "x", "extra": 1}, "unknown key body.extra"),
    ("POST", "issues/1/comments", {}, "'body' is a required property"),
    ("POST", "issues/1/comments", None, "the body is missing"),
    ("POST", "statuses/main", {"state": "great"}, "'great' is not one of"),
    ("PUT", "pulls/2/merge", {"sha": 5}, "5 is not of type 'string'"),
]


@pytest.mark.parametrize(("method", "path", "body", "why"), WRONG)
def test_what_github_does_not_know_fails(github: GitHub, method: str, path: str, body: object, why: str) -> None:
    answer = person(github)(method, path, body)
    assert answer.status_code == 500
    assert why in answer.json()["message"]
    assert [why in violation for violation in github.violations] == [True]
    github.violations.clear()


def test_a_violation_is_raised_at_the_end(tmp_path: Path) -> None:
    with pytest.raises(Violations, match="no such call"), GitHub(tmp_path) as github:
        person(github)("GET", "nothing")


def test_an_answer_that_github_would_not_give_fails(github: GitHub, monkeypatch: pytest.MonkeyPatch) -> None:
    github.open_issue("An issue")
    github.state.issues[1].number = "one"  # type: ignore[assignment]
    assert person(github)("GET", "issues/1").status_code == 500
    assert "'one' is not of type 'integer'" in github.violations[0]
    github.violations.clear()


@pytest.mark.parametrize("size", [1, 2, 5, 100])
def test_lists_come_in_pages(github: GitHub, size: int) -> None:
    github.open_issue("Long")
    for number in range(5):
        github.comment(1, f"comment {number}")
    ask: Caller = job(github, issues="read")
    seen: list[str] = []
    for count in itertools.count(1):
        answer = ask("GET", f"issues/1/comments?per_page={size}&page={count}")
        seen += [it["body"] for it in answer.json()]
        if "next" not in answer.links:
            break
        assert f"per_page={size}&page={count + 1}" in answer.links["next"]["url"]
    assert seen == [f"comment {number}" for number in range(5)]
    assert count == -(-5 // size)
