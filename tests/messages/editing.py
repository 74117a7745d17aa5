"""Context management: old results of tools are cleared before the prompt is counted.

The scripted models are shown the conversation as it was sent: they tell from it how far they are.
"""

from copy import deepcopy

from tests.messages.prompts import blocks, size
from tests.messages.web import Json, invalid

CLEARED = "[cleared]"
TRIGGER, KEEP = 100_000, 3  # tokens, uses of tools: the documented defaults


def edited(body: Json) -> tuple[Json, list[Json]]:
    """The request with its edits applied, and the edits that were, as they are answered."""
    applied = []
    for edit in (body.get("context_management") or {}).get("edits", []):
        if edit["type"] != "clear_tool_uses_20250919":
            raise invalid(f"context_management: this server does not know {edit['type']}")
        if _triggered(body, edit.get("trigger") or {"type": "input_tokens", "value": TRIGGER}):
            body, answer = _cleared(body, edit)
            applied += answer
    return body, applied


def _triggered(body: Json, trigger: Json) -> bool:
    reached = len(_uses(body)) if trigger["type"] == "tool_uses" else size(body)
    return reached > int(trigger["value"])


def _uses(body: Json) -> list[Json]:
    spoken = [block for message in body["messages"] for block in blocks(message["content"])]
    return [block for block in spoken if block["type"] == "tool_use"]


def _cleared(body: Json, edit: Json) -> tuple[Json, list[Json]]:
    excluded = set(edit.get("exclude_tools") or ())
    clearable = [use for use in _uses(body) if use["name"] not in excluded]
    keep = edit.get("keep", {"value": KEEP})["value"]
    gone = {use["id"]: use["name"] for use in clearable[: max(0, len(clearable) - keep)]}
    wanted = edit.get("clear_tool_inputs") or []
    inputs = list(gone.values()) if wanted is True else wanted
    made = _without(body, set(gone), {it for it, name in gone.items() if name in inputs})
    saved = size(body) - size(made)
    if not gone or saved < ((edit.get("clear_at_least") or {}).get("value", 1)):
        return body, []
    return made, [{"type": edit["type"], "cleared_tool_uses": len(gone), "cleared_input_tokens": saved}]


def _without(body: Json, results: set[str], inputs: set[str]) -> Json:
    made = deepcopy(body)
    for message in made["messages"]:
        for block in blocks(message["content"]):
            if block.get("tool_use_id") in results:
                block["content"] = CLEARED
            elif block.get("id") in inputs:
                block["input"] = {}
    return made
