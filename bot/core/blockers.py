"""Blockers that are written by programs: a subject that cannot be read, or that nobody came to."""

from collections.abc import Sequence

from bot.core.findings import Blocker, Searched
from bot.core.mission import Subject


def unreadable(subject: Subject, searched: Sequence[Searched]) -> Blocker:
    """No source of a subject is readable: why, and what a person can do."""
    states = "; ".join(f"{one.source}: {one.state}{f' ({one.reason})' if one.reason else ''}" for one in searched)
    return Blocker(
        subject=subject.id,
        title=f"{subject.name}: no readable source",
        impact="High",
        description=f"None of {len(searched)} sources could be read. {states}"[:2_000],
        attempted=tuple(f"opened {one.source}"[:300] for one in searched),
        recommendation="Add a source that can be read: an official SDK (pypi:, npm:) or a copy (file:).",
        workaround="Run again where the sources can be reached; the rest of the mission does not wait for it.",
    )


def too_late(subject: Subject, reason: str) -> Blocker:
    """The agent's time was over before it came to a subject (G16)."""
    return Blocker(
        subject=subject.id,
        title=f"{subject.name}: not begun",
        impact="High",
        description=reason,
        recommendation="Raise timeout_minutes, or give the subject to an agent of its own.",
    )


def stopped(subject: Subject, reason: str) -> Blocker:
    """Nothing was found out about a subject before its agent had to stop."""
    return Blocker(
        subject=subject.id,
        title=f"{subject.name}: nothing was found"[:300],
        impact="High",
        description=f"The agent stopped: {reason}."[:2_000],
        recommendation="Read the agent's transcript; it may need more money or time, or another source.",
    )
