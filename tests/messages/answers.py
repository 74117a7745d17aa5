"""From a reply to the provider's JSON: one message, or the events of a stream."""

from collections.abc import Iterator
from hashlib import sha256
from itertools import cycle, islice
from typing import assert_never

from bot.core.pricing import Tokens
from tests.messages.replies import Block, Reply, Text, Thought, Use, cost_of
from tests.messages.web import Json

ODD = (1, 7, 2, 13, 5)  # where texts are split: not at words, nor at values


def content_of(reply: Reply, request: bytes) -> list[Json]:
    """The blocks of an answer. Ids come from the request, so that the same run has the same ones."""
    seed = sha256(request).hexdigest()[:18]
    return [_block(block, f"toolu_{seed}{at:04}") for at, block in enumerate(reply.content)]


def _block(block: Block, id: str) -> Json:
    match block:
        case Text(text):
            return {"type": "text", "text": text, "citations": None}
        case Thought(text):
            return {"type": "thinking", "thinking": text, "signature": ""}
        case Use(name):
            return {"type": "tool_use", "id": id, "name": name, "input": block.read}
        case _:
            assert_never(block)


def message(body: Json, reply: Reply, content: list[Json], used: Tokens, id: str) -> Json:
    """A whole message, as it is answered when nothing is streamed."""
    return {
        "id": id,
        "type": "message",
        "role": "assistant",
        "model": body["model"],
        "content": content,
        "stop_reason": reply.reason,
        "stop_sequence": reply.stop_sequence,
        "stop_details": reply.stop_details,
        "usage": usage(used, thought(reply)),
    }


def thought(reply: Reply) -> int:
    """The tokens of thinking: what is there to see of it, and all that is not there to see."""
    seen = sum(cost_of(block) for block in reply.content)
    shown = sum(cost_of(block) for block in reply.content if isinstance(block, Thought))
    return shown + max(0, (reply.output_tokens or 0) - seen)


def usage(used: Tokens, thinking: int) -> Json:
    return _input_usage(used) | {
        "cache_creation": {"ephemeral_5m_input_tokens": used.cache_write, "ephemeral_1h_input_tokens": 0},
        "output_tokens": used.output,
        "output_tokens_details": {"thinking_tokens": min(thinking, used.output)},
        "service_tier": "standard",
    }


def _input_usage(used: Tokens) -> Json:
    return {
        "input_tokens": used.input,
        "cache_creation_input_tokens": used.cache_write,
        "cache_read_input_tokens": used.cache_read,
    }


def events(whole: Json, reply: Reply, used: Tokens) -> Iterator[Json]:
    """The stream of a message. Usage is cumulative: its input is known at the start, its output at the end."""
    later = ("stop_reason", "stop_sequence", "stop_details", "context_management")
    begun = {key: None if key in later else value for key, value in whole.items()}
    start = whole["usage"] | {"output_tokens": 1, "output_tokens_details": None}
    yield {"type": "message_start", "message": begun | {"content": [], "usage": start}}
    yield {"type": "ping"}
    for at, (block, spoken) in enumerate(zip(whole["content"], reply.content, strict=True)):
        yield {"type": "content_block_start", "index": at, "content_block": _opening(block)}
        for delta in _deltas(block, spoken):
            yield {"type": "content_block_delta", "index": at, "delta": delta}
        yield {"type": "content_block_stop", "index": at}
    yield _ending(whole, used)
    yield {"type": "message_stop"}


def _ending(whole: Json, used: Tokens) -> Json:
    managed = {"context_management": whole["context_management"]} if "context_management" in whole else {}
    details = {"output_tokens_details": whole["usage"]["output_tokens_details"]}
    return {
        "type": "message_delta",
        "delta": {key: whole[key] for key in ("stop_reason", "stop_sequence", "stop_details")},
        "usage": _input_usage(used) | {"output_tokens": used.output} | details,
        **managed,
    }


def _opening(block: Json) -> Json:
    """The block as it is before anything of it was said."""
    empty: Json = {"text": "", "thinking": "", "signature": "", "input": {}}
    return {key: empty.get(key, value) for key, value in block.items()}


def _deltas(block: Json, spoken: Block) -> Iterator[Json]:
    match spoken:
        case Text(text):
            yield from ({"type": "text_delta", "text": part} for part in _split(text))
        case Thought(text):
            yield from ({"type": "thinking_delta", "thinking": part} for part in _split(text))
            yield {"type": "signature_delta", "signature": block["signature"]}
        case Use():
            yield {"type": "input_json_delta", "partial_json": ""}
            yield from ({"type": "input_json_delta", "partial_json": part} for part in _split(spoken.json))
        case _:
            assert_never(spoken)


def _split(text: str) -> Iterator[str]:
    """The text in pieces of odd sizes; about as many of a long text as of a short one."""
    letters, scale = iter(text), max(1, len(text) // 100)
    for size in cycle(ODD):
        if not (part := "".join(islice(letters, size * scale))):
            return
        yield part
