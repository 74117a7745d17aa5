"""The arithmetic of an agent's conversation with a model, on which every estimate rests.

A turn sends all that was said before it, and reads that from the cache; what is new is written to it. So the
prompt of turn t has prefix + t x new + (t - 1) x output tokens, and all prompts of T turns together have
T x prefix + new x T(T + 1)/2 + output x T(T - 1)/2, of which prefix + T x new + (T - 1) x output are written.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.core.pricing import Tokens


@dataclass(frozen=True, slots=True)
class Shape:
    """A conversation about one subject: its turns, the tokens that each turn brings and is answered with, and the
    seconds that a call takes with its tools."""

    turns: int
    new: int
    output: int
    seconds: int


# What the estimates rest on, all of it: to be held against measured runs.
PREFIX = 4_000
"""Tokens of the tools and the system prompt."""
LOW = Shape(turns=6, new=1_000, output=300, seconds=5)
LIKELY = Shape(turns=9, new=1_500, output=450, seconds=8)
REVIEW = Tokens(input=4_000, output=800)
"""The one call that looks at a subject's claims again; nothing of it is cached."""


def turn_by_turn(turns: int, prefix: int, new: int, output: int) -> tuple[Tokens, ...]:
    """The tokens of each call of a conversation whose every prompt is cached."""
    prompts = [prefix + turn * new + (turn - 1) * output for turn in range(1, turns + 1)]
    return tuple(
        Tokens(output=output, cache_read=before, cache_write=prompt - before)
        for before, prompt in zip([0, *prompts], prompts, strict=False)
    )


def conversation(turns: int, prefix: int, new: int, output: int) -> Tokens:
    """The tokens of a whole conversation."""
    return total(turn_by_turn(turns, prefix, new, output))


def total(calls: Iterable[Tokens]) -> Tokens:
    """The tokens of several calls together. What they cost is the sum of what each costs, not the cost of this."""
    every = list(calls)
    return Tokens(
        input=sum(call.input for call in every),
        output=sum(call.output for call in every),
        cache_read=sum(call.cache_read for call in every),
        cache_write=sum(call.cache_write for call in every),
    )


def subject_calls(shape: Shape, *, review: bool) -> tuple[Tokens, ...]:
    """The calls of one subject: its conversation, then the review."""
    return (*turn_by_turn(shape.turns, PREFIX, shape.new, shape.output), *[REVIEW] * review)
