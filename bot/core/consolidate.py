"""From the findings of a session's agents to the value that the deliverable is rendered from.

Everything is in the order of the mission, then of the agent's own file, so that the same findings give the same
deliverable. Nothing is dropped in silence: what cannot stand as a claim is counted and said.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.core.assess import COMPLEXITIES, PRIORITIES, Assessment, assess
from bot.core.citation_ids import citation_id, footnote_label
from bot.core.fields import SECTIONS, Field, Section
from bot.core.findings import Blocker, CheckedFinding, Gap, Opinion
from bot.core.inbox import Inbox, without_repeats
from bot.core.mission import Mission, Subject
from bot.core.remembered import remembered
from bot.core.session import SessionData, csv_path

FieldState = Literal["answered", "unverified", "gap", "missing"]
"""answered: by a verified claim. unverified: by others only. gap: said to be open. missing: nothing was said."""


@dataclass(frozen=True, slots=True)
class Cited:
    """A finding with its citation's id and the label of its footnote."""

    id: str
    label: str
    finding: CheckedFinding


@dataclass(frozen=True, slots=True)
class FieldReport:
    """What became of one field: its verified claims and its gaps."""

    field: Field
    state: FieldState
    claims: tuple[Cited, ...]
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class SectionReport:
    """One of the seven sections, with its fields in the mission's order."""

    name: Section
    fields: tuple[FieldReport, ...]


@dataclass(frozen=True, slots=True)
class SubjectReport:
    """Everything about one subject. `assessment` is None when no finding of it is verified.

    `opinion` is what its agent thinks beside that, and `grounds` are the fields with claims that it rests on.
    """

    id: str
    name: str
    agent: str
    sections: tuple[SectionReport, ...]
    cited: tuple[Cited, ...]
    """Every finding, in the order of the numbers, whatever its citation's state is."""
    blockers: tuple[Blocker, ...]
    assessment: Assessment | None
    opinion: Opinion | None = None
    grounds: tuple[FieldReport, ...] = ()

    @property
    def fields(self) -> tuple[FieldReport, ...]:
        return tuple(report for section in self.sections for report in section.fields)

    @property
    def claims(self) -> tuple[Cited, ...]:
        """The verified claims, in the order of the document."""
        return tuple(cited for cited in self.cited if cited.finding.state == "verified")

    @property
    def unverified(self) -> tuple[Cited, ...]:
        return tuple(cited for cited in self.cited if cited.finding.state != "verified")

    @property
    def gaps(self) -> tuple[Gap, ...]:
        return tuple(gap for report in self.fields for gap in report.gaps)

    @property
    def researched(self) -> bool:
        """Whether anything was delivered: a finding, verified or not, or a gap."""
        return any(report.state != "missing" for report in self.fields)


@dataclass(frozen=True, slots=True)
class Totals:
    """What a deliverable says of itself.

    `covered` are the subjects with a finding or a gap; `claims` those in the body, which are the verified ones;
    `unverified` those left out; `hours` the rubric's.
    """

    subjects: int
    covered: int
    claims: int
    verified: int
    unverified: int
    gaps: int
    blockers: int
    hours: int
    complexity: tuple[tuple[str, int], ...]
    priority: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Deliverable:
    """A session's document as a value. `merged` counts findings that repeat another one; `strays` those (and
    gaps) that name a subject or a field which the mission does not have; `blockers` are those of no subject."""

    session: str
    title: str
    path: str
    table: str
    fields: tuple[Field, ...]
    extra_output: tuple[str, ...]
    subjects: tuple[SubjectReport, ...]
    blockers: tuple[Blocker, ...]
    merged: int
    strays: int
    totals: Totals


def _parts(data: SessionData) -> tuple[object, ...]:
    return data.session, data.mission, *data.findings, *data.findings.values()


@remembered(2, _parts)  # it is asked for to be written, gated, told and compared
def consolidate(data: SessionData) -> Deliverable:
    """The deliverable of a session: pure, deterministic, linear in the number of findings."""
    mission = data.mission
    inbox = Inbox(data)
    subjects = tuple(
        _subject(mission, agent.id, subject, inbox) for agent in mission.agents for subject in agent.subjects
    )
    blockers = tuple(inbox.blockers.get(None, ()))
    kept = sum(len(subject.cited) for subject in subjects)
    return Deliverable(
        session=data.session,
        title=mission.title,
        path=mission.deliverable,
        table=csv_path(mission.deliverable),
        fields=mission.fields,
        extra_output=mission.extra_output,
        subjects=subjects,
        blockers=blockers,
        merged=inbox.accepted - kept,
        strays=inbox.strays,
        totals=_count(subjects, blockers),
    )


def figures(deliverable: Deliverable) -> Totals:
    """The totals of a deliverable, counted again from its body: what `deliverable.totals` must equal."""
    return _count(deliverable.subjects, deliverable.blockers)


def _subject(mission: Mission, agent: str, subject: Subject, inbox: Inbox) -> SubjectReport:
    fields = _in_sections(mission.fields)
    cited = list(_numbered(mission.domain, subject.id, fields, inbox))
    by_field: dict[str, list[Cited]] = {}
    for item in cited:
        by_field.setdefault(item.finding.field, []).append(item)
    reports = {
        field.id: _field(field, by_field.get(field.id, ()), inbox.gaps.get((subject.id, field.id), ()))
        for field in fields
    }
    opinion = inbox.opinions.get(subject.id)
    because = opinion.because if opinion else ()
    return SubjectReport(
        id=subject.id,
        name=subject.name,
        agent=agent,
        sections=tuple(
            SectionReport(name, tuple(reports[field.id] for field in fields if field.section == name))
            for name in SECTIONS
        ),
        cited=tuple(cited),
        blockers=tuple(inbox.blockers.get(subject.id, ())),
        assessment=assess([item.finding for item in cited], mission.fields),
        opinion=opinion,
        grounds=tuple(report for name, report in reports.items() if name in because and report.claims),
    )


def _in_sections(fields: Sequence[Field]) -> list[Field]:
    """The fields in the order in which the document shows them."""
    return sorted(fields, key=lambda field: SECTIONS.index(field.section))


def _numbered(domain: str, subject: str, fields: Iterable[Field], inbox: Inbox) -> Iterator[Cited]:
    findings = (
        finding for field in fields for finding in without_repeats(inbox.findings.get((subject, field.id), ()))
    )
    for number, finding in enumerate(findings, start=1):
        label = footnote_label(subject, number)
        yield Cited(citation_id(domain, subject, number, finding.citation.retrieved), label, finding)


def _field(field: Field, cited: Sequence[Cited], gaps: Sequence[Gap]) -> FieldReport:
    claims = tuple(item for item in cited if item.finding.state == "verified")
    state: FieldState = "missing"
    if claims:
        state = "answered"
    elif cited:
        state = "unverified"
    elif gaps:
        state = "gap"
    return FieldReport(field, state, claims, tuple(gaps))


def _count(subjects: Sequence[SubjectReport], blockers: Sequence[Blocker]) -> Totals:
    made = [subject.assessment for subject in subjects if subject.assessment]
    cited = [item for subject in subjects for item in subject.cited]
    verified = sum(item.finding.state == "verified" for item in cited)
    return Totals(
        subjects=len(subjects),
        covered=sum(subject.researched for subject in subjects),
        claims=sum(len(report.claims) for subject in subjects for report in subject.fields),
        verified=verified,
        unverified=len(cited) - verified,
        gaps=sum(len(subject.gaps) for subject in subjects),
        blockers=len(blockers) + sum(len(subject.blockers) for subject in subjects),
        hours=sum(assessment.hours for assessment in made),
        complexity=tuple((name, sum(a.complexity == name for a in made)) for name in COMPLEXITIES),
        priority=tuple((name, sum(a.priority == name for a in made)) for name in PRIORITIES),
    )
