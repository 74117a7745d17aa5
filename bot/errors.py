"""Errors that a person can act on.

Every error says what is wrong, where, and what to do. `SwarmError` ends a command with exit code 1;
anything else that escapes a command is a bug and ends it with 3.
"""

from typing import NamedTuple


class Problem(NamedTuple):
    """One thing that is wrong: `file:line:column: what; what to do`. Lines and columns count from 1."""

    file: str = ""
    line: int = 0
    column: int = 0
    what: str = ""
    todo: str = ""
    level: str = "error"  # "error" refuses the input, "advice" only tells

    def __str__(self) -> str:
        place = self.file
        if place and self.line:
            place += f":{self.line}:{self.column or 1}"
        text = f"{self.what}; {self.todo}" if self.todo else self.what
        return f"{place}: {text}" if place else text

    def as_dict(self) -> dict[str, str | int]:
        """For `--json`: file, line, column, what, todo, level."""
        return self._asdict()


class SwarmError(Exception):
    """Something that the user can act on (exit code 1)."""

    def __init__(self, what: str = "", todo: str = "", *, problems: tuple[Problem, ...] = ()) -> None:
        self.problems = problems or (Problem(what=what, todo=todo),)
        super().__init__("\n".join(str(p) for p in self.problems))


class InvalidInput(SwarmError):
    """A file or a value was refused before anything was started or spent."""


class Refused(SwarmError):
    """The state of the repository forbids the command: a reservation, another launch, a late attempt."""


class LostRace(SwarmError):
    """A ref moved between reading and writing; the caller reads again and decides anew."""


class MachineError(SwarmError):
    """This machine is in the way, not the input: a full disk, a folder that cannot be written. Nothing is recorded
    because of it: the same command goes on when there is room."""
