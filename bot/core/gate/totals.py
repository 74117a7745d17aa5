"""Totals as the committed document states them, read without its renderer and counted again."""

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.core.assess import COMPLEXITIES
from bot.core.consolidate import Deliverable
from bot.core.gate.snapshot import GateSnapshot
from bot.core.gate.subjects import coverage
from bot.core.gate.verdict import Measured, failed, names, passed, plural, skipped, waiting
from bot.core.links import ESCAPE
from bot.core.neutral import visible

STATED = re.compile(r"(\d[\d,]*)[*\s]+(subject|claim|gap|blocker|hour)s?\b")
CELLS = re.compile(r"(?<!\\)\|")
LINKED = re.compile(r"^\[(.*)\]\(.*\)$")
KEPT = 100_000
"""Characters of a document up to which it is kept what it states."""
NO_DELIVERABLE = waiting("no deliverable", "write it first")


@dataclass(frozen=True, slots=True)
class Stated:
    """What a document says of itself: figures by noun, and the rows of its matrix by subject."""

    figures: Mapping[str, int]
    rows: Mapping[str, Mapping[str, str]]


def stated(text: str) -> Stated:
    """The figures of a deliverable's first line below its title, and the cells of its first table by column."""
    return _kept(text) if len(text) <= KEPT else _stated(text)


@lru_cache(maxsize=4)  # several criteria ask for it, at each gate
def _kept(text: str) -> Stated:
    return _stated(text)


def _stated(text: str) -> Stated:
    lines = text.split("\n")
    headline = next((line for line in lines if line.strip() and not line.startswith(("#", "|"))), "")
    figures = {match[2]: _number(match[1]) for match in STATED.finditer(headline)}
    table = list(_first_table(lines))
    columns = [cell.lower() for cell in table[0]] if table else []
    rows = {cells[0]: dict(zip(columns, cells, strict=False)) for cells in table[2:]}
    return Stated(figures, rows)


def totals_right(snapshot: GateSnapshot) -> Measured:
    """Every total that the document states is what its findings add up to, and so are its columns' sums."""
    if snapshot.deliverable.committed is None:
        return NO_DELIVERABLE
    says, counted = stated(snapshot.deliverable.committed), _counted(snapshot.consolidated)
    wrong = [f"no total of {noun}s" for noun in ("subject", "claim", "hour") if noun not in says.figures]
    wrong += [
        f"says {figure:,} {noun}s, {counted[noun]:,} are there"
        for noun, figure in says.figures.items()
        if figure != counted[noun]
    ]
    wrong += _wrong_sums(says, counted)
    if wrong:
        return failed(names(wrong), "run `swarm close`, which computes every total")
    return passed(", ".join(plural(counted[noun], noun) for noun in ("subject", "claim", "hour")))


def complexity_for_every_subject(snapshot: GateSnapshot) -> Measured:
    """The document states Low, Medium or High for each covered subject, as the rubric computes it."""
    if "complexity" not in {field.id for field in snapshot.rules.fields}:
        return skipped("the mission asks for none")
    if snapshot.deliverable.committed is None:
        return NO_DELIVERABLE
    rows = stated(snapshot.deliverable.committed).rows
    covered = set(coverage(snapshot).covered)
    reports = [report for report in snapshot.consolidated.subjects if report.id in covered]
    wrong = [
        report.name
        for report in reports
        if report.assessment is None
        or report.assessment.complexity not in COMPLEXITIES
        or rows.get(visible(report.name), {}).get("complexity") != report.assessment.complexity
    ]
    measured = f"{len(reports) - len(wrong)} of {len(reports)}"
    if snapshot.all_goes_on:
        return passed(f"{measured}, another session goes on with every subject")
    if wrong or not reports:
        return failed(
            f"{measured}; not {names(wrong)}" if wrong else measured,
            "run `swarm close`, which computes it from verified findings",
        )
    return passed(measured)


def _counted(deliverable: Deliverable) -> dict[str, int]:
    subjects = deliverable.subjects
    return {
        "subject": len(subjects),
        "claim": sum(len(subject.claims) for subject in subjects),
        "gap": sum(len(subject.gaps) for subject in subjects),
        "blocker": len(deliverable.blockers) + sum(len(subject.blockers) for subject in subjects),
        "hour": sum(subject.assessment.hours for subject in subjects if subject.assessment),
    }


def _wrong_sums(says: Stated, counted: Mapping[str, int]) -> Iterator[str]:
    if len(says.rows) != counted["subject"]:
        yield f"the table has {len(says.rows)} rows for {counted['subject']} subjects"
    for column, noun in (("claims", "claim"), ("hours", "hour")):
        total = sum(_number(row.get(column, "")) for row in says.rows.values())
        if total != counted[noun]:
            yield f"the column {column} sums to {total:,}, not {counted[noun]:,}"


def _first_table(lines: Sequence[str]) -> Iterator[list[str]]:
    started = False
    for line in lines:
        if line.startswith("|"):
            started = True
            yield [_shown(cell) for cell in CELLS.split(line)[1:-1]]
        elif started:
            return


def _shown(cell: str) -> str:
    """A cell's text as a reader sees it: without its link, its escapes and what parts a mention."""
    plain = cell.strip()
    linked = LINKED.match(plain)
    return visible(html.unescape(ESCAPE.sub(r"\1", linked[1] if linked else plain)))


def _number(text: str) -> int:
    digits = text.replace(",", "")
    return int(digits) if digits.isdecimal() else 0
