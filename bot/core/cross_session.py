"""The five success criteria across sessions, and how far each is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from bot.core.overview import Overview
from bot.core.state import SessionState

ALL_WITHIN = timedelta(hours=24)

CriterionState = Literal["met", "not met", "waiting"]
"""waiting: it can still be met, or it is not known yet."""


@dataclass(frozen=True, slots=True)
class CrossCriterion:
    """One criterion: what was measured, and what to do while it is not met."""

    id: str
    title: str
    state: CriterionState
    measured: str
    action: str = ""


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
        return CrossCriterion("within-a-day", title, "waiting", "no session yet")
    merged = [state for state in sessions if state.phase == "merged"]
    start = min(state.launched for state in sessions)
    done = f"{len(merged)} of {len(sessions)} merged"
    if len(merged) < len(sessions):
        late = overview.now - start > ALL_WITHIN
        action = "see the next actions in SESSION-HANDOVER-PROTOCOL.md"
        return CrossCriterion("within-a-day", title, "not met" if late else "waiting", done, action)
    took = max(state.last_activity for state in merged) - start
    measured = f"{done} in {took / timedelta(hours=1):.1f} hours"
    return CrossCriterion("within-a-day", title, "met" if took <= ALL_WITHIN else "not met", measured)


def _no_duplicates(overview: Overview) -> CrossCriterion:
    found, sessions = overview.duplicates, overview.sessions
    subjects = len({subject.id for state in sessions for subject in state.subjects.assigned})
    measured = f"{len(found)} of {subjects} subjects researched by more than one session"
    action = "keep one of the sessions; a mission that repeats on purpose says refresh: true" if found else ""
    state: CriterionState = "not met" if found else "met" if sessions else "waiting"
    return CrossCriterion("no-duplicates", "no duplicate work", state, measured, action)


def _compiled(sessions: Sequence[SessionState]) -> CrossCriterion:
    merged = sum(state.phase == "merged" for state in sessions)
    whole = bool(sessions) and merged == len(sessions)
    return CrossCriterion(
        "compiled",
        "findings compiled into the master roadmap",
        "met" if whole else "waiting",
        f"{merged} of {len(sessions)} sessions compiled",
        "" if whole else "a session is compiled when it is merged",
    )


def _no_conflicts(overview: Overview) -> CrossCriterion:
    conflicting = sorted(session for session, paths in overview.conflicts.items() if paths)
    merged = sum(state.phase == "merged" for state in overview.sessions)
    measured = (
        f"{merged} of {len(overview.sessions)} merged, {len(conflicting)} of {len(overview.conflicts)} "
        "waiting to be merged conflict"
    )
    whole = bool(overview.sessions) and merged == len(overview.sessions)
    state: CriterionState = "not met" if conflicting else "met" if whole else "waiting"
    action = f"name the files and keep all findings: {', '.join(conflicting)}" if conflicting else ""
    return CrossCriterion("no-conflicts", "zero merge conflicts", state, measured, action)


def _blockers_resolved(overview: Overview) -> CrossCriterion:
    documented, sessions = overview.blockers, overview.sessions
    counted = sum(state.blocker_count for state in sessions)
    resolved = sum(bool(blocker.resolved_by) for blocker in documented)
    over = bool(sessions) and all(state.phase in ("complete", "merged") for state in sessions)
    state: CriterionState = "waiting"
    if resolved < counted:
        state = "not met"
    elif over:
        state = "met"
    measured = f"{len(documented)} of {counted} documented, {resolved} resolved"
    action = "see BLOCKERS.md" if resolved < counted else ""
    return CrossCriterion("blockers-resolved", "every blocker documented and resolved", state, measured, action)
