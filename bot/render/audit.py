"""Audits as text for a terminal."""

from collections.abc import Iterator, Mapping

from bot.core.audit.report import Audit
from bot.core.neutral import visible

_WIDTH = 100


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


def _findings(path: str, audit: Audit) -> Iterator[str]:
    found = [(one.line, f"claim without a citation: {_short(one.text)}") for one in audit.uncited]
    found += [(one.line, f"placeholder: {_short(one.text)}") for one in audit.placeholders]
    found += [
        (one.line, f"total doesn't add up: says {one.stated}, the rows sum to {one.computed} ({_short(one.text)})")
        for one in audit.totals
    ]
    yield from (f"{path}:{line}: {what}" for line, what in sorted(found))


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
