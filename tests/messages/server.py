"""A strict stand-in for the Messages API on this machine. In short:

    with MessagesServer(Diligent()) as server:    # or any callable from a request's body to a Reply
        client = anthropic.Anthropic(base_url=server.url, api_key=server.key, max_retries=0)
        ...
        server.faults.on(2, rate_limited(retry_after=7))     # see faults.py, schedule.py
        server.calls[-1].raw, .body, .headers, .status       # every request as it was received
        server.ledger, server.billed(prices)                 # what it really cost, in tokens and in millionths

`POST /v1/messages` and `/v1/messages/count_tokens`, plain and beta, streaming and not. Requests and answers are
checked against the SDK's own types, requests also against the documented rules. A request that breaks one is
answered as the provider does, with 400; what the server itself or its model does wrong is raised at the end of the
with. Only the cache looks at the clock.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from bot.core.pricing import Prices, cost
from tests.messages.calls import Call
from tests.messages.replies import Model
from tests.messages.schedule import Faults
from tests.messages.service import Billed, Service
from tests.messages.serving import Server

KEY = "test-key"


class MessagesServer:
    """See the top of this module."""

    def __init__(
        self, model: Model, *, keys: tuple[str, ...] = (KEY,), clock: Callable[[], datetime] | None = None
    ) -> None:
        self._service = Service(model, keys, clock or (lambda: datetime.now(UTC)))
        self._server = Server(self._service)
        self.url = self._server.url
        self.key = keys[0]

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.stop()
        if self._service.failures:
            raise AssertionError("\n".join(self._service.failures)) from error

    @property
    def faults(self) -> Faults:
        return self._service.faults

    @property
    def calls(self) -> list[Call]:
        """All calls, in the order in which they came."""
        return self._service.calls

    @property
    def ledger(self) -> list[Billed]:
        """What is billed, call by call."""
        return self._service.ledger

    def billed(self, prices: Prices, *, regional: bool = False) -> int:
        """What all calls cost together, in millionths of a US dollar."""
        return sum(cost(prices, it.tokens, regional=regional) for it in self.ledger)
