"""All sessions of a repository together: phases of the tracker, who researched what, which blockers are left."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Literal

from bot.core.conflicts import Conflict
from bot.core.state import BlockerNote, SessionState, SubjectRef
from bot.errors import Problem

PhaseStatus = Literal["Complete", "In Progress", "Pending"]


@dataclass(frozen=True)
class Overview:
    """Every session, read at `now` from the commit `commit` of the base branch and from all open branches.

    `conflicts` has the complete sessions for which a merge was tried out, with what conflicts.
    """

    base: str
    commit: str
    now: datetime
    sessions: tuple[SessionState, ...] = ()
    problems: tuple[Problem, ...] = ()
    conflicts: Mapping[str, tuple[Conflict, ...]] = field(default_factory=dict)

    @cached_property
    def blockers(self) -> "tuple[BlockerStatus, ...]":
        """Every blocker, in the order of the sessions, with the sessions that resolved it."""
        return blockers(self.sessions)

    @cached_property
    def duplicates(self) -> "tuple[Duplicate, ...]":
        """Subjects that several sessions took without saying `refresh: true`."""
        return duplicates(self.sessions)


@dataclass(frozen=True, slots=True)
class PhaseProgress:
    """One phase of the tracker, over all of its sessions. `session` is the newest of them; it says the status."""

    number: int
    name: str
    status: PhaseStatus
    session: SessionState
    assigned: int
    covered: int
    commit: str | None


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A subject that more than one session researches, none of them as a refresh."""

    subject: SubjectRef
    sessions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BlockerStatus:
    """A blocker, and the sessions that covered its subjects after all; none while it is unresolved."""

    note: BlockerNote
    resolved_by: tuple[str, ...]


def overview(
    base: str,
    commit: str,
    now: datetime,
    sessions: Iterable[SessionState],
    problems: Iterable[Problem] = (),
    conflicts: Mapping[str, tuple[Conflict, ...]] | None = None,
) -> Overview:
    """The sessions in one order, whatever order they came in: by phase, number, launch, id."""
    return Overview(
        base=base,
        commit=commit,
        now=now,
        sessions=tuple(sorted(sessions, key=_order)),
        problems=tuple(sorted(problems)),
        conflicts=dict(sorted((conflicts or {}).items())),
    )


def _order(state: SessionState) -> tuple[int, int, datetime, str]:
    return state.mission.phase.number, state.mission.session, state.launched, state.session


def phases(sessions: Sequence[SessionState]) -> tuple[PhaseProgress, ...]:
    """The tracker's phases by number; a phase counts each subject once over all of its sessions."""
    grouped: dict[int, list[SessionState]] = {}
    for state in sessions:
        grouped.setdefault(state.mission.phase.number, []).append(state)
    return tuple(phase_progress(grouped[number]) for number in sorted(grouped))


def phase_progress(sessions: Sequence[SessionState]) -> PhaseProgress:
    """What the tracker says of one phase; at least one session."""
    newest = max(sessions, key=lambda state: (state.launched, state.session))
    merged = [state for state in sessions if state.merge]
    return PhaseProgress(
        number=newest.mission.phase.number,
        name=newest.mission.phase.name,
        status=_status(sessions),
        session=newest,
        assigned=len({s.id for state in sessions for s in state.subjects.assigned}),
        covered=len({s.id for state in sessions for s in state.subjects.covered}),
        commit=_commit(merged),
    )


def _status(sessions: Sequence[SessionState]) -> PhaseStatus:
    if all(state.phase == "merged" for state in sessions):
        return "Complete"
    return "Pending" if all(state.phase == "launched" for state in sessions) else "In Progress"


def _commit(merged: Sequence[SessionState]) -> str | None:
    """The commit of the session that was merged last."""
    known = [(state.merge.time, state.merge.commit) for state in merged if state.merge and state.merge.time]
    return max(known, key=lambda pair: pair[0])[1] if known else None


def duplicates(sessions: Sequence[SessionState]) -> tuple[Duplicate, ...]:
    """Subjects that several sessions took; a mission with `refresh: true` repeats on purpose, uncounted."""
    takers: dict[str, list[str]] = {}
    names: dict[str, SubjectRef] = {}
    for state in sessions:
        if state.mission.refresh:
            continue
        given_up = {subject.id for subject in state.subjects.blocked}
        for subject in state.subjects.assigned:
            if subject.id not in given_up:
                names.setdefault(subject.id, subject)
                takers.setdefault(subject.id, []).append(state.session)
    return tuple(Duplicate(names[one], tuple(takers[one])) for one in sorted(takers) if len(takers[one]) > 1)


def blockers(sessions: Sequence[SessionState]) -> tuple[BlockerStatus, ...]:
    """Every blocker, in the order of the sessions, with the sessions that resolved it."""
    held_up = {subject.id for state in sessions for note in state.blockers for subject in note.subjects}
    covering: dict[str, set[str]] = {}
    for state in sessions:
        for subject in state.subjects.covered:
            if subject.id in held_up:
                covering.setdefault(subject.id, set()).add(state.session)
    return tuple(BlockerStatus(note, _resolver(note, covering)) for state in sessions for note in state.blockers)


def _resolver(note: BlockerNote, covering: Mapping[str, set[str]]) -> tuple[str, ...]:
    """The sessions that covered the subjects of a blocker, once all of them are; one without subjects stays."""
    each = [covering.get(subject.id, set()) for subject in note.subjects]
    return tuple(sorted({min(sessions) for sessions in each})) if each and all(each) else ()
