"""What a change brings into a document: the places to look at that were not there before."""

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from bot.core.audit.report import Audit, Found
from bot.core.audit.totals import WrongTotal

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Introduced:
    """The places of an audit that a change made, by line: each is new, or lost what it was cited by."""

    uncited: tuple[Found, ...]
    placeholders: tuple[Found, ...]
    totals: tuple[WrongTotal, ...]

    def __len__(self) -> int:
        return len(self.uncited) + len(self.placeholders) + len(self.totals)


def introduced(before: Audit | None, after: Audit) -> Introduced:
    """What is to be looked at after a change and was not before it; `before` is None for a new document.

    Compared is what is said, not where: a claim that moved is an old one, whereas one that lost its citation or a
    total whose rows were changed is new although its own line is as it was.
    """
    if before is None:
        return Introduced(after.uncited, after.placeholders, after.totals)
    return Introduced(
        _new(before.uncited, after.uncited, _text),
        _new(before.placeholders, after.placeholders, _text),
        _new(before.totals, after.totals, lambda one: (one.text, one.stated, one.computed)),
    )


def _text(found: Found) -> str:
    return found.text


def _new(before: Sequence[T], after: Sequence[T], said: Callable[[T], Hashable]) -> tuple[T, ...]:
    """Those that are said more often than before; of the same ones, the last."""
    left = Counter(map(said, before))
    found = []
    for one in after:
        if left[said(one)]:
            left[said(one)] -= 1
        else:
            found.append(one)
    return tuple(found)
