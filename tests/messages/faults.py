"""What can go wrong with a call. Which calls it goes wrong with, schedule.py says."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from tests.messages.replies import Block, Reply, Text, Use, cost_of
from tests.messages.replies import cut as cut_block
from tests.messages.web import Json


@dataclass(frozen=True)
class Status:
    """An error status in place of the answer. `worked`: the work was done before, and is billed."""

    status: int
    message: str
    headers: tuple[tuple[str, str], ...] = ()
    worked: bool = False


@dataclass(frozen=True)
class HungUp:
    """The connection is closed before a byte of the answer was sent."""

    worked: bool = True


@dataclass(frozen=True)
class Within:
    """Something amid the answer, behind so many whole events; None for the middle of it. The work is billed.

    cut: the connection ends, within an event. ended: the stream ends as if it were whole. stalled: nothing more
    comes until the client or the server goes. garbled: a line that is no JSON. error: an `error` event.
    An answer that is not streamed is cut or stalled in its middle.
    """

    what: Literal["cut", "ended", "stalled", "garbled", "error"]
    after: int | None = None
    kind: str = "overloaded_error"


@dataclass(frozen=True)
class Altered:
    """The model says something else."""

    change: Callable[[Reply], Reply]


@dataclass(frozen=True)
class Misshapen:
    """The answer has another shape than documented: `change` is given the message, or each event of the stream."""

    change: Callable[[Json], Json]


Fault = Status | HungUp | Within | Altered | Misshapen


def bad_request(message: str = "messages: something is wrong with them") -> Fault:
    return Status(400, message)


def credit_too_low() -> Fault:
    """How the provider says most of the time that nothing is left to pay with."""
    return Status(400, "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing.")


def no_credit() -> Fault:
    return Status(402, "There is a problem with your billing information.")


def unauthorised() -> Fault:
    return Status(401, "invalid x-api-key")


def forbidden() -> Fault:
    return Status(403, "Your API key does not have permission to use the specified resource.")


def not_found() -> Fault:
    return Status(404, "model: claude-haiku-5-5")


def too_large() -> Fault:
    return Status(413, "Request exceeds the maximum size")


def rate_limited(retry_after: int | None = None) -> Fault:
    """With or without how long to wait, in seconds."""
    headers = () if retry_after is None else (("retry-after", str(retry_after)),)
    return Status(429, "This request would exceed your organization's rate limit.", headers)


def server_error(status: int = 500, *, worked: bool = False) -> Fault:
    """500, 503 or 504."""
    return Status(status, "Internal server error", worked=worked)


def overloaded() -> Fault:
    return Status(529, "Overloaded")


def hung_up(*, worked: bool = True) -> Fault:
    return HungUp(worked)


def cut(after: int | None = None, *, politely: bool = False) -> Fault:
    """The answer ends too early; politely: a stream that is whole for HTTP."""
    return Within("ended" if politely else "cut", after)


def stalled(after: int | None = None) -> Fault:
    return Within("stalled", after)


def garbled(after: int | None = None) -> Fault:
    return Within("garbled", after)


def error_within(after: int | None = None, kind: str = "overloaded_error") -> Fault:
    return Within("error", after, kind)


def stopped(
    reason: str, *content: Block, sequence: str | None = None, details: Json | None = None
) -> Fault:  # fmt: skip
    """Another stop reason; with content, that instead of the model's."""
    return Altered(
        lambda reply: replace(
            reply,
            content=content or reply.content,
            stop_reason=reason,
            stop_sequence=sequence,
            stop_details=details,
        )
    )


def refusing(category: str = "cyber") -> Fault:
    """A classifier stepped in: nothing was said."""
    details = {"type": "refusal", "category": category, "explanation": "This request was declined."}
    return Altered(lambda _reply: Reply((), "refusal", stop_details=details, output_tokens=1))


def empty() -> Fault:
    return Altered(lambda _reply: Reply((), "end_turn", output_tokens=2))


def halved() -> Fault:
    """max_tokens was reached amid the last block; of the use of a tool, amid its input."""
    return Altered(_halved)


def _halved(reply: Reply) -> Reply:
    *before, last = reply.content or (Text(""),)
    if isinstance(last, Use):
        half: Block = replace(last, written=last.json[: len(last.json) // 2])
    else:
        half = cut_block(last, cost_of(last) // 2)
    content = (*before, *((half,) if half != Text("") else ()))
    return replace(reply, content=content, stop_reason="max_tokens")


def unaccounted() -> Fault:
    """An answer without usage."""
    return Misshapen(lambda it: _without(it, "usage"))


def _without(value: Json, key: str) -> Json:
    kept = {name: part for name, part in value.items() if name != key}
    return {name: _without(part, key) if name == "message" else part for name, part in kept.items()}


def unknown_stop(reason: str = "something_new") -> Fault:
    """A stop reason that the SDK does not know yet."""
    return Misshapen(lambda it: _with_stop(it, reason))


def _with_stop(value: Json, reason: str) -> Json:
    if value.get("type") == "message":
        return value | {"stop_reason": reason}
    if value.get("type") == "message_delta":
        return value | {"delta": value["delta"] | {"stop_reason": reason}}
    return value
