"""What goes over the wire, and how it breaks."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, assert_never

from tests.messages.faults import Within
from tests.messages.web import Json, Refusal, dumped, error

Ending = Literal["whole", "cut", "stalled"]


@dataclass(frozen=True)
class Answer:
    """An answer; status 0: nothing is sent, and the connection closed. A stream is sent piece by piece."""

    status: int
    pieces: tuple[bytes, ...] = ()
    streamed: bool = False
    headers: tuple[tuple[str, str], ...] = ()
    ending: Ending = "whole"


def plain(body: Json) -> Answer:
    """An answer that is not streamed."""
    return Answer(200, (dumped(body).encode(),))


def stream(events: Iterable[Json]) -> Answer:
    return Answer(200, tuple(_frame(event) for event in events), streamed=True)


def refused(refusal: Refusal, request_id: str) -> Answer:
    text = dumped(refusal.body(request_id)).encode()
    return Answer(refusal.status, (text,), headers=tuple(refusal.headers.items()))


def broken(whole: Answer, fault: Within) -> Answer:
    """The answer up to where something happens to it, and what then happens."""
    if not whole.streamed:
        half = whole.pieces[0][: len(whole.pieces[0]) // 2]
        return replace(whole, pieces=(half,), ending="stalled" if fault.what == "stalled" else "cut")
    at = len(whole.pieces) // 2 if fault.after is None else fault.after
    before, half, after = whole.pieces[:at], whole.pieces[at][: len(whole.pieces[at]) // 2], whole.pieces[at + 1 :]
    match fault.what:
        case "cut":
            return replace(whole, pieces=(*before, half), ending="cut")
        case "ended":
            return replace(whole, pieces=before)
        case "stalled":
            return replace(whole, pieces=before, ending="stalled")
        case "garbled":
            return replace(whole, pieces=(*before, half + b"\n\n", *after))
        case "error":
            return replace(whole, pieces=(*before, _frame(error(fault.kind, "Overloaded"))))
        case _:
            assert_never(fault.what)


def _frame(event: Json) -> bytes:
    return f"event: {event['type']}\ndata: {dumped(event)}\n\n".encode()
