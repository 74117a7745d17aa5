"""A request as the model reads it: tools, system, messages, block by block."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import accumulate
from typing import Any

from tests.messages.tokens import TOOLS, tokens
from tests.messages.web import Json, dumped


@dataclass(frozen=True, slots=True)
class Piece:
    """One block: the bytes that were sent for it, without `cache_control`, and whether that was there."""

    content: bytes
    tokens: int
    marked: bool
    message: int
    """The number of its message, -1 for tools and system."""


def pieces(body: Json) -> list[Piece]:
    """All blocks of a request, in the model's order."""
    found = [_piece("tools", tool) for tool in body.get("tools", [])]
    found += [_piece("system", block) for block in blocks(body.get("system", []))]
    for number, message in enumerate(body["messages"]):
        found += [_piece(message["role"], block, number) for block in blocks(message["content"])]
    if body.get("cache_control") and found:
        last = found[-1]
        found[-1] = Piece(last.content, last.tokens, True, last.message)
    return found


def blocks(content: str | list[Json]) -> list[Json]:
    """Content as blocks; a bare string is short for one of text."""
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def totals(body: Json, found: list[Piece]) -> list[int]:
    """The tokens of the prompt up to each block, that one included."""
    start = TOOLS if body.get("tools") else 0
    return list(accumulate((piece.tokens for piece in found), initial=start))[1:]


def size(body: Json) -> int:
    """The tokens of a whole prompt."""
    return totals(body, pieces(body))[-1]


def digests(found: list[Piece], head: str = "", before_messages: str = "") -> list[bytes]:
    """Of each block, a digest of everything up to it; `before_messages` goes in where the messages begin."""
    running, made, started = sha256(head.encode()), [], False
    for piece in found:
        if piece.message >= 0 and not started:
            running.update(before_messages.encode())
            started = True
        running.update(len(piece.content).to_bytes(8) + piece.content)
        made.append(running.digest())
    return made


def markers(value: Any) -> Iterator[Json]:
    """Every `cache_control` of a request, also the nested ones."""
    if isinstance(value, list):
        for part in value:
            yield from markers(part)
    elif isinstance(value, dict):
        if value.get("cache_control"):
            yield value
        for key in ("tools", "system", "messages", "content"):
            yield from markers(value.get(key))


def _piece(section: str, block: Json, message: int = -1) -> Piece:
    bare = _unmarked(block)
    text = dumped(bare)
    return Piece(f"{section}:{text}".encode(), tokens(text), any(markers(block)), message)


def _unmarked(block: Json) -> Json:
    """The block without `cache_control`, also within the result of a tool."""
    bare = {key: value for key, value in block.items() if key != "cache_control"}
    if isinstance(bare.get("content"), list):
        bare["content"] = [_unmarked(part) for part in bare["content"]]
    return bare
