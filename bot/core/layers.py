"""What else a text says when parts of it are decoded, or it is read backwards: where keys could hide (G25).

Whoever looks for such a key cannot know how it would look in base64. So what may be base64 or hex is decoded, and
what gives printable text is looked at as well; what is encoded twice is decoded twice.
"""

import re
from base64 import b64decode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from bot.core.escapes import Unescaped, has_escapes, unescaped, with_places
from bot.core.rows import DIGITS, LETTERS, alphabet, reduced
from bot.core.spans import Span

DEPTH = 2
"""How often something may be encoded, and still be found."""
KEPT = 100
"""Characters up to which it is kept what they decode to."""
_BREAK = r"(?:\r?\n|\\+n)"
_LEAST = 16
"""Characters in a row that are worth a look: no key is shorter."""
_LINE = rf"[A-Za-z0-9+/_-]{{{_LEAST},}}+"
_BASE64 = re.compile(rf"{_LINE}(?:{_BREAK}{_LINE})*+(?:{_BREAK}[A-Za-z0-9+/_-]{{1,15}}=)?")
_OF_BASE64, _OF_HEX = alphabet(LETTERS + DIGITS + b"+/_-"), alphabet(DIGITS + b"abcdefABCDEF")
_TELLING = re.compile(r"%(?:25)*[2-7][0-9a-f]|\\+(?:u00|x)[2-7][0-9a-f]|&(?:amp;)*#", re.IGNORECASE)
_PRINTABLE = re.compile(rb"[\t\n\r -~]{%d,}+" % _LEAST)
UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e01ef]"
)
"""Characters that nobody sees, and that may part a key."""
_PARTING = re.compile(rf"{UNSEEN.pattern}|\\\\+(?=[-_.+/=])")
"""Those, and the backslashes that Markdown puts before the punctuation that keys have."""
_SEPARATORS = re.compile(rf"{_BREAK}+")
_STANDARD = str.maketrans("-_", "+/")
Place = Callable[[int, int], Span]
"""Where in an outer text something stands, by where it begins and ends in the inner one."""


@dataclass(frozen=True, slots=True)
class Layer:
    """A text that stands in another one, written otherwise; `place` says where what stands in it does there."""

    text: str
    place: Place

    def within(self, outer: "Layer") -> "Layer":
        """The same, by places in the text that the outer layer stands in."""
        return Layer(self.text, lambda start, end: outer.place(*self.place(start, end)))


def layers(text: str) -> Iterator[Layer]:
    """All other ways to read a text; it itself is none of them."""
    yield from decoded(text)
    readings = [Layer(text[::-1], lambda start, end: (len(text) - end, len(text) - start))]
    if has_escapes(text) and _TELLING.search(text):
        readings.append(Layer(unescaped(text), _places_of_escaped(text)))
    if not (text.isascii() and "\\\\" not in text) and _PARTING.search(text):
        readings.append(Layer(_PARTING.sub("", text), _places_of_seen(text)))
    for reading in readings:
        yield reading
        yield from (layer.within(reading) for layer in decoded(reading.text))


def _places_of_escaped(text: str) -> Place:
    @cache  # made when something is found, and once
    def places() -> Unescaped:
        return with_places(text)

    return lambda start, end: (places().starts[start], places().ends[end - 1])


def _places_of_seen(text: str) -> Place:
    @cache
    def seen() -> list[int]:
        parted = {at for match in _PARTING.finditer(text) for at in range(*match.span())}
        return [at for at in range(len(text)) if at not in parted]

    return lambda start, end: (seen()[start], seen()[end - 1] + 1)


def decoded(text: str, depth: int = DEPTH) -> Iterator[Layer]:
    """What parts of a text decode to, from base64 and hex."""
    for layer in (*_from_hex(text), *_from_base64(text)):
        yield layer
        if depth > 1:
            yield from (inner.within(layer) for inner in decoded(layer.text, depth - 1))


def _from_hex(text: str) -> Iterator[Layer]:
    row, end = reduced(text, _OF_HEX) + b" ", 0
    while (start := row.find(b"x" * 2 * _LEAST, end)) >= 0:
        end = row.index(b" ", start)
        span = start, end - (end - start) % 2
        yield from _printable(bytes.fromhex(text[slice(*span)]), span)


def _from_base64(text: str) -> Iterator[Layer]:
    """What may be base64, read from each place in a group: other letters may stand right before it."""
    for start, end in _like_base64(text):
        found = text[start:end]
        for data in _kept_readings(found) if len(found) <= KEPT else _readings(found):
            yield from _printable(data, (start, end))


@lru_cache(maxsize=512)  # most that looks like base64 is a name that stands in many files
def _kept_readings(found: str) -> tuple[bytes, ...]:
    return tuple(_readings(found))


def _readings(found: str) -> Iterator[bytes]:
    run = _SEPARATORS.sub("", found).rstrip("=").translate(_STANDARD)
    if run.islower():
        return  # a path, or a hash in hex: base64 of text has a capital letter in every few
    for skipped in range(4):
        whole = run[skipped : len(run) - (len(run) - skipped) % 4]
        rest = run[skipped + len(whole) :]
        yield b64decode(whole + (f"{rest:=<4}" if len(rest) > 1 else ""))


def _like_base64(text: str) -> Iterator[Span]:
    row, end = reduced(text, _OF_BASE64), 0
    while (start := row.find(b"x" * _LEAST, end)) >= 0:
        match = _BASE64.match(text, start)
        assert match, "it begins with a line"
        end = match.end()
        yield start, end


def _printable(data: bytes, span: Span) -> Iterator[Layer]:
    for match in _PRINTABLE.finditer(data):
        yield Layer(match.group().decode(), lambda _start, _end: span)
