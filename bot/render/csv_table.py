"""The deliverable as a table for spreadsheets: one row for each claim, gap and assessment."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime

from bot.core.consolidate import Cited, Deliverable, SubjectReport
from bot.core.findings import Gap
from bot.core.neutral import visible
from bot.core.remembered import itself, remembered

COLUMNS = (
    "subject",
    "field",
    "claim",
    "value",
    "state",
    "citation",
    "source",
    "locator",
    "quote",
    "retrieved",
    "sha256",
    "method",
    "reason",
)
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a formula begins with, in the wide forms too, which some spreadsheets take for the same."""


@remembered(2, itself)  # as the document, which it goes with
def render_csv(deliverable: Deliverable) -> str:
    """CSV with a header and `\\n` line ends.

    Besides the states of citations there are the states `gap` and `computed` (the rubric's results). A cell that
    a spreadsheet would take for a formula starts with an apostrophe.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for subject in deliverable.subjects:
        writer.writerows(_rows(subject))
    return out.getvalue()


def cell(value: str) -> str:
    """A value that no spreadsheet takes for a formula."""
    shown = visible(value)
    return "'" + shown if shown.startswith(_FORMULA) else shown


def _rows(subject: SubjectReport) -> Iterator[tuple[str, ...]]:
    name = cell(subject.name)
    for report in subject.fields:
        yield from (_claim(name, cited) for cited in report.claims)
        yield from (_gap(name, gap) for gap in report.gaps)
    yield from (_claim(name, cited) for cited in subject.unverified)
    if made := subject.assessment:
        results = {"complexity": made.complexity, "hours": str(made.hours), "priority": made.priority}
        yield from (_row(name, field, value=value, state="computed") for field, value in results.items())


def _claim(subject: str, cited: Cited) -> tuple[str, ...]:
    finding, citation = cited.finding, cited.finding.citation
    return (
        subject,
        finding.field,
        cell(finding.claim),
        cell(finding.value),
        finding.state,
        cited.id,
        cell(citation.source),
        cell(citation.locator),
        cell(citation.quote),
        _seconds(citation.retrieved),
        citation.sha256,
        citation.method,
        cell(finding.reason),
    )


def _gap(subject: str, gap: Gap) -> tuple[str, ...]:
    where = "; ".join(f"{searched.source} ({searched.state})" for searched in gap.searched)
    return _row(subject, gap.field, state="gap", source=cell(where), reason=cell(gap.reason))


def _row(subject: str, field: str, **cells: str) -> tuple[str, ...]:
    return (subject, field, *(cells.get(column, "") for column in COLUMNS[2:]))


def _seconds(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
