"""The models that the server knows, with what is documented of each."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Card:
    """Limits in tokens: the context window, one answer, and the shortest prefix that is cached."""

    context: int
    output: int
    cacheable: int
    budget: bool = True
    """Whether a budget of tokens for thinking is taken."""


MODELS = {
    "claude-haiku-5-5": Card(1_000_000, 128_000, 512, budget=False),
    "claude-haiku-4-5": Card(200_000, 64_000, 4096),
}
