"""The passages that a model has seen, by short ids: it cites `P7`, and what that is, we know."""

from collections.abc import Iterable

from bot.adapters.agents.claude.tools import Rejected
from bot.core.evidence import Passage
from bot.ports import Source

SHOWN = 700
"""Characters of a passage in a search result."""
PART = 3_000
"""Characters of a passage in one part of it."""


class Shelf:
    """Ids are given in the order in which passages are shown, and each passage keeps its own."""

    def __init__(self, sources: dict[str, Source]) -> None:
        self.sources = dict(sources)
        self._seen: dict[tuple[str, str], str] = {}
        self._passages: dict[str, tuple[str, Passage]] = {}

    def add_source(self, source: Source) -> str:
        """The id of a source, which is a new one or one that is here already."""
        for name, known in self.sources.items():
            if known.searched.source == source.searched.source:
                return name
        name = f"S{len(self.sources) + 1}"
        self.sources[name] = source
        return name

    def shown(self, found: Iterable[tuple[str, Passage]]) -> str:
        """The passages as a model reads them, with the source of each: the beginning of every one."""
        return "\n\n".join(self._entry(source, passage) for source, passage in found)

    def part(self, name: str, part: int) -> str:
        """A part of one passage. Raises Rejected when there is none."""
        source, passage = self._at(name)
        parts = -(-len(passage.text) // PART)
        if not 1 <= part <= parts:
            raise Rejected(f"{name} has {parts} parts")
        text = passage.text[(part - 1) * PART : part * PART]
        more = f"\n(part {part} of {parts})" if parts > 1 else ""
        return f"{_head(name, source, passage)}\n{text}{more}"

    def cited(self, name: str) -> tuple[Source, Passage]:
        """A passage with the source that it is from. Raises Rejected for an id that was never shown."""
        source, passage = self._at(name)
        return self.sources[source], passage

    def _at(self, name: str) -> tuple[str, Passage]:
        if name not in self._passages:
            raise Rejected(f"no passage {name[:20]!r} has been shown to you; search first")
        return self._passages[name]

    def _entry(self, source: str, passage: Passage) -> str:
        key = passage.document, passage.locator
        name = self._seen.setdefault(key, f"P{len(self._seen) + 1}")
        self._passages.setdefault(name, (source, passage))
        text = passage.text
        if len(text) > SHOWN:
            cut = text[:SHOWN].rpartition(" ")[0] or text[:SHOWN]
            text = f"{cut} ...\n({len(text):,} characters; read_passage {name} shows them)"
        return f"{_head(name, source, passage)}\n{text}"


def _head(name: str, source: str, passage: Passage) -> str:
    return f"[{name}] {source} {passage.locator[:120] or '/'} ({passage.kind})"
