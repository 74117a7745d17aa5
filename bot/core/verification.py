"""What a reader is shown who doubts a claim: the quote in its source, and the citation's state now."""

from dataclasses import dataclass

from bot.core.citations import Checked, check
from bot.core.cited_table import CitedRow
from bot.core.evidence import Evidence
from bot.core.quotes import normalise

AROUND = 120


@dataclass(frozen=True, slots=True)
class Shown:
    """A citation as it is now, with the text before and after its quote in the source ('' when it is gone)."""

    row: CitedRow
    checked: Checked
    before: str = ""
    after: str = ""
    count: int = 0


def shown(row: CitedRow, evidence: Evidence) -> Shown:
    """The citation of a row against what its source says now."""
    before, after = _around(normalise(row.finding.citation.quote), normalise(evidence.text))
    return Shown(row, check(row.finding, evidence), before, after, evidence.count)


def _around(quote: str, text: str) -> tuple[str, str]:
    """Up to AROUND characters on each side of the quote, cut between words."""
    start = text.find(quote)
    if start < 0:
        return "", ""
    before, after = text[:start], text[start + len(quote) :]
    if len(before) > AROUND:
        before = "... " + before[-AROUND:].partition(" ")[2]
    if len(after) > AROUND:
        after = after[:AROUND].rpartition(" ")[0] + " ..."
    return before, after
