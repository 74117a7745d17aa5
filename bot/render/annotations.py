"""Problems as a job on GitHub prints them: annotations at their places (A2)."""

from collections.abc import Iterable

from bot.core.neutral import visible
from bot.errors import Problem

_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def annotations(problems: Iterable[Problem]) -> str:
    """A runner command for each problem, one a line; errors as errors, advice as warnings."""
    return "\n".join(map(annotation, problems))


def annotation(problem: Problem) -> str:
    """One problem as a runner command that puts it at its place; nothing in it can end it or start another."""
    command = "error" if problem.level == "error" else "warning"
    place = {"file": visible(problem.file)}
    if place["file"] and problem.line:
        place |= {"line": str(problem.line), "col": str(problem.column or 1)}
    properties = ",".join(f"{key}={value.translate(_PROPERTY)}" for key, value in place.items() if value)
    text = f"{problem.what}; {problem.todo}" if problem.todo else problem.what
    return f"::{command}{' ' if properties else ''}{properties}::{visible(text).translate(_DATA)}"
