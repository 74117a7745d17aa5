"""REST: issues, their labels and comments."""

from urllib.parse import unquote

from tests.github import issues, views
from tests.github.permissions import may
from tests.github.state import Comment, Issue, Json
from tests.github.web import Answer, Call, Failure, forbidden, invalid, missing, page, route
from tests.github.world import World

LONGEST = 65_536


def _issue(world: World, call: Call) -> Issue:
    found = world.state.issues.get(call.number("issue_number"))
    if found is None:
        raise missing()
    return found


def _text(call: Call, required: bool = True) -> str:
    body = call.given("body")
    if required and (body is None or not str(body).strip()):
        raise Failure(
            422,
            "Validation Failed",
            errors=[{"resource": "IssueComment", "code": "missing_field", "field": "body"}],
        )
    if len(body or "") > LONGEST:
        raise invalid(
            "Validation Failed", message=f"body is too long (maximum is {LONGEST} characters)", field="body"
        )
    return str(body)


@route("GET", "/issues", "issues:read")
def list_issues(world: World, call: Call) -> Answer:
    wanted = {name for name in call.query.get("labels", "").split(",") if name}
    state = call.query.get("state", "open")
    creator = call.query.get("creator")
    found = [
        issue
        for issue in world.state.issues.values()
        if state in ("all", issue.state) and wanted <= set(issue.labels) and creator in (None, issue.login)
    ]
    newest_first = call.query.get("direction", "desc") == "desc"
    return page(world, call, found[::-1] if newest_first else found, lambda it: views.issue(world, it))


@route("POST", "/issues", "issues:read")
def create_issue(world: World, call: Call) -> Answer:
    if call.actor.is_job and not may(world.state, call.token, call.actor, "issues:write"):
        raise forbidden(call.actor)
    _text(call, required=False)
    triage = may(world.state, call.token, call.actor, "issues:write")
    labels = call.given("labels", []) if triage else []
    made = issues.open_issue(world, str(call.given("title")), call.given("body"), labels, call.actor)
    return Answer(201, views.issue(world, made))


@route("GET", "/issues/{issue_number}", "issues:read")
def get_issue(world: World, call: Call) -> Answer:
    it = _issue(world, call)
    closer = views.user(world, it.closed_by) if it.closed_by else None
    return Answer(200, views.issue(world, it) | {"closed_by": closer})


@route("PATCH", "/issues/{issue_number}", "issues:write")
def patch_issue(world: World, call: Call) -> Answer:
    it = _issue(world, call)
    _text(call, required=False)
    changes: Json = dict(call.body)
    names = changes.pop("labels", None)
    issues.edit(world, it, changes, call.actor)
    if names is not None:
        _set_labels(world, it, names, call)
    return get_issue(world, call)


def _set_labels(world: World, it: Issue, names: list[str], call: Call) -> None:
    for name in [name for name in it.labels if name not in names]:
        issues.unlabel(world, it, name, call.actor)
    for name in names:
        issues.label(world, it, name, call.actor)


def _labels(world: World, it: Issue) -> list[Json]:
    return [views.label(world, world.state.labels[name.lower()]) for name in it.labels]


@route("GET", "/issues/{issue_number}/labels", "issues:read")
def list_issue_labels(world: World, call: Call) -> Answer:
    return page(world, call, _labels(world, _issue(world, call)), lambda shown: shown)


def _names(call: Call) -> list[str]:
    given = call.body if isinstance(call.body, list) else call.given("labels", [])
    return [name if isinstance(name, str) else name["name"] for name in given]


@route("POST", "/issues/{issue_number}/labels", "issues:write")
def add_labels(world: World, call: Call) -> Answer:
    it = _issue(world, call)
    for name in _names(call):
        issues.label(world, it, name, call.actor)
    return Answer(200, _labels(world, it))


@route("PUT", "/issues/{issue_number}/labels", "issues:write")
def set_labels(world: World, call: Call) -> Answer:
    it = _issue(world, call)
    _set_labels(world, it, _names(call), call)
    return Answer(200, _labels(world, it))


@route("DELETE", "/issues/{issue_number}/labels/{name}", "issues:write")
def remove_label(world: World, call: Call) -> Answer:
    it = _issue(world, call)
    if not issues.unlabel(world, it, unquote(call.parts["name"]), call.actor):
        raise Failure(404, "Label does not exist")
    return Answer(200, _labels(world, it))


@route("GET", "/issues/{issue_number}/comments", "issues:read")
def list_comments(world: World, call: Call) -> Answer:
    number = _issue(world, call).number
    found = [it for it in world.state.comments.values() if it.issue == number]
    return page(world, call, found, lambda it: views.comment(world, it))


@route("POST", "/issues/{issue_number}/comments", "issues:read")
def create_comment(world: World, call: Call) -> Answer:
    it = _issue(world, call)
    needed = ("issues:write", "pull_requests:write") if it.pull else ("issues:write",)
    writes = any(may(world.state, call.token, call.actor, need) for need in needed)
    if call.actor.is_job and not writes:
        raise forbidden(call.actor)
    if it.locked and not writes:
        raise Failure(403, "Unable to create comment because issue is locked.")
    made = issues.comment(world, it, _text(call), call.actor)
    return Answer(201, views.comment(world, made), {"Location": f"{world.api}/issues/comments/{made.id}"})


def _comment(world: World, call: Call, *, change: bool = False) -> Comment:
    found = world.state.comments.get(call.number("comment_id"))
    if found is None:
        raise missing()
    if change and found.login != call.actor.login and not _moderates(world, call, found):
        raise forbidden(call.actor)
    return found


def _moderates(world: World, call: Call, it: Comment) -> bool:
    area = "issues" if call.actor.is_job else "contents"
    return may(world.state, call.token, call.actor, f"{area}:write")


@route("GET", "/issues/comments/{comment_id}", "issues:read", "pull_requests:read")
def get_comment(world: World, call: Call) -> Answer:
    return Answer(200, views.comment(world, _comment(world, call)))


@route("PATCH", "/issues/comments/{comment_id}", "issues:write", "pull_requests:write", "issues:read")
def update_comment(world: World, call: Call) -> Answer:
    if call.actor.is_job and not _writes(world, call):
        raise forbidden(call.actor)
    it = _comment(world, call, change=True)
    issues.edit_comment(world, it, _text(call), call.actor)
    return Answer(200, views.comment(world, it))


def _writes(world: World, call: Call) -> bool:
    return any(may(world.state, call.token, call.actor, f"{area}:write") for area in ("issues", "pull_requests"))


@route("DELETE", "/issues/comments/{comment_id}", "issues:write", "pull_requests:write", "issues:read")
def remove_comment(world: World, call: Call) -> Answer:
    if call.actor.is_job and not _writes(world, call):
        raise forbidden(call.actor)
    issues.delete_comment(world, _comment(world, call, change=True), call.actor)
    return Answer(204)


@route("POST", "/issues/comments/{comment_id}/reactions", "issues:write", "pull_requests:write", "issues:read")
def create_reaction(world: World, call: Call) -> Answer:
    if call.actor.is_job and not _writes(world, call):
        raise forbidden(call.actor)
    made, new = issues.react(world, _comment(world, call), str(call.given("content")), call.actor)
    return Answer(201 if new else 200, views.reaction(world, made))


@route("GET", "/labels", "issues:read", "pull_requests:read")
def list_labels(world: World, call: Call) -> Answer:
    return page(world, call, list(world.state.labels.values()), lambda it: views.label(world, it))


@route("POST", "/labels", "issues:write", "pull_requests:write")
def create_label(world: World, call: Call) -> Answer:
    name = str(call.given("name"))
    if name.lower() in world.state.labels:
        error = {"resource": "Label", "code": "already_exists", "field": "name"}
        raise Failure(422, "Validation Failed", errors=[error])
    made = issues.create_label(world, name, call.given("color", "ededed"), call.given("description"))
    return Answer(201, views.label(world, made))


@route("GET", "/labels/{name}", "issues:read", "pull_requests:read")
def get_label(world: World, call: Call) -> Answer:
    found = world.state.labels.get(unquote(call.parts["name"]).lower())
    if found is None:
        raise missing()
    return Answer(200, views.label(world, found))
