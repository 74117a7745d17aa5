"""The tools that read: only sources of the mission, and pages of their sites (A14, A21)."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice, zip_longest

from bot.adapters.agents.claude.shelf import Shelf
from bot.adapters.agents.claude.tools import FetchPage, Rejected, SearchSources
from bot.core.evidence import Passage, PassageKind
from bot.core.mission import Subject
from bot.core.source_uris import belongs
from bot.ports import Source, SourceLibrary

FOUND = 8
"""Passages in one search result."""
PAGES = 20
"""Pages that may be fetched for one subject."""
KINDS: tuple[PassageKind, ...] = ("prose", "operation", "code", "metadata")
_WORD = re.compile(r'"[^"]{1,100}"|[\w.-]+')
Found = list[tuple[str, Passage]]


@dataclass
class Reading:
    """The sources of one subject, with the passages of them that were shown."""

    library: SourceLibrary
    subject: Subject
    domains: tuple[str, ...]
    shelf: Shelf
    fetched: set[str] = field(default_factory=set)

    def search(self, call: SearchSources) -> Callable[[], str]:
        """Looks the passages up; what is returned numbers and prints them, in the order of the calls."""
        sources = self._chosen(call.source)
        query = fts(call.query)
        if not query:
            raise Rejected("the query holds no word")
        kinds = tuple(kind for kind in KINDS if kind == call.kind)  # none of them: any of them
        each = [
            [(name, passage) for passage in source.search(query, kinds=kinds, limit=FOUND)]
            for name, source in sources.items()
        ]
        found = _mixed(each)
        return lambda: self.shelf.shown(found) or "nothing was found; try other words"

    def fetch(self, call: FetchPage) -> Callable[[], str]:
        """Opens a page. Raises Rejected for one of another site, or one that cannot be read."""
        url = call.url.strip()
        if not self._allowed(url):
            raise Rejected(f"{url[:200]} is on none of the sites of this subject's sources")
        if url not in self.fetched and len(self.fetched) >= PAGES:
            raise Rejected(f"{PAGES} pages were fetched for this subject; that is all")
        self.fetched.add(url)
        source = self.library.open(url, self._allowed)
        if source.searched.state != "readable":
            raise Rejected(f"it is {source.searched.state}: {source.searched.reason}")
        passages = [passage for kind in KINDS for passage in islice(source.passages(kind), FOUND)]
        if not all(self._allowed(passage.document) for passage in passages):
            raise Rejected("it leads to another site")
        return lambda: self._opened(source, passages[:FOUND])

    def _opened(self, source: Source, passages: list[Passage]) -> str:
        name = self.shelf.add_source(source)
        head = f"{name} is open now, with {source.searched.passages:,} passages; it begins:"
        return f"{head}\n\n{self.shelf.shown((name, passage) for passage in passages)}"

    def _allowed(self, url: str) -> bool:
        web = url.startswith("https://")
        return web and any(belongs(url, source, self.domains) for source in self.subject.sources)

    def _chosen(self, name: str) -> dict[str, Source]:
        if not name:
            return self.shelf.sources
        if name not in self.shelf.sources:
            raise Rejected(f"there is no source {name[:20]!r}; there are {', '.join(self.shelf.sources)}")
        return {name: self.shelf.sources[name]}


def fts(query: str) -> str:
    """Words and phrases in FTS5's syntax: any of them, best matches first. Nothing in it is a command."""
    terms = (term.strip('"') for term in _WORD.findall(query[:500]))
    return " OR ".join(f'"{term}"' for term in dict.fromkeys(terms) if term.strip(".-_"))


def _mixed(each: list[Found]) -> Found:
    """The best of every source first, each passage once."""
    seen: dict[tuple[str, str], tuple[str, Passage]] = {}
    for row in zip_longest(*each):
        for name, passage in filter(None, row):
            seen.setdefault((passage.document, passage.locator), (name, passage))
    return list(seen.values())[:FOUND]
