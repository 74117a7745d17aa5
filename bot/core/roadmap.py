"""The master roadmap: what all merged sessions found out, compiled into one order of work."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.core.assess import PRIORITIES, Assessment, Priority, assess
from bot.core.findings import CheckedFinding
from bot.core.session import SessionData
from bot.core.state import SubjectRef


@dataclass(frozen=True, slots=True)
class RoadmapEntry:
    """One subject as the newest merged session that has claims about it saw it; `others` researched it too.

    `assessment` is None when no claim about the subject is verified.
    """

    subject: SubjectRef
    session: str
    deliverable: str
    claims: int
    gaps: int
    assessment: Assessment | None
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PriorityTotal:
    """The subjects of one priority, and their hours."""

    priority: Priority
    subjects: int
    hours: int


@dataclass(frozen=True, slots=True)
class Roadmap:
    """Entries by priority, then hours (small ones first), then name; the unassessed last."""

    sessions: tuple[str, ...]
    entries: tuple[RoadmapEntry, ...]

    @property
    def hours(self) -> int:
        """The sum of what the entries say, each subject once."""
        return sum(entry.assessment.hours for entry in self.entries if entry.assessment)

    @property
    def claims(self) -> int:
        return sum(entry.claims for entry in self.entries)

    @property
    def unassessed(self) -> tuple[RoadmapEntry, ...]:
        return tuple(entry for entry in self.entries if entry.assessment is None)

    @property
    def totals(self) -> tuple[PriorityTotal, ...]:
        """Computed from the entries, so that they always add up."""
        found = [entry.assessment for entry in self.entries if entry.assessment]
        return tuple(
            PriorityTotal(p, len(hours), sum(hours))
            for p in PRIORITIES
            for hours in [[assessment.hours for assessment in found if assessment.priority == p]]
        )


def compile_roadmap(merged: Iterable[SessionData]) -> Roadmap:
    """The roadmap of merged sessions with their findings, in any order."""
    sessions = sorted(merged, key=lambda data: (data.launch.launched, data.session))
    compiled: dict[str, RoadmapEntry] = {}
    for data in sessions:
        for entry in _entries(data):
            before = compiled.get(entry.subject.id)
            compiled[entry.subject.id] = _newest(before, entry) if before else entry
    return Roadmap(tuple(data.session for data in sessions), tuple(sorted(compiled.values(), key=_order)))


def _entries(data: SessionData) -> Iterable[RoadmapEntry]:
    for agent in data.mission.agents:
        file = data.findings.get(agent.id)
        for subject in agent.subjects:
            reference = SubjectRef(subject.id, subject.name)
            findings = [f for f in file.findings if f.subject == reference.id] if file else []
            gaps = sum(gap.subject == reference.id for gap in file.gaps) if file else 0
            yield _entry(data, reference, findings, gaps)


def _entry(data: SessionData, subject: SubjectRef, findings: Sequence[CheckedFinding], gaps: int) -> RoadmapEntry:
    claims = sum(finding.state == "verified" for finding in findings)
    assessment = assess(findings, data.mission.fields)
    return RoadmapEntry(subject, data.session, data.mission.deliverable, claims, gaps, assessment)


def _newest(before: RoadmapEntry, after: RoadmapEntry) -> RoadmapEntry:
    """What a later session found replaces what an earlier one did, unless it found nothing."""
    kept, other = (after, before) if after.claims or not before.claims else (before, after)
    return RoadmapEntry(
        kept.subject,
        kept.session,
        kept.deliverable,
        kept.claims,
        kept.gaps,
        kept.assessment,
        tuple(sorted({*before.others, *after.others, other.session} - {kept.session})),
    )


def _order(entry: RoadmapEntry) -> tuple[int, int, str, str]:
    if entry.assessment is None:
        return len(PRIORITIES), 0, entry.subject.name.casefold(), entry.subject.id
    rank = PRIORITIES.index(entry.assessment.priority)
    return rank, entry.assessment.hours, entry.subject.name.casefold(), entry.subject.id
