"""The ways in which a secret is written so that it passes for something else, and a search that undoes them.

Neither knows anything of the code that is tested: the search decodes whatever it can, by brute force.
"""

import html
import re
from base64 import b64decode, b64encode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from urllib.parse import quote, unquote

Disguise = Callable[[str], str]

DISGUISES: dict[str, Disguise] = {
    "plain": str,
    "base64": lambda s: b64encode(s.encode()).decode(),
    "base64 without padding": lambda s: b64encode(s.encode()).decode().rstrip("="),
    "base64, one byte before": lambda s: b64encode(b"a" + s.encode() + b" of mine").decode(),
    "base64, two bytes before": lambda s: b64encode(b"is" + s.encode() + b".").decode(),
    "base64 in lines": lambda s: re.sub("(.{20})", "\\1\n", b64encode(s.encode()).decode()),
    "base64url": lambda s: urlsafe_b64encode(b"k=" + s.encode()).decode(),
    "base64 backwards": lambda s: b64encode(s.encode()).decode()[::-1],
    "base64 twice": lambda s: b64encode(b64encode(s.encode())).decode(),
    "hex": lambda s: s.encode().hex(),
    "HEX": lambda s: s.encode().hex().upper(),
    "hex in pairs": lambda s: s.encode().hex(":"),
    "percent": lambda s: "".join(f"%{byte:02x}" for byte in s.encode()),
    "PERCENT": lambda s: "".join(f"%{byte:02X}" for byte in s.encode()),
    "percent in part": lambda s: quote(s, safe="").replace("e", "%65").replace("A", "%41"),
    "percent twice": lambda s: quote("".join(f"%{byte:02X}" for byte in s.encode())),
    "backwards": lambda s: s[::-1],
    "spaced": " ".join,
    "in lines": "\n".join,
    "parted by what is not seen": "\u200b".join,
    "dotted": lambda s: ".".join(re.findall("..?.?", s)),
    "in quotes": lambda s: '" + "'.join(re.findall(".{1,7}", s)),
    "JSON escapes": lambda s: "".join(f"\\u{ord(c):04x}" for c in s),
    "x escapes": lambda s: "".join(f"\\x{ord(c):02x}" for c in s),
    "JSON lines": lambda s: "\\n".join(re.findall(".{1,5}", s)),
    "HTML": lambda s: "".join(f"&#{ord(c)};" for c in s),
    "HTML in hex": lambda s: "".join(f"&#x{ord(c):X};" for c in s),
    "first characters cut": lambda s: s[len(s) // 4 :],
    "last characters cut": lambda s: s[: -(len(s) // 4)],
    "both ends cut, in base64": lambda s: b64encode(s[len(s) // 8 : -(len(s) // 8)].encode()).decode(),
    "cut, in hex": lambda s: s[len(s) // 4 :].encode().hex(),
    "cut, backwards": lambda s: s[len(s) // 4 :][::-1],
    "upper": str.upper,
    "lower": str.lower,
}
SEVEN = ("plain", "base64", "base64url", "hex", "PERCENT", "backwards", "spaced", "first characters cut")
"""The seven encodings of G25, the last in both its forms."""


def leaks(text: str, secret: str, run: int = 16) -> bool:
    """Whether `run` characters in a row of a secret of ASCII letters can be read in a text, however disguised."""
    wanted = _letters(secret)
    pieces = [wanted[at : at + run] for at in range(len(wanted) - run + 1)]
    readings = (_letters(reading) for reading in _readings(text, 2))
    return any(piece in reading for reading in readings for piece in pieces)


def _letters(text: str) -> str:
    return re.sub("[^a-z0-9]", "", text.lower())


def _readings(text: str, depth: int) -> Iterator[str]:
    for direction in (text, text[::-1]):
        yield direction
        bare = html.unescape(unquote(unquote(re.sub(r"\\+n", "\n", direction))))
        bare = re.sub(r"\\+(?:u00|x)([0-9a-fA-F]{2})", lambda m: chr(int(m[1], 16)), bare)
        yield bare
        if depth:
            for inner in _encoded(bare):
                yield from _readings(inner, depth - 1)


def _encoded(text: str) -> Iterator[str]:
    """Everything that could be hex or base64, wherever in a group it begins."""
    for run in re.findall(r"(?:[0-9A-Fa-f][0-9A-Fa-f][ :\n]?){12,}", text):
        digits = re.sub("[^0-9A-Fa-f]", "", run)
        yield bytes.fromhex(digits[: len(digits) // 2 * 2]).decode("latin-1")
    for run in re.findall(r"[A-Za-z0-9+/_-]{16,}", re.sub(r"\n|\\n|[\u200b ]", "", text)):
        for first in range(4):
            part = run[first:].replace("-", "+").replace("_", "/")
            yield b64decode(part[: len(part) // 4 * 4]).decode("latin-1")
