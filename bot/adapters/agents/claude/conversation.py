"""One conversation with a model: what has been said, marked for the cache, and how long it can be at most.

What was sent once is sent again byte for byte, so that the provider finds it in its cache: first the tools, then
what holds for the mission, then what holds for the team, then the conversation so far.
"""

from collections.abc import Sequence

from bot.adapters.agents.claude.client import Json, Reply
from bot.core.prompt_size import TOOLS, most_tokens

CACHE = {"cache_control": {"type": "ephemeral"}}


class Conversation:
    """`system` are texts, each the end of something that other conversations share."""

    def __init__(self, tools: Sequence[Json], system: Sequence[str]) -> None:
        self._tools = list(tools)
        self._system = [{"type": "text", "text": text, **CACHE} for text in system]
        self._messages: list[Json] = []
        self._most = most_tokens([self._tools, self._system]) + TOOLS

    @property
    def most_tokens(self) -> int:
        """The most tokens that the next request has."""
        return self._most

    def tell(self, blocks: Sequence[Json]) -> None:
        """What we say: a text, or the results of tools. Two things in a row are one message."""
        if self._messages and self._messages[-1]["role"] == "user":
            blocks_before = self._messages.pop()["content"]
            self._messages.append({"role": "user", "content": [*blocks_before, *blocks]})
        else:
            self._messages.append({"role": "user", "content": list(blocks)})
        self._most += most_tokens(blocks)

    def answered(self, reply: Reply) -> None:
        """What the model said. From here on it is known how long everything was."""
        content = sendable(reply.content)
        if content:
            self._messages.append({"role": "assistant", "content": content})
        if reply.tokens is None or reply.prompt is None:
            self._most += most_tokens(reply.content)
        else:
            self._most = reply.prompt + reply.tokens.output

    def request(self) -> Json:
        """The next request. The last two things that we said are marked: one is in the cache by now, the other is
        what the next request will find there."""
        messages: list[Json] = list(self._messages)
        ours = [n for n, message in enumerate(messages) if message["role"] == "user"]
        for n in ours[-2:]:
            *before, last = messages[n]["content"]
            messages[n] = {"role": "user", "content": [*before, last | CACHE]}
        return {"system": self._system, "tools": self._tools, "messages": messages}


def text(words: str) -> list[Json]:
    """A text as the blocks that say it."""
    return [{"type": "text", "text": words}]


def tool_uses(content: Sequence[Json]) -> list[Json]:
    """The calls of tools in an answer."""
    return [block for block in sendable(content) if block.get("type") == "tool_use"]


def sendable(content: Sequence[Json]) -> list[Json]:
    """An answer as it may be sent back: where it was cut off, it can hold what no request may."""
    return [_with_object(block) for block in content if not _is_cut(block)]


def _is_cut(block: Json) -> bool:
    match block.get("type"):
        case "text":
            return not str(block.get("text") or "").strip()
        case "thinking":
            return not block.get("signature")
        case _:
            return False


def _with_object(block: Json) -> Json:
    if block.get("type") != "tool_use" or isinstance(block.get("input"), dict):
        return block
    return block | {"input": {}}
