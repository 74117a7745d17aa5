"""What an attempt has found so far: only what holds gets in, and whoever is refused is told why."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bot.core.blockers import stopped
from bot.core.fields import Field
from bot.core.findings import AgentResult, Blocker, Finding, Gap, Opinion, Searched, Usage
from bot.core.ids import Id
from bot.core.mission import Mission, Subject

MAX_FINDINGS = 200
"""Findings of one subject; more of them nobody reads."""


@dataclass(frozen=True, slots=True)
class Notes:
    """Everything of an attempt that goes into its result, in the order in which it was found."""

    findings: tuple[Finding, ...] = ()
    gaps: tuple[Gap, ...] = ()
    blockers: tuple[Blocker, ...] = ()
    opinions: tuple[Opinion, ...] = ()

    def of(self, subject: str) -> tuple[Finding, ...]:
        """The findings about a subject."""
        return tuple(finding for finding in self.findings if finding.subject == subject)

    def blocked(self, subject: str) -> bool:
        """Whether a blocker says what keeps a subject from being researched."""
        return any(blocker.subject == subject for blocker in self.blockers)

    def with_finding(self, finding: Finding) -> "Notes":
        """A field that is answered after all is no gap any more."""
        gaps = tuple(gap for gap in self.gaps if (gap.subject, gap.field) != (finding.subject, finding.field))
        return replace(self, findings=(*self.findings, finding), gaps=gaps)

    def with_gap(self, gap: Gap) -> "Notes":
        gaps = tuple(g for g in self.gaps if (g.subject, g.field) != (gap.subject, gap.field))
        return replace(self, gaps=(*gaps, gap))

    def with_blocker(self, blocker: Blocker) -> "Notes":
        return replace(self, blockers=(*self.blockers, blocker))

    def with_opinion(self, opinion: Opinion) -> "Notes":
        """The last opinion about a subject counts."""
        others = tuple(one for one in self.opinions if one.subject != opinion.subject)
        return replace(self, opinions=(*others, opinion))

    def without(self, dropped: Iterable[Finding]) -> "Notes":
        gone = set(map(id, dropped))
        return replace(self, findings=tuple(finding for finding in self.findings if id(finding) not in gone))

    def doubting(self, doubts: Mapping[int, str]) -> "Notes":
        """The reasons of a reviewer against findings, by their place in `findings`."""
        return replace(
            self,
            findings=tuple(
                finding.model_copy(update={"doubt": doubts[n][:300]}) if n in doubts else finding
                for n, finding in enumerate(self.findings)
            ),
        )


def claim_fields(mission: Mission) -> tuple[Field, ...]:
    """The fields that are answered with claims, in the mission's order."""
    return tuple(field for field in mission.fields if field.kind == "claim")


def open_fields(notes: Notes, mission: Mission, subject: str) -> tuple[Field, ...]:
    """The fields of a subject that have neither a finding nor a gap."""
    said = {finding.field for finding in notes.of(subject)}
    said |= {gap.field for gap in notes.gaps if gap.subject == subject}
    return tuple(field for field in claim_fields(mission) if field.id not in said)


def is_done(notes: Notes, mission: Mission, subject: str) -> bool:
    """Whether nothing is left to be done about a subject."""
    return notes.blocked(subject) or not open_fields(notes, mission, subject)


def is_known(notes: Notes, finding: Finding) -> bool:
    """Whether the very same thing was found already."""
    same = (finding.subject, finding.field, finding.claim.casefold())
    return any((one.subject, one.field, one.claim.casefold()) == same for one in notes.findings)


def closed(notes: Notes, mission: Mission, subject: Subject, searched: tuple[Searched, ...], reason: str) -> Notes:
    """The notes with every field of a subject answered: what is open becomes a gap, with the reason (or without).

    A subject about which nothing was found because of `reason` gets a blocker instead, so that it does not pass
    for researched (G29).
    """
    if reason and not notes.of(subject.id) and not notes.blocked(subject.id):
        notes = notes.with_blocker(stopped(subject, reason))
    unknown = notes.blocked(subject.id) and not notes.of(subject.id)
    for field in () if unknown else open_fields(notes, mission, subject.id):
        gap = Gap(subject=subject.id, field=field.id, searched=searched[:50], reason=reason[:300])
        notes = notes.with_gap(gap)
    opinions = (resting(opinion, notes) for opinion in notes.opinions)
    return replace(notes, opinions=tuple(opinion for opinion in opinions if opinion))


def resting(opinion: Opinion, notes: Notes) -> Opinion | None:
    """The opinion as far as there are findings that it rests on; None when there are none left."""
    found = {finding.field for finding in notes.of(opinion.subject) if not finding.doubt}
    because = tuple(field for field in opinion.because if field in found)
    return opinion.model_copy(update={"because": because}) if because else None


def result_of(
    notes: Notes,
    *,
    session: Id,
    agent: Id,
    attempt: int,
    started: datetime,
    finished: datetime,
    usage: Usage,
    unfinished: str = "",
    halted: bool = False,
) -> AgentResult:
    """What is handed over; also what is kept while the work goes on, as an unfinished result."""
    return AgentResult(
        session=session,
        agent=agent,
        attempt=attempt,
        started=started,
        finished=finished,
        findings=notes.findings,
        gaps=notes.gaps,
        blockers=notes.blockers,
        opinions=notes.opinions,
        usage=usage,
        unfinished=unfinished[:300],
        halted=halted,
    )
