"""Keeps what a pure function has returned last, so that whoever asks for the same again need not wait."""

from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import TypeVar

A = TypeVar("A")
R = TypeVar("R")
T = TypeVar("T", bound="tuple[object, ...]")


def remembered(
    size: int, parts: Callable[[A], tuple[object, ...]]
) -> Callable[[Callable[[A], R]], Callable[[A], R]]:
    """A function of one value that keeps its last `size` results.

    `parts` are what the result depends on. Two calls are the same when their parts are the very same objects, or
    equal texts: nothing large is compared or hashed. The parts must never change.
    """

    def decorate(function: Callable[[A], R]) -> Callable[[A], R]:
        # The parts are kept with their result: an object that is still there shares its identity with no other.
        kept: OrderedDict[object, tuple[object, R]] = OrderedDict()

        def known_by_itself(value: A) -> R:
            key = value if isinstance(value, str) else id(value)
            known = kept.get(key)
            return known[1] if known else made(key, value, value)

        def known_by_parts(value: A) -> R:
            given = parts(value)
            key = tuple([part if isinstance(part, str) else id(part) for part in given])
            known = kept.get(key)
            return known[1] if known else made(key, given, value)

        def made(key: object, given: object, value: A) -> R:
            result = function(value)
            kept[key] = given, result
            while len(kept) > size:
                with suppress(KeyError):  # other threads make room as well
                    kept.popitem(last=False)
            return result

        return wraps(function)(known_by_itself if parts is itself else known_by_parts)

    return decorate


def itself(value: A) -> tuple[object, ...]:
    """The parts of a value that is known by itself."""
    return (value,)


def each(values: T) -> tuple[object, ...]:
    """The parts of several values that are known by themselves."""
    return values
