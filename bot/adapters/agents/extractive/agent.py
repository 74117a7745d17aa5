"""Carries out an assignment: opens the sources of each subject and asks them every field of the mission."""

from collections.abc import Callable, Sequence

from bot.adapters.agents.extractive.searcher import Searcher
from bot.core.blockers import too_late, unreadable
from bot.core.fields import Field
from bot.core.findings import AgentResult, Blocker, Finding, Gap
from bot.core.mission import Subject
from bot.ports import Brief, Clock, Source, SourceLibrary

LATE = "the agent's time was over"
_GAP_SOURCES = 50


class Extractive:
    """`Agent` without a model: quotes what answers a field, and says so where nothing does."""

    def __init__(self, library: SourceLibrary, clock: Clock) -> None:
        self.library = library
        self.clock = clock

    def research(self, brief: Brief, progress: Callable[[str], None]) -> AgentResult:
        started = self.clock.now()
        findings: list[Finding] = []
        gaps: list[Gap] = []
        blockers: list[Blocker] = []
        for subject in brief.agent.subjects:
            if self.clock.now() >= brief.deadline:
                blockers.append(too_late(subject, LATE))
                continue
            progress(f"reading {subject.name}")
            sources = [self.library.open(uri) for uri in subject.sources]
            readable = [source for source in sources if source.searched.state == "readable"]
            if not readable:
                blockers.append(unreadable(subject, [source.searched for source in sources]))
                continue
            searcher = Searcher(subject, readable, brief.mission.title)
            for field in brief.mission.fields:
                if field.kind == "claim":
                    progress(f"{subject.name}: {field.title.lower()}")
                    late = self.clock.now() >= brief.deadline
                    found = [] if late else searcher.field(field)
                    findings += found
                    gaps += [] if found else [_gap(subject, field, sources, LATE if late else "")]
        return AgentResult(
            session=brief.session,
            agent=brief.agent.id,
            attempt=brief.attempt,
            started=started,
            finished=self.clock.now(),
            findings=tuple(findings),
            gaps=tuple(gaps),
            blockers=tuple(blockers),
        )


def _gap(subject: Subject, field: Field, sources: Sequence[Source], reason: str) -> Gap:
    searched = tuple(source.searched for source in sources[:_GAP_SOURCES])
    return Gap(subject=subject.id, field=field.id, searched=searched, reason=reason)
