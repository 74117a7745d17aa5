"""How GitHub shows pull requests and reviews."""

from tests.github import views
from tests.github.merging import mergeability
from tests.github.state import Issue, Json, Pull, Review
from tests.github.world import OWNER, World, stamp


def _pull(issue: Issue) -> Pull:
    assert issue.pull
    return issue.pull


def _end(world: World, owner: str, ref: str, sha: str) -> Json:
    user = views.owner(world, owner)
    return {
        "label": f"{owner}:{ref}",
        "ref": ref,
        "sha": sha,
        "user": user,
        "repo": views.repository(world, owner),
    }


def simple(world: World, issue: Issue) -> Json:
    """A pull request as lists show it."""
    it = _pull(issue)
    api, html = f"{world.api}/pulls/{it.number}", f"{world.html}/pull/{it.number}"
    about = f"{world.api}/issues/{it.number}"
    statuses = f"{world.api}/statuses/{it.sha}"
    links = {
        "self": api, "html": html, "issue": about, "comments": f"{about}/comments", "statuses": statuses,
        "review_comments": f"{api}/comments", "review_comment": f"{world.api}/pulls/comments{{/number}}",
        "commits": f"{api}/commits",
    }  # fmt: skip
    auto = it.auto_merge
    return {
        "url": api,
        "id": it.id,
        "node_id": f"PR_{it.id}",
        "html_url": html,
        "diff_url": f"{html}.diff",
        "patch_url": f"{html}.patch",
        "issue_url": about,
        "commits_url": links["commits"],
        "review_comments_url": links["review_comments"],
        "review_comment_url": links["review_comment"],
        "comments_url": links["comments"],
        "statuses_url": statuses,
        "number": it.number,
        "state": issue.state,
        "locked": issue.locked,
        "title": issue.title,
        "user": views.user(world, issue.login),
        "body": issue.body,
        "labels": [views.label(world, world.state.labels[name.lower()]) for name in issue.labels],
        "milestone": None,
        "active_lock_reason": None,
        "created_at": stamp(issue.created),
        "updated_at": stamp(issue.updated),
        "closed_at": stamp(issue.closed_at),
        "merged_at": stamp(it.merged_at),
        "merge_commit_sha": it.merge_commit,
        "assignee": None,
        "assignees": [],
        "requested_reviewers": [],
        "requested_teams": [],
        "head": _end(world, it.owner, it.head, it.sha),
        "base": _end(world, OWNER, it.base, it.base_sha),
        "_links": {name: {"href": address} for name, address in links.items()},
        "author_association": views.association(world, issue.login),
        "auto_merge": auto and {
            "enabled_by": views.user(world, auto.login),
            "merge_method": auto.method,
            "commit_title": auto.title,
            "commit_message": auto.message,
        },
        "draft": it.draft,
    }  # fmt: skip


def full(world: World, issue: Issue, *, read: bool = False) -> Json:
    """A pull request as a call for it shows it; only a `read` brings its mergeability nearer."""
    it = _pull(issue)
    mergeable, state = mergeability(world, issue, read=read)
    files = world.bare.files(it.base_sha, it.sha)
    return simple(world, issue) | {
        "merged": it.merged_at is not None,
        "mergeable": mergeable,
        "rebaseable": mergeable,
        "mergeable_state": state,
        "merged_by": views.user(world, it.merged_by) if it.merged_by else None,
        "comments": sum(comment.issue == it.number for comment in world.state.comments.values()),
        "review_comments": 0,
        "maintainer_can_modify": it.owner != OWNER,
        "commits": world.bare.count(it.base_sha, it.sha),
        "additions": sum(file.additions for file in files),
        "deletions": sum(file.deletions for file in files),
        "changed_files": len(files),
    }


def review(world: World, it: Review) -> Json:
    html = f"{world.html}/pull/{it.pull}#pullrequestreview-{it.id}"
    api = f"{world.api}/pulls/{it.pull}"
    return {
        "id": it.id,
        "node_id": f"PRR_{it.id}",
        "user": views.user(world, it.login),
        "body": it.body,
        "state": it.state,
        "html_url": html,
        "pull_request_url": api,
        "_links": {"html": {"href": html}, "pull_request": {"href": api}},
        "submitted_at": stamp(it.submitted),
        "commit_id": it.sha,
        "author_association": views.association(world, it.login),
    }
