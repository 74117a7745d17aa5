"""REST: commits with their statuses and checks, branches with their protection, refs, files."""

import base64
from urllib.parse import unquote

from tests.github import commit_views, pulls, views
from tests.github.state import CheckRun, Json, Protection, Status
from tests.github.web import Answer, Call, Failure, missing, page, route
from tests.github.world import Push, World


def _sha(world: World, call: Call, name: str = "ref") -> str:
    found = world.bare.commit_of(unquote(call.parts[name]))
    if found is None:
        raise Failure(422, f"No commit found for SHA: {call.parts[name]}")
    return found


@route("POST", "/statuses/{sha}", "statuses:write")
def create_status(world: World, call: Call) -> Answer:
    sha = _sha(world, call, "sha")
    if len(call.given("description") or "") > 140:
        message = "description is too long (maximum is 140 characters)"
        raise Failure(
            422, "Validation Failed", errors=[{"resource": "Status", "code": "custom", "message": message}]
        )
    context = str(call.given("context", "default"))
    made = pulls.report(world, sha, context, str(call.given("state")), call.body, call.actor)
    return Answer(201, commit_views.status(world, made) | {"creator": views.user(world, made.login)})


def _statuses(world: World, sha: str) -> list[Status]:
    """Newest first."""
    return [it for it in reversed(world.state.statuses) if it.sha == sha]


@route("GET", "/commits/{ref}/statuses", "statuses:read")
def list_statuses(world: World, call: Call) -> Answer:
    def shown(it: Status) -> Json:
        return commit_views.status(world, it) | {"creator": views.user(world, it.login)}

    return page(world, call, _statuses(world, _sha(world, call)), shown)


@route("GET", "/commits/{ref}/status", "statuses:read")
def combined_status(world: World, call: Call) -> Answer:
    sha = _sha(world, call)
    latest: dict[str, Status] = {}
    for it in _statuses(world, sha):
        latest.setdefault(it.context, it)
    said = {it.state for it in latest.values()}
    bad = bool(said & {"failure", "error"})
    listed = page(world, call, list(latest.values()), lambda it: commit_views.status(world, it))
    body = {
        "state": "failure" if bad else "success" if said == {"success"} else "pending",
        "statuses": listed.body,
        "sha": sha,
        "total_count": len(latest),
        "repository": views.minimal_repository(world),
        "commit_url": f"{world.api}/commits/{sha}",
        "url": f"{world.api}/commits/{sha}/status",
    }
    return Answer(200, body, listed.headers)


@route("GET", "/commits/{ref}/check-runs", "checks:read")
def check_runs(world: World, call: Call) -> Answer:
    sha, query = _sha(world, call), call.query

    def wanted(it: CheckRun) -> bool:
        named = query.get("check_name", it.name) == it.name and query.get("status", it.status) == it.status
        return it.sha == sha and named and query.get("app_id", str(it.app)) == str(it.app)

    found = {it.name if query.get("filter", "latest") == "latest" else str(it.id): it
             for it in world.state.check_runs if wanted(it)}  # fmt: skip
    return page(world, call, list(found.values()), lambda it: commit_views.check_run(world, it), "check_runs")


@route("GET", "/commits/{ref}", "contents:read")
def get_commit(world: World, call: Call) -> Answer:
    return Answer(200, commit_views.commit(world, _sha(world, call)))


def _tip(world: World, call: Call) -> tuple[str, str]:
    name = unquote(call.parts["branch"])
    tip = world.bare.tip(f"refs/heads/{name}")
    if tip is None:
        raise Failure(404, "Branch not found")
    return name, tip


@route("GET", "/branches", "contents:read")
def list_branches(world: World, call: Call) -> Answer:
    def shown(item: tuple[str, str]) -> Json:
        name, sha = item
        commit = {"sha": sha, "url": f"{world.api}/commits/{sha}"}
        return {"name": name, "commit": commit, "protected": name in world.state.protections}

    wanted = {"true": True, "false": False}.get(call.query.get("protected", ""))
    found = [item for item in world.bare.branches().items()
             if wanted in (None, item[0] in world.state.protections)]  # fmt: skip
    return page(world, call, found, shown)


@route("GET", "/branches/{branch}", "contents:read")
def get_branch(world: World, call: Call) -> Answer:
    return Answer(200, commit_views.branch(world, *_tip(world, call)))


@route("GET", "/branches/{branch}/protection", "administration:read")
def get_protection(world: World, call: Call) -> Answer:
    name, _ = _tip(world, call)
    found = world.state.protections.get(name)
    if found is None or found.ruleset:
        raise Failure(404, "Branch not protected")
    return Answer(200, commit_views.protection(world, name, found))


@route("GET", "/rules/branches/{branch}", "metadata:read")
def branch_rules(world: World, call: Call) -> Answer:
    found = world.state.protections.get(unquote(call.parts["branch"]), Protection())
    return page(world, call, commit_views.rules(found) if found.ruleset else [], lambda rule: rule)


@route("GET", "/git/ref/{ref}", "contents:read")
def get_ref(world: World, call: Call) -> Answer:
    ref = f"refs/{unquote(call.parts['ref'])}"
    sha = world.bare.tip(ref)
    if sha is None:
        raise missing()
    return Answer(200, commit_views.ref(world, ref, sha))


@route("GET", "/git/matching-refs/{ref}", "contents:read")
def matching_refs(world: World, call: Call) -> Answer:
    prefix = f"refs/{unquote(call.parts['ref'])}"
    lines = world.bare("for-each-ref", "--format=%(refname) %(objectname)").splitlines()
    found = [line.rsplit(" ", 1) for line in lines if line.startswith(prefix)]
    return page(world, call, found, lambda item: commit_views.ref(world, *item))


@route("POST", "/git/refs", "contents:write")
def create_ref(world: World, call: Call) -> Answer:
    ref, sha = str(call.given("ref")), str(call.given("sha"))
    if world.bare.run("cat-file", "-e", sha).returncode:
        raise Failure(422, "Object does not exist")
    if not world.bare.move(ref, sha, "0" * 40):
        raise Failure(422, "Reference already exists")
    pulls.moved(world, [Push(ref, None, sha, call.actor)])
    return Answer(201, commit_views.ref(world, ref, sha))


@route("DELETE", "/git/refs/{ref}", "contents:write")
def delete_ref(world: World, call: Call) -> Answer:
    ref = f"refs/{unquote(call.parts['ref'])}"
    tip = world.bare.tip(ref)
    if tip is None:
        raise Failure(422, "Reference does not exist")
    if ref.removeprefix("refs/heads/") in world.state.protections:
        raise Failure(422, "Cannot delete this protected ref.")
    world.bare("update-ref", "-d", ref, tip)
    pulls.moved(world, [Push(ref, tip, None, call.actor)])
    return Answer(204)


@route("GET", "/contents/{path}", "contents:read")
def get_file(world: World, call: Call) -> Answer:
    commit = world.bare.commit_of(call.query.get("ref", world.state.settings.default_branch))
    path = unquote(call.parts["path"])
    text = world.bare.text(commit, path) if commit else None
    if text is None:
        raise missing()
    blob = world.bare("rev-parse", f"{commit}:{path}")
    api = f"{world.api}/contents/{path}?ref={commit}"
    links = {"self": api, "git": f"{world.api}/git/blobs/{blob}", "html": f"{world.html}/blob/{commit}/{path}"}
    return Answer(200, {
        "type": "file", "encoding": "base64", "size": len(text.encode()), "name": path.rpartition("/")[2],
        "path": path,
        "content": base64.encodebytes(text.encode()).decode(), "sha": blob, "url": api, "git_url": links["git"],
        "html_url": links["html"], "download_url": f"{world.html}/raw/{commit}/{path}", "_links": links,
    })  # fmt: skip
