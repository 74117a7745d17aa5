"""The simulated backend: quotes the first passages of each subject's sources, at a made-up price.

For rehearsals and measurements: what it hands over goes through the same checks as everything else.
"""

from collections.abc import Callable, Iterator

from bot.core.evidence import Passage
from bot.core.findings import AgentResult, Blocker, Citation, Finding, Gap, Usage
from bot.core.mission import Mission, Subject
from bot.ports import Brief, Clock, Source, SourceLibrary

PRICE = 1_000
"""Millionths of a US dollar for each subject, while the cap allows it."""
QUOTE = 400


class Simulated:
    """`Agent` that answers every field with a passage of the subject's first readable source."""

    def __init__(self, library: SourceLibrary, clock: Clock) -> None:
        self.library = library
        self.clock = clock

    def research(self, brief: Brief, progress: Callable[[str], None]) -> AgentResult:
        started = self.clock.now()
        findings: list[Finding] = []
        gaps: list[Gap] = []
        blockers: list[Blocker] = []
        for subject in brief.agent.subjects:
            progress(f"reading {subject.name}")
            source = self._readable(subject)
            if source is None:
                blockers.append(_blocker(subject))
                continue
            answered = list(_findings(brief.mission, subject, source))
            findings += answered
            gaps += _gaps(brief.mission, subject, source, {finding.field for finding in answered})
        return AgentResult(
            session=brief.session,
            agent=brief.agent.id,
            attempt=brief.attempt,
            started=started,
            finished=self.clock.now(),
            findings=tuple(findings),
            gaps=tuple(gaps),
            blockers=tuple(blockers),
            usage=Usage(calls=1, micro_usd=min(brief.cap, PRICE * len(brief.agent.subjects))),
        )

    def _readable(self, subject: Subject) -> Source | None:
        opened = map(self.library.open, subject.sources)
        return next((source for source in opened if source.searched.state == "readable"), None)


def _fields(mission: Mission) -> list[str]:
    return [field.id for field in mission.fields if field.kind == "claim"]


def _findings(mission: Mission, subject: Subject, source: Source) -> Iterator[Finding]:
    for field, passage in zip(_fields(mission), source.passages("prose"), strict=False):
        quote = passage.text[:QUOTE].strip()
        yield Finding(subject=subject.id, field=field, claim=quote, citation=_citation(passage, quote, source))


def _citation(passage: Passage, quote: str, source: Source) -> Citation:
    return Citation(
        source=passage.document,
        locator=passage.locator,
        quote=quote,
        sha256=passage.sha256,
        retrieved=source.retrieved,
    )


def _gaps(mission: Mission, subject: Subject, source: Source, answered: set[str]) -> list[Gap]:
    missing = (field for field in _fields(mission) if field not in answered)
    return [Gap(subject=subject.id, field=field, searched=(source.searched,)) for field in missing]


def _blocker(subject: Subject) -> Blocker:
    return Blocker(
        subject=subject.id,
        title=f"{subject.name} has no readable source",
        impact="High",
        description=f"None of the {len(subject.sources)} sources could be read.",
        recommendation="Add a source to the mission that can be read.",
    )
