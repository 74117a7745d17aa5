"""Markdown: paragraphs below the path of their headings, list items, rows of tables, examples, operations.

An operation is a heading of one word below `Operations` and the name of a resource, such as
`Operations > channels > hangup`.
"""

from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.adapters.sources.draft import Draft

_TOP = "(top)"


def convert(path: str, text: str) -> Iterator[Draft]:
    """Locators are heading paths, `Rate limits > Per account`."""
    return sections(text)


def sections(text: str, scope: str = "") -> Iterator[Draft]:
    """The same, of a document that is part of another: `scope` stands first in every locator."""
    headings: list[tuple[int, str]] = []
    row: list[str] | None = None
    described: set[str] = set()
    # A parser of its own: one that threads share is not safe while it compiles its rules.
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(text)
    for number, token in enumerate(tokens):
        place = _place(scope, headings)
        if token.type == "inline" and tokens[number - 1].type == "heading_open":
            level = int(tokens[number - 1].tag[1])
            headings = [*(h for h in headings if h[0] < level), (level, _plain(token))]
        elif token.type == "tr_open":
            row = []
        elif token.type == "tr_close" and row:
            yield Draft(place, "prose", " | ".join(row))
            row = None
        elif token.type == "inline" and row is not None:
            row.append(_plain(token))
        elif token.type == "inline" and (name := _operation(headings)) and place not in described:
            described.add(place)
            yield Draft(place, "operation", f"{name}: {_plain(token)}")
        elif token.type == "inline":
            yield Draft(place, "prose", _plain(token))
        elif token.type in ("fence", "code_block"):
            yield Draft(place, "code", token.content)


def _operation(headings: list[tuple[int, str]]) -> str:
    """The name of the operation that stands below these headings; '' when there is none."""
    names = [name for _, name in headings[-3:]]
    listed = len(names) == 3 and names[0] == "Operations" and all(map(str.isidentifier, names[1:]))
    return f"{names[1]}.{names[2]}" if listed else ""


def _place(scope: str, headings: list[tuple[int, str]]) -> str:
    names = [name for _, name in headings if name]
    return " > ".join([scope] * bool(scope) + names) or _TOP


def _plain(token: Token) -> str:
    """The words of a line, as they are read: without links' addresses, images and tags."""
    return " ".join("".join(_words(child) for child in token.children or ()).split())


def _words(token: Token) -> str:
    match token.type:
        case "text" | "code_inline":
            return token.content
        case "softbreak" | "hardbreak":
            return " "
        case _:
            return ""
