"""Faults that tests inject, and the limits on how often one may call."""

import re
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from tests.github.web import Failure

When = Literal["before", "after"]


@dataclass
class Fault:
    """What goes wrong with calls that fit, `times` times: exactly one of status, drop, delay and action."""

    method: str
    path: re.Pattern[str]
    when: When
    times: int
    status: int | None = None
    drop: bool = False
    delay: float = 0.0
    action: Callable[[], object] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: object = None
    met: int = 0

    def fits(self, method: str, path: str, when: When) -> bool:
        fitting = self.when == when and self.method in (method, "*") and self.path.search(path) is not None
        return fitting and self.met < self.times


@dataclass
class Limits:
    """GitHub's limits; none until `on`. `form` is how a refusal says how long to wait:

    "retry-after" (seconds), "reset" (x-ratelimit-remaining 0 and x-ratelimit-reset), or "bare" (not at all).
    """

    on: bool = False
    form: Literal["retry-after", "reset", "bare"] = "retry-after"
    status: Literal[403, 429] = 403
    per_hour: int = 1000
    writes_per_minute: int = 80
    writes_per_hour: int = 500
    calls: deque[datetime] = field(default_factory=deque)
    writes: deque[datetime] = field(default_factory=deque)
    refused: int = 0

    def meet(self, method: str, now: datetime) -> None:
        """Counts a call. Raises the Failure that GitHub answers when it is one too many."""
        for times in (self.calls, self.writes):
            while times and times[0] <= now - timedelta(hours=1):
                times.popleft()
        if self.on:
            self._refuse(method, now)
        self.calls.append(now)
        if method != "GET":
            self.writes.append(now)

    def _refuse(self, method: str, now: datetime) -> None:
        if len(self.calls) >= self.per_hour:
            until = self.calls[0] + timedelta(hours=1)
            self.refused += 1
            raise Failure(
                self.status, "API rate limit exceeded for installation ID 1.", self.numbers(now, 0, until)
            )
        minute = [moment for moment in self.writes if moment > now - timedelta(minutes=1)]
        if method != "GET" and len(minute) >= self.writes_per_minute:
            raise self._secondary(now, minute[0] + timedelta(minutes=1))
        if method != "GET" and len(self.writes) >= self.writes_per_hour:
            raise self._secondary(now, self.writes[0] + timedelta(hours=1))

    def _secondary(self, now: datetime, until: datetime) -> Failure:
        self.refused += 1
        seconds = int((until - now).total_seconds()) + 1
        headers = {"retry-after": {"Retry-After": str(seconds)}, "reset": self.numbers(now, 0, until), "bare": {}}
        message = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
        return Failure(self.status, message, headers[self.form])

    def numbers(self, now: datetime, left: int | None = None, until: datetime | None = None) -> dict[str, str]:
        """The headers that every answer carries."""
        counted = {
            f"X-RateLimit-{name.title()}": str(value) for name, value in self.rates(now, left, until).items()
        }
        return counted | {"X-RateLimit-Resource": "core"}

    def rates(self, now: datetime, left: int | None = None, until: datetime | None = None) -> dict[str, int]:
        """The primary limit: limit, remaining, used, and when it starts anew (in seconds since 1970)."""
        end = until or (self.calls[0] if self.calls else now) + timedelta(hours=1)
        used = len(self.calls)
        remaining = max(0, self.per_hour - used) if left is None else left
        return {"limit": self.per_hour, "remaining": remaining, "used": used, "reset": int(end.timestamp()) + 1}
