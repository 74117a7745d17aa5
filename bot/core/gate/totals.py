"""Totals as the committed document states them, read without its renderer and counted again."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.core.assess import COMPLEXITIES
from bot.core.consolidate import Deliverable
from bot.core.gate.snapshot import GateSnapshot
from bot.core.gate.subjects import coverage
from bot.core.gate.verdict import Measured, failed, names, passed, skipped, waiting

STATED = re.compile(r"(\d[\d,]*)[*\s]+(subject|claim|gap|blocker|hour)s?\b")
CELLS = re.compile(r"(?<!\\)\|")
LINKED = re.compile(r"^\[(.*)\]\(.*\)$")
NO_DELIVERABLE = waiting("no deliverable", "write it first")


@dataclass(frozen=True, slots=True)
class Stated:
    """What a document says of itself: figures by noun, and the rows of its matrix by subject."""

    figures: Mapping[str, int]
    rows: Mapping[str, Mapping[str, str]]


def stated(text: str) -> Stated:
    """The figures above the first table of a deliverable, and that table's cells by column."""
    head, table = _head_and_table(text)
    figures = {match[2]: _number(match[1]) for match in STATED.finditer(head)}
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
    return passed(f"{counted['subject']} subjects, {counted['claim']:,} claims, {counted['hour']:,} hours")


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
        or rows.get(report.name, {}).get("complexity") != report.assessment.complexity
    ]
    measured = f"{len(reports) - len(wrong)} of {len(reports)}"
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


def _head_and_table(text: str) -> tuple[str, list[list[str]]]:
    head: list[str] = []
    table: list[list[str]] = []
    for line in text.split("\n"):
        if line.startswith("|"):
            table.append([_shown(cell) for cell in CELLS.split(line)[1:-1]])
        elif table or line.startswith("## "):
            break
        elif not line.startswith("#"):
            head.append(line)
    return "\n".join(head), table


def _shown(cell: str) -> str:
    """A cell's text without its link and its escapes."""
    plain = cell.strip().strip("*")
    linked = LINKED.match(plain)
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", linked[1] if linked else plain)


def _number(text: str) -> int:
    digits = re.sub(r"[,\s]", "", text)
    return int(digits) if digits.isdecimal() else 0
