"""Verified citations as text for a terminal."""

import textwrap
from collections import Counter
from collections.abc import Sequence

from bot.core.findings import CITATION_STATES
from bot.core.neutral import visible
from bot.core.verification import Shown

WIDTH = 110


def verification_text(path: str, citations: Sequence[Shown], missing: Sequence[str]) -> str:
    """Every citation as a block; then how many are in which state."""
    blocks = [_block(shown) for shown in citations]
    if missing:
        blocks.append(f"not in the table of the deliverable: {', '.join(map(visible, missing))}")
    return "\n\n".join([*blocks, f"{visible(path)}: {_summary(citations)}"])


def _block(shown: Shown) -> str:
    finding, citation = shown.row.finding, shown.row.finding.citation
    head = f"{shown.row.label}  {shown.checked.state}"
    head += f": {visible(shown.checked.reason)}" if shown.checked.reason else ""
    place = visible(f"{citation.source}  {citation.locator}")
    lines = [head, _line("claim", finding.claim), _line("quote", _in_source(shown)), f"  source   {place}"]
    if citation.method == "counted":
        lines.append(f"  counted  {shown.count} now")
    return "\n".join(lines)


def _in_source(shown: Shown) -> str:
    """The quote between brackets, inside of what stands around it."""
    return f"{shown.before}[{shown.row.finding.citation.quote}]{shown.after}"


def _line(name: str, text: str) -> str:
    return textwrap.fill(
        visible(text), WIDTH, initial_indent=f"  {name:<9}", subsequent_indent=" " * 11, break_on_hyphens=False
    )


def _summary(citations: Sequence[Shown]) -> str:
    counts = Counter(shown.checked.state for shown in citations)
    others = [f"{counts[state]} {state}" for state in CITATION_STATES[1:] if counts[state]]
    return ", ".join([f"{counts['verified']} of {len(citations)} citations verified", *others])
