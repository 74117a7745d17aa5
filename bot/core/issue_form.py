"""The form in which a person asks for a session: its fields, and the answers in an issue's body.

The form is rendered from `FORM_FIELDS`, and the body that GitHub makes of it is read by the same labels.
"""

import re
from dataclasses import dataclass
from typing import Literal

from bot.errors import Problem

FieldId = Literal["mission", "budget", "backend"]
NO_ANSWER = "_No response_"
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class FormField:
    """One question. With `options` it is a dropdown, without it is a line of text."""

    id: FieldId
    label: str
    description: str
    placeholder: str = ""
    options: tuple[str, ...] = ()


FORM_FIELDS = (
    FormField(
        "mission",
        "Mission",
        "The name of a mission file in this repository without its ending, or of a template. Needed with the label"
        " swarm:launch; a label such as swarm:cloud-providers names the mission itself.",
        "cloud-providers",
    ),
    FormField(
        "budget",
        "Budget (US dollars)",
        "The most that the whole session may spend. What the mission says when it is left empty.",
        "2.50",
    ),
    FormField(
        "backend",
        "Backend",
        "extractive quotes the sources and costs nothing; claude has a model read them; simulated rehearses."
        " What the mission says when nothing is chosen.",
        options=("extractive", "claude", "simulated"),
    ),
)


@dataclass(frozen=True, slots=True)
class Answers:
    """What the form says; empty where nothing was answered. `problems` are answers that stand there twice."""

    mission: str = ""
    budget: str = ""
    backend: str = ""
    problems: tuple[Problem, ...] = ()


def read_form(body: str) -> Answers:
    """The answers in an issue's body, as a reader of the issue sees them: hidden comments have no effect (A4)."""
    found: dict[str, list[str]] = {}
    twice: list[Problem] = []
    lines: list[str] = []
    for line in _COMMENT.sub("", body).splitlines():
        label = _heading(line)
        if label is None:
            lines.append(line.strip())
            continue
        field = next((field for field in FORM_FIELDS if field.label.casefold() == label.casefold()), None)
        lines = []  # what stands below a heading that is not ours goes nowhere
        if field and field.id in found:
            twice.append(_twice(field))
        elif field:
            found[field.id] = lines
    answers = {field: _answer(lines) for field, lines in found.items()}
    return Answers(**answers, problems=tuple(dict.fromkeys(twice)))


def _heading(line: str) -> str | None:
    """The text of a Markdown heading; None for other lines."""
    text = line.strip()
    level = len(text) - len(text.lstrip("#"))
    if not 1 <= level <= 6 or text[level : level + 1] not in ("", " ", "\t"):
        return None
    return text.strip("#").strip()


def _answer(lines: list[str]) -> str:
    text = "\n".join(lines).strip()
    return "" if text == NO_ANSWER else text


def _twice(field: FormField) -> Problem:
    return Problem(what=f"the form answers {field.label} twice", todo="keep one")
