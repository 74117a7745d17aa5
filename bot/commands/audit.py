"""`audit`: counts the claims of Markdown documents, ours or not, and names those without a citation."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from bot.commands.outcome import Exit, Outcome
from bot.core.audit.report import Audit, audit_text
from bot.errors import InvalidInput, Problem
from bot.render.audit import audit_text as rendered
from bot.render.audit import percent_cited

MAX_BYTES = 2_000_000


def audit(files: Sequence[Path], min_cited: float | None = None) -> Outcome:
    """Audits documents. Exit code 1 when a document has a smaller percentage of cited claims than `min_cited`.

    Raises InvalidInput, for all files at once, when one cannot be read as text.
    """
    texts: dict[str, str] = {}
    problems: list[Problem] = []
    for file in files:
        try:
            texts[str(file)] = _text(file)
        except InvalidInput as error:
            problems += error.problems
    if problems:
        raise InvalidInput(problems=tuple(problems))
    audits = {path: audit_text(text) for path, text in texts.items()}
    below = min_cited is not None and any(percent_cited(one) < min_cited for one in audits.values())
    data = {"files": [_data(path, one) for path, one in audits.items()]}
    return Outcome(data, rendered(audits, min_cited), Exit.ACT if below else Exit.DONE)


def _text(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise _unreadable(str(file), error.strerror or str(error), "name a Markdown file") from error
    return readable(str(file), content)


def readable(file: str, content: bytes) -> str:
    """The text of a file. Raises InvalidInput when it is none, or too long."""
    if len(content) > MAX_BYTES:
        raise _unreadable(file, f"it has more than {MAX_BYTES:,} bytes", "split it, or audit a part of it")
    if b"\0" in content:
        raise _unreadable(file, "it is no text but binary", "name a Markdown file")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _unreadable(file, f"line {line} is not UTF-8", "save it as UTF-8") from error


def _unreadable(file: str, what: str, todo: str) -> InvalidInput:
    return InvalidInput(problems=(Problem(file, what=f"cannot be audited: {what}", todo=todo),))


def _data(path: str, one: Audit) -> dict[str, object]:
    return {
        "path": path,
        "claims": one.claims,
        "cited": one.cited,
        "uncited": [asdict(found) for found in one.uncited],
        "sections": one.sections,
        "sections_with_source": one.sections_with_source,
        "placeholders": [asdict(found) for found in one.placeholders],
        "totals": [asdict(found) for found in one.totals],
    }
