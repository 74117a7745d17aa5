"""The tools that write things down: what does not hold is refused with the reason, so that a model can mend it."""

from dataclasses import dataclass
from typing import assert_never

from pydantic import ValidationError

from bot.adapters.agents.claude.shelf import Shelf
from bot.adapters.agents.claude.tools import Assess, Finish, RecordFinding, RecordGap, Rejected, ReportBlocker
from bot.core.citations import check
from bot.core.findings import Blocker, Citation, Finding, Gap, Opinion, Searched
from bot.core.mission import Mission, Subject
from bot.core.notes import MAX_FINDINGS, Notes, claim_fields, is_known, open_fields
from bot.core.source_uris import belongs
from bot.ports import SourceLibrary

INSIST = 2
"""How often finishing is refused because fields are open; then it counts, and they are gaps."""
Writes = RecordFinding | RecordGap | ReportBlocker | Assess | Finish


@dataclass
class Writing:
    """The notes on one subject. `finished` is set when the model says so and nothing is left open."""

    mission: Mission
    subject: Subject
    library: SourceLibrary
    shelf: Shelf
    notes: Notes
    finished: bool = False
    refusals: int = 0

    def write(self, call: Writes) -> str:
        """Does what a call says, and says so. Raises Rejected."""
        match call:
            case RecordFinding():
                return self._finding(call)
            case RecordGap():
                return self._gap(call)
            case ReportBlocker():
                return self._blocker(call)
            case Assess():
                return self._assess(call)
            case Finish():
                return self._finish()
            case other:
                assert_never(other)

    def _finding(self, call: RecordFinding) -> str:
        self._field(call.field)
        source, passage = self.shelf.cited(call.passage)
        try:
            citation = Citation(
                source=passage.document,
                locator=passage.locator,
                quote=call.quote.strip(),
                sha256=passage.sha256,
                retrieved=source.retrieved,
            )
            claim, value = call.claim.strip(), call.value.strip()
            finding = Finding(
                subject=self.subject.id, field=call.field, claim=claim, value=value, citation=citation
            )
        except ValidationError as error:
            raise Rejected(_words(error)) from None
        if not any(belongs(citation.source, one, self.mission.allow_domains) for one in self.subject.sources):
            raise Rejected("this passage is from none of the sources of this subject")
        if is_known(self.notes, finding):
            raise Rejected("this is recorded already")
        if len(self.notes.of(self.subject.id)) >= MAX_FINDINGS:
            raise Rejected(f"there are {MAX_FINDINGS} findings about this subject; that is all")
        evidence = self.library.evidence(citation.source, citation.locator, citation.method)
        checked = check(finding, evidence)
        if checked.state != "verified":
            raise Rejected(f"{checked.state}: {checked.reason}")
        self.notes = self.notes.with_finding(finding)
        return f"recorded; {self._still_open()}"

    def _gap(self, call: RecordGap) -> str:
        self._field(call.field)
        if any(finding.field == call.field for finding in self.notes.of(self.subject.id)):
            raise Rejected(f"{call.field} has a finding, so it is no gap")
        # Not the reason in its own words: a gap in the document holds nothing that nobody has checked.
        gap = Gap(subject=self.subject.id, field=call.field, searched=searched_of(self.shelf))
        self.notes = self.notes.with_gap(gap)
        return f"recorded; {self._still_open()}"

    def _blocker(self, call: ReportBlocker) -> str:
        if self.notes.blocked(self.subject.id):
            raise Rejected("a blocker is reported already")
        blocker = Blocker(
            subject=self.subject.id,
            title=f"{self.subject.name}: reported by its agent"[:300],
            impact=call.impact,
            description=f"{call.title.strip()}. {call.description.strip()}"[:2_000],
        )
        self.notes = self.notes.with_blocker(blocker)
        return "reported; a person will read it. Go on with what can be done all the same, or finish"

    def _assess(self, call: Assess) -> str:
        known = {finding.field for finding in self.notes.of(self.subject.id)}
        if missing := [field for field in call.because if field not in known]:
            raise Rejected(
                f"there is no finding for {missing[0][:60]!r}; name fields that you found something for"
            )
        try:
            opinion = Opinion(
                subject=self.subject.id,
                complexity=call.complexity,
                hours=call.hours,
                priority=call.priority,
                because=tuple(dict.fromkeys(call.because)),
            )
        except ValidationError as error:
            raise Rejected(_words(error)) from None
        self.notes = self.notes.with_opinion(opinion)
        return "noted"

    def _finish(self) -> str:
        if open_fields(self.notes, self.mission, self.subject.id) and self.refusals < INSIST:
            self.refusals += 1
            raise Rejected(f"{self._still_open()}; search for them, then record a finding or a gap for each")
        self.finished = True
        return "finished"

    def _still_open(self) -> str:
        fields = [field.id for field in open_fields(self.notes, self.mission, self.subject.id)]
        return f"still open: {', '.join(fields)}" if fields else "no field is open"

    def _field(self, name: str) -> None:
        known = [field.id for field in claim_fields(self.mission)]
        if name not in known:
            raise Rejected(f"there is no field {name[:60]!r}; the fields are {', '.join(known)}")


def searched_of(shelf: Shelf) -> tuple[Searched, ...]:
    """The sources that were looked through, as gaps name them."""
    return tuple(source.searched for source in shelf.sources.values())[:50]


def _words(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
