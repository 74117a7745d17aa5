"""reStructuredText, as far as a README needs it: made into Markdown, and read as such."""

import re
from collections.abc import Iterator
from itertools import pairwise

from bot.adapters.sources.convert import markdown
from bot.adapters.sources.draft import Draft

_RULE = re.compile(r"([=\-~^\"'`#*+.:_])\1{2,}\s*$")
_NOISE = re.compile(r"^\s*\.\. .*$|^\s+:(?:target|alt|width|height|align|class|caption)\b.*$")
_LINK = re.compile(r"`([^`<]+?)\s*<[^`>]+>`__?")
_REFERENCE = re.compile(r"`([^`]+)`__?(?!\w)")
_LITERAL = re.compile(r"``([^`]+)``")


def convert(path: str, text: str) -> Iterator[Draft]:
    """Like `markdown.convert`."""
    return sections(text)


def sections(text: str, scope: str = "") -> Iterator[Draft]:
    """Like `markdown.sections`."""
    return markdown.sections("\n".join(_lines(text.splitlines())), scope)


def _lines(lines: list[str]) -> Iterator[str]:
    levels: list[str] = []
    skip_rule = False
    for line, following in pairwise([*lines, ""]):
        if skip_rule:
            skip_rule = False
        elif line.strip() and _underlines(following, line):
            mark = following[0]
            levels = levels if mark in levels else [*levels, mark]
            yield f"\n{'#' * min(levels.index(mark) + 1, 6)} {line.strip()}\n"
            skip_rule = True
        elif not _RULE.fullmatch(line) and not _NOISE.match(line):
            yield _inline(line)


def _underlines(rule: str, title: str) -> bool:
    return (
        bool(_RULE.fullmatch(rule))
        and len(rule.rstrip()) >= len(title.rstrip()) - 1
        and not _RULE.fullmatch(title)
    )


def _inline(line: str) -> str:
    line = _LITERAL.sub(r"`\1`", _LINK.sub(r"\1", line))
    return (
        _REFERENCE.sub(r"\1", line).replace("::", ":")
        if line.rstrip().endswith("::")
        else _REFERENCE.sub(r"\1", line)
    )
