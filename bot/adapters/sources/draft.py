"""What a converter gives: pieces of a document, before it is known what the document is called."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.core.evidence import PassageKind

PARAGRAPH_MAX = 1_200  # characters of a prose passage
LOCATOR_MAX = 300  # what a citation holds
_SENTENCE_END = re.compile(r"(?<=[.!?;])\s+|\n+")
_WORDS = re.compile(r"\S\s+\S")  # prose has two at least: `Example:` says nothing
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Draft:
    """One passage of a document."""

    locator: str
    kind: PassageKind
    text: str


def finished(drafts: Iterable[Draft]) -> list[Draft]:
    """Passages fit to be cited: none empty, none too long, and every locator only once in the document."""
    seen: set[str] = set()
    return [_place(piece, seen) for draft in drafts for piece in _pieces(draft)]


def _pieces(draft: Draft) -> Iterator[Draft]:
    text = _UNPRINTABLE.sub("", draft.text).strip()
    if draft.kind == "code":
        texts = [text[:PARAGRAPH_MAX]]
    elif draft.kind == "metadata":
        texts = [" ".join(text.split())[:PARAGRAPH_MAX]]
    else:
        texts = list(cut(text))
    for number, piece in enumerate(texts):
        kind: PassageKind = "prose" if draft.kind == "operation" and number else draft.kind
        if piece and (kind != "prose" or _WORDS.search(piece)):
            yield Draft(draft.locator, kind, piece)


def cut(text: str) -> Iterator[str]:
    """A text in pieces of at most `PARAGRAPH_MAX` characters, cut between sentences where it has any."""
    if len(text) <= PARAGRAPH_MAX:
        yield text
        return
    piece = ""
    for part in (part for sentence in _SENTENCE_END.split(text) for part in _short(sentence)):
        if piece and len(piece) + len(part) >= PARAGRAPH_MAX:
            yield piece
            piece = ""
        piece = f"{piece} {part}".lstrip()
    yield piece


def _short(sentence: str) -> Iterator[str]:
    """An endless sentence, cut between words where it has any."""
    start = 0
    while len(sentence) - start > PARAGRAPH_MAX:
        room = sentence.rfind(" ", start, start + PARAGRAPH_MAX)
        end = room if room > start else start + PARAGRAPH_MAX
        yield sentence[start:end]
        start = end
    yield sentence[start:]


def _place(draft: Draft, seen: set[str]) -> Draft:
    base = _UNPRINTABLE.sub("", draft.locator)[: LOCATOR_MAX - 10]
    locator, number = base, 1
    while locator in seen:
        number += 1
        locator = f"{base} ¶{number}"
    seen.add(locator)
    return Draft(locator, draft.kind, draft.text)
