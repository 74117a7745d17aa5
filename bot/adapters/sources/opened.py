"""A source as agents see it: opened, or a state that says why not."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.adapters.sources.index import Index
from bot.adapters.sources.state import Unusable
from bot.core.evidence import Passage, PassageKind
from bot.core.findings import Searched


@dataclass(frozen=True, slots=True)
class Opened:
    """Fulfils `Source`. Without an index there is nothing in it, and `searched` says why."""

    searched: Searched
    retrieved: datetime
    sha256: str = ""
    index: Index | None = None

    def search(self, query: str, *, kinds: Sequence[PassageKind] = (), limit: int = 20) -> list[Passage]:
        return self.index.search(query, kinds, limit) if self.index else []

    def passages(self, kind: PassageKind, *, below: str = "") -> Iterable[Passage]:
        return self.index.passages(kind, below) if self.index else ()

    def count(self, kind: PassageKind, *, below: str = "") -> int:
        return self.index.count(kind, below) if self.index else 0


def readable(uri: str, index: Index, retrieved: datetime | None = None) -> Opened:
    """Raises sqlite3.DatabaseError when the index is broken. `retrieved`: when it was not only indexed now."""
    facts = index.facts()
    searched = Searched(
        source=uri,
        state="readable",
        documents=int(facts["documents"]),
        passages=int(facts["passages"]),
        reason=facts["reason"],
    )
    return Opened(searched, retrieved or datetime.fromisoformat(facts["retrieved"]), facts["sha256"], index)


def unopened(uri: str, problem: Unusable, now: datetime) -> Opened:
    """A source that cannot be read."""
    return Opened(Searched(source=uri, state=problem.state, reason=problem.reason), now)
