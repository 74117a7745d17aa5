"""What a branch changes."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

KEPT = 100
"""Characters of a folder's name up to which it is kept what it lies in."""
ChangeStatus = Literal["added", "modified", "deleted"]


@dataclass(frozen=True, slots=True)
class Change:
    """A path that differs between two commits. `mode` is git's (100644, 100755, 120000, 160000; 000000 gone)."""

    path: str
    status: ChangeStatus
    mode: str


def in_the_way(there: Iterable[Change], here: Iterable[Change]) -> frozenset[str]:
    """The paths of one side that cannot stand beside those of the other: a file where that one has a folder, or
    below what is a file there."""
    files = {change.path for change in there if change.status != "deleted"}
    others = {change.path for change in here if change.status != "deleted"}
    below = {path for path in files if not others.isdisjoint(_above(path))}
    return frozenset(below.union(*(files.intersection(_above(path)) for path in others)))


def _above(path: str) -> frozenset[str]:
    """Every folder above a path."""
    folder = path.rpartition("/")[0]
    return _kept_down_to(folder) if len(folder) <= KEPT else _down_to(folder)


@lru_cache(maxsize=256)  # most of what changes lies in the same few folders
def _kept_down_to(folder: str) -> frozenset[str]:
    return _down_to(folder)


def _down_to(folder: str) -> frozenset[str]:
    parts = folder.split("/")
    return frozenset("/".join(parts[:depth]) for depth in range(1, len(parts) + 1)) - {""}
