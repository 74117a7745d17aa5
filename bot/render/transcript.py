"""A transcript for a person at a terminal. What models and sources said is shown, and does nothing there."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from bot.core.money import usd
from bot.core.neutral import visible
from bot.core.transcripts import Entry, spent

SHOWN = 1_200
"""Characters of one block that are shown without --full."""
BAR = "    | "


def render_transcript(entries: Sequence[Entry], *, full: bool = False) -> str:
    """Every entry with what was said in it, and a line of sums at the end."""
    names = _names(entries)
    lines = [line for entry in entries for line in _entry(entry, names, full=full)]
    return "\n".join([*lines, _sums(entries)])


def _entry(entry: Entry, names: dict[str, str], *, full: bool) -> Iterator[str]:
    yield f"{visible(entry.at)}  {_head(entry)}"
    if entry.text:
        yield BAR + visible(entry.text)
    for block in entry.blocks:
        title, text = _block(block, names)
        yield f"  {visible(title)}"
        shown = text if full or len(text) <= SHOWN else text[:SHOWN] + f" ... ({len(text):,} characters)"
        yield from (BAR + visible(line) for line in shown.splitlines())


def _head(entry: Entry) -> str:
    match entry.event:
        case "told":
            return f"to {visible(entry.to)}"
        case "reply":
            return (
                f"answer ({visible(entry.stop) or 'without an end'}), {_counts(entry)}, {usd(entry.micro_usd)} USD"
            )
        case "fault":
            return f"the call failed: {f'status {entry.status}' if entry.status else 'no answer'}"
        case event:
            return visible(event)


def _counts(entry: Entry) -> str:
    tokens = entry.tokens
    if tokens is None:
        return "no usage stated"
    return f"{tokens.prompt:,} tokens in, {tokens.cache_read:,} of them from the cache, {tokens.output:,} out"


def _block(block: dict[str, Any], names: dict[str, str]) -> tuple[str, str]:
    """What a block is, and its text."""
    match block.get("type"):
        case "text":
            return "text", str(block.get("text", ""))
        case "thinking":
            return "thinking", str(block.get("thinking", ""))
        case "tool_use":
            return f"calls {block.get('name')}", _arguments(block.get("input"))
        case "tool_result":
            refused = ", refused" if block.get("is_error") else ""
            called = names.get(str(block.get("tool_use_id")), "a call")
            return f"result of {called}{refused}", str(block.get("content", ""))
        case other:
            return str(other), ""


def _arguments(value: object) -> str:
    if not isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    return "\n".join(f"{name}: {json.dumps(item, ensure_ascii=False)}" for name, item in value.items())


def _names(entries: Sequence[Entry]) -> dict[str, str]:
    """The names of the tools by the ids of their calls."""
    blocks = (block for entry in entries for block in entry.blocks if block.get("type") == "tool_use")
    return {str(block.get("id")): str(block.get("name")) for block in blocks}


def _sums(entries: Sequence[Entry]) -> str:
    replies = [entry.tokens for entry in entries if entry.event == "reply" and entry.tokens]
    prompt, read = sum(tokens.prompt for tokens in replies), sum(tokens.cache_read for tokens in replies)
    share = f", {100 * read // prompt}% of them from the cache" if prompt else ""
    output = sum(tokens.output for tokens in replies)
    calls = sum(entry.event == "reply" for entry in entries)
    return f"{calls} answers: {prompt:,} tokens in{share}, {output:,} out, {usd(spent(tuple(entries)))} USD"
