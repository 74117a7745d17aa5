"""Asks the readable sources of one subject what answers a field."""

import re
from collections.abc import Iterable, Sequence
from itertools import islice

from bot.adapters.agents.extractive import counts, facts, operations
from bot.adapters.agents.extractive.client_examples import exemplified
from bot.adapters.agents.extractive.credentials import (
    CREDENTIAL_QUERIES,
    Credential,
    credentials,
    scheme_named,
)
from bot.adapters.agents.extractive.rule import Answer, Rule, answers
from bot.adapters.agents.extractive.rules import RULES
from bot.adapters.agents.extractive.scope import of_the_package, product_words, scope_of
from bot.adapters.agents.extractive.sentences import near
from bot.adapters.agents.extractive.unknown import asked
from bot.core.evidence import Passage, PassageKind
from bot.core.fields import Field
from bot.core.findings import Citation, Finding
from bot.core.mission import Subject
from bot.ports import Source

_ABOUT = 150  # passages at the beginning of a source, where a package speaks of itself
_FOUND = 60  # passages that one query may bring from one source
_BEGINNING = 25  # passages that a beginning consists of
_LINE = 400
_PLENTY = 20  # so many operations are an API, even if none of them is described
_FEW = 3  # fewer operations than these are helpers of an SDK, not an API
_CREDENTIAL_KINDS: tuple[PassageKind, ...] = ("prose", "code")
_DENIES = re.compile(r"\b(?:no\w*|without|cannot|neither|lacks?|un\w+)\b|n't\b", re.IGNORECASE)
_READ_KINDS: tuple[PassageKind, ...] = ("prose", "operation")


class Searcher:
    """One subject with its readable sources; `field_of_work` is what its mission is about, in words."""

    def __init__(self, subject: Subject, sources: Sequence[Source], field_of_work: str = "") -> None:
        self.subject = subject
        self.field_of_work = field_of_work
        self.sources = sources
        self._retrieved: dict[str, Source] = {}
        self._operation_passages = self._of(source.passages("operation") for source in sources)
        self._own = self._about()
        self._scope = scope_of(subject.name, self._operation_passages)
        self._known = facts.known(self._of(source.passages("metadata") for source in sources))

    def field(self, field: Field) -> list[Finding]:
        """What answers a field: facts first, then prose."""
        if field.id == "operations":
            return self._operations(field)
        stated = self.stated(field)
        stated += (
            []
            if field.id != "authentication"
            else [self._credentials(field, one) for one in self._credentials_of()]
        )
        rule = RULES.get(field.id) or asked(field.title)
        found = [answer for answer in self._answers(rule) if not _stated(answer, stated)]
        quoted = [self._quote(field, answer) for answer in found]
        return self._of_the_first_source(quoted, stated) if field.id == "overview" else stated + quoted

    def stated(self, field: Field) -> list[Finding]:
        """What answers a field without anybody's judgement: facts of the metadata, and how much is counted."""
        if field.id == "operations":
            return self._counts(field)
        return [self._fact(field, fact) for fact in self._known if fact.field == field.id]

    def _of_the_first_source(self, *groups: list[Finding]) -> list[Finding]:
        """What the first source says that says anything, since it is the main one; the first group wins."""
        for source in self.sources:
            for findings in groups:
                if said := [one for one in findings if self._retrieved[one.citation.source] is source]:
                    return said
        return []

    def _operations(self, field: Field) -> list[Finding]:
        counted = self.stated(field)
        about = (*product_words(self.subject.name), *self.subject.includes)
        own = [passage for passage in self._operation_passages if self._scope.allows(passage)]
        chosen = operations.shown(own, about, self.field_of_work)
        described = [self._finding(field, " ".join(one.quote.split()), one.quote, one.passage) for one in chosen]
        if described or not counted:
            return counted + described
        names = operations.named(own, about, self.field_of_work)
        return counted + [
            self._finding(field, f"Among its operations is {one.quote}.", one.quote, one.passage) for one in names
        ]

    def _counts(self, field: Field) -> list[Finding]:
        """How many operations each source describes; a handful next to many is only a helper.

        Of a source that describes much more than the subject, the parts that are named after it are counted.
        """
        parts = self._scope.parts(self._operation_passages)
        counted = [one for source in self.sources for part in parts if (one := self._counted(source, part))]
        most = max((number for *_, number in counted), default=0)
        counted = [one for one in counted if one[2] >= max(_FEW, most / 50)]
        uris = list(dict.fromkeys(source.searched.source for source, *_ in counted))
        called = dict(zip(uris, counts.names(uris, self.subject.id), strict=True))
        return [self._count(field, *one, called[one[0].searched.source]) for one in counted]

    def _credentials_of(self) -> list[Credential]:
        queries = [(query, kind) for query in CREDENTIAL_QUERIES for kind in _CREDENTIAL_KINDS]
        taken = credentials(
            self._of(
                [p for query, kind in queries for p in source.search(query, kinds=(kind,), limit=_FOUND)]
                for source in self.sources
            )
        )
        shown = exemplified(
            passage
            for passage in self._of(islice(source.passages("code"), _ABOUT) for source in self.sources)
            if of_the_package(passage)
        )
        return taken or shown

    def _credentials(self, field: Field, found: Credential) -> Finding:
        return self._finding(field, found.claim, found.quote, found.passage, found.short)

    def _counted(self, source: Source, part: str) -> tuple[Source, str, int] | None:
        number = source.count("operation", below=part)
        if number < _PLENTY and not self._are_described(source, part):
            return None  # helpers of an SDK, none of which says that it does something with the API
        return source, part, number

    def _are_described(self, source: Source, part: str) -> bool:
        described = filter(None, map(operations.operation, source.passages("operation", below=part)))
        return len(list(islice(described, _FEW))) == _FEW

    def _count(self, field: Field, source: Source, part: str, number: int, called: str) -> Finding:
        first = next(iter(source.passages("operation", below=part)))
        citation = Citation(
            source=source.searched.source,
            locator=part,
            quote=_first_line(first),
            sha256=source.sha256,
            retrieved=source.retrieved,
            method="counted",
        )
        claim = counts.said(number, counts.thing(part), called)
        return Finding(subject=self.subject.id, field=field.id, claim=claim, value=str(number), citation=citation)

    def _fact(self, field: Field, fact: facts.Known) -> Finding:
        return self._finding(field, fact.claim, fact.passage.text, fact.passage, fact.short)

    def _quote(self, field: Field, answer: Answer) -> Finding:
        short = scheme_named(answer.sentence.plain) if field.id == "authentication" else ""
        return self._finding(field, answer.sentence.plain, answer.sentence.text, answer.passage, short)

    def _finding(self, field: Field, claim: str, quote: str, passage: Passage, short: str = "") -> Finding:
        citation = Citation(
            source=passage.document,
            locator=passage.locator,
            quote=quote,
            sha256=passage.sha256,
            retrieved=self._retrieved[passage.document].retrieved,
        )
        return Finding(subject=self.subject.id, field=field.id, claim=claim, value=short, citation=citation)

    def _about(self) -> list[Passage]:
        """What the packages say of themselves: it stands first in a source."""
        groups = [islice(source.passages("prose"), _ABOUT) for source in self.sources]
        return [passage for passage in self._of(groups) if of_the_package(passage)]

    def _answers(self, rule: Rule) -> list[Answer]:
        found = self._of(_candidates(source, rule) for source in self.sources)
        return answers(rule, list(dict.fromkeys([*self._own, *found])), self._scope)

    def _of(self, groups: Iterable[Iterable[Passage]]) -> list[Passage]:
        """The passages of all sources, each once, although two sources may share a document."""
        seen: dict[tuple[str, str], Passage] = {}
        for source, passages in zip(self.sources, groups, strict=True):
            for passage in passages:
                if seen.setdefault((passage.document, passage.locator), passage) is passage:
                    self._retrieved.setdefault(passage.document, source)
        return list(seen.values())


def _candidates(source: Source, rule: Rule) -> Iterable[Passage]:
    for beginning in rule.beginnings:
        yield from islice(source.passages("prose", below=beginning), _BEGINNING)
    for query in rule.queries:
        yield from source.search(query, kinds=_READ_KINDS, limit=_FOUND)


def _stated(answer: Answer, stated: Sequence[Finding]) -> bool:
    return any(near(answer.sentence.plain, finding.claim) for finding in stated)


def _first_line(passage: Passage) -> str:
    """What a count quotes: the first operation, its name alone where the rest is long or denies something."""
    line = passage.text.splitlines()[0]
    return line if len(line) <= _LINE and not _DENIES.search(line) else line.partition(":")[0][:_LINE]
