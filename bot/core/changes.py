"""What a branch changes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

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
    below = {path for path in files if others.intersection(_folders(path))}
    return frozenset(below.union(*(files.intersection(_folders(path)) for path in others)))


def _folders(path: str) -> Iterator[str]:
    """Every folder above a path."""
    parts = path.split("/")
    return ("/".join(parts[:depth]) for depth in range(1, len(parts)))
