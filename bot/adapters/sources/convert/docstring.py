"""Docstrings and documentation comments: paragraphs, the parts of a field list, and examples."""

import inspect
import re
from collections.abc import Iterator

from bot.adapters.sources.draft import Draft

_FIELD = re.compile(
    r"^\s*:(?P<tag>\w+)(?P<about>[^:\n]*):(?P<text>(?:.*(?:\n(?!\s*:\w)(?=\s+\S).*)*))", re.MULTILINE
)
_TYPES = frozenset(("type", "rtype", "vartype", "paramtype", "kwtype"))
_DIRECTIVE = re.compile(r"^\s*\.\. (?:code-block|code|sourcecode|literalinclude|include)::.*$")
_ITEM = re.compile(r"^\s*(?:[-*•] |\d+[.)] )")


def blocks(text: str) -> Iterator[tuple[bool, str]]:
    """The blocks of a docstring in their order; (True, lines) for an example, (False, sentence text) for prose."""
    example_follows = False
    for block in re.split(r"\n[ \t]*\n", inspect.cleandoc(text)):
        lines = [line for line in block.splitlines() if line.strip()]
        directive = bool(lines) and bool(_DIRECTIVE.match(lines[0]))
        lines = [line for line in lines if not _DIRECTIVE.match(line) and not line.strip().startswith(":caption:")]
        if not lines:
            example_follows = example_follows or directive
            continue
        indented = all(line.startswith(("    ", "\t", "  ")) for line in lines)
        if lines[0].lstrip().startswith(">>>") or ((directive or example_follows) and indented):
            yield True, "\n".join(lines)
        else:
            yield from ((False, piece) for piece in _sentences(lines))
            example_follows = lines[-1].rstrip().endswith("::")


def _sentences(lines: list[str]) -> Iterator[str]:
    """A block's text; every field (`:param x:`) and every item of a list is one piece, types are left out."""
    piece: list[str] = []
    for line in lines:
        if piece and (_FIELD.match(line) or _ITEM.match(line)):
            yield from _joined(piece)
            piece = []
        piece.append(line.strip())
    yield from _joined(piece)


def _joined(lines: list[str]) -> Iterator[str]:
    text = " ".join(lines).strip()
    field = _FIELD.match(text)
    if field:
        if field["tag"] in _TYPES:
            return
        text = f"{field['about'].strip()}: {field['text'].strip()}".removeprefix(": ")
    yield _ITEM.sub("", text.removesuffix("::") + ":" * text.endswith("::"))


def prose(place: str, text: str | None) -> Iterator[Draft]:
    """All of a docstring, at one place."""
    for is_example, piece in blocks(text or ""):
        yield Draft(place, "code" if is_example else "prose", piece)


def operation(place: str, name: str, signature: str, text: str | None) -> Iterator[Draft]:
    """An operation with the first paragraph that describes it, or its signature; the rest is prose."""
    said = list(blocks(text or ""))
    first = said.pop(0)[1] if said and not said[0][0] else signature
    yield Draft(place, "operation", f"{name}: {first}")
    yield from (Draft(place, "code" if is_example else "prose", piece) for is_example, piece in said)
