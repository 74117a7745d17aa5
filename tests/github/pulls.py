"""What happens to pull requests, whoever does it; and what a push does to them."""

from tests.github import happenings, issues, merging, pull_views
from tests.github.state import Actor, AutoMerge, Issue, Json, Pull, Review, Status
from tests.github.web import Failure, forbidden, missing
from tests.github.world import OWNER, Push, World


def found(world: World, number: int) -> Issue:
    issue = world.state.pulls.get(number)
    if issue is None:
        raise missing()
    return issue


def part(issue: Issue) -> Pull:
    assert issue.pull
    return issue.pull


def open_pull(
    world: World, title: str, body: str | None, head: str, base: str, actor: Actor, *,
    draft: bool = False, owner: str = OWNER, sha: str | None = None,
) -> Issue:  # fmt: skip
    """Opens a pull request; raises the Failure with which GitHub refuses it. `sha`: of a fork's branch."""
    tips = {name: world.bare.tip(name) for name in (head, base)}
    tips[head] = sha or tips[head]
    unknown = [field for field, name in (("head", head), ("base", base)) if tips[name] is None]
    if unknown:
        raise Failure(422, "Validation Failed", errors=[_problem("PullRequest", unknown[0], "invalid")])
    there = [it for it in world.state.pulls.values() if it.state == "open"
             and (part(it).owner, part(it).head, part(it).base) == (owner, head, base)]  # fmt: skip
    if there:
        message = f"A pull request already exists for {owner}:{head}."
        raise Failure(422, "Validation Failed", errors=[_problem("PullRequest", "", "custom", message)])
    head_sha, base_sha = tips[head] or "", tips[base] or ""
    if not world.bare.related(base_sha, head_sha):
        message = f"The {head} branch has no history in common with {base}"
        raise Failure(422, "Validation Failed", errors=[_problem("PullRequest", "", "custom", message)])
    if not world.bare.count(base_sha, head_sha):
        message = f"No commits between {base} and {head}"
        raise Failure(422, "Validation Failed", errors=[_problem("PullRequest", "", "custom", message)])
    now, number = world.now(), max(world.state.issues, default=0) + 1
    pull = Pull(number, world.id(), head, base, head_sha, base_sha, owner, draft)
    issue = Issue(number, world.id(), title, body, actor.login, now, now, pull=pull)
    world.state.issues[number] = issue
    world.bare("update-ref", f"refs/pull/{number}/head", head_sha)
    happenings.happened(world, issue, actor, "opened")
    return issue


def _problem(resource: str, field: str, code: str, message: str = "") -> Json:
    named = {"field": field} if field else {}
    return {"resource": resource, "code": code} | named | ({"message": message} if message else {})


def merge(world: World, issue: Issue, sha: str | None, method: str, title: str, text: str, actor: Actor) -> str:
    """Merges; the merge's commit. Raises the Failure with which GitHub refuses it."""
    pull = part(issue)
    base = merging.check(world, issue, sha, method)
    if actor.is_job and any(it.path.startswith(".github/workflows/") for it in world.bare.files(base, pull.sha)):
        raise forbidden(actor)
    head = title or f"Merge pull request #{pull.number} from {pull.owner}/{pull.head}"
    message = f"{head}\n\n{text or issue.title}\n"
    pull.merge_commit = merging.commit(world, issue, base, method, message, actor.login)
    pull.merged_at, pull.merged_by, pull.base_sha, pull.auto_merge = world.now(), actor.login, base, None
    issues.edit(world, issue, {"state": "closed"}, actor)
    moved(world, [Push(f"refs/heads/{pull.base}", base, pull.merge_commit, actor)])
    if world.state.settings.delete_branch_on_merge and pull.owner == OWNER:
        delete_branch(world, pull.head, actor)
    return pull.merge_commit


def delete_branch(world: World, name: str, actor: Actor) -> None:
    tip = world.bare.tip(name)
    if tip:
        world.bare("update-ref", "-d", f"refs/heads/{name}", tip)
        moved(world, [Push(f"refs/heads/{name}", tip, None, actor)])


def moved(world: World, pushes: list[Push]) -> None:
    """Refs moved: events, and pull requests that follow their branches."""
    for push in pushes:
        happenings.pushed(world, push.ref, push.old, push.new, push.forced, push.actor)
        branch = push.ref.removeprefix("refs/heads/")
        for issue in list(world.state.pulls.values()):
            if issue.state == "open" and branch != push.ref:
                _follow(world, issue, branch, push)
    try_auto_merges(world)


def _follow(world: World, issue: Issue, branch: str, push: Push) -> None:
    pull = part(issue)
    tip = world.bare.tip(branch)
    if pull.base == branch and tip:
        pull.base_sha = tip
        _absorbed(world, issue, push)
    if (pull.owner, pull.head) != (OWNER, branch) or tip == pull.sha:
        return
    if tip is None:
        issues.edit(world, issue, {"state": "closed"}, push.actor)
        return
    before, pull.sha = pull.sha, tip
    world.bare("update-ref", f"refs/pull/{pull.number}/head", tip)
    happenings.happened(world, issue, push.actor, "synchronize", before=before, after=tip)


def _absorbed(world: World, issue: Issue, push: Push) -> None:
    """A push onto the base that contains the head counts as the merge."""
    pull = part(issue)
    if world.bare.contains(pull.base_sha, pull.sha):
        pull.merge_commit, pull.merged_at, pull.merged_by = push.new, world.now(), push.actor.login
        issues.edit(world, issue, {"state": "closed"}, push.actor)


def review(world: World, issue: Issue, event: str, body: str, sha: str | None, actor: Actor) -> Review:
    """Reviews; raises the Failure that GitHub answers on one's own pull request."""
    verb = {"APPROVE": "approve", "REQUEST_CHANGES": "request changes on"}.get(event)
    if verb and actor.login == issue.login:
        raise Failure(422, "Unprocessable Entity", errors=[f"Can not {verb} your own pull request"])
    if event == "APPROVE" and actor.is_job and not world.state.settings.actions_may_propose:
        raise Failure(
            422, "Unprocessable Entity", errors=["GitHub Actions is not permitted to approve pull requests."]
        )
    states = {"APPROVE": "APPROVED", "REQUEST_CHANGES": "CHANGES_REQUESTED", "COMMENT": "COMMENTED"}
    pull = part(issue)
    made = Review(world.id(), pull.number, actor.login, states[event], body, sha or pull.sha, world.now())
    world.state.reviews.append(made)
    shown = pull_views.review(world, made)
    shown["state"] = made.state.lower()
    about = happenings.about(
        world, actor, "submitted", review=shown, pull_request=pull_views.simple(world, issue)
    )  # fmt: skip
    world.emit("pull_request_review", about, actor)
    try_auto_merges(world)
    return made


def report(world: World, sha: str, context: str, state: str, more: Json, actor: Actor) -> Status:
    """A status of a commit."""
    about = more.get("description"), more.get("target_url")
    made = Status(world.id(), sha, context, state, *about, actor.login, world.now())
    world.state.statuses.append(made)
    try_auto_merges(world)
    return made


def arm(world: World, issue: Issue, method: str, title: str, text: str, sha: str | None, actor: Actor) -> None:
    """Merges as soon as the rules allow. Raises a Failure with the message that GraphQL gives."""
    pull = part(issue)
    if not world.state.settings.allow_auto_merge:
        raise Failure(422, "Auto merge is not allowed for this repository")
    if issue.state == "closed":
        raise Failure(422, "Can't enable auto-merge for this pull request.")
    if sha is not None and sha != pull.sha:
        raise Failure(422, f"Expected head sha didn't match current head ref. Expected {sha}, was {pull.sha}")
    state = merging.actual(world, issue)[1]
    if state in ("clean", "unstable"):
        raise Failure(422, f"Pull request Pull request is in {state} status")
    kind = method.lower()
    assert kind in ("merge", "squash", "rebase")
    pull.auto_merge = AutoMerge(actor.login, kind, title, text, actor)  # type: ignore[arg-type]
    happenings.happened(world, issue, actor, "auto_merge_enabled")


def disarm(world: World, issue: Issue, actor: Actor) -> None:
    pull = part(issue)
    if pull.auto_merge is None:
        raise Failure(422, "Can't disable auto-merge for this pull request.")
    pull.auto_merge = None
    happenings.happened(world, issue, actor, "auto_merge_disabled", reason="")


def try_auto_merges(world: World) -> None:
    """Merges what was waiting and may be merged now."""
    for issue in list(world.state.pulls.values()):
        auto = part(issue).auto_merge
        if auto and issue.state == "open" and merging.actual(world, issue)[1] in ("clean", "unstable"):
            merge(world, issue, None, auto.method, auto.title, auto.message, auto.actor)
