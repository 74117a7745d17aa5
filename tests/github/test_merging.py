"""The test GitHub merges, and refuses to, as github.com does."""

from pathlib import Path

import pytest

from tests.github.calling import Caller, job, person
from tests.github.server import GitHub
from tests.github.state import CheckRun, Protection
from tests.repos import git

GATE = "swarm/gate"


def topic(github: GitHub, name: str = "swarm/topic", **files: str) -> str:
    """A branch with a pull request; its head."""
    sha = github.seed(files or {f"{name}.txt": "new\n"}, name)
    github.open_pull(name)
    return sha


def state(call: Caller, number: int = 1) -> tuple[bool | None, str]:
    shown = call.json("GET", f"pulls/{number}")
    return shown["mergeable"], shown["mergeable_state"]


def test_a_merge_is_a_commit_of_both(github: GitHub) -> None:
    before, sha = github.tip(), topic(github)
    call = job(github)
    merged = call.json("PUT", "pulls/1/merge", {"sha": sha, "commit_title": "Title", "commit_message": "Text"})
    assert github.tip() == merged["sha"]
    shown = git(github.bare, "log", "-1", "--format=%P|%B", "main")
    assert shown == f"{before} {sha}|Title\n\nText"
    assert [(it.name, it.payload.get("action")) for it in github.events[-2:]] == [
        ("pull_request", "closed"),
        ("push", None),
    ]
    assert github.events[-2].payload["pull_request"]["merged"]
    assert not github.events[-1].starts_runs
    assert call.refused("PUT", "pulls/1/merge", {"sha": sha}) == (405, "Pull Request is not mergeable")


@pytest.mark.parametrize(("method", "parents"), [("squash", 1), ("rebase", 1), ("merge", 2)])
def test_every_way_of_merging_brings_the_files(github: GitHub, method: str, parents: int) -> None:
    topic(github)
    github.seed({"elsewhere.txt": "1\n"})
    job(github).json("PUT", "pulls/1/merge", {"merge_method": method})
    assert git(github.bare, "show", "main:swarm/topic.txt") == "new"
    assert len(git(github.bare, "log", "-1", "--format=%P", "main").split()) == parents


def test_a_way_that_is_not_allowed_is_refused(github: GitHub) -> None:
    topic(github)
    github.state.settings.allow_merge_commit = False
    assert job(github).refused("PUT", "pulls/1/merge") == (
        405,
        "Merge commits are not allowed on this repository.",
    )


def test_mergeability_comes_late(github: GitHub) -> None:
    topic(github)
    github.state.settings.mergeable_after = 2
    call = job(github)
    assert [state(call) for _ in range(3)] == [(None, "unknown"), (None, "unknown"), (True, "clean")]
    github.seed({"more.txt": "x\n"})
    assert state(call) == (None, "unknown")


def test_mergeability_may_never_come(github: GitHub) -> None:
    topic(github)
    github.state.settings.mergeable_after = None
    call = job(github)
    assert {state(call) for _ in range(10)} == {(None, "unknown")}


STATES = [
    (None, None, None, (True, "clean")),
    (None, "failure", None, (True, "unstable")),
    (Protection(checks=(GATE,)), None, None, (True, "blocked")),
    (Protection(checks=(GATE,)), "pending", None, (True, "blocked")),
    (Protection(checks=(GATE,)), "success", None, (True, "clean")),
    (Protection(reviews=1), None, None, (True, "blocked")),
    (Protection(reviews=1), None, "APPROVE", (True, "clean")),
    (Protection(reviews=1), None, "REQUEST_CHANGES", (True, "blocked")),
    (Protection(checks=(GATE,), reviews=1, ruleset=True), "success", "APPROVE", (True, "clean")),
]


@pytest.mark.parametrize(("protection", "gate", "review", "expected"), STATES)
def test_the_state_follows_from_rules_checks_and_reviews(
    github: GitHub, protection: Protection | None, gate: str | None, review: str | None, expected: tuple[bool, str]
) -> None:
    sha = topic(github)
    github.state.settings.mergeable_after = 0
    if protection:
        github.state.protections["main"] = protection
    if gate:
        github.status(sha, GATE, gate)
    if review:
        github.review(1, review, "bob")
    call = job(github)
    assert state(call) == expected
    answer = call("PUT", "pulls/1/merge", {"sha": sha})
    assert answer.status_code == (405 if expected[1] == "blocked" else 200)


def test_a_strict_check_wants_the_newest_base(github: GitHub) -> None:
    sha = topic(github)
    github.state.settings.mergeable_after = 0
    github.state.protections["main"] = Protection(checks=(GATE,), strict=True)
    github.status(sha, GATE)
    github.seed({"more.txt": "x\n"})
    call = job(github)
    assert state(call) == (True, "behind")
    assert call.refused("PUT", "pulls/1/merge")[0] == 405


def test_conflicts_are_dirty(github: GitHub) -> None:
    topic(github, **{"README.md": "# One\n"})
    github.seed({"README.md": "# Other\n"})
    github.state.settings.mergeable_after = 0
    call = job(github)
    assert state(call) == (False, "dirty")
    assert call.refused("PUT", "pulls/1/merge") == (405, "Pull Request has merge conflicts")


def test_a_check_run_counts_for_its_own_commit_only(github: GitHub) -> None:
    sha = topic(github)
    github.state.settings.mergeable_after = 0
    github.state.protections["main"] = Protection(checks=("ci",))
    github.state.check_runs.append(CheckRun(1, github.tip() or "", "ci"))
    call = job(github)
    assert state(call) == (True, "blocked")
    github.state.check_runs.append(CheckRun(2, sha, "ci", "in_progress", None))
    assert call.refused("PUT", "pulls/1/merge") == (405, 'Required status check "ci" is pending.')
    github.state.check_runs.append(CheckRun(3, sha, "ci"))
    assert state(call) == (True, "clean")


def test_the_words_of_a_ruleset_are_its_own(github: GitHub) -> None:
    topic(github)
    github.state.protections["main"] = Protection(checks=(GATE,), ruleset=True)
    status, message = job(github).refused("PUT", "pulls/1/merge")
    assert (status, message.splitlines()[0]) == (405, "Repository rule violations found")
    assert GATE in message


def test_another_head_is_a_conflict(github: GitHub) -> None:
    topic(github)
    other = {"sha": "1" * 40}
    assert job(github).refused("PUT", "pulls/1/merge", other) == (
        409, "Head branch was modified. Review and try the merge again."
    )  # fmt: skip


def test_a_push_between_verdict_and_merge_is_a_conflict(github: GitHub, tmp_path: Path) -> None:
    sha = topic(github)
    url = github.clone_url(github.token(login="ann"))

    def push() -> None:
        git(tmp_path, "clone", "--quiet", "--branch", "swarm/topic", url, "work")
        git(tmp_path / "work", "commit", "--quiet", "--allow-empty", "--message", "Late")
        git(tmp_path / "work", "push", "--quiet", "origin", "swarm/topic")

    github.meanwhile("PUT", r"/pulls/1/merge$", push)
    assert job(github).refused("PUT", "pulls/1/merge", {"sha": sha})[0] == 409
    synchronized = next(it for it in github.events if it.payload.get("action") == "synchronize")
    assert (synchronized.payload["before"], synchronized.payload["after"]) == (sha, github.tip("swarm/topic"))
    assert git(github.bare, "rev-parse", "refs/pull/1/head") == github.tip("swarm/topic")


def test_a_base_that_moved_may_be_refused_once(github: GitHub) -> None:
    sha = topic(github)
    github.state.settings.refuse_moved_base = True
    call = job(github)
    call.json("GET", "pulls/1")
    github.seed({"more.txt": "x\n"})
    moved = (405, "Base branch was modified. Review and try the merge again.")
    assert call.refused("PUT", "pulls/1/merge", {"sha": sha}) == moved
    assert call.json("PUT", "pulls/1/merge", {"sha": sha})["merged"]


def test_pull_requests_that_github_refuses(github: GitHub) -> None:
    topic(github)
    git(github.bare, "branch", "empty", "main")
    call = job(github)
    asked = {"title": "x", "base": "main"}
    refused = [
        call.refused("POST", "pulls", asked | {"head": head}) for head in ("swarm/topic", "empty", "nowhere")
    ]
    assert refused == [
        (422, "Validation Failed; A pull request already exists for acme:swarm/topic."),
        (422, "Validation Failed; No commits between main and empty"),
        (422, "Validation Failed; {'resource': 'PullRequest', 'code': 'invalid', 'field': 'head'}"),
    ]
    github.state.settings.actions_may_propose = False
    forbidden = "GitHub Actions is not permitted to create or approve pull requests."
    assert call.refused("POST", "pulls", asked | {"head": "empty"}) == (403, forbidden)


def test_nobody_approves_their_own(github: GitHub) -> None:
    github.seed({"x.txt": "x\n"}, "mine")
    call = job(github)
    call.json("POST", "pulls", {"title": "x", "head": "mine", "base": "main"})
    refusal = (422, "Unprocessable Entity; Can not approve your own pull request")
    assert call.refused("POST", "pulls/1/reviews", {"event": "APPROVE"}) == refusal


def test_a_job_merges_no_workflow(github: GitHub) -> None:
    topic(github, **{".github/workflows/evil.yml": "on: push\n"})
    assert job(github).refused("PUT", "pulls/1/merge")[0] == 403
    assert person(github).json("PUT", "pulls/1/merge")["merged"]


def test_a_forks_branch_of_the_same_name_is_another(github: GitHub) -> None:
    sha = github.seed({"x.txt": "x\n"}, "swarm/topic")
    github.user("mallory", "none")
    github.open_pull("swarm/topic", login="mallory", fork="mallory", sha=sha)
    shown = job(github).json("GET", "pulls/1")
    assert (shown["head"]["repo"]["full_name"], shown["head"]["repo"]["fork"]) == ("mallory/widgets", True)
    assert job(github).json("GET", "pulls?head=acme:swarm/topic") == []
    assert len(job(github).json("GET", "pulls?head=swarm/topic")) == 1


def node(call: Caller) -> str:
    return str(call.json("GET", "pulls/1")["node_id"])


def test_auto_merge_merges_when_the_check_arrives(github: GitHub) -> None:
    sha = topic(github)
    github.state.settings.allow_auto_merge = True
    github.state.protections["main"] = Protection(checks=(GATE,))
    call = job(github)
    given = {"pullRequestId": node(call), "expectedHeadOid": sha, "commitHeadline": "Merged by itself"}
    assert "errors" not in call.graphql("enablePullRequestAutoMerge", **given)
    assert call.json("GET", "pulls/1")["auto_merge"]["merge_method"] == "merge"
    assert not call.json("GET", "pulls/1")["merged"]
    call.json("POST", f"statuses/{sha}", {"state": "success", "context": GATE})
    assert call.json("GET", "pulls/1")["merged"]
    assert git(github.bare, "log", "-1", "--format=%s", "main") == "Merged by itself"


def test_auto_merge_is_refused_as_github_does(github: GitHub) -> None:
    sha = topic(github)
    call = job(github)
    told = []

    def arm(caller: Caller, **more: str) -> None:
        answer = caller.graphql("enablePullRequestAutoMerge", pullRequestId=node(call), **more)
        told.append(answer["errors"][0]["message"])

    arm(call)
    github.state.settings.allow_auto_merge = True
    arm(call)
    github.status(sha, "ci", "pending")
    arm(call)
    github.state.protections["main"] = Protection(checks=(GATE,))
    arm(call, expectedHeadOid="1" * 40)
    arm(Caller(github, github.token(permissions={"contents": "write", "pull-requests": "read"})))
    assert told == [
        "Auto merge is not allowed for this repository",
        "Pull request Pull request is in clean status",
        "Pull request Pull request is in unstable status",
        f"Expected head sha didn't match current head ref. Expected {'1' * 40}, was {sha}",
        "Resource not accessible by integration",
    ]
    assert "errors" in call.graphql("disablePullRequestAutoMerge", pullRequestId=node(call))
