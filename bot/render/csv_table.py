"""The deliverable as a table for spreadsheets: one row for each claim, gap and assessment."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC

from bot.core.consolidate import Cited, Deliverable, SubjectReport
from bot.core.findings import Gap, utc_seconds
from bot.core.neutral import visible

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
_FORMULA = ("=", "+", "-", "@")


def render_csv(deliverable: Deliverable) -> str:
    """CSV with a header and `\\n` line ends.

    Besides the states of citations there are the states `gap` and `computed` (the rubric's results). A cell that
    a spreadsheet would take for a formula starts with an apostrophe.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for subject in deliverable.subjects:
        writer.writerows(map(cell, row) for row in _rows(subject))
    return out.getvalue()


def cell(value: str) -> str:
    """A value that no spreadsheet takes for a formula."""
    shown = visible(value)
    return "'" + shown if shown.startswith(_FORMULA) else shown


def _rows(subject: SubjectReport) -> Iterator[tuple[str, ...]]:
    for report in subject.fields:
        yield from (_claim(subject.name, cited) for cited in report.claims)
        yield from (_gap(subject.name, gap) for gap in report.gaps)
    yield from (_claim(subject.name, cited) for cited in subject.unverified)
    if made := subject.assessment:
        for field, value in (
            ("complexity", made.complexity),
            ("hours", str(made.hours)),
            ("priority", made.priority),
        ):
            yield _padded(subject.name, field, "", value, "computed")


def _claim(subject: str, cited: Cited) -> tuple[str, ...]:
    finding, citation = cited.finding, cited.finding.citation
    return (
        subject,
        finding.field,
        finding.claim,
        finding.value,
        finding.state,
        cited.id,
        citation.source,
        citation.locator,
        citation.quote,
        utc_seconds(citation.retrieved.astimezone(UTC)),
        citation.sha256,
        citation.method,
        finding.reason,
    )


def _gap(subject: str, gap: Gap) -> tuple[str, ...]:
    where = "; ".join(f"{searched.source} ({searched.state})" for searched in gap.searched)
    return (*_padded(subject, gap.field, "", "", "gap", "", where)[:-1], gap.reason)


def _padded(*values: str) -> tuple[str, ...]:
    return values + ("",) * (len(COLUMNS) - len(values))
