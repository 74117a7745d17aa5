"""What a source says: passages to quote from, and the evidence that a citation is checked against."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from bot.core.findings import SourceState

PassageKind = Literal["metadata", "operation", "prose", "code"]
"""metadata: one `key: value` fact of a package or an API description. operation: one API operation or client
method; its text begins with its name. prose: documentation for people. code: examples and signatures."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a document that can be quoted.

    `document` is the URI of the one file or page, `locator` where in it (a JSON pointer, a heading path, a
    qualified name), unique within the document; `sha256` is that of the whole document's text.
    """

    document: str
    locator: str
    kind: PassageKind
    text: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a source says today at the place that a citation names.

    `state` is that of the source; `text` the text at the locator (empty when there is no such place);
    `document_text` gives the whole document's text, in case the quote has moved; `count` how many operations
    lie below the locator (for counted citations).
    """

    state: SourceState
    reason: str = ""
    sha256: str = ""
    text: str = ""
    document_text: Callable[[], str] = str
    count: int = 0
