"""The five success criteria across sessions, and how far each is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Literal

from bot.core.gate.verdict import names
from bot.core.overview import Overview
from bot.core.remembered import itself, remembered
from bot.core.state import SessionState

ALL_WITHIN = timedelta(hours=24)

CriterionState = Literal["met", "not met", "waiting"]
"""waiting: it can still be met, or it is not known yet."""


@dataclass(frozen=True, slots=True)
class CrossCriterion:
    """One criterion: `done` of `of` hold so far; the same in words, and what to do while it is not met.

    The words change with the clock only when the state does: a file that holds them is committed when
    it changes.
    """

    id: str
    title: str
    state: CriterionState
    done: int
    of: int
    measured: str
    action: str = ""


@remembered(1, itself)  # they are shown in several places
def cross_criteria(overview: Overview) -> tuple[CrossCriterion, ...]:
    """The five, in the protocol's order. Without any session all of them wait."""
    return (
        _within_a_day(overview),
        _no_duplicates(overview),
        _compiled(overview.sessions),
        _no_conflicts(overview),
        _blockers_resolved(overview),
    )


def _within_a_day(overview: Overview) -> CrossCriterion:
    sessions = overview.sessions
    title = "all sessions done within 24 hours"
    if not sessions:
        return CrossCriterion("within-a-day", title, "waiting", 0, 0, "no session yet")
    start = min(state.launched for state in sessions)
    merged, total = _merged(sessions), len(sessions)
    done = f"{merged} of {total} merged"
    if merged < total:
        late = overview.now - start > ALL_WITHIN
        measured = (
            f"{done}, the 24 hours end{'ed' * late} at {start.astimezone(UTC) + ALL_WITHIN:%Y-%m-%d %H:%M} UTC"
        )
        state: CriterionState = "not met" if late else "waiting"
        action = "see the next actions in SESSION-HANDOVER-PROTOCOL.md"
        return CrossCriterion("within-a-day", title, state, merged, total, measured, action)
    took = max(state.last_activity for state in sessions) - start
    measured = f"{done} in {took / timedelta(hours=1):.1f} of 24 hours"
    return CrossCriterion(
        "within-a-day", title, "met" if took <= ALL_WITHIN else "not met", merged, total, measured
    )


def _merged(sessions: Sequence[SessionState]) -> int:
    return sum(state.phase == "merged" for state in sessions)


def _no_duplicates(overview: Overview) -> CrossCriterion:
    found, sessions = overview.duplicates, overview.sessions
    subjects = len({subject.id for state in sessions for subject in state.subjects.assigned})
    once = subjects - len(found)
    measured = f"{once} of {subjects} subjects in one session only"
    twice = names(f"{one.subject.id} ({', '.join(one.sessions)})" for one in found)
    action = (
        f"keep one session of each, a mission that repeats on purpose says refresh: true: {twice}" if found else ""
    )
    state: CriterionState = "not met" if found else "met" if sessions else "waiting"
    return CrossCriterion("no-duplicates", "no duplicate work", state, once, subjects, measured, action)


def _compiled(sessions: Sequence[SessionState]) -> CrossCriterion:
    merged = _merged(sessions)
    whole = bool(sessions) and merged == len(sessions)
    return CrossCriterion(
        "compiled",
        "findings compiled into the master roadmap",
        "met" if whole else "waiting",
        merged,
        len(sessions),
        f"{merged} of {len(sessions)} sessions compiled",
        "" if whole else "a session is compiled when it is merged",
    )


def _no_conflicts(overview: Overview) -> CrossCriterion:
    """A merge that was tried out counts like one that was made."""
    total, tried = len(overview.sessions), overview.conflicts
    conflicting = sorted(session for session, paths in tried.items() if paths)
    merged, clean = _merged(overview.sessions), len(tried) - len(conflicting)
    measured = f"{merged} of {total} merged"
    if tried:
        measured += f", {clean} of {len(tried)} that wait would merge cleanly"
    state: CriterionState = "not met" if conflicting else "met" if total and merged == total else "waiting"
    action = f"name the files and keep all findings: {', '.join(conflicting)}" if conflicting else ""
    return CrossCriterion("no-conflicts", "zero merge conflicts", state, merged + clean, total, measured, action)


def _blockers_resolved(overview: Overview) -> CrossCriterion:
    documented, sessions = len(overview.blockers), overview.sessions
    counted = sum(state.blocker_count for state in sessions)
    resolved = sum(bool(blocker.resolved_by) for blocker in overview.blockers)
    over = bool(sessions) and all(state.phase in ("complete", "merged") for state in sessions)
    state: CriterionState = "not met" if resolved < counted else "met" if over else "waiting"
    measured = (
        f"{documented} of {counted} documented, {resolved} of {counted} resolved" if counted else "no blocker"
    )
    action = "see BLOCKERS.md" if resolved < counted else ""
    return CrossCriterion(
        "blockers-resolved", "every blocker documented and resolved", state, resolved, counted, measured, action
    )
