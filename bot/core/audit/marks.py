"""Citations in running text, written as marks: characters that no document has (they are taken out first)."""

import re
from collections.abc import Iterator, Set

from markdown_it.token import Token

NOTE = "\ue000"
"""A footnote, a citation id or a numbered reference."""
LINK = "\ue001"
"""A link to a source."""
SECTION = "\ue002"
"""The link to a section of the document itself follows, up to END."""
END = "\ue003"

_MARKS = re.compile(f"[{NOTE}{LINK}{SECTION}{END}]")
_ADDRESS = re.compile(r"(?:https?://|\bpypi:|\bnpm:)[^\s<>|)\]]+")
_ID = re.compile(r"\bIF\.TTT\.\d{4}(?:\.[A-Za-z0-9-]+)+")
_NUMBERED = re.compile(r"\[(\d{1,3})\]")
_SECTION = re.compile(f"{SECTION}([^{END}]*){END}")
_HTML_LINK = re.compile(r"<a\s[^>]*href\s*=\s*[\"']?https?://", re.IGNORECASE)
_ENTRY = re.compile(r"\s*\[(\d{1,3})\]")


def without_marks(text: str) -> str:
    """A document in which no character can be taken for a mark."""
    return _MARKS.sub("\ufffd", text)


def marked(inline: Token, references: Set[str] = frozenset()) -> str:
    """The text of an inline token with its citations as marks; `references` are the numbered ones it may cite."""
    text = "".join(_part(child) for child in inline.children or ())
    text = _ID.sub(NOTE, _ADDRESS.sub(LINK, text))
    return _NUMBERED.sub(lambda found: NOTE if found[1] in references else found[0], text)


def references(inlines: Iterator[Token]) -> frozenset[str]:
    """The numbers of a document's list of references: lines such as `[1] Pricing, https://...`."""
    found = ((_ENTRY.match(line), line) for inline in inlines for line in inline.content.split("\n"))
    return frozenset(entry[1] for entry, line in found if entry and "://" in line)


def cites(text: str) -> bool:
    """Whether a marked text names a source."""
    return NOTE in text or LINK in text


def sections_linked(text: str) -> tuple[str, ...]:
    """The anchors of the document's own sections that a marked text links to."""
    return tuple(_SECTION.findall(text))


def plain(text: str) -> str:
    """A marked text as a person reads it, on one line."""
    return " ".join(_MARKS.sub("", _SECTION.sub("", text)).split())


def _part(token: Token) -> str:
    match token.type:
        case "text" | "code_inline":
            return token.content
        case "softbreak" | "hardbreak":
            return "\n"
        case "footnote_ref":
            return NOTE
        case "link_open":
            return _target(str(token.attrs.get("href", "")))
        case "html_inline":
            return LINK if _HTML_LINK.match(token.content) else " "
        case _:
            return ""


def _target(url: str) -> str:
    if url.startswith("#"):
        return f"{SECTION}{url[1:]}{END}"
    return "" if not url or url.startswith(("mailto:", "tel:")) else LINK
