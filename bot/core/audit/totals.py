"""Totals that don't add up: total rows of tables, and sentences that contradict the tables."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.core.audit.amounts import Amount, amount, amounts, is_nothing, total, unit_name
from bot.core.audit.calculations import calculations
from bot.core.audit.document import Block, Document, Row, Table
from bot.core.audit.marks import plain

_TOTAL = re.compile(r"[\s*_]*(?:grand |overall )?(?:sub-?)?(?:total|sum)s?\b", re.IGNORECASE)
_SUB = re.compile(r"[\s*_]*sub-?total", re.IGNORECASE)
_NOT_ADDED = re.compile(
    r"\b(?:avg|average|mean|median|max|min|rate|per|share|version|#|no|id|rank)\b|%", re.IGNORECASE
)
_STATED = re.compile(
    r"\b(?:total(?:s|ling|ing)?|overall|altogether|in all|sum(?:s|ming)? (?:up )?to)\b", re.IGNORECASE
)
_SUMMED = frozenset({"hour", "day", "week", "month", "$", "€", "£"})


@dataclass(frozen=True, slots=True)
class WrongTotal:
    """A total that is stated at a line, and what the rows of the table sum to."""

    line: int
    text: str
    stated: str
    computed: str


@dataclass(frozen=True, slots=True)
class _Column:
    """What a column of a table sums to, and the total that its total row states."""

    unit: str
    computed: Amount
    rows: int
    stated: Amount | None
    line: int
    header: str


def is_total(row: Row) -> bool:
    """Whether a row of a table sums up the rows above it."""
    return any(_TOTAL.match(cell) for cell in row.cells[:2])


def sums(document: Document) -> tuple[Amount, ...]:
    """What the columns of the document's tables sum to, with their units, and all columns of a unit together."""
    columns = [column for table in _tables(document) for column in _columns(table)]
    units = sorted({column.unit for column in columns})
    together = [total((c.computed for c in columns if c.unit == unit), unit) for unit in units]
    return (*(total([column.computed], column.unit) for column in columns), *together)


def wrong_totals(document: Document) -> tuple[WrongTotal, ...]:
    """Every total that the document's tables contradict, by line."""
    columns = [column for table in _tables(document) for column in _columns(table)]
    wrong = [
        WrongTotal(column.line, f"total of {column.header!r}", str(column.stated), str(column.computed))
        for column in columns
        if column.stated and column.rows > 1 and not column.stated.equals(column.computed)
    ]
    blocks = [block for section in document.sections for block in section.blocks]
    wrong += [found for block in blocks for found in _contradicted(block, columns)]
    wrong += [found for block in blocks for found in _miscalculated(block)]
    return tuple(sorted(wrong, key=lambda found: found.line))


def _tables(document: Document) -> list[Table]:
    return [table for section in document.sections for table in section.tables]


def _columns(table: Table) -> Iterator[_Column]:
    """The columns that can be summed up: nothing but amounts of one unit, or of none."""
    header, *body = table.rows
    ends = [row for row in body if is_total(row) and not any(_SUB.match(cell) for cell in row.cells[:2])]
    last = ends[0] if ends else None
    rows = [row for row in (body[: body.index(last)] if last else body) if not is_total(row)]
    for index, name in enumerate(header.cells):
        parts = _parts(rows, index)
        units = sorted({part.unit for part in parts} - {""})
        if _NOT_ADDED.search(plain(name)) or not parts or len(units) > 1:
            continue
        stated = amount(plain(last.cells[index])) if last else None
        unit = units[0] if units else _unit(plain(name))
        yield _Column(unit, total(parts), len(parts), stated, last.line if last else 0, plain(name))


def _parts(rows: Sequence[Row], index: int) -> list[Amount]:
    """The amounts of a column; none when a cell holds something else."""
    cells = [text for row in rows if not is_nothing(text := plain(row.cells[index]))]
    parts = [part for text in cells if (part := amount(text))]
    return parts if len(parts) == len(cells) and not any(part.unit == "%" for part in parts) else []


def _unit(header: str) -> str:
    """The unit in a column's header: `Hours`, `Cost (USD)`."""
    words = re.findall(r"[A-Za-z]+|[$€£]", header)
    return next((unit for word in words if (unit := unit_name(word)) in _SUMMED), "")


def _contradicted(block: Block, columns: Sequence[_Column]) -> Iterator[WrongTotal]:
    """Sentences such as `Total: 210-280 hours` when no column of hours sums to that, nor all of them together."""
    for number, line in enumerate(block.text.split("\n")):
        if not _STATED.search(line):
            continue
        for stated in amounts(plain(line)):
            same = [column for column in columns if column.unit == stated.unit in _SUMMED]
            summed = [column.computed for column in same]
            possible = [*summed, total(summed), *(column.stated for column in same if column.stated)]
            if max((column.rows for column in same), default=0) > 1 and not any(map(stated.equals, possible)):
                largest = max(summed, key=lambda one: one.high)
                yield WrongTotal(block.line + number, plain(line), str(stated), str(largest))


def _miscalculated(block: Block) -> Iterator[WrongTotal]:
    for number, line in enumerate(block.text.split("\n")):
        for one in calculations(plain(line)):
            if one.stated != one.computed:
                yield WrongTotal(block.line + number, one.text, f"{one.stated:,f}", f"{one.computed:,f}")
