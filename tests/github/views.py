"""How GitHub shows people, repositories, issues and comments."""

from tests.github.state import Comment, Issue, Json, Label, Reaction, Role, User
from tests.github.world import NAME, OWNER, World, stamp

_USER_URLS = {
    "followers": "followers", "following": "following{/other_user}", "gists": "gists{/gist_id}",
    "starred": "starred{/owner}{/repo}", "subscriptions": "subscriptions", "organizations": "orgs",
    "repos": "repos", "events": "events{/privacy}", "received_events": "received_events",
}  # fmt: skip
_REPOSITORY_URLS = {
    "archive": "{archive_format}{/ref}", "assignees": "assignees{/user}",
    "blobs": "git/blobs{/sha}", "branches": "branches{/branch}",
    "collaborators": "collaborators{/collaborator}", "comments": "comments{/number}",
    "commits": "commits{/sha}", "compare": "compare/{base}...{head}",
    "contents": "contents/{+path}", "contributors": "contributors", "deployments": "deployments",
    "downloads": "downloads", "events": "events", "forks": "forks",
    "git_commits": "git/commits{/sha}", "git_refs": "git/refs{/sha}", "git_tags": "git/tags{/sha}",
    "hooks": "hooks", "issue_comment": "issues/comments{/number}",
    "issue_events": "issues/events{/number}", "issues": "issues{/number}", "keys": "keys{/key_id}",
    "labels": "labels{/name}", "languages": "languages", "merges": "merges",
    "milestones": "milestones{/number}", "notifications": "notifications{?since,all}",
    "pulls": "pulls{/number}", "releases": "releases{/id}", "stargazers": "stargazers",
    "statuses": "statuses/{sha}", "subscribers": "subscribers", "subscription": "subscription",
    "tags": "tags", "teams": "teams", "trees": "git/trees{/sha}",
}  # fmt: skip
_RIGHTS: dict[Role, int] = {"none": 0, "read": 1, "triage": 2, "write": 3, "maintain": 4, "admin": 5}


def user(world: World, login: str) -> Json:
    return _account(world, world.state.user(login))


def owner(world: World, login: str = OWNER) -> Json:
    """The organization that the repository (or a fork) belongs to."""
    known = world.state.users.get(login) or User(login, 1, kind="Organization" if login == OWNER else "User")
    return _account(world, known)


def _account(world: World, known: User) -> Json:
    api = f"{world.url}/api/v3/users/{known.login.replace('[', '%5B').replace(']', '%5D')}"
    return {
        "login": known.login,
        "id": known.id,
        "node_id": f"U_{known.id}",
        "avatar_url": f"{world.url}/avatars/u/{known.id}",
        "gravatar_id": "",
        "url": api,
        "html_url": f"{world.url}/{known.login}",
        **{f"{name}_url": f"{api}/{path}" for name, path in _USER_URLS.items()},
        "type": known.kind,
        "site_admin": False,
    }


def rights(role: Role) -> dict[str, bool]:
    """What a role may do, as GitHub shows it beside repositories and collaborators."""
    ranks = {"pull": 1, "triage": 2, "push": 3, "maintain": 4, "admin": 5}
    return {name: _RIGHTS[role] >= rank for name, rank in ranks.items()}


def minimal_repository(world: World, fork_of: str = OWNER) -> Json:
    """The repository as others mention it, or the fork of it that somebody has."""
    settings = world.state.settings
    full = f"{fork_of}/{NAME}"
    api = f"{world.url}/api/v3/repos/{full}"
    return {
        "id": 1000 if fork_of == OWNER else world.state.user(fork_of).id + 500_000,
        "node_id": f"R_{fork_of}",
        "name": NAME,
        "full_name": full,
        "private": settings.private,
        "owner": owner(world, fork_of),
        "html_url": f"{world.url}/{full}",
        "description": "A repository for tests",
        "fork": fork_of != OWNER,
        "url": api,
        **{f"{name}_url": f"{api}/{path}" for name, path in _REPOSITORY_URLS.items()},
    }


def repository(world: World, fork_of: str = OWNER) -> Json:
    """The repository as events and pull requests carry it."""
    settings, moment = world.state.settings, stamp(world.began)
    open_issues = sum(issue.state == "open" for issue in world.state.issues.values())
    full = f"{fork_of}/{NAME}"
    return minimal_repository(world, fork_of) | {
        "git_url": f"git://localhost/{full}.git",
        "ssh_url": f"git@localhost:{full}.git",
        "clone_url": f"{world.url}/{full}.git",
        "svn_url": f"{world.url}/{full}",
        "mirror_url": None,
        "homepage": None,
        "language": None,
        "license": None,
        "size": 1,
        "default_branch": settings.default_branch,
        "visibility": "private" if settings.private else "public",
        "archived": settings.archived,
        "disabled": False,
        "allow_forking": True,
        "is_template": False,
        "web_commit_signoff_required": False,
        "topics": [],
        **{f"has_{what}": what == "issues" for what in
           ("issues", "projects", "downloads", "wiki", "pages", "discussions")},
        **dict.fromkeys(("stargazers_count", "watchers_count", "forks_count", "forks", "watchers"), 0),
        "open_issues": open_issues,
        "open_issues_count": open_issues,
        **dict.fromkeys(("created_at", "updated_at", "pushed_at"), moment),
    }  # fmt: skip


def full_repository(world: World, role: Role) -> Json:
    """The repository as a call for it shows it; merging is shown to those who may push."""
    settings = world.state.settings
    merging = ("auto_merge", "merge_commit", "squash_merge", "rebase_merge")
    allowed = {f"allow_{kind}": getattr(settings, f"allow_{kind}") for kind in merging}
    allowed["delete_branch_on_merge"] = settings.delete_branch_on_merge
    return repository(world) | {
        "permissions": rights(role),
        "network_count": 0,
        "subscribers_count": 0,
        **(allowed if rights(role)["push"] else {}),
    }


def label(world: World, known: Label) -> Json:
    return {
        "id": known.id,
        "node_id": f"LA_{known.id}",
        "url": f"{world.api}/labels/{known.name}",
        "name": known.name,
        "color": known.color,
        "default": False,
        "description": known.description,
    }


def association(world: World, login: str) -> str:
    role = world.state.user(login).role
    return {"none": "NONE", "read": "CONTRIBUTOR", "admin": "OWNER"}.get(role, "COLLABORATOR")


def issue(world: World, it: Issue) -> Json:
    api = f"{world.api}/issues/{it.number}"
    html = f"{world.html}/{'pull' if it.pull else 'issues'}/{it.number}"
    shown: Json = {
        "id": it.id,
        "node_id": f"I_{it.id}",
        "url": api,
        "repository_url": world.api,
        "labels_url": f"{api}/labels{{/name}}",
        **{f"{name}_url": f"{api}/{name}" for name in ("comments", "events", "timeline")},
        "html_url": html,
        "number": it.number,
        "title": it.title,
        "body": it.body,
        "user": user(world, it.login),
        "labels": [label(world, world.state.labels[name.lower()]) for name in it.labels],
        "state": it.state,
        "state_reason": it.reason,
        "locked": it.locked,
        "active_lock_reason": None,
        "assignee": None,
        "assignees": [],
        "milestone": None,
        "comments": sum(comment.issue == it.number for comment in world.state.comments.values()),
        "created_at": stamp(it.created),
        "updated_at": stamp(it.updated),
        "closed_at": stamp(it.closed_at),
        "author_association": association(world, it.login),
        "performed_via_github_app": None,
        "reactions": reactions(f"{api}/reactions", []),
    }
    if it.pull:
        addresses = {"html_url": html, "diff_url": f"{html}.diff", "patch_url": f"{html}.patch"}
        merged = {"url": f"{world.api}/pulls/{it.number}", "merged_at": stamp(it.pull.merged_at)}
        shown |= {"draft": it.pull.draft, "pull_request": addresses | merged}
    return shown


def comment(world: World, it: Comment) -> Json:
    about = world.state.issues[it.issue]
    api = f"{world.api}/issues/comments/{it.id}"
    return {
        "id": it.id,
        "node_id": f"IC_{it.id}",
        "url": api,
        "html_url": f"{world.html}/{'pull' if about.pull else 'issues'}/{it.issue}#issuecomment-{it.id}",
        "issue_url": f"{world.api}/issues/{it.issue}",
        "user": user(world, it.login),
        "created_at": stamp(it.created),
        "updated_at": stamp(it.updated),
        "author_association": association(world, it.login),
        "body": it.body,
        "performed_via_github_app": None,
        "reactions": reactions(
            f"{api}/reactions", [r.content for r in world.state.reactions if r.comment == it.id]
        ),
    }


def reactions(url: str, contents: list[str]) -> Json:
    """How many reactions there are, in all and of each kind."""
    kinds = ("+1", "-1", "laugh", "confused", "heart", "hooray", "eyes", "rocket")
    return {"url": url, "total_count": len(contents), **{kind: contents.count(kind) for kind in kinds}}


def reaction(world: World, it: Reaction) -> Json:
    return {
        "id": it.id,
        "node_id": f"REA_{it.id}",
        "user": user(world, it.login),
        "content": it.content,
        "created_at": stamp(it.created),
    }
