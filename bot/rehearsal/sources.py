"""Sources that are made up: what a rehearsed agent quotes stands in them, and what it makes up does not."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import sha256

from bot.core.evidence import Evidence, Passage, PassageKind
from bot.core.findings import Method, Searched

SENTENCES = (
    "Every request to {name} carries an API key in a header that its console shows once.",
    "The service {name} answers at most 600 requests per minute for each key, and refuses the others.",
    "What {name} costs is stated for each month and each region of an account.",
    "There is a client library of {name} for each of the languages that its users ask for.",
    "When something happens {name} calls the address that its owner has registered.",
    "Resources of {name} are listed, read, made and deleted with four operations.",
)


@dataclass(frozen=True, slots=True)
class MadeUp:
    """`Source` of a few sentences about what its address names."""

    uri: str
    retrieved: datetime

    @property
    def searched(self) -> Searched:
        return _page(self.uri).searched

    @property
    def sha256(self) -> str:
        return _page(self.uri).sha256

    def search(self, query: str, *, kinds: Sequence[PassageKind] = (), limit: int = 20) -> list[Passage]:
        """All of it, whatever is asked: there is not much."""
        return list(_page(self.uri).passages[:limit])

    def passages(self, kind: PassageKind, *, below: str = "") -> Iterable[Passage]:
        return _page(self.uri).passages if kind == "prose" else ()

    def count(self, kind: PassageKind, *, below: str = "") -> int:
        return len(_page(self.uri).passages) if kind == "prose" else 0


class MadeUpSources:
    """`SourceLibrary` in which every address leads to a page."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def open(self, uri: str, within: Callable[[str], bool] | None = None) -> MadeUp:
        return MadeUp(uri, self.now)

    def evidence(self, source: str, locator: str, method: Method) -> Evidence:
        return _evidence(source, locator)


@dataclass(frozen=True, slots=True)
class _Page:
    searched: Searched
    sha256: str
    text: str
    passages: tuple[Passage, ...]


@lru_cache(maxsize=4_096)
def _page(uri: str) -> _Page:
    name = "this interface"
    sentences = [sentence.format(name=name) for sentence in SENTENCES]
    text = "\n".join([f"About {uri}", *sentences])
    digest = sha256(text.encode()).hexdigest()
    passages = tuple(
        Passage(uri, f"sentence {number}", "prose", sentence, digest)
        for number, sentence in enumerate(sentences, 1)
    )
    searched = Searched(source=uri, state="readable", documents=1, passages=len(passages))
    return _Page(searched, digest, text, passages)


@lru_cache(maxsize=4_096)
def _evidence(uri: str, locator: str) -> Evidence:
    page = _page(uri)
    text = next((passage.text for passage in page.passages if passage.locator == locator), "")
    return Evidence("readable", sha256=page.sha256, text=text, document_text=lambda: page.text)
