"""Docstrings and documentation comments: paragraphs, the fields of a list, and examples."""

import inspect
import re
from collections.abc import Iterator

from bot.adapters.sources.draft import Draft

_FIELD = re.compile(r"\s*:(?P<tag>\w+)(?P<about>[^:\n]*):\s*(?P<text>.*)")
_TYPES = frozenset(("type", "rtype", "vartype", "paramtype", "kwtype"))
_EXAMPLE = re.compile(r"\s*\.\. (?:code-block|code|sourcecode|literalinclude|include)::")
_OPTION = re.compile(r"\s*:(?:caption|language|dedent|start-after|end-before|lines|linenos)\b.*:")
_ITEM = re.compile(r"\s*(?:[-*•] |\d+[.)] )")
_ROLE = re.compile(r":term:`([^`<>]+)`")
_FIELD_WORDS = 3  # a field that says less (`id: int`) says nothing

Block = tuple[bool, str]
"""(True, lines) for an example, (False, sentence text) for prose."""


def blocks(text: str) -> Iterator[Block]:
    """The blocks of a docstring in their order."""
    inside: int | None = None  # the indentation that an example must exceed; None outside of one
    for block in re.split(r"\n[ \t]*\n", inspect.cleandoc(text)):
        lines = [line for line in block.splitlines() if line.strip() and not _OPTION.match(line)]
        starts = next((n for n, line in enumerate(lines) if _EXAMPLE.match(line)), None)
        if inside is not None and lines and min(map(_indent, lines)) > inside:
            yield True, "\n".join(lines)
            continue
        inside = None
        if starts is not None:
            inside = _indent(lines[starts])
            yield from _prose(lines[:starts])
            yield from _example(lines[starts + 1 :])
        elif lines and lines[0].lstrip().startswith(">>>"):
            yield from _example(lines)
        else:
            yield from _prose(lines)
            inside = _indent(lines[-1]) if lines and lines[-1].rstrip().endswith("::") else None


def prose(place: str, text: str | None) -> Iterator[Draft]:
    """All of a docstring, at one place."""
    for is_example, piece in blocks(text or ""):
        yield Draft(place, "code" if is_example else "prose", piece)


def operation(place: str, name: str, signature: str, text: str | None) -> Iterator[Draft]:
    """An operation with the first paragraph that describes it, or its signature; the rest is prose."""
    said = list(blocks(text or ""))
    first = said.pop(0)[1] if said and not said[0][0] else signature
    while first.endswith(":") and said and not said[0][0]:
        first = f"{first} {said.pop(0)[1]}"
    yield Draft(place, "operation", f"{name}: {first}" if first else name)
    yield from (Draft(place, "code" if is_example else "prose", piece) for is_example, piece in said)


def _example(lines: list[str]) -> Iterator[Block]:
    if lines:
        yield True, "\n".join(lines)


def _prose(lines: list[str]) -> Iterator[Block]:
    """A block's text; every field (`:param x:`) and every item of a list is a piece of its own."""
    piece: list[str] = []
    for line in lines:
        if piece and (_FIELD.match(line) or _ITEM.match(line)):
            yield from _joined(piece)
            piece = []
        piece.append(line.strip())
    yield from _joined(piece)


def _joined(lines: list[str]) -> Iterator[Block]:
    text = " ".join(lines)
    field = _FIELD.fullmatch(text)
    if field:
        said = field["text"].strip()
        if field["tag"] in _TYPES or len(said.split()) < _FIELD_WORDS:
            return
        text = f"{field['about'].strip()}: {said}".removeprefix(": ")
    if text.endswith("::"):
        text = text[:-1]
    if text:
        yield False, _ROLE.sub(r"\1", text[_end_of_bullet(text) :])


def _end_of_bullet(text: str) -> int:
    bullet = _ITEM.match(text)
    return bullet.end() if bullet else 0


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
