"""The prompt cache, by the actual prefix.

An entry is written at each breakpoint whose prefix is long enough. A later request finds it at a breakpoint or at
one of the blocks before it, 20 in all, and reads what it holds. It lives for five minutes from its last use. It is
there as soon as its request was counted; with the provider it is when the answer begins.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.core.pricing import Tokens
from tests.messages.catalogue import Card
from tests.messages.prompts import digests, pieces, totals
from tests.messages.web import Json, dumped

LIFE = timedelta(minutes=5)
LOOKBACK = 20


@dataclass
class Cache:
    """What is cached until when, by the digest of its prefix."""

    now: Callable[[], datetime]
    until: dict[bytes, datetime] = field(default_factory=dict)

    def account(self, body: Json, card: Card) -> Tokens:
        """How a prompt's tokens part into plain, read and written ones; writes, and keeps alive what is read."""
        found = pieces(body)
        upto = totals(body, found)
        keys = digests(found, body["model"], dumped([body.get("tool_choice"), body.get("thinking")]))
        marked = [at for at, it in enumerate(found) if it.marked and upto[at] >= card.cacheable]
        hits = [hit for at in marked for hit in self._hit(keys, at)]
        for at in (*hits, *marked):
            self.until[keys[at]] = self.now() + LIFE
        read = max((upto[at] for at in hits), default=0)
        written = max((upto[at] for at in marked), default=read) - read
        return Tokens(input=upto[-1] - read - written, cache_read=read, cache_write=written)

    def _hit(self, keys: list[bytes], at: int) -> list[int]:
        """The last block, of those that a breakpoint looks at, up to which everything is cached."""
        looked_at = range(at, max(at - LOOKBACK, -1), -1)
        return [it for it in looked_at if keys[it] in self.until and self.until[keys[it]] > self.now()][:1]
