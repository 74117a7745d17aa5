"""Reading the table that accompanies a deliverable: its citations, with everything that verification needs."""

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pydantic import ValidationError

from bot.core.findings import CITATION_STATES, Citation, CitationState, Finding
from bot.core.links import plain
from bot.core.neutral import visible
from bot.errors import InvalidInput, Problem

_NEEDED = "field claim value state citation source locator quote retrieved sha256 method".split()
_FOOTNOTE = re.compile(r"^ {0,3}\[\^([^\]\s]+)\]:", re.MULTILINE)
_REFERENCE = re.compile(r"\[\^([^\]\s]+)\](?!:)")
_ITEM = re.compile(r"- ?(?:\*\*[^*]*\*\*: ?)?")
_GUARDED = re.compile(r"\A'(?=[=+@-])")


@dataclass(frozen=True, slots=True)
class CitedRow:
    """One claim of a deliverable: its citation's id, its footnote's label, and its state when it was recorded."""

    id: str
    label: str
    finding: Finding
    recorded: CitationState


def read_table(text: str, path: str) -> tuple[CitedRow, ...]:
    """The claims of a deliverable's CSV. Raises InvalidInput, with the line, when it is none of ours."""
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        columns = set(reader.fieldnames or ())
        if lacking := [name for name in _NEEDED if name not in columns]:
            what = f"the table has no column {', '.join(lacking)}"
            raise InvalidInput(problems=(Problem(path, 1, 1, what, "name the deliverable of a session"),))
        return tuple(_rows(reader, path))
    except csv.Error as error:
        raise InvalidInput(problems=(Problem(path, reader.line_num, 1, f"this is no CSV: {error}"),)) from error


def footnotes(markdown: str) -> tuple[str, ...]:
    """The labels of the footnotes that a Markdown text defines, in their order."""
    return tuple(dict.fromkeys(_FOOTNOTE.findall(markdown)))


def altered(markdown: str, rows: Iterable[CitedRow]) -> tuple[str, ...]:
    """The labels of those verified claims that do not stand in the document as they do in the table."""
    said: defaultdict[str, list[str]] = defaultdict(list)
    for line in markdown.splitlines():
        for match in _REFERENCE.finditer(line) if "[^" in line else ():
            said[match[1]].append(plain(line[: match.start()]))
    return tuple(row.label for row in rows if row.recorded == "verified" and not _says(said[row.label], row))


def _says(before: Iterable[str], row: CitedRow) -> bool:
    """Whether one of the texts before the footnote's references is a list's item with nothing but the claim."""
    claim = visible(row.finding.claim)
    return any(
        text.endswith(claim) and _ITEM.fullmatch(text[: len(text) - len(claim)]) for text in map(visible, before)
    )


def chosen(rows: tuple[CitedRow, ...], wanted: str, path: str) -> tuple[CitedRow, ...]:
    """The rows of one footnote (by its label) or citation (by its id). Raises InvalidInput when there is none."""
    name = wanted.removeprefix("user-content-").removeprefix("fn-").casefold()
    found = tuple(row for row in rows if name in (row.label.casefold(), row.id.casefold()))
    if not found:
        todo = f"the first one is {rows[0].label}" if rows else "there are none"
        raise InvalidInput(f"{path} has no citation {wanted!r}", todo)
    return found


def _rows(reader: "csv.DictReader[str]", path: str) -> Iterator[CitedRow]:
    for row in reader:
        values = {name: _GUARDED.sub("", row[name] or "", count=1) for name in _NEEDED}
        if values["state"] not in CITATION_STATES:
            continue  # gaps and computed values cite nothing
        try:
            yield _row(values)
        except (ValidationError, ValueError) as error:
            what = f"citation {values['citation']!r} cannot be read: {_first(error)}"
            raise InvalidInput(
                problems=(Problem(path, reader.line_num, 1, what, "render the table anew"),)
            ) from error


def _row(values: dict[str, str]) -> CitedRow:
    _, subject, number = values["citation"].rsplit(".", 2)
    citation = Citation.model_validate({name: values[name] for name in Citation.model_fields})
    finding = Finding(
        subject=subject.lower(),
        field=values["field"],
        claim=values["claim"],
        value=values["value"],
        citation=citation,
    )
    state = next(state for state in CITATION_STATES if state == values["state"])
    return CitedRow(values["citation"], f"{subject.lower()}-{number}", finding, state)


def _first(error: ValidationError | ValueError) -> str:
    if isinstance(error, ValidationError):
        item = error.errors(include_url=False)[0]
        return f"{'.'.join(map(str, item['loc']))}: {item['msg']}"
    return "its id does not end in .SUBJECT.NUMBER"
