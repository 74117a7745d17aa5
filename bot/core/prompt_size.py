"""How many tokens a prompt has at most, known before it is sent and without asking anybody.

A token stands for at least one byte, so that a text has at most as many tokens as bytes in UTF-8. What was sent
before is known exactly: the answer said how many tokens it was charged for. Only what is new is bounded by its
bytes.
"""

import json

BLOCK = 16
"""Tokens that a provider puts around a message or a block, at most."""
TOOLS = 1_000
"""Tokens that a provider adds where tools are offered, at most; it says 300 to 700, by model."""


def most_tokens(value: object) -> int:
    """The most tokens of a part of a request: blocks, messages, tools. Any JSON value."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return len(text.encode("utf-8", "surrogatepass")) + BLOCK
