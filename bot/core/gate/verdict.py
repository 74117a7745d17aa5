"""What the gate says: one result for each criterion, and the verdict that follows from all of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

CriterionState = Literal["pass", "fail", "waiting", "skipped"]
"""waiting: not known yet, so not ready. skipped: the mission asks for no such thing."""
VerdictState = Literal["pass", "fail", "waiting"]
NAMED = 3


@dataclass(frozen=True, slots=True)
class CriterionResult:
    """What one criterion measured, and what to do when it does not pass."""

    id: str
    title: str
    state: CriterionState
    measured: str
    action: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a session may be merged."""

    state: VerdictState
    criteria: tuple[CriterionResult, ...]


@dataclass(frozen=True, slots=True)
class Measured:
    """A criterion's result before it has its name."""

    state: CriterionState
    measured: str
    action: str = ""


def passed(measured: str) -> Measured:
    return Measured("pass", measured)


def failed(measured: str, action: str) -> Measured:
    return Measured("fail", measured, action)


def waiting(measured: str, action: str) -> Measured:
    return Measured("waiting", measured, action)


def skipped(measured: str) -> Measured:
    return Measured("skipped", measured)


def combine(criteria: Sequence[CriterionResult]) -> VerdictState:
    """One failure fails; what is unknown waits; nothing but skipped criteria is no pass, but a failure."""
    states = {criterion.state for criterion in criteria}
    if "fail" in states or not states - {"skipped"}:
        return "fail"
    return "waiting" if "waiting" in states else "pass"


def names(items: Iterable[str], limit: int = NAMED) -> str:
    """The first few of some names in words: `a, b, c and 4 more`."""
    found = list(items)
    shown = ", ".join(found[:limit])
    return shown if len(found) <= limit else f"{shown} and {len(found) - limit} more"


def plural(count: int, noun: str) -> str:
    """`1 subject`, `2 subjects`, `1,053 subjects`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
