"""Text from outside, made harmless wherever it is shown: it reads the same and does nothing.

In Markdown: `neutral`, `code`, `link`. In titles and messages: `unlinked`. In a job's log: `inert`. On
one line: `visible`.

Neutralised are mentions, references to issues and to other repositories, closing keywords, slash commands, HTML,
images, links, footnotes, emoji names, formulas, and everything that would start a block or a cell. What GitHub
recognises after Markdown has been rendered (`@name`, `#1`, `https://`) cannot be escaped with a backslash; a
zero-width space, written as the entity `&#8203;`, parts it, so that the file itself holds nothing that cannot be
seen. The bare id of a commit is left alone: GitHub links it within the repository, and nothing follows from that.
"""

import re
import unicodedata
from functools import lru_cache
from urllib.parse import quote, urlsplit

BREAK = "&#8203;"
_URL_SAFE = "/:?#@&+,;=%~-._"
_FILLERS = "\u034f\u115f\u1160\u180b\u180c\u180d\u180f\u2800\u3164\uffa0"
_UNSEEN = dict.fromkeys(map(ord, _FILLERS), " ")
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

_ACTIVE = re.compile(
    r"""
    \A (?: (?P<start>[/+=>-]) | (?P<number>\d{1,9}[.)]) )    # a slash command, list, quotation or rule
  | (?= [][@\#:.<|\\`*~$&_!^-] ) (?:
        (?P<before>@(?=\S) | \#(?=\w) | :(?=//) | :(?=[\w+-]+:))
      | (?P<after>(?<=\b[Gg][Hh])-(?=\d) | (?<=\b[Ww]{3})\.)
      | (?P<entity>[<|])
      | (?P<escape>[][\\`*~$\#] | &(?=[\#A-Za-z]) | (?<![^\W_])_ | _(?![^\W_]) | [!^]\Z)
    )
    """,
    re.VERBOSE,
)
_REFERENCE = re.compile(r"@(?=\S)|\#(?=\w)|:(?=//)|(?<=\b[Gg][Hh])-(?=\d)|(?<=\b[Ww]{3})\.(?=\S)")
_ENTITIES = {"<": "&lt;", "|": "&#124;", ">": "&gt;"}


def visible(text: str) -> str:
    """The text on one line, without control, zero-width and bidirectional characters (rules A2, A5)."""
    if not text.isprintable():
        text = "".join(map(_seen, text))
    if not text.isascii():
        text = text.translate(_UNSEEN)
    text = text.strip(" ")  # all white space is made of spaces by now
    return " ".join(text.split()) if "  " in text else text


def _seen(character: str) -> str:
    match unicodedata.category(character):
        case "Cf":
            return ""
        case "Cs":
            return _REPLACEMENT
        case "Cc" | "Zs" | "Zl" | "Zp":
            return " "
        case _:
            return character


@lru_cache(maxsize=4_096)
def neutral(text: str) -> str:
    """`text` as Markdown that renders as the same text and as nothing else, on one line, also in a cell (A15)."""
    return _ACTIVE.sub(_escaped, visible(text))


def _escaped(match: re.Match[str]) -> str:
    found = match[0]
    match match.lastgroup:
        case "before":
            return found + BREAK
        case "after":
            return BREAK + found
        case "number":
            return f"{found[:-1]}\\{found[-1]}"
        case _:
            return _ENTITIES.get(found) or "\\" + found


def code(text: str) -> str:
    """`text` as a code span, in which nothing is active. Not for table cells: a pipe would end the cell."""
    shown = visible(text)
    if not shown:
        return "(empty)"
    if "`" not in shown:
        return f"`{shown}`"
    fence = "`" * (max(map(len, re.findall("`+", shown))) + 1)
    pad = " " if "`" in (shown[0], shown[-1]) else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def link(text: str, url: str) -> str:
    """A link to an https address that was cited; anything else stays text."""
    target = visible(url)
    if not target.lower().startswith("https://") or not _host(target):
        return neutral(text)
    return f"[{neutral(text)}]({quote(target, safe=_URL_SAFE).replace('&', '&amp;')})"


def unlinked(text: str) -> str:
    """`text` for a title, a commit's message or a status, where nothing is escaped: on one line, and with a space
    in whatever GitHub would take for a mention, a reference to an issue or an address (A15).

    A pull request's title becomes a commit's message when a person merges it: `Closes #1` would close an issue.
    """
    return _REFERENCE.sub(r"\g<0> ", visible(text))


def inert(text: str) -> str:
    """Text for a job's log in which no line is a command to the runner: `::x` becomes `: :x`, `##[` `## [`.

    The runner looks for `::` behind white space at a line's start, and for `##[` anywhere.
    """
    return "".join(map(_inert, text.splitlines(keepends=True)))


def _inert(line: str) -> str:
    line = line.replace("##[", "## [")
    start = next((at for at, c in enumerate(line) if c.isprintable() and not c.isspace()), len(line))
    return f"{line[:start]}: {line[start + 1 :]}" if line.startswith("::", start) else line


def _host(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None
