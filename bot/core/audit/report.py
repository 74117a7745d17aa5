"""The audit of one document: what it claims, and what of that a reader can look up."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from bot.core.audit.amounts import Amount
from bot.core.audit.calculations import calculations, underived
from bot.core.audit.claims import is_claim, is_claim_cell, is_method
from bot.core.audit.document import Block, Document, Row, Section, Table, parse
from bot.core.audit.marks import cites, plain, sections_linked
from bot.core.audit.placeholders import placeholders
from bot.core.audit.sentences import sentences
from bot.core.audit.totals import WrongTotal, is_total, sums, wrong_totals


@dataclass(frozen=True, slots=True)
class Found:
    """Something that stands at a line."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Audit:
    """The figures of one document, and the places that a writer has to look at."""

    claims: int
    uncited: tuple[Found, ...]
    sections: int
    sections_with_source: int
    placeholders: tuple[Found, ...]
    totals: tuple[WrongTotal, ...]

    @property
    def cited(self) -> int:
        return self.claims - len(self.uncited)


def audit_text(text: str) -> Audit:
    """Audits a Markdown document. Any text is one."""
    document = parse(text)
    context = _Context(_sourced(document), (frozenset(sums(document)),))
    stating = [section for section in document.sections if not is_method(section.heading)]
    claims = [claim for section in stating for claim in _claims(section, context)]
    filled = [section for section in document.sections if any(True for _ in section.texts())]
    left = (Found(line, what) for token in document.inlines for line, what in placeholders(token))
    return Audit(
        claims=len(claims),
        uncited=tuple(found for found, cited in claims if not cited),
        sections=len(filled),
        sections_with_source=sum(any(map(cites, section.texts())) for section in filled),
        placeholders=tuple(sorted(left, key=lambda found: found.line)),
        totals=wrong_totals(document),
    )


@dataclass(frozen=True, slots=True)
class _Context:
    """The anchors of the sections that name a source, and the amounts that the document itself adds up."""

    sourced: frozenset[str]
    derived: tuple[frozenset[Amount], ...]


def _sourced(document: Document) -> frozenset[str]:
    """The anchors of the sections that name a source, themselves or in a section below them."""
    found: set[str] = set()
    above: list[Section] = []
    for section in document.sections:
        above = [one for one in above if one.level < section.level] + [section]
        if any(map(cites, section.texts())):
            found.update(one.anchor for one in above)
    return frozenset(found - {""})


def _claims(section: Section, context: _Context) -> Iterator[tuple[Found, bool]]:
    """The claims of a section, by line, and whether each is cited."""
    blocks = section.blocks
    results = [one for block in blocks for one in calculations(plain(block.text)) if one.stated == one.computed]
    hours = frozenset(Amount(one.stated, one.stated, "hour") for one in results)
    context = replace(context, derived=(*context.derived, hours))
    cited_items = {item for block in blocks if _is_cited(block.text, context) for item in block.items}
    claims = [claim for block in blocks for claim in _in_block(block, cited_items, context)]
    claims += [claim for table in section.tables for claim in _in_table(table, context)]
    yield from sorted(claims, key=lambda claim: claim[0].line)


def _in_block(block: Block, cited_items: set[int], context: _Context) -> Iterator[tuple[Found, bool]]:
    """Sentences. One in a bullet is cited by any citation in the bullet or in the bullets below it."""
    shared = bool(block.items) and block.items[-1] in cited_items
    for line, sentence in sentences(block.text):
        if is_claim(sentence) and is_claim(underived(sentence, context.derived)):
            yield Found(block.line + line, plain(sentence)), shared or _is_cited(sentence, context)


def _in_table(table: Table, context: _Context) -> Iterator[tuple[Found, bool]]:
    """Cells. A citation in a row holds for the whole row; total rows are sums, which are checked as such."""
    header, *body = table.rows
    for row in (row for row in body if not is_total(row)):
        cited = any(_is_cited(cell, context) for cell in row.cells)
        yield from ((Found(row.line, text), cited) for text in _claim_cells(header, row))


def _claim_cells(header: Row, row: Row) -> Iterator[str]:
    for name, cell in zip(header.cells, row.cells, strict=True):
        if is_claim_cell(cell, plain(name)):
            yield f"{plain(row.cells[0])}, {plain(name)}: {plain(cell)}"


def _is_cited(text: str, context: _Context) -> bool:
    return cites(text) or any(anchor in context.sourced for anchor in sections_linked(text))
