"""The events that GitHub sends, with payloads of its own shape."""

from tests.github import pull_views, views
from tests.github.plumbing import File
from tests.github.state import Actor, Dispatch, Issue, Json
from tests.github.world import World

ZERO = "0" * 40


def about(world: World, actor: Actor, action: str, **more: object) -> Json:
    common = {"repository": views.repository(world), "sender": views.user(world, actor.login)}
    return ({"action": action} if action else {}) | more | common


def happened(world: World, issue: Issue, actor: Actor, action: str, **more: object) -> None:
    """Something happened to an issue or to a pull request."""
    if issue.pull is None:
        world.emit("issues", about(world, actor, action, issue=views.issue(world, issue), **more), actor)
    else:
        shown: Json = {"number": issue.number, "pull_request": pull_views.full(world, issue)}
        world.emit("pull_request", about(world, actor, action, **shown, **more), actor)


def pushed(world: World, ref: str, old: str | None, new: str | None, forced: bool, actor: Actor) -> None:
    """A branch or a tag was moved; other refs send nothing."""
    if not ref.startswith(("refs/heads/", "refs/tags/")):
        return
    base = views.repository(world)
    moment = int(world.now().timestamp())
    base |= {"created_at": moment, "pushed_at": moment, "master_branch": "main", "stargazers": 0}
    commits = [_commit(world, new, world.bare.files(old, new) if old else [])] if new else []
    payload = {
        "ref": ref,
        "before": old or ZERO,
        "after": new or ZERO,
        "repository": base,
        "pusher": {"name": actor.login, "email": f"{actor.login}@users.noreply.github.com"},
        "sender": views.user(world, actor.login),
        "created": old is None,
        "deleted": new is None,
        "forced": forced,
        "base_ref": None,
        "compare": f"{world.html}/compare/{(old or ZERO)[:12]}...{(new or ZERO)[:12]}",
        "commits": commits,
        "head_commit": commits[-1] if commits else None,
    }
    world.emit("push", payload, actor)


def _commit(world: World, sha: str, files: list[File]) -> Json:
    """A commit, also when it is pushed by an annotated tag, as a push shows it."""
    shown = world.bare("show", "-s", "--format=%H%n%T%n%an%n%ae%n%cI%n%B", f"{sha}^{{commit}}")
    sha, tree, name, email, moment, message = shown.split("\n", 5)
    person = {"name": name, "email": email, "username": name, "date": moment}
    return {
        "id": sha,
        "tree_id": tree,
        "distinct": True,
        "message": message.strip(),
        "timestamp": moment,
        "url": f"{world.html}/commit/{sha}",
        "author": person,
        "committer": person,
        **{key: [file.path for file in files if file.status == letter] for key, letter in
           (("added", "A"), ("removed", "D"), ("modified", "M"))},
    }  # fmt: skip


def dispatched(world: World, dispatch: Dispatch) -> None:
    ref = f"refs/heads/{dispatch.ref.removeprefix('refs/heads/')}"
    more = {"inputs": dict(dispatch.inputs), "ref": ref, "workflow": dispatch.workflow}
    world.emit("workflow_dispatch", about(world, dispatch.actor, "", **more), dispatch.actor)
