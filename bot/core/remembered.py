"""Keeps what a pure function has returned last, so that whoever asks for the same again need not wait."""

from collections import deque
from collections.abc import Callable
from functools import wraps
from typing import TypeVar

A = TypeVar("A")
R = TypeVar("R")


def remembered(
    size: int, parts: Callable[[A], tuple[object, ...]]
) -> Callable[[Callable[[A], R]], Callable[[A], R]]:
    """A function of one value that keeps its last `size` results.

    `parts` are what the result depends on. Two calls are the same when their parts are the very same objects, or
    equal texts: nothing large is compared or hashed. The parts must never change.
    """

    def decorate(function: Callable[[A], R]) -> Callable[[A], R]:
        kept: deque[tuple[tuple[object, ...], R]] = deque(maxlen=size)

        @wraps(function)
        def asked(value: A) -> R:
            given = parts(value)
            for known, result in kept:
                if _same(known, given):
                    return result
            result = function(value)
            kept.appendleft((given, result))
            return result

        return asked

    return decorate


def _same(known: tuple[object, ...], given: tuple[object, ...]) -> bool:
    return len(known) == len(given) and all(
        one is other or (isinstance(one, str) and one == other) for one, other in zip(known, given, strict=True)
    )
