"""The transcript of an attempt: one JSON object a line, as the backend `claude` writes it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.core.pricing import Tokens
from bot.errors import InvalidInput, Problem

MAX_BYTES = 100_000_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. `event` is told, reply, fault or note; `blocks` are those of the Messages API."""

    at: str
    event: str
    to: str = ""
    blocks: tuple[dict[str, Any], ...] = ()
    stop: str = ""
    tokens: Tokens | None = None
    micro_usd: int = 0
    status: int | None = None
    text: str = ""


def read_transcript(content: bytes, file: str) -> tuple[Entry, ...]:
    """The entries of a file, however strange they are; a last line that was cut off is left out.

    Raises InvalidInput for a file that is no transcript, naming the line.
    """
    if len(content) > MAX_BYTES:
        raise InvalidInput(f"{file} has {len(content):,} bytes; at most {MAX_BYTES:,} are read")
    lines = content.decode(errors="replace").split("\n")
    entries = []
    for number, line in enumerate(lines, 1):
        if not line:
            continue
        try:
            entries.append(_entry(json.loads(line)))
        except (ValueError, RecursionError):
            if number == len(lines):  # the process was killed while it wrote
                break
            problem = Problem(file, number, 1, "this is no line of a transcript", "name a transcript.jsonl")
            raise InvalidInput(problems=(problem,)) from None
    return tuple(entries)


def spent(entries: tuple[Entry, ...]) -> int:
    """What the answers cost together, in millionths of a US dollar."""
    return sum(entry.micro_usd for entry in entries)


def _entry(value: object) -> Entry:
    if not isinstance(value, dict) or not isinstance(value.get("event"), str):
        raise ValueError("no entry")
    blocks, status = value.get("blocks"), value.get("status")
    return Entry(
        at=_text(value, "at"),
        event=value["event"],
        to=_text(value, "to"),
        blocks=tuple(_blocks(blocks)),
        stop=_text(value, "stop"),
        tokens=_tokens(value.get("tokens")),
        micro_usd=_whole(value.get("micro_usd")),
        status=status if isinstance(status, int) else None,
        text=_text(value, "text") or _text(value, "message"),
    )


def _text(value: dict[str, Any], key: str) -> str:
    text = value.get(key)
    return text if isinstance(text, str) else ""


def _whole(value: object) -> int:
    return value if isinstance(value, int) and value >= 0 else 0


def _blocks(value: object) -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        yield from (block for block in value if isinstance(block, dict))


def _tokens(value: object) -> Tokens | None:
    """Input, read from the cache, written into it, output: in the order of a transcript."""
    if not isinstance(value, list) or len(value) != 4:
        return None
    fresh, read, written, output = map(_whole, value)
    return Tokens(input=fresh, output=output, cache_read=read, cache_write=written)
