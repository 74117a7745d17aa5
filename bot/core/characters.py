"""Characters that hide something: invisible ones, and letters that look like others."""

import re
import unicodedata
from collections.abc import Iterator

_INVISIBLE = (
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0e\ufeff\uffa0\ufff0-\uffff"
    "\ud800-\udfff\ue000-\uf8ff\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U0010ffff]"
)
"""Controls (but for tab and newlines), joiners, direction marks, fillers, tags, private and broken characters.
The variation selector of coloured emoji (U+FE0F) is let through: it hides nothing."""


def invisible(text: str) -> Iterator[tuple[int, str]]:
    """Where such characters stand, and their names: `U+202E RIGHT-TO-LEFT OVERRIDE`."""
    if text.isascii() and text.isprintable():  # nearly always
        return
    for found in re.finditer(_INVISIBLE, text):
        name = unicodedata.name(found[0], "")
        yield found.start(), f"U+{ord(found[0]):04X} {name}".strip()


def lookalikes(text: str) -> str:
    """Why a name could be taken for another one: what it mixes. Empty when it does not."""
    letters = [letter for letter in text if letter.isalnum()]
    for letter in letters:
        if not letter.isascii() and unicodedata.normalize("NFKC", letter).isascii():
            return f"`{letter}` ({_name(letter)}) looks like `{unicodedata.normalize('NFKC', letter)}`"
    foreign = [letter for letter in letters if _name(letter).startswith(("CYRILLIC", "GREEK", "CHEROKEE"))]
    if foreign and any(letter.isascii() and letter.isalpha() for letter in letters):
        return f"`{foreign[0]}` ({_name(foreign[0])}) stands among Latin letters"
    return ""


def _name(letter: str) -> str:
    return unicodedata.name(letter, f"U+{ord(letter):04X}")
