"""Plain text: paragraphs, located by the line that they begin on."""

import re
from collections.abc import Iterator

from bot.adapters.sources.draft import Draft

_PARAGRAPH = re.compile(r"\S[^\n]*(?:\n(?![ \t]*\n)[^\n]*)*")


def convert(path: str, text: str) -> Iterator[Draft]:
    line, end = 1, 0
    for match in _PARAGRAPH.finditer(text):
        line += text.count("\n", end, match.start())
        end = match.start()
        yield Draft(f"line {line}", "prose", " ".join(match[0].split()))
