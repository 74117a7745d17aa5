"""A stand-in for the provider's tokenizer, which is not public.

Deterministic, additive over blocks, about 3.5 bytes of UTF-8 for a token and never more tokens than bytes: whoever
bounds a prompt by its bytes (and what tools add) is never below what is counted here.
"""

TOOLS = 346
"""What the provider puts before the prompt by itself when a request has tools; of the documented order."""


def tokens(text: str | bytes) -> int:
    """How many tokens a text has: its bytes divided by 3.5, rounded up."""
    size = len(text.encode() if isinstance(text, str) else text)
    return -(-size * 2 // 7)


def bytes_of(count: int) -> int:
    """How many bytes of text fit into so many tokens."""
    return count * 7 // 2
