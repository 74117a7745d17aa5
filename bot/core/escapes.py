"""Text with its escapes undone (percent, JSON, HTML), and where each character of it stood."""

import html
import re
from dataclasses import dataclass

ESCAPE = re.compile(
    r"%(?:25)*[0-7][0-9a-f]"
    r"|(?:%(?:25)*[89a-f][0-9a-f])+"
    r"|\\+(?:u[0-9a-f]{4}|x[0-9a-f]{2}|[abfnrtv])"
    r"|&(?:amp;)*(?:#x[0-9a-f]{1,6}|#[0-9]{1,7}|[a-z]{2,8});",
    re.IGNORECASE,
)
"""Escapes of one character each, also escaped again (`%2541`, `\\\\n`); of bytes above ASCII, a whole run."""
_BYTE = re.compile(r"%(?:25)*([0-9a-f]{2})", re.IGNORECASE)
_CONTROLS = dict(zip("abfnrtv", "\a\b\f\n\r\t\v", strict=True))


@dataclass(frozen=True, slots=True)
class Unescaped:
    """A text without escapes; character `n` of it stood at `starts[n]` up to `ends[n]`."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]


def has_escapes(text: str) -> bool:
    """Whether a text may hold escapes at all."""
    return "%" in text or "\\" in text or "&" in text


def unescaped(text: str) -> str:
    """The text without escapes."""
    return ESCAPE.sub(lambda match: _meant(match.group()), text) if has_escapes(text) else text


def with_places(text: str) -> Unescaped:
    """The same, with the places: many times slower."""
    letters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    last = 0
    for start, end, meant in [
        *((m.start(), m.end(), _meant(m.group())) for m in ESCAPE.finditer(text)),
        _end(text),
    ]:
        letters += (text[last:start], meant)
        starts += (*range(last, start), *[start] * len(meant))
        ends += (*range(last + 1, start + 1), *[end] * len(meant))
        last = end
    return Unescaped("".join(letters), tuple(starts), tuple(ends))


def _end(text: str) -> tuple[int, int, str]:
    return len(text), len(text), ""


def _meant(escape: str) -> str:
    if escape[0] == "%":
        return bytes(int(byte, 16) for byte in _BYTE.findall(escape)).decode(errors="replace")
    if escape[0] == "&":
        return html.unescape("&" + escape[1:].replace("amp;", ""))
    code = escape.lstrip("\\")
    return chr(int(code[1:], 16)) if len(code) > 1 else _CONTROLS[code.lower()]
