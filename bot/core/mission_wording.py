"""What pydantic finds wrong with a mission or a configuration, in words for the person who wrote it."""

import json
from typing import TYPE_CHECKING, get_args

from bot.core.models import Model
from bot.core.yaml_tree import Path, Tree
from bot.errors import Problem

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_EXAMPLES = {
    "mission": "mission: cloud-providers",
    "session": "session: 1",
    "phase": "phase: {number: 2, name: Cloud Providers}",
    "title": "title: Cloud provider integrations",
    "domain": "domain: CLOUD",
    "deliverable": "deliverable: INTEGRATIONS-CLOUD-PROVIDERS.md",
    "limits": "limits: {max_usd: 2.50}",
    "max_usd": "max_usd: 2.50",
    "teams": "a list of teams, each with id, name and agents",
    "agents": "a list of agents, each with id and subjects",
    "subjects": "a list of subjects, each with name and sources",
    "sources": 'sources: ["https://docs.example.com/api"]',
    "number": "number: 2",
    "section": "section: Overview",
}
_PATTERNS = {
    "domain": "write 2 to 16 capital letters and digits, such as CLOUD",
    "deliverable": "write INTEGRATIONS-, words in capitals and .md, such as INTEGRATIONS-CLOUD-PROVIDERS.md",
    "branch": "write words joined by / or -, with {session} as the last one, such as swarm/{session}",
    "missions": "write a folder of the repository, such as missions",
    "state_branch": "write a branch's name, such as swarm-state",
    "sources": "write https://..., file:PATH, pypi:NAME==VERSION#glob or npm:NAME@VERSION#glob, without spaces",
}
_ID = "write lower-case words joined by single hyphens, such as haiku-21"
_KINDS = {
    "string_type": "write text (in quotes where it looks like something else)",
    "int_type": "write a whole number",
    "float_type": "write a number",
    "bool_type": "write true or false",
    "tuple_type": "write a list",
    "model_type": "write keys with values",
}
_BOUNDS = {
    "greater_than_equal": "it must be at least {ge:,}",
    "greater_than": "it must be more than {gt:g}",
    "less_than_equal": "it can be at most {le:,.10g}",
    "string_too_short": "write something",
    "string_too_long": "at most {max_length:,} characters",
    "too_short": "it needs at least {min_length}",
    "too_long": "at most {max_length:,} of them",
    "literal_error": "write {expected}",
    "value_error": "{error}",
}
_NEEDS = {"attempts": "an agent needs at least 1 attempt", "max_parallel": "at least 1 agent has to run"}


def problem_of(detail: "ErrorDetails", tree: Tree, file: str, model: type[Model]) -> Problem | None:
    """One error of pydantic at its line and column; None when the same value has been reported already."""
    path: Path = tuple(detail["loc"])
    kind = detail["type"]
    if tree.is_spoilt(path) or (kind == "too_short" and detail["input"]):  # its items are wrong, and said to be
        return None
    place = tree.key(path) if kind == "extra_forbidden" else tree.place(path)
    match kind:
        case "missing":
            what, todo = _missing(path)
        case "extra_forbidden":
            what, todo = _unknown(path, model)
        case _:
            name = _name(path) or f"the {model.__name__.lower()}"
            what, todo = f"{name} is {_shown(detail['input'])}", _todo(detail, path)
    return Problem(file, place.line, place.column, what, todo)


def _missing(path: Path) -> tuple[str, str]:
    key = str(path[-1])
    example = _EXAMPLES.get(key)
    return f"{_name(path)} is missing", f"add it, for example `{example}`" if example else "add it"


def _unknown(path: Path, model: type[Model]) -> tuple[str, str]:
    from difflib import get_close_matches

    key, known = str(path[-1]), list(_model_at(path[:-1], model).model_fields)
    near = get_close_matches(key.lower().replace("-", "_"), known, n=1, cutoff=0.6)
    within = f" in {_name(path[:-1])}" if len(path) > 1 else ""
    todo = f"did you mean `{near[0]}`?" if near else f"known here: {', '.join(known)}"
    return f"unknown key `{_cut(key)}`{within}", todo


def _model_at(path: Path, model: type[Model]) -> type[Model]:
    for step in path:
        if isinstance(step, str):
            model = _models(model.model_fields[step].annotation)[0]
    return model


def _models(annotation: object) -> list[type[Model]]:
    """The models in the type of a field, such as the one in `tuple[Team, ...]`."""
    if isinstance(annotation, type) and issubclass(annotation, Model):
        return [annotation]
    return [model for part in get_args(annotation) for model in _models(part)]


def _todo(detail: "ErrorDetails", path: Path) -> str:
    kind, limits = detail["type"], detail.get("ctx", {})
    key = next((step for step in reversed(path) if isinstance(step, str)), "")
    if kind in _KINDS:
        return _KINDS[kind]
    if kind == "string_pattern_mismatch":
        return _PATTERNS.get(key, _ID)
    if kind == "greater_than_equal" and key in _NEEDS:
        return _NEEDS[key]
    return _BOUNDS[kind].format_map(limits) if kind in _BOUNDS else detail["msg"]


def _name(path: Path) -> str:
    """`teams[0].agents[3].attempts`."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return _cut("".join(steps).removeprefix("."))


def _shown(value: object) -> str:
    """A value as it would stand in the file, cut short."""
    match value:
        case None:
            return "empty"
        case bool():
            return str(value).lower()
        case str():
            return _cut(json.dumps(value, ensure_ascii=False))
        case int() | float():
            return str(value)
        case dict():
            return "a mapping"
        case _:
            return "an empty list" if value == () else "a list"


def _cut(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:60]}… ({len(text)} characters)"
