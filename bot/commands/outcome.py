"""What a command returns: text for a person, the same as data for a machine, and an exit code."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from bot.errors import Problem


class Exit(IntEnum):
    """The exit codes of every command."""

    DONE = 0
    ACT = 1  # the user can act on it: a bad mission, a gate that fails, a refusal
    USAGE = 2
    BUG = 3


@dataclass(frozen=True, slots=True)
class Outcome:
    """`data` is what `--json` prints, one object; `text` what a person reads, without a final newline.

    In a job, `outputs` go to the jobs that need it, `summary` (Markdown) to its page, and `notes` to the files and
    lines that they name.
    """

    data: Mapping[str, object]
    text: str
    exit: Exit = Exit.DONE
    outputs: Mapping[str, str] = field(default_factory=dict)
    summary: str = ""
    notes: tuple[Problem, ...] = ()
