"""Merge conflicts as blockers: those that only a person can settle."""

from collections.abc import Sequence

from bot.core.conflicts import Conflict, needs_a_person
from bot.core.findings import Blocker
from bot.core.neutral import visible
from bot.core.overview import BlockerStatus, Overview
from bot.core.state import BlockerNote, SessionState

LISTED = 10


def conflict_blockers(overview: Overview) -> tuple[BlockerStatus, ...]:
    """One for each session whose conflict with the base `close` cannot settle, in the order of the sessions."""
    found = ((state, overview.conflicts.get(state.session, ())) for state in overview.sessions)
    return tuple(BlockerStatus(conflict_note(overview.base, *one), ()) for one in found if needs_a_person(one[1]))


def conflict_note(base: str, state: SessionState, found: Sequence[Conflict]) -> BlockerNote:
    """A conflict as a blocker, dated with the newest change that is known to conflict, or with the session's last
    fact when that is later."""
    dates = [one.time for one in found if one.time]
    blocker = Blocker(
        title=f"{state.session} has a merge conflict with {visible(base)}"[:300],
        impact="Critical",
        description=visible(_description(base, found)),
        recommendation=(
            "Merge the base branch into the session's branch by hand and keep the base's version of every file "
            "that is not the session's own, or move those files away on the base; then swarm close goes on."
        ),
        workaround="All findings are kept on the session's branch, where they can be read; nothing was merged.",
    )
    return BlockerNote(state.session, "", max([state.last_activity, *dates]), (), blocker)


def _description(base: str, found: Sequence[Conflict]) -> str:
    shown = sorted(found, key=lambda one: one.own)[:LISTED]
    more = f" and {len(found) - LISTED} more" if len(found) > LISTED else ""
    files = ", ".join(str(one)[:150] for one in shown)
    return f"The session's branch and {base[:100]} both changed {files}{more}."
