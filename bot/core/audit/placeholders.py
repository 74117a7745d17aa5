"""What was left to be filled in."""

import re
from collections.abc import Iterator

from markdown_it.token import Token

_PLACEHOLDER = re.compile(
    r"""
    \b(?:TODO|TBD|TBC|FIXME|XXX+)\b
  | (?i:\blorem\ ipsum\b | \bto\ be\ (?:determined|confirmed|completed|filled\ in)\b | \bcoming\ soon\b)
  | (?i:[\[<]\s*(?:insert|your|add|enter|fill\ in|placeholder|specify|replace)\b[^\]>\n]{0,80}[\]>](?!\())
  | \{\{[^{}\n]{0,100}\}\} | \{%[^\n]{0,100}?%\} | \$\{[A-Za-z_]\w*\}
  | \?{3,}
    """,
    re.VERBOSE,
)


def placeholders(token: Token) -> Iterator[tuple[int, str]]:
    """The lines (from 1) of a piece of text or HTML that hold a placeholder; code spans are left out."""
    first = token.map[0] + 1 if token.map else 0
    for number, line in enumerate(_shown(token).split("\n")):
        if _PLACEHOLDER.search(line):
            yield first + number, " ".join(line.split())


def _shown(token: Token) -> str:
    if token.type == "html_block":
        return token.content
    return "".join(
        "\n" if child.type in ("softbreak", "hardbreak") else child.content
        for child in token.children or ()
        if child.type != "code_inline"
    )
