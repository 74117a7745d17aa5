"""The forms in which a secret may stand in a text: as it is, backwards, in base64, in hex (G25).

A text is looked at without anything but its ASCII letters and digits, in lower case. So a form covers what differs
in nothing else: another case, base64url, a percent-encoding of every byte, and whatever parts its pieces.
"""

from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

SHORT = 8
"""Characters below which a secret is only looked for as it is: its forms could stand in any text."""
LEAST = 12
"""Characters of a longer secret that are a leak when nothing else of it is there."""
SHARE = 0.4
"""The share of a longer secret that is a leak."""
MOST = 48
"""Characters that are always a leak. Not fewer: tokens of one kind begin alike, whoever they are for."""
OTHERS = bytes(byte for byte in range(256) if not chr(byte).isascii() or not chr(byte).isalnum())
LOWER = bytes(ord(chr(byte).lower()) if byte < 128 else byte for byte in range(256))
Encode = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class Form:
    """What to look for among letters and digits, and how many of its characters in a row are a leak."""

    letters: bytes
    least: int


def letters_of(text: str) -> bytes:
    """The ASCII letters and digits of a text, in lower case."""
    return letters_in(text.encode("ascii", "ignore"))


def letters_in(data: bytes) -> bytes:
    """The same of bytes."""
    return data.translate(LOWER, OTHERS)


def forms_of(secret: str) -> tuple[Form, ...]:
    """All forms of one secret; none of a short one, nor any that would be short itself."""
    if len(secret) < SHORT:
        return ()
    data = secret.encode(errors="surrogatepass")
    turned = secret[::-1].encode(errors="surrogatepass")
    forms = [*_forms(data), *_forms(turned)]
    # What is written backwards after it was encoded; a secret backwards is there already.
    forms += [Form(form.letters[::-1], form.least) for form in forms]
    kept = {form.letters: form for form in forms if len(form.letters) >= SHORT}
    return tuple(kept.values())


def _forms(data: bytes) -> Iterator[Form]:
    encodings: list[Encode] = [letters_in, _hex, *(partial(_base64, before) for before in range(3))]
    pieces = list(_pieces(data))
    # A piece in base64 may begin at any of the three places, wherever its secret begins.
    least = {encode: min(len(encode(piece)) for piece in pieces) for encode in encodings}
    base64 = min(least[encode] for encode in encodings[2:])
    for encode in encodings:
        enough = base64 if encode in encodings[2:] else least[encode]
        yield Form(encode(data), max(enough, SHORT))


def _pieces(data: bytes) -> Iterator[bytes]:
    """The shortest pieces that are a leak."""
    size = len(data)
    enough = size if size < LEAST else min(MOST, max(LEAST, round(SHARE * size)))
    return (data[start : start + enough] for start in range(size - enough + 1))


def _hex(data: bytes) -> bytes:
    return data.hex().encode()


def _base64(before: int, data: bytes) -> bytes:
    """The letters and digits of base64 that `data` alone decides, `before` bytes of its group being others."""
    whole = (8 * (before + len(data))) // 6
    return letters_in(b64encode(bytes(before) + data)[(8 * before + 5) // 6 : whole])
