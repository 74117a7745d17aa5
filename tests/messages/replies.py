"""What a model says: blocks, why it stopped, and how it is cut where its limit is."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, assert_never

from jiter import from_json

from tests.messages.tokens import bytes_of, tokens
from tests.messages.web import Json, dumped


@dataclass(frozen=True, slots=True)
class Text:
    text: str


@dataclass(frozen=True, slots=True)
class Thought:
    """Thinking; the server signs it. Empty text: thought, but not shown."""

    text: str = ""


@dataclass(frozen=True, slots=True)
class Use:
    """A call of a tool. `written` is the input's JSON as far as the model came, None for all of it."""

    name: str
    input: Any
    written: str | None = None

    @property
    def json(self) -> str:
        return dumped(self.input) if self.written is None else self.written

    @property
    def read(self) -> Any:
        """The input as far as it can be read, as the provider answers it."""
        if self.written is None:
            return self.input
        return from_json(self.written.encode(), partial_mode=True) if self.written else {}


Block = Text | Thought | Use


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer. The stop reason "" stands for the one that fits: tool_use where a tool is used, else end_turn.

    `output_tokens` is what is billed where that differs from what is there to see (thinking that is not shown).
    """

    content: tuple[Block, ...] = ()
    stop_reason: str = ""
    stop_sequence: str | None = None
    stop_details: Json | None = None
    output_tokens: int | None = None

    @property
    def tokens(self) -> int:
        seen = sum(cost_of(block) for block in self.content)
        return max(1, seen if self.output_tokens is None else self.output_tokens)

    @property
    def reason(self) -> str:
        used = any(isinstance(block, Use) for block in self.content)
        return self.stop_reason or ("tool_use" if used else "end_turn")


Model = Callable[[Json], Reply]
"""From a parsed request to an answer, and from nothing else where the request can tell."""


def say(*content: Block | str) -> Reply:
    """A reply of blocks; a bare string is text."""
    return Reply(tuple(Text(block) if isinstance(block, str) else block for block in content))


def cost_of(block: Block) -> int:
    """The tokens of a block that a model wrote."""
    match block:
        case Text(text) | Thought(text):
            return tokens(text)
        case Use():
            return tokens(block.name) + tokens(block.json)
        case _:
            assert_never(block)


def limited(reply: Reply, most: int) -> Reply:
    """The reply as it is when the model may write so many tokens: cut, and stopped for that reason."""
    if reply.tokens <= most:
        return reply
    kept: list[Block] = []
    left = most
    for block in reply.content:
        kept.append(block if cost_of(block) <= left else cut(block, left))
        left -= cost_of(kept[-1])
        if kept[-1] != block:
            break
    content = tuple(block for block in kept if not (isinstance(block, Text) and not block.text))
    return replace(reply, content=content, stop_reason="max_tokens", output_tokens=most)


def cut(block: Block, left: int) -> Block:
    """The beginning of a block, of so many tokens at most."""
    match block:
        case Text(text):
            return Text(_begin(text, left))
        case Thought(text):
            return Thought(_begin(text, left))
        case Use(name):
            return replace(block, written=_begin(block.json, max(0, left - tokens(name))))
        case _:
            assert_never(block)


def _begin(text: str, left: int) -> str:
    return text.encode()[: bytes_of(left)].decode(errors="ignore")
