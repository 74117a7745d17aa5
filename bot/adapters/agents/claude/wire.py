"""The HTTP client below the SDK: what a model's provider answers is bounded, and leads nowhere else."""

from collections.abc import Iterator
from datetime import datetime
from threading import local
from typing import TYPE_CHECKING, Any

from bot.ports import Clock

if TYPE_CHECKING:
    import httpx2

ANSWER_MAX = 16_000_000
"""Bytes of an answer: no model writes so much, and a machine's memory ends somewhere (A20)."""


class TooLate(Exception):
    """The time was over before the answer was complete."""


class TooLarge(Exception):
    """The answer has no end."""


class Wire:
    """Follows no redirect, which would take the key along (G25), and looks at the clock and the size of an answer
    with every piece of it that comes: the SDK shows nothing of a stream that only pings (G16)."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._call = local()

    def begin(self, deadline: datetime) -> None:
        """A call of this thread begins, whose answer has time until then."""
        self._call.deadline = deadline

    def http(self) -> Any:
        """For the SDK, which has no type in common for its clients."""
        import anthropic

        return anthropic.DefaultHttpxClient(follow_redirects=False, event_hooks={"response": [self._bound]})

    def _bound(self, response: "httpx2.Response") -> None:
        from httpx2 import SyncByteStream

        pieces, check = response.stream, self._check

        class Bounded(SyncByteStream):
            def __iter__(self) -> Iterator[bytes]:
                size = 0
                assert isinstance(pieces, SyncByteStream)
                for piece in pieces:
                    size += len(piece)
                    check(size)
                    yield piece

            def close(self) -> None:
                assert isinstance(pieces, SyncByteStream)
                pieces.close()

        response.stream = Bounded()

    def _check(self, size: int) -> None:
        if size > ANSWER_MAX:
            raise TooLarge(f"the answer is larger than {ANSWER_MAX:,} bytes")
        if self._clock.now() >= self._call.deadline:
            raise TooLate
