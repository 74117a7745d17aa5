"""Whether a pull request can be merged now, and merging it."""

from dataclasses import dataclass

from tests.github.plumbing import ConflictError
from tests.github.state import Issue, Protection, Pull
from tests.github.web import Failure
from tests.github.world import World

_MOVED = "Base branch was modified. Review and try the merge again."


@dataclass(frozen=True)
class Blocked:
    """Why a protected branch does not take a merge, in GitHub's words."""

    message: str
    ruleset: bool

    @property
    def text(self) -> str:
        return f"Repository rule violations found\n\n{self.message}\n\n" if self.ruleset else self.message


def conclusions(world: World, sha: str) -> dict[str, str]:
    """What each check of a commit says now: success, failure or pending. The last report counts."""
    found = {}
    for run in world.state.check_runs:
        if run.sha == sha:
            good = run.conclusion in ("success", "neutral", "skipped")
            found[run.name] = ("success" if good else "failure") if run.status == "completed" else "pending"
    for status in world.state.statuses:
        if status.sha == sha:
            found[status.context] = "failure" if status.state == "error" else status.state
    return found


def open_checks(world: World, protection: Protection, sha: str) -> list[str]:
    """The demanded checks that have not passed at a commit."""
    said = conclusions(world, sha)
    return [name for name in protection.checks if said.get(name) != "success"]


def blocked(world: World, pull: Pull) -> Blocked | None:
    """Which rule of the base branch stands against the merge; the base's own commits are not looked at."""
    protection = world.state.protections.get(pull.base)
    if protection is None:
        return None
    last = {it.login: it for it in world.state.reviews if it.pull == pull.number and it.state != "COMMENTED"}
    if any(it.state == "CHANGES_REQUESTED" for it in last.values()) and protection.reviews:
        return Blocked("Changes have been requested by reviewers.", protection.ruleset)
    approved = sum(
        it.state == "APPROVED" and world.state.user(it.login).role in ("write", "maintain", "admin")
        for it in last.values()
    )
    if approved < protection.reviews:
        some = f"At least {protection.reviews} approving review{'s are' if protection.reviews > 1 else ' is'}"
        return Blocked(f"{some} required by reviewers with write access.", protection.ruleset)
    missing = open_checks(world, protection, pull.sha)
    return Blocked(_expected(world, missing, pull.sha), protection.ruleset) if missing else None


def _expected(world: World, missing: list[str], sha: str) -> str:
    if len(missing) > 1:
        return f"{len(missing)} of {len(missing)} required status checks are expected."
    said = conclusions(world, sha).get(missing[0])
    ending = {"failure": "is failing", "pending": "is pending"}.get(said or "", "is expected")
    return f'Required status check "{missing[0]}" {ending}.'


def actual(world: World, issue: Issue) -> tuple[bool, str]:
    """`mergeable` and `mergeable_state` as they are, computed at once."""
    pull = issue.pull
    assert pull
    base = world.bare.tip(pull.base)
    if base is None:
        return False, "dirty"
    try:
        world.bare.merge_tree(base, pull.sha)
    except ConflictError:
        return False, "dirty"
    return True, _state(world, pull, base)


def _state(world: World, pull: Pull, base: str) -> str:
    protection = world.state.protections.get(pull.base)
    if pull.draft:
        return "draft"
    if blocked(world, pull):
        return "blocked"
    if protection and protection.strict and not world.bare.contains(pull.sha, base):
        return "behind"
    said = set(conclusions(world, pull.sha).values())
    return "unstable" if said - {"success"} else "clean"


def mergeability(world: World, issue: Issue, *, read: bool) -> tuple[bool | None, str]:
    """What GitHub says of it. It computes after it was first asked, and again when head or base moved."""
    pull = issue.pull
    assert pull
    if issue.state == "closed":
        return (None, "unknown")
    tips = (world.bare.tip(pull.base) or "", pull.sha)
    after = world.state.settings.mergeable_after
    if pull.computed != tips:
        pull.computed, pull.reads = tips, 0
    known = after is not None and pull.reads >= after
    pull.reads += read
    return actual(world, issue) if known else (None, "unknown")


def check(world: World, issue: Issue, sha: str | None, method: str) -> str:
    """The base's tip to merge onto. Raises the Failure that GitHub would answer."""
    pull, settings = issue.pull, world.state.settings
    assert pull
    if pull.merged_at or issue.state == "closed":
        raise Failure(405, "Pull Request is not mergeable")
    if pull.draft:
        raise Failure(405, "Pull Request is still a draft")
    if sha is not None and sha != pull.sha:
        raise Failure(409, "Head branch was modified. Review and try the merge again.")
    if not getattr(settings, f"allow_{'merge_commit' if method == 'merge' else method + '_merge'}"):
        name = {"merge": "Merge commits", "squash": "Squash merges", "rebase": "Rebase merges"}[method]
        raise Failure(405, f"{name} are not allowed on this repository.")
    before = pull.computed
    base = world.bare.tip(pull.base) or ""
    if settings.refuse_moved_base and before and before[0] != base:
        pull.computed = (base, pull.sha)
        raise Failure(405, _MOVED)
    _refuse(world, issue, pull)
    return base


def _refuse(world: World, issue: Issue, pull: Pull) -> None:
    mergeable, state = actual(world, issue)
    rule = blocked(world, pull)
    if not mergeable:
        raise Failure(405, "Pull Request has merge conflicts")
    if rule:
        raise Failure(405, rule.text)
    if state == "behind":
        raise Failure(405, "The head branch is not up to date with the base branch.")


def commit(world: World, issue: Issue, base: str, method: str, message: str, who: str) -> str:
    """Makes the merge's commit and moves the base branch to it. Raises Failure when the base moved meanwhile."""
    pull = issue.pull
    assert pull
    bare = world.bare
    if method == "rebase":
        made = _replayed(world, base, pull.sha, who)
    else:
        parents = [base, pull.sha] if method == "merge" else [base]
        made = bare.commit(bare.merge_tree(base, pull.sha), parents, message, who)
    if not bare.move(f"refs/heads/{pull.base}", made, base):
        raise Failure(405, _MOVED)
    return made


def _replayed(world: World, base: str, head: str, who: str) -> str:
    """The head's commits, one after the other, on top of the base; each merged as if its parent were the base."""
    bare = world.bare
    onto = base
    for each in bare("rev-list", "--reverse", "--no-merges", f"{base}..{head}").split():
        before = bare.commit(f"{each}^^{{tree}}", [], "before", who)
        ours, theirs = (bare.commit(f"{tip}^{{tree}}", [before], "after", who) for tip in (onto, each))
        onto = bare.commit(bare.merge_tree(ours, theirs), [onto], bare("show", "-s", "--format=%B", each), who)
    return onto
