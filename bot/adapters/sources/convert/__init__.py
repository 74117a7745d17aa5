"""From the bytes of a document to its passages: one module for each kind of document."""

import re
from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import PurePosixPath

from bot.adapters.sources.convert import charset
from bot.adapters.sources.draft import Draft, finished
from bot.adapters.sources.inflate import gunzip
from bot.adapters.sources.state import Caps, Unusable

VERSION = 10
"""Part of the name of every index: raise it when a converter gives other passages for the same bytes."""

_BY_NAME = tuple(
    (re.compile(pattern), module)
    for pattern, module in (
        (r"^metadata$", "metadata"),
        (r"^package\.json$", "package_json"),
        (r"\.json$", "json"),
        (r"\.ya?ml$", "yaml"),
        (r"\.pyi?$", "python"),
        (r"\.[mc]?[jt]s$", "typescript"),
        (r"\.(?:md|markdown)$", "markdown"),
        (r"\.rst$", "rst"),
        (r"\.x?html?$", "html"),
    )
)
_BY_MIME = (
    ("json", "json"),
    ("yaml", "yaml"),
    ("html", "html"),
    ("markdown", "markdown"),
    ("javascript", "typescript"),
)
_HTML = re.compile(r"\s*<(?:!doctype html|html|head|body)\b", re.IGNORECASE)
_BROKEN = (ValueError, SyntaxError, RecursionError, MemoryError, LookupError, TypeError, AttributeError)


def convert(path: str, data: bytes, caps: Caps, *, mime: str = "", encoding: str = "") -> list[Draft]:
    """The passages of a document, possibly none. Raises Unusable when it cannot be read."""
    if data[:2] == b"\x1f\x8b":
        data, path = gunzip(data, caps.file_bytes), path.removesuffix(".gz")
    text = charset.decoded(data, encoding)
    try:
        return finished(_drafts(path, text, mime))
    except _BROKEN as error:
        raise Unusable("unreadable", f"cannot be parsed: {type(error).__name__}: {error}") from None


def _drafts(path: str, text: str, mime: str) -> Iterable[Draft]:
    converter = import_module(f"{__name__}.{kind(path, text, mime)}")  # each with its own heavy library
    read: Callable[[str, str], Iterable[Draft]] = converter.convert
    return read(path, text)


def kind(path: str, text: str = "", mime: str = "") -> str:
    """The module of this package that reads such a document: by its media type, its name, its beginning."""
    for word, module in _BY_MIME:
        if word in mime:
            return module
    name = PurePosixPath(path).name.lower()
    for pattern, module in _BY_NAME:
        if pattern.search(name):
            return module
    return "html" if _HTML.match(text) else "text"
