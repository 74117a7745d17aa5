"""The research of one subject: open its sources, let the model work, have it reviewed, mend what was doubted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bot.adapters.agents.claude.caller import Caller
from bot.adapters.agents.claude.conversation import Conversation, text
from bot.adapters.agents.claude.endings import Ended, TooLong
from bot.adapters.agents.claude.loop import converse
from bot.adapters.agents.claude.reading import Reading
from bot.adapters.agents.claude.review import review, to_review
from bot.adapters.agents.claude.shelf import Shelf
from bot.adapters.agents.claude.tools import NAMES, schemas
from bot.adapters.agents.claude.workbench import Workbench
from bot.adapters.agents.claude.writing import Writing
from bot.adapters.agents.extractive.searcher import Searcher
from bot.core.blockers import unreadable
from bot.core.fields import Field
from bot.core.findings import Finding, Searched
from bot.core.mission import Mission, Subject, Team
from bot.core.notes import Notes, claim_fields, open_fields
from bot.ports import Prompts, Source, SourceLibrary

CONVERSATIONS = 4
"""Conversations that a subject may take; each begins with what the ones before it found."""


@dataclass
class Assignment:
    """What the research of every subject of an agent shares. `keep` is told the notes after each step."""

    mission: Mission
    team: Team
    library: SourceLibrary
    prompts: Prompts
    caller: Caller
    review: bool
    progress: Callable[[str], None]
    keep: Callable[[Notes], None]
    opened: dict[str, Source] = field(default_factory=dict)

    def sources(self, subject: Subject) -> list[Source]:
        """The sources of a subject, each opened once."""
        for uri in subject.sources:
            if uri not in self.opened:
                self.opened[uri] = self.library.open(uri)
        return [self.opened[uri] for uri in subject.sources]

    def searched(self, subject: Subject) -> tuple[Searched, ...]:
        """How they were found to be."""
        return tuple(source.searched for source in self.sources(subject))[:50]


def investigate(assignment: Assignment, subject: Subject, notes: Notes) -> None:
    """Adds to the notes what there is about a subject. Raises Ended, with all that was found before kept."""
    assignment.progress(f"reading {subject.name}")
    sources = assignment.sources(subject)
    readable = [source for source in sources if source.searched.state == "readable"]
    if not readable:
        return assignment.keep(notes.with_blocker(unreadable(subject, assignment.searched(subject))))
    facts = [] if notes.of(subject.id) else _read_off(assignment.mission, subject, readable)
    for fact in facts:
        notes = notes.with_finding(fact)
    return _Study(assignment, subject, sources, readable, notes, frozenset(fact.field for fact in facts)).work()


def _read_off(mission: Mission, subject: Subject, readable: Sequence[Source]) -> list[Finding]:
    """What can be read off without judgement costs nothing: versions, licences, how many operations there are."""
    searcher = Searcher(subject, readable, mission.title)
    return [found for field in claim_fields(mission) for found in searcher.stated(field)]


class _Study:
    """One subject under study; of the fields in `thin` nothing is known but what was read off."""

    def __init__(
        self,
        assignment: Assignment,
        subject: Subject,
        sources: Sequence[Source],
        readable: Sequence[Source],
        notes: Notes,
        thin: frozenset[str],
    ) -> None:
        self.assignment, self.subject, self.thin = assignment, subject, thin
        self.unreadable = [s.searched for s in sources if s.searched.state != "readable"]
        self.shelf = Shelf({f"S{n}": source for n, source in enumerate(readable, 1)})
        self.writing = Writing(assignment.mission, subject, assignment.library, self.shelf, notes)
        reading = Reading(assignment.library, subject, assignment.mission.allow_domains, self.shelf)
        self.bench = Workbench(reading, self.writing, self._kept)
        self.reviewed = list(notes.of(subject.id))

    def work(self) -> None:
        """Research and review, whatever ends the research."""
        try:
            conversation = self._research()
        except Ended:
            self._keep_doubts(self._doubted())
            raise
        if doubted := self._doubted():
            self._send_back(conversation, doubted)
            self._keep_doubts(self._doubted())

    def _research(self) -> Conversation:
        for _ in range(CONVERSATIONS):
            conversation = self._conversation()
            try:
                converse(self.assignment.caller, conversation, self.bench)
                return conversation
            except TooLong:
                self.assignment.caller.transcript.note("the conversation is long enough; a new one goes on")
        raise Ended(f"{CONVERSATIONS} conversations were not enough")

    def _conversation(self) -> Conversation:
        mission, notes, prompts = self.assignment.mission, self.writing.notes, self.assignment.prompts
        system = [prompts.mission_prompt(mission), prompts.team_prompt(self.assignment.team)]
        conversation = Conversation(schemas(NAMES), system)
        words = prompts.assignment_prompt(
            self.subject,
            [(name, source.searched) for name, source in self.shelf.sources.items()],
            self.unreadable,
            notes.of(self.subject.id),
            self._wanted(notes),
        )
        self.thin = frozenset()
        for part in system:
            self.assignment.caller.transcript.told("the system", text(part))
        self._tell(conversation, words)
        return conversation

    def _wanted(self, notes: Notes) -> list[Field]:
        """The fields that are open, and the required ones of which a program knows something and nobody more."""
        mission = self.assignment.mission
        still_open = open_fields(notes, mission, self.subject.id)
        return [
            field
            for field in claim_fields(mission)
            if field in still_open or (field.required and field.id in self.thin)
        ]

    def _doubted(self) -> list[tuple[Finding, str]]:
        """What a reviewer does not find supported of what was found since the last review."""
        known = set(map(id, self.reviewed))
        fresh = [finding for finding in self.writing.notes.of(self.subject.id) if id(finding) not in known]
        self.reviewed += fresh
        claims = to_review(fresh) if self.assignment.review else []
        if not claims:
            return []
        self.assignment.progress(f"{self.subject.name}: review of {len(claims)} claims")
        return review(self.assignment.caller, self.assignment.prompts, self.subject, claims)

    def _send_back(self, conversation: Conversation, doubted: list[tuple[Finding, str]]) -> None:
        """What is doubted is taken out, and the researcher gets one chance to do better."""
        self.writing.notes = self.writing.notes.without([finding for finding, _ in doubted])
        self._kept()
        self.writing.finished = False
        self._tell(conversation, self.assignment.prompts.sent_back_prompt(doubted))
        try:
            converse(self.assignment.caller, conversation, self.bench)
        except (Ended, TooLong) as error:
            self.assignment.caller.transcript.note(f"the doubts were not dealt with: {error}")

    def _keep_doubts(self, doubted: list[tuple[Finding, str]]) -> None:
        """What is doubted again is not dropped in silence: it is handed over as what it is."""
        reasons = {id(finding): reason for finding, reason in doubted}
        notes = self.writing.notes
        places = {n: reasons[id(f)] for n, f in enumerate(notes.findings) if id(f) in reasons}
        self.writing.notes = notes.doubting(places)
        self._kept()

    def _tell(self, conversation: Conversation, words: str) -> None:
        blocks = text(words)
        self.assignment.caller.transcript.told(self.subject.id, blocks)
        conversation.tell(blocks)

    def _kept(self) -> None:
        self.assignment.keep(self.writing.notes)
        found = len(self.writing.notes.of(self.subject.id))
        self.assignment.progress(f"{self.subject.name}: {found} findings")
