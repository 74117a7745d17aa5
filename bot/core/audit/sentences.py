"""Cutting running text into sentences, each with the citations that belong to it."""

import re
from collections.abc import Iterator

from bot.core.audit.marks import LINK, NOTE, cites

_END = re.compile(rf"[.!?…][\"'”’)\]*_]*(?:\s?{NOTE})*(?=\s|\Z)")
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|approx|ca|no|inc|ltd|corp|co|fig|cf|resp|incl|excl|max|min|st|dr|mr)|\b[A-Z])\.\Z",
    re.IGNORECASE,
)
_SOURCE = re.compile(
    rf"[\s(*_\[]*(?:sources?\b|see\b|refs?\b|references?\b|\({LINK}|{LINK}\s*[.)]*\s*\Z)", re.IGNORECASE
)


def sentences(text: str) -> list[tuple[int, str]]:
    """The sentences of a marked text, each with the number of line breaks before it.

    A sentence that only names a source (`Source: https://...`, `(see ...)`) belongs to the one before it.
    """
    found: list[tuple[int, str]] = []
    for line, sentence in _cut(text):
        if found and cites(sentence) and _SOURCE.match(sentence):
            found[-1] = (found[-1][0], f"{found[-1][1]} {sentence}")
        else:
            found.append((line, sentence))
    return found


def _cut(text: str) -> Iterator[tuple[int, str]]:
    line = start = 0
    for stop in [*_stops(text), len(text)]:
        piece = text[start:stop]
        sentence = piece.strip()
        if sentence:
            yield line + piece[: piece.index(sentence)].count("\n"), sentence
        line += piece.count("\n")
        start = stop


def _stops(text: str) -> Iterator[int]:
    """Where sentences end: not after an abbreviation, and not before a small letter."""
    for end in _END.finditer(text):
        rest = text[end.end() : end.end() + 2].strip()
        abbreviated = _ABBREVIATION.search(text[max(0, end.start() - 10) : end.start() + 1])
        if not abbreviated and not rest[:1].islower():
            yield end.end()
