"""Whether a quote stands in a text, whatever the whitespace and the typography."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property, lru_cache
from itertools import islice

# Folded: what differs between a page and a copy of it without changing what a reader reads. NFKC as a whole
# would fold too much: it makes 102 of 10² and 11⁄2 of 1½.
_TYPOGRAPHY = str.maketrans(
    dict.fromkeys("‘’‚‛", "'")
    | dict.fromkeys("“”„‟«»", '"')
    | dict.fromkeys("‐‑‒–—―−", "-")
    | {"…": "...", "\u00ad": ""}
    | {chr(code): unicodedata.normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)}
    | {chr(code): unicodedata.normalize("NFKC", chr(code)) for code in range(0xFF01, 0xFF5F)}
)
_ZERO_WIDTH = str.maketrans(dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff", ""))
_WORD = re.compile(r"\w+")
_CUT_BEFORE = re.compile(r"(?:\w|\d[.,]|(?<!\w)[-+]|[$€£¥])\Z")
_CUT_AFTER = re.compile(r"\w|[.,]\d|\s?%")
_DENIED = re.compile(r"(?:\b(?:not|never|no|without|cannot|nor)|n't)(?: [a-z]+)? \Z", re.IGNORECASE)


def normalise(text: str) -> str:
    """The text with one space for each run of white space, plain quotes and dashes, and nothing invisible."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text).translate(_TYPOGRAPHY).translate(_ZERO_WIDTH)
    return " ".join(text.split())


def invisible(text: str) -> str:
    """The first character that a reader does not see as such (zero-width, bidirectional, private), or ''."""
    if text.isascii():
        return ""
    return next((c for c in text if unicodedata.category(c) in ("Cf", "Co", "Cn") and c != "\u00ad"), "")


def reordering(text: str) -> bool:
    """Whether the text holds characters that change the order in which it is shown."""
    return any(c in "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069" for c in text)


def meaningful(quote: str) -> bool:
    """Whether a quote says anything: at least three letters or digits."""
    return len(list(islice(filter(str.isalnum, quote), 3))) == 3


def stands_in(quote: str, text: str) -> bool:
    """Whether the quote stands in the text as whole words and numbers, and isn't denied right before it.

    Both are normalised already. `limit is 10` does not stand in `limit is 100`, `5 GB` not in `0.5 GB`,
    `use it` not in `do not use it`.
    """
    return any(_whole(quote, text, start) for start in _occurrences(quote, text))


def _occurrences(quote: str, text: str) -> Iterator[int]:
    start = text.find(quote)
    while start >= 0:
        yield start
        start = text.find(quote, start + 1)


def _whole(quote: str, text: str, start: int) -> bool:
    end = start + len(quote)
    before = text[max(0, start - 40) : start]
    if _word_like(quote[0]) and _CUT_BEFORE.search(before):
        return False
    if _word_like(quote[-1]) and _CUT_AFTER.match(text, end):
        return False
    return not _DENIED.search(before)


def _word_like(character: str) -> bool:
    return character.isalnum() or character == "_"


class Document:
    """A whole document, normalised once, in which many quotes are looked up fast."""

    def __init__(self, text: str) -> None:
        self.text = normalise(text)

    @cached_property
    def _places(self) -> dict[str, list[int]]:
        places: defaultdict[str, list[int]] = defaultdict(list)
        for word in _WORD.finditer(self.text):
            places[word.group()].append(word.start())
        return places

    def has(self, quote: str) -> bool:
        """As `stands_in`, by way of the quote's rarest word. The quote is normalised and meaningful."""
        words = ((self._places.get(word.group(), []), word.start()) for word in _WORD.finditer(quote))
        places, offset = min(words, key=lambda found: len(found[0]))
        starts = (place - offset for place in places if place >= offset)
        return any(self.text.startswith(quote, s) and _whole(quote, self.text, s) for s in starts)


@lru_cache(maxsize=2)
def document(text: str) -> Document:
    """The document of a text. Findings come document by document, so two are enough to remember."""
    return Document(text)
