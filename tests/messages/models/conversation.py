"""What a scripted model reads from a request, in the words of the contract between the agent and its model."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tests.messages.prompts import blocks
from tests.messages.replies import Use
from tests.messages.web import Json

FIELD = re.compile(r"^- ([a-z0-9]+(?:-[a-z0-9]+)*): (.+?)( \(required\))?$", re.MULTILINE)
PASSAGE = re.compile(r"^\[(P\d+)\] (S\d+) (.*) \((\w+)\)$", re.MULTILINE)
CLAIM = re.compile(r"^(\d+)\. claim: (.*)\n\s+quote: (.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Field:
    """An open field of the assignment."""

    id: str
    title: str
    required: bool


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage of a search result."""

    id: str
    source: str
    locator: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim that is to be judged."""

    number: int
    text: str
    quote: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """A call of a tool, and its result."""

    name: str
    input: Json
    result: str
    failed: bool


class Conversation:
    """One request, read."""

    def __init__(self, body: Json) -> None:
        self.body = body

    @cached_property
    def assignment(self) -> str:
        return _text(self.body["messages"][0]["content"])

    @property
    def fields(self) -> list[Field]:
        return [Field(found, title, bool(required)) for found, title, required in FIELD.findall(self.assignment)]

    @property
    def claims(self) -> list[Claim]:
        return [Claim(int(number), text, quote) for number, text, quote in CLAIM.findall(self.assignment)]

    @property
    def reviewing(self) -> bool:
        return "judge" in self.schemas

    @property
    def turn(self) -> int:
        """How often the model has spoken before."""
        return sum(message["role"] == "assistant" for message in self.body["messages"])

    @cached_property
    def schemas(self) -> dict[str, Json]:
        """The schema of each tool's input."""
        return {tool["name"]: tool["input_schema"] for tool in self.body.get("tools", [])}

    @cached_property
    def exchanges(self) -> list[Exchange]:
        """The calls of tools so far, with their results."""
        spoken = [block for message in self.body["messages"] for block in blocks(message["content"])]
        results = {block["tool_use_id"]: block for block in spoken if block["type"] == "tool_result"}
        return [_exchange(block, results[block["id"]]) for block in spoken if block["type"] == "tool_use"]

    def named(self, name: str) -> list[Exchange]:
        return [it for it in self.exchanges if it.name == name]

    def use(self, name: str, **known: Any) -> Use:
        """A call of a tool; what else its schema requires is filled in."""
        properties = self.schemas.get(name, {}).get("properties", {})
        return Use(name, {key: _example(schema) for key, schema in properties.items()} | known)


def passages(result: str) -> list[Passage]:
    """The passages of a search result."""
    heads = list(PASSAGE.finditer(result))
    ends = [*(head.start() for head in heads), len(result)][1:]
    return [
        Passage(head[1], head[2], head[3], head[4], result[head.end() : end].strip())
        for head, end in zip(heads, ends, strict=True)
    ]


def sentences(passage: Passage) -> Iterator[str]:
    """What can be quoted of a passage: its sentences, then its lines, white space made one blank."""
    flowing = " ".join(passage.text.split())
    yield from re.findall(r"(?:^|(?<=[.!?] ))[A-Z][^.!?]{15,280}[.!?](?= |$)", flowing)
    lines = (" ".join(line.split()) for line in passage.text.splitlines())
    yield from (line for line in lines if 8 <= len(line) <= 280 and sum(map(str.isalnum, line)) >= 3)


def _exchange(use: Json, result: Json) -> Exchange:
    given = use["input"] if isinstance(use["input"], dict) else {}
    return Exchange(use["name"], given, _text(result.get("content", "")), result.get("is_error", False))


def _text(content: str | list[Json]) -> str:
    return "\n".join(block["text"] for block in blocks(content) if block["type"] == "text")


def _example(schema: Json) -> Any:
    """Something that fits a simple schema: of several allowed values the one in the middle."""
    if "enum" in schema:
        return schema["enum"][len(schema["enum"]) // 2]
    return {"integer": 8, "number": 8, "boolean": True, "array": []}.get(schema.get("type", "string"), "")
