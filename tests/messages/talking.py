"""Talking to the server through the official client, as the tests of the server do."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import anthropic
from anthropic.types.beta import BetaMessage, BetaRawMessageStreamEvent

from tests.messages.replies import Model
from tests.messages.server import MessagesServer
from tests.messages.web import Json

MODEL = "claude-haiku-5-5"


def tool(name: str, *required: str, **properties: Json) -> Json:
    """A strict tool; the required properties are strings unless said otherwise."""
    described = {key: {"type": "string"} for key in required} | properties
    schema = {
        "type": "object",
        "properties": described,
        "required": list(described),
        "additionalProperties": False,
    }
    return {"name": name, "description": f"To {name}.", "strict": True, "input_schema": schema}


TOOLS = [
    tool("search_sources", "query", "source", kind={"enum": ["any", "prose", "operation", "code", "metadata"]}),
    tool("read_passage", "passage", part={"type": "integer"}),
    tool("fetch_page", "url"),
    tool("record_finding", "field", "claim", "quote", "passage", "value"),
    tool("record_gap", "field", "reason"),
    tool("report_blocker", "title", "description", "impact"),
    tool(
        "assess",
        complexity={"type": "string", "enum": ["low", "medium", "high"]},
        hours={"type": "integer"},
        priority={"type": "string", "enum": ["low", "medium", "high"]},
        because={"type": "array", "items": {"type": "string"}},
    ),
    tool("finish"),
]
VERDICT = {"claim": {"type": "integer"}, "supported": {"type": "boolean"}, "reason": {"type": "string"}}
JUDGE = tool("judge", verdicts={"type": "array", "items": tool("", **VERDICT)["input_schema"]})


def asked(text: str = "Hello") -> Json:
    return {"role": "user", "content": text}


def marked(text: str) -> Json:
    """A block of text with a breakpoint of the cache."""
    return {"type": "text", "text": text, "cache_control": {"type": "ephemeral"}}


def result(use_id: str, text: str = "Done.", *, failed: bool = False) -> Json:
    return {"type": "tool_result", "tool_use_id": use_id, "content": text, "is_error": failed}


def uses(message: BetaMessage) -> list[tuple[str, str, Any]]:
    """The calls of tools of an answer: id, name, input."""
    return [(it.id, it.name, it.input) for it in message.content if it.type == "tool_use"]


@dataclass
class Talk:
    """A server and a client of it."""

    server: MessagesServer
    client: anthropic.Anthropic

    def create(self, *messages: Json, **more: Any) -> BetaMessage:
        return self.client.beta.messages.create(**_parameters(messages, more))

    def stream(self, *messages: Json, **more: Any) -> BetaMessage:
        with self.client.beta.messages.stream(**_parameters(messages, more)) as stream:
            return stream.get_final_message()

    def events(self, *messages: Json, **more: Any) -> Iterator[BetaRawMessageStreamEvent]:
        """The events of a stream, one by one."""
        return iter(self.client.beta.messages.create(stream=True, **_parameters(messages, more)))

    def play(
        self, assignment: str, answer: Callable[[str, Any], tuple[str, bool]], *, most: int = 40
    ) -> list[Json]:
        """The conversation of an agent: calls tools until there are none, or `finish` was called."""
        messages = [asked(assignment)]
        for _ in range(most):
            said = self.stream(*messages, tools=TOOLS)
            messages.append({"role": "assistant", "content": [block.to_dict() for block in said.content]})
            if not uses(said) or any(name == "finish" for _id, name, _input in uses(said)):
                return messages
            told = [(id_, answer(name, given)) for id_, name, given in uses(said)]
            messages.append(
                {"role": "user", "content": [result(it, text, failed=bad) for it, (text, bad) in told]}
            )
        raise AssertionError(f"the model did not come to an end in {most} turns")


@contextmanager
def talking(model: Model, **options: Any) -> Iterator[Talk]:
    """A server with a model, and a client of it that tries everything once."""
    with (
        MessagesServer(model, **options) as server,
        anthropic.Anthropic(base_url=server.url, api_key=server.key, max_retries=0) as client,
    ):
        yield Talk(server, client)


def _parameters(messages: tuple[Json, ...], more: Json) -> Json:
    return {"model": MODEL, "max_tokens": 1000, "messages": list(messages)} | more
