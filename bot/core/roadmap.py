"""The master roadmap: what all merged sessions found out, compiled into one order of work."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.core.assess import PRIORITIES, Assessment, Priority, assess
from bot.core.findings import CheckedFinding
from bot.core.mission import Mission
from bot.core.records import FindingsFile
from bot.core.remembered import each, remembered
from bot.core.session import SessionData
from bot.core.state import SubjectRef, subject_ref

BATCH = 1_000

Read = Callable[[Sequence[tuple[str, str]]], Mapping[tuple[str, str], FindingsFile]]
"""The findings of agents, by session and agent; what cannot be read is left out."""


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


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A session that may say what is known of a subject, and the agent that researched it there."""

    subject: SubjectRef
    agent: str
    data: SessionData


def compile_roadmap(merged: Iterable[SessionData], read: Read) -> Roadmap:
    """The roadmap of merged sessions, in any order. `read` is asked only for the findings that count.

    A subject counts as its newest session with a verified claim about it saw it; where none has, as the newest.
    """
    sessions = sorted(merged, key=lambda data: (data.launch.launched, data.session), reverse=True)
    candidates: dict[str, list[_Candidate]] = {}
    for data in sessions:
        for agent in data.mission.agents:
            for subject in agent.subjects:
                reference = subject_ref(subject.name)
                candidates.setdefault(reference.id, []).append(_Candidate(reference, agent.id, data))
    entries = _entries(candidates, read)
    return Roadmap(tuple(data.session for data in reversed(sessions)), tuple(sorted(entries.values(), key=_order)))


def _entries(candidates: Mapping[str, Sequence[_Candidate]], read: Read) -> dict[str, RoadmapEntry]:
    """An entry for each subject: the newest candidates of all are read together, then the next of those left."""
    entries: dict[str, RoadmapEntry] = {}
    left = dict(candidates)
    for turn in range(max(map(len, candidates.values()), default=0)):
        left = {one: found for one, found in left.items() if len(found) > turn}
        for batch in _batches([found[turn] for found in left.values()]):
            files = read(sorted({(one.data.session, one.agent) for one in batch}))
            for one in batch:
                file = files.get((one.data.session, one.agent))
                others = {c.data.session for c in candidates[one.subject.id]} - {one.data.session}
                entry = _entry((one.subject, one.data.session, one.data.mission, file, *sorted(others)))
                if entry.claims or not turn:
                    entries[one.subject.id] = entry
        left = {one: found for one, found in left.items() if not entries[one].claims}
    return entries


def _batches(all_of_them: list[_Candidate]) -> Iterator[list[_Candidate]]:
    """So many findings files at once that they fit into a little memory."""
    for start in range(0, len(all_of_them), BATCH):
        yield all_of_them[start : start + BATCH]


@remembered(256, each)  # the roadmap of merged sessions is compiled again whenever anything happens
def _entry(of: tuple[SubjectRef, str, Mission, FindingsFile | None, *tuple[str, ...]]) -> RoadmapEntry:
    """A subject as a session's mission and findings have it, and the other sessions of it."""
    subject, session, mission, file, *others = of
    findings = _about(file, subject.id)
    return RoadmapEntry(
        subject=subject,
        session=session,
        deliverable=mission.deliverable,
        claims=sum(finding.state == "verified" for finding in findings),
        gaps=sum(gap.subject == subject.id for gap in file.gaps) if file else 0,
        assessment=assess(findings, mission.fields),
        others=tuple(others),
    )


def _about(file: FindingsFile | None, subject: str) -> list[CheckedFinding]:
    return [finding for finding in file.findings if finding.subject == subject] if file else []


def _order(entry: RoadmapEntry) -> tuple[int, int, str, str]:
    if entry.assessment is None:
        return len(PRIORITIES), 0, entry.subject.name.casefold(), entry.subject.id
    rank = PRIORITIES.index(entry.assessment.priority)
    return rank, entry.assessment.hours, entry.subject.name.casefold(), entry.subject.id
