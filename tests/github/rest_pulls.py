"""REST: pull requests, merging them, and reviews."""

from tests.github import issues, pull_views, pulls
from tests.github.happenings import happened
from tests.github.plumbing import File
from tests.github.state import Issue, Json
from tests.github.web import Answer, Call, Failure, page, route
from tests.github.world import OWNER, World

_STATUS = {"A": "added", "D": "removed", "M": "modified", "T": "changed"}


def _issue(world: World, call: Call) -> Issue:
    return pulls.found(world, call.number("pull_number"))


@route("GET", "/pulls", "pull_requests:read")
def list_pulls(world: World, call: Call) -> Answer:
    """A `head` without the name of an owner filters nothing, as on GitHub."""
    state, base = call.query.get("state", "open"), call.query.get("base")
    owner, colon, head = call.query.get("head", "").partition(":")
    found = [
        issue
        for issue in world.state.pulls.values()
        if state in ("all", issue.state)
        and base in (None, "", pulls.part(issue).base)
        and (not colon or (owner, head) == (pulls.part(issue).owner, pulls.part(issue).head))
    ]
    return page(world, call, found[::-1], lambda it: pull_views.simple(world, it))


@route("POST", "/pulls", "pull_requests:write")
def create_pull(world: World, call: Call) -> Answer:
    if call.actor.is_job and not world.state.settings.actions_may_propose:
        raise Failure(403, "GitHub Actions is not permitted to create or approve pull requests.")
    owner, colon, head = str(call.given("head")).rpartition(":")
    if colon and owner != OWNER:
        raise Failure(
            422, "Validation Failed", errors=[{"resource": "PullRequest", "field": "head", "code": "invalid"}]
        )
    texts = str(call.given("title")), call.given("body")
    draft = bool(call.given("draft", False))
    made = pulls.open_pull(world, *texts, head, str(call.given("base")), call.actor, draft=draft)
    return Answer(201, pull_views.full(world, made))


@route("GET", "/pulls/{pull_number}", "pull_requests:read")
def get_pull(world: World, call: Call) -> Answer:
    return Answer(200, pull_views.full(world, _issue(world, call), read=True))


@route("PATCH", "/pulls/{pull_number}", "pull_requests:write")
def patch_pull(world: World, call: Call) -> Answer:
    issue, changes = _issue(world, call), dict(call.body)
    pull, base = pulls.part(issue), changes.pop("base", None)
    if base is not None and base != pull.base:
        tip = world.bare.tip(base)
        if tip is None:
            raise Failure(
                422, "Validation Failed", errors=[{"resource": "PullRequest", "field": "base", "code": "invalid"}]
            )
        before = {"ref": {"from": pull.base}, "sha": {"from": pull.base_sha}}
        pull.base, pull.base_sha = base, tip
        happened(world, issue, call.actor, "edited", changes={"base": before})
    if changes.get("state") == "open" and pull.merged_at:
        message = "state cannot be changed. The pull request cannot be reopened."
        raise Failure(
            422, "Validation Failed", errors=[{"resource": "PullRequest", "code": "custom", "message": message}]
        )
    issues.edit(world, issue, changes, call.actor)
    return Answer(200, pull_views.full(world, issue))


@route("GET", "/pulls/{pull_number}/files", "pull_requests:read")
def list_files(world: World, call: Call) -> Answer:
    pull = pulls.part(_issue(world, call))

    def shown(file: File) -> Json:
        gone = file.status == "D"
        at = f"{pull.sha}/{file.path}"
        return {
            "sha": None if gone else file.blob,
            "filename": file.path,
            "status": _STATUS[file.status],
            "additions": file.additions,
            "deletions": file.deletions,
            "changes": file.additions + file.deletions,
            "blob_url": f"{world.html}/blob/{at}",
            "raw_url": f"{world.html}/raw/{at}",
            "contents_url": f"{world.api}/contents/{file.path}?ref={pull.sha}",
        }

    return page(world, call, world.bare.files(pull.base_sha, pull.sha)[:3000], shown)


@route("GET", "/pulls/{pull_number}/merge", "contents:read")
def is_merged(world: World, call: Call) -> Answer:
    if pulls.part(_issue(world, call)).merged_at is None:
        raise Failure(404, "Not Found")
    return Answer(204)


@route("PUT", "/pulls/{pull_number}/merge", "contents:write")
def merge(world: World, call: Call) -> Answer:
    texts = call.given("commit_title") or "", call.given("commit_message") or ""
    method = call.given("merge_method", "merge")
    made = pulls.merge(world, _issue(world, call), call.given("sha"), method, *texts, call.actor)
    return Answer(200, {"sha": made, "merged": True, "message": "Pull Request successfully merged"})


@route("GET", "/pulls/{pull_number}/reviews", "pull_requests:read")
def list_reviews(world: World, call: Call) -> Answer:
    number = _issue(world, call).number
    found = [it for it in world.state.reviews if it.pull == number]
    return page(world, call, found, lambda it: pull_views.review(world, it))


@route("POST", "/pulls/{pull_number}/reviews", "pull_requests:write")
def create_review(world: World, call: Call) -> Answer:
    given = str(call.given("body") or ""), call.given("commit_id")
    made = pulls.review(world, _issue(world, call), str(call.given("event", "COMMENT")), *given, call.actor)
    return Answer(200, pull_views.review(world, made))
