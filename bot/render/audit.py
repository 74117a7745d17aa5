"""Audits as text for a terminal, and as Markdown for the page of a job."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Protocol

from bot.core.audit.difference import Introduced
from bot.core.audit.report import Audit, Found
from bot.core.audit.totals import WrongTotal
from bot.core.neutral import neutral, visible
from bot.errors import Problem

_WIDTH = 100
SHOWN_LINES = 500  # of a job's log
SHOWN_PLACES = 20  # on a job's page, and so many files

Changed = Mapping[str, tuple[Audit, Introduced]]
"""Changed files by path: as they are now, and what the change brought into them."""


class Places(Protocol):
    """What is to be looked at in a document."""

    @property
    def uncited(self) -> tuple[Found, ...]: ...

    @property
    def placeholders(self) -> tuple[Found, ...]: ...

    @property
    def totals(self) -> tuple[WrongTotal, ...]: ...


def audit_text(audits: Mapping[str, Audit], min_cited: float | None) -> str:
    """What is to be looked at, as `file:line: what`; then a line for each file with its figures."""
    lines = [line for path, audit in audits.items() for line in _findings(path, audit)]
    summaries = [_summary(path, audit) for path, audit in audits.items()]
    if min_cited is not None:
        summaries += [
            f"{path}: {percent_cited(audit):.1f}% of the claims are cited; at least {min_cited:g}% have to be"
            for path, audit in audits.items()
            if percent_cited(audit) < min_cited
        ]
    return "\n".join([*lines, *([""] if lines else []), *summaries])


def percent_cited(audit: Audit) -> float:
    """The share of claims with a citation, in percent; a document without claims is fully cited."""
    return 100 * audit.cited / audit.claims if audit.claims else 100.0


def places(audit: Places) -> list[tuple[int, str]]:
    """What is to be looked at, with its line, in the order of the lines."""
    found = [(one.line, f"claim without a citation: {_short(one.text)}") for one in audit.uncited]
    found += [(one.line, f"placeholder: {_short(one.text)}") for one in audit.placeholders]
    found += [
        (one.line, f"total doesn't add up: says {one.stated}, the rows sum to {one.computed} ({_short(one.text)})")
        for one in audit.totals
    ]
    return sorted(found)


def _findings(path: str, audit: Places) -> Iterator[str]:
    yield from (f"{path}:{line}: {what}" for line, what in places(audit))


def _summary(path: str, audit: Audit) -> str:
    figures = [
        f"{audit.cited} of {audit.claims} claims cited ({percent_cited(audit):.1f}%)",
        f"{audit.sections_with_source} of {audit.sections} sections have a source",
        f"{len(audit.placeholders)} placeholders",
        f"{len(audit.totals)} wrong totals",
    ]
    return f"{path}: {' · '.join(figures)}"


def _short(text: str) -> str:
    shown = visible(text)
    return shown if len(shown) <= _WIDTH else shown[: _WIDTH - 3].rstrip() + "..."


# --- what a pull request changes ---------------------------------------------------------------------------


def check_text(changed: Changed, left_out: Sequence[Problem], min_cited: float) -> str:
    """What a pull request brought into the files that it changes, then a line for each file with its figures."""
    found = list(chain.from_iterable(_findings(visible(path), new) for path, (_, new) in changed.items()))
    more = [f"and {len(found) - SHOWN_LINES:,} more"] if len(found) > SHOWN_LINES else []
    lines = [*found[:SHOWN_LINES], *more, *map(visible, map(str, left_out))]
    return "\n".join([*lines, *(_figures(path, *one, min_cited) for path, one in changed.items())])


def _figures(path: str, audit: Audit, new: Introduced, min_cited: float) -> str:
    percent = percent_cited(audit)
    below = f", below the {min_cited:g}% that it has to have" if percent < min_cited else ""
    before = len(audit.uncited) - len(new.uncited)
    parts = f"{audit.cited:,} of {audit.claims:,} claims cited ({percent:.1f}%){below}"
    return f"{visible(path)}: {parts} · without a citation: {len(new.uncited):,} new, {before:,} from before"


def check_markdown(changed: Changed, left_out: Sequence[Problem], min_cited: float) -> str:
    """The same as Markdown, in which nothing of the files is active."""
    below = {path for path, (audit, _) in changed.items() if percent_cited(audit) < min_cited}
    first = sorted(changed, key=lambda path: (path not in below, -len(changed[path][1].uncited), path))
    rows = [_row(path, *changed[path], path in below) for path in first[:SHOWN_PLACES]]
    lines = ["### Citation check", "", _headline(changed, below, left_out, min_cited), ""]
    if rows:
        lines += [
            "| file | claims | cited | new, without a citation | from before | |",
            "|---|---:|---:|---:|---:|---|",
        ]
        lines += [*rows, ""]
    if len(first) > SHOWN_PLACES:
        lines += [f"and {len(first) - SHOWN_PLACES:,} more files", ""]
    lines += _listed([f"{path}:{line}: {what}" for path in first for line, what in places(changed[path][1])])
    lines += _listed([str(problem) for problem in left_out])
    return "\n".join(lines).rstrip("\n") + "\n"


def _headline(changed: Changed, below: set[str], left_out: Sequence[Problem], min_cited: float) -> str:
    new = sum(len(one.uncited) for _, one in changed.values())
    verdict = f"{len(below):,} of {len(changed):,} changed files below {min_cited:g}% cited claims"
    if not below:
        verdict = f"every audited file has at least {min_cited:g}% of its claims cited"
    parts = [f"**{verdict}**", f"new claims without a citation: {new:,}"]
    return " · ".join([*parts, *([f"not audited: {len(left_out):,}"] if left_out else [])])


def _row(path: str, audit: Audit, new: Introduced, below: bool) -> str:
    before = len(audit.uncited) - len(new.uncited)
    figures = f"{audit.claims:,} | {percent_cited(audit):.1f}% | {len(new.uncited):,} | {before:,}"
    return f"| {neutral(path)} | {figures} | {'**below**' if below else ''} |"


def _listed(texts: Sequence[str]) -> list[str]:
    more = [f"- and {len(texts) - SHOWN_PLACES:,} more"] if len(texts) > SHOWN_PLACES else []
    shown = [f"- {neutral(text)}" for text in texts[:SHOWN_PLACES]]
    return [*shown, *more, ""] if texts else []
