"""What to do after a call to GitHub failed: call again after a while, look first, or give up (G11, G17, G18).

GitHub says in three ways that somebody calls too often: with `retry-after`, with a reset time, with words alone. A
call that it refused for that reason had no effect. After an error of the server or of the connection nobody knows.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import ceil

ATTEMPTS = 6
"""How often a call is made at most."""
PATIENCE = timedelta(minutes=15)
"""How long a call and its repetitions may take at most."""
MINUTE = 60.0
LIMIT_WORDS = ("rate limit", "abuse detection", "retry your request again later", "wait a few minutes before")


@dataclass(frozen=True, slots=True)
class Failure:
    """A call that failed. `status` is None when the connection was; names of headers are in lower case."""

    status: int | None
    message: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def ambiguous(self) -> bool:
        """Whether the call may have had its effect all the same."""
        return self.status is None or self.status in (408, 499) or self.status >= 500


@dataclass(frozen=True, slots=True)
class Wait:
    """Wait so many seconds, then call again; a create is looked for first when anything before was ambiguous."""

    seconds: float


@dataclass(frozen=True, slots=True)
class GiveUp:
    """No further call; `until` is when the limit is lifted, where GitHub said so and it is too far away."""

    until: datetime | None = None


def after(failure: Failure, attempt: int, now: datetime, deadline: datetime, jitter: float) -> Wait | GiveUp:
    """What follows the `attempt`-th failure (counted from 1) of a call; `jitter` lies between 0 and 1.

    A wait that would end after `deadline` is not begun.
    """
    limited = is_limit(failure)
    if not limited and not failure.ambiguous:
        return GiveUp()
    asked = _asked(failure, now)
    seconds = _limit_wait(asked, attempt, jitter) if limited else _backoff(asked, attempt, jitter)
    until = now + timedelta(seconds=ceil(seconds))
    if until > deadline:
        return GiveUp(until if limited else None)
    return Wait(seconds) if attempt < ATTEMPTS else GiveUp()


def is_limit(failure: Failure) -> bool:
    """Whether GitHub refused the call because there were too many; a plain 403 is a matter of permissions."""
    if failure.status == 429:
        return True
    said = "retry-after" in failure.headers or failure.headers.get("x-ratelimit-remaining") == "0"
    words = failure.message.lower()
    worded = any(word in words for word in LIMIT_WORDS)
    return (failure.status == 403 and (said or worded)) or (failure.status == 400 and worded)  # 400: GraphQL


def _asked(failure: Failure, now: datetime) -> float | None:
    """How many seconds GitHub asks to wait; None when it does not say."""
    headers = failure.headers
    after_seconds = _number(headers.get("retry-after"))
    if after_seconds is not None:
        return after_seconds
    reset = _number(headers.get("x-ratelimit-reset"))
    if headers.get("x-ratelimit-remaining") != "0" or reset is None:
        return None
    return max((datetime.fromtimestamp(reset, UTC) - now).total_seconds(), 0) + 1  # the reset is in whole seconds


def _number(text: str | None) -> float | None:
    return float(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 12 else None


def _limit_wait(asked: float | None, attempt: int, jitter: float) -> float:
    """What was asked for, or a minute that doubles; a little more, so that not all come back at once."""
    return (asked if asked is not None else MINUTE * (1 << (attempt - 1))) + 5 * jitter


def _backoff(asked: float | None, attempt: int, jitter: float) -> float:
    """1, 2, 4, 8 and 16 seconds and up to half as much again, or what the server asks for when that is longer."""
    return max((1 << (attempt - 1)) * (1 + jitter / 2), asked or 0)
