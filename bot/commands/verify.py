"""`verify`: shows each quote of a deliverable in its source, and the state of its citation now."""

from collections.abc import Callable

from bot.commands.outcome import Exit, Outcome
from bot.core.cited_table import CitedRow, altered, chosen, footnotes, read_table
from bot.core.findings import utc_seconds
from bot.core.session import csv_path
from bot.core.verification import Shown, shown
from bot.errors import InvalidInput
from bot.ports import SourceLibrary
from bot.render.verification import verification_text

MAX_BYTES = 50_000_000
Reader = Callable[[str], bytes]
"""Gives a file's content; raises OSError when there is none."""


def verify(target: str, read: Reader, library: SourceLibrary) -> Outcome:
    """Checks `DELIVERABLE` or `DELIVERABLE#citation` against the sources as they are now.

    The citations are taken from the table next to the deliverable (`.csv`), which has every quote in full. A
    footnote that the table lacks is told, and so is a claim that the document words
    in another way. Exit code 1 when anything isn't verified. Raises InvalidInput.
    """
    path, _, label = target.partition("#")
    table = path if path.endswith(".csv") else csv_path(path)
    markdown = _text(path, read) if table != path else ""
    rows = read_table(_text(table, read), table)
    missing = _missing(markdown, rows)
    if label:
        rows, missing = chosen(rows, label, path), []
    edited = altered(markdown, rows) if markdown else ()
    citations = [_shown(row, library) for row in rows]
    verified = sum(one.checked.state == "verified" for one in citations)
    data = {
        "deliverable": path,
        "verified": verified,
        "citations": [_data(one) for one in citations],
        "missing": missing,
        "altered": list(edited),
    }
    good = verified == len(citations) and not missing and not edited
    text = verification_text(path, citations, missing)
    if edited:
        text += (
            f"\nworded otherwise in the document than in its table, so one of them was edited: {', '.join(edited)}"
        )
    return Outcome(data, text, Exit.DONE if good else Exit.ACT)


def _text(path: str, read: Reader) -> str:
    try:
        content = read(path)
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror or error}", "name a deliverable") from error
    if len(content) > MAX_BYTES:
        raise InvalidInput(f"{path} has {len(content):,} bytes; at most {MAX_BYTES:,} are read")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{path} is no UTF-8 text (byte {error.start + 1})", "name a deliverable") from error


def _missing(markdown: str, rows: tuple[CitedRow, ...]) -> list[str]:
    known = {row.label for row in rows}
    return [label for label in footnotes(markdown) if label not in known]


def _shown(row: CitedRow, library: SourceLibrary) -> Shown:
    citation = row.finding.citation
    return shown(row, library.evidence(citation.source, citation.locator, citation.method))


def _data(one: Shown) -> dict[str, object]:
    finding, citation = one.row.finding, one.row.finding.citation
    return {
        "citation": one.row.id,
        "label": one.row.label,
        "subject": finding.subject,
        "field": finding.field,
        "claim": finding.claim,
        "source": citation.source,
        "locator": citation.locator,
        "method": citation.method,
        "retrieved": utc_seconds(citation.retrieved),
        "recorded": one.row.recorded,
        "state": one.checked.state,
        "reason": one.checked.reason,
        "before": one.before,
        "quote": citation.quote,
        "after": one.after,
    }
