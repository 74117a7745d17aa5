"""The documented rules on the turns of a conversation."""

from collections import Counter
from itertools import groupby

from tests.messages.prompts import blocks
from tests.messages.web import Json, invalid


def check_turns(messages: list[Json]) -> None:
    """Refuses messages that are empty, do not end with the user's, or leave a use of a tool without its result."""
    if not messages:
        raise invalid("messages: at least one message is required")
    for at, message in enumerate(messages):
        _check_content(at, blocks(message["content"]))
    if messages[0]["role"] != "user":
        raise invalid('messages: first message must use the "user" role')
    if messages[-1]["role"] != "user":
        raise invalid(
            "This model does not support assistant message prefill. The conversation must end with a user message."
        )
    _check_uses(merged(messages))


def merged(messages: list[Json]) -> list[tuple[str, list[Json]]]:
    """The turns: messages of the same role after each other are one."""
    return [
        (role, [block for message in group for block in blocks(message["content"])])
        for role, group in groupby(messages, key=lambda message: str(message["role"]))
    ]


def uses(content: list[Json]) -> list[str]:
    return [block["id"] for block in content if block["type"] == "tool_use"]


def results(content: list[Json]) -> list[str]:
    return [block["tool_use_id"] for block in content if block["type"] == "tool_result"]


def _check_content(at: int, content: list[Json]) -> None:
    if not content:
        raise invalid(f"messages.{at}: all messages must have non-empty content")
    if any(block["type"] == "text" and not block["text"].strip() for block in content):
        raise invalid(f"messages.{at}: text content blocks must contain non-whitespace text")


def _check_uses(turns: list[tuple[str, list[Json]]]) -> None:
    known = [it for role, content in turns if role == "assistant" for it in uses(content)]
    if len(set(known)) < len(known):
        raise invalid("messages: `tool_use` ids must be unique")
    for at, (role, content) in enumerate(turns):
        asked = uses(turns[at - 1][1]) if role == "user" and at else []
        _check_results(at, content, asked)
        if role == "assistant" and uses(content) and turns[at + 1][0] != "user":
            raise _unanswered(at, uses(content))


def _check_results(at: int, content: list[Json], asked: list[str]) -> None:
    given = Counter(results(content))
    if strange := given.keys() - set(asked):
        raise invalid(f"messages.{at}: unexpected `tool_use_id` found in `tool_result` blocks: {sorted(strange)}")
    if missing := [it for it in asked if it not in given]:
        raise _unanswered(at, missing)
    if any(count > 1 for count in given.values()):
        raise invalid(f"messages.{at}: each tool_use must have a single result, found several")
    kinds = [block["type"] == "tool_result" for block in content]
    if kinds != sorted(kinds, reverse=True):
        raise invalid(f"messages.{at}: `tool_result` blocks must come first in the content")


def _unanswered(at: int, ids: list[str]) -> Exception:
    return invalid(
        f"messages.{at}: `tool_use` ids were found without `tool_result` blocks immediately after: {ids}"
    )
