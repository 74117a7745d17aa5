"""A YAML document as plain values, with the place of every value."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from bot.errors import Problem

Path = tuple[str | int, ...]
"""How to get to a value: `("teams", 0, "agents", 3, "attempts")`."""


class Place(NamedTuple):
    """Line and column, from 1."""

    line: int = 1
    column: int = 1


@dataclass(slots=True)
class Tree:
    """A document. `spoilt` are the values that a problem was reported for already."""

    value: object = None
    values: dict[Path, Place] = field(default_factory=dict)
    keys: dict[Path, Place] = field(default_factory=dict)
    spoilt: set[Path] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)

    def place(self, path: Path) -> Place:
        """Where the value stands, or else the nearest thing around it that is there."""
        while path and path not in self.values:
            path = path[:-1]
        return self.values.get(path, Place())

    def key(self, path: Path) -> Place:
        """Where the key of a value stands."""
        return self.keys.get(path) or self.place(path)

    def is_spoilt(self, path: Path) -> bool:
        """Whether the value, or something around it, has been reported already."""
        return any(path[:length] in self.spoilt for length in range(len(path) + 1))


def at(value: object, path: Path) -> object:
    """The value at a path of a tree's value; None where there is none."""
    for step in path:
        match value, step:
            case Mapping(), str() if step in value:
                value = value[step]
            case tuple(), int() if step < len(value):
                value = value[step]
            case _:
                return None
    return value
