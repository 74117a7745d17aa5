"""Says in a session's issue how it stands: one comment, edited in place, from facts alone."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import ceil
from typing import TypedDict, Unpack, assert_never

from bot.core.addresses import Addresses
from bot.core.comment_view import Answer, AtWork, CommentView, Hold
from bot.core.continuation import goes_on_in
from bot.core.gate.verdict import Verdict
from bot.core.recovery import Stand
from bot.core.session import SessionData
from bot.core.state import SessionFacts, reduce
from bot.ports import Clock, Conversation, Repository
from bot.render.comment import status_comment

MOMENT = 3.0
"""Seconds that a recorder waits to see whether somebody else records right after it."""
MEND = (
    "mend the access to the model (its key, what it may do, its credit), then `/swarm resume`, or set the label "
    "again; what is recorded is kept"
)


def standing(stand: Stand) -> "More":
    """How it is told that a session stands still until a person acts."""
    match stand.how:
        case "halted":
            return {"stopped": Hold(stand.why, MEND)}
        case "held":
            return {"held": Hold(stand.why)}
        case "broken":
            return {"broken": Hold(stand.why)}
        case "busy" | "judged":
            return {}
        case _:
            assert_never(stand.how)


class More(TypedDict, total=False):
    """What is known of a session besides what lies in git; see `CommentView`."""

    pull: str
    verdict: Verdict | None
    postponed: Hold | None
    held: Hold | None
    stopped: Hold | None
    broken: Hold | None
    continued: bool
    manual: bool
    others: tuple[str, ...]
    at_work: Mapping[str, AtWork]
    answer: Answer | None


@dataclass(frozen=True, slots=True)
class Telling:
    """How a session's comment is written. `run` is this workflow run's id.

    `later_open` says whether a session is open that goes on with what this one had no time for: as long as one is,
    the comment of their issue is that one's.
    """

    conversation: Conversation
    clock: Clock
    addresses: Addresses
    run: str
    later_open: Callable[[SessionData], bool] = lambda _: False

    def view(self, facts: SessionFacts, **more: Unpack[More]) -> CommentView:
        """The session as it stands now."""
        now = self.clock.now()
        commit = (facts.merge and facts.merge.commit) or facts.tip or ""
        return CommentView(
            data=facts.data,
            state=reduce(facts, now),
            now=now,
            addresses=self.addresses,
            commit=commit,
            run=self.run,
            **more,
        )

    def tell(self, view: CommentView) -> int | None:
        """Writes the comment, wherever it is; its id, None when no issue asked for the session, or the comment is
        another session's now."""
        issue = view.data.launch.issue
        if goes_on_in(view.data) and self.later_open(view.data):
            return None
        return None if issue is None else self.conversation.say(issue, "status", status_comment(view))

    def edit(self, comment: int, facts: SessionFacts, **more: Unpack[More]) -> bool:
        """Writes the comment whose id is known, with one call; False when it is gone."""
        return self.conversation.edit(comment, status_comment(self.view(facts, **more)))


def is_worth_an_edit(before: int, after: int, total: int) -> bool:
    """Whether the comment is edited when the number of recorded agents grows: each time in a small session, some
    forty times in one of 256 agents, so that GitHub's limits hold whatever the size (G18)."""
    step = ceil(total / (12 + total // 8))
    return after // step > before // step or (after == total and before < total)


def tell_if_last(
    telling: Telling,
    repo: Repository,
    branch: str,
    commit: str,
    comment: int,
    facts: SessionFacts,
    **more: Unpack[More],
) -> bool:
    """Edits the comment when this recorder's commit is still the branch's tip a moment later: else whoever came
    after it will."""
    telling.clock.sleep(MOMENT)
    return repo.refs(branch).get(branch) == commit and telling.edit(comment, facts, **more)
