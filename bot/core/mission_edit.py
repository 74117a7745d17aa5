"""A mission's file with the budget and the backend that were asked for, and not a byte else changed."""

from collections.abc import Sequence
from typing import Any

import yaml

from bot.core.asking import Request
from bot.core.loading import load
from bot.core.mission import Backend, Mission
from bot.core.money import usd
from bot.core.yaml_reader import read
from bot.core.yaml_scalars import plain
from bot.core.yaml_tree import Path, Tree, at
from bot.errors import InvalidInput, Problem

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_BOM = "\ufeff"
Setting = tuple[Path, str]
"""Where a value stands in the mission, and the value as it is written."""
Edit = tuple[int, int, str]
"""From where to where in the text, and what takes its place."""


def edited(content: bytes, file: str, request: Request) -> bytes:
    """The mission's file with `limits.max_usd` and `agent.backend` as asked; unchanged where they are so already.

    Agents that have a `backend` of their own keep it. Raises InvalidInput when the file is no valid mission,
    before or after the change, or when there is no place in it where the change can be written.
    """
    return _edited(content, file, _settings(load(content, file).mission, request))


def with_backend(content: bytes, file: str, backend: Backend) -> bytes:
    """The mission's file with every agent on one backend, also those that have one of their own.

    Raises InvalidInput as `edited` does.
    """
    mission = load(content, file).mission
    own = [
        (("teams", t, "agents", a, "backend"), backend)
        for t, team in enumerate(mission.teams)
        for a, agent in enumerate(team.agents)
        if agent.backend not in (None, backend)
    ]
    return _edited(content, file, [*_settings(mission, Request(mission.mission, backend=backend)), *own])


def _settings(mission: Mission, request: Request) -> list[Setting]:
    """What differs from the mission as it is."""
    settings: list[Setting] = []
    if request.max_usd not in (None, mission.limits.max_usd):
        settings.append((("limits", "max_usd"), usd(request.max_usd or 0)))
    if request.backend and request.backend != mission.agent.backend:
        settings.append((("agent", "backend"), request.backend))
    return settings


def _edited(content: bytes, file: str, settings: Sequence[Setting]) -> bytes:
    if not settings:
        return content
    text = content.decode("utf-8")
    mark = _BOM if text.startswith(_BOM) else ""
    plain_text = text.removeprefix(_BOM)
    root = yaml.compose(plain_text, Loader=_LOADER)
    edits = sorted((_edit(plain_text, root, setting) for setting in settings), reverse=True)
    for start, end, new in edits:  # from the end, so that the places before stay where they are
        plain_text = plain_text[:start] + new + plain_text[end:]
    result = (mark + plain_text).encode()
    _check(read(content, file), read(result, file).value, file, settings)
    load(result, file)
    return result


def _check(before: Tree, after: object, file: str, settings: Sequence[Setting]) -> None:
    """That the settings are as they were asked for, and everything else is as it was."""
    expected: Any = before.value
    for path, value in settings:
        expected = _with(expected, path, plain(value))
    if after == expected:
        return
    path, value = next((s for s in settings if at(after, s[0]) != plain(s[1])), settings[0])
    section, name = path[-2], path[-1]
    place = before.key(path[:-1])
    what = f"{section}.{name} cannot be set to {value} here"
    todo = f"write `{name}:` in a line of its own below `{section}:`"
    raise InvalidInput(problems=(Problem(file, place.line, place.column, what, todo),))


def _with(tree: Any, path: Path, value: object) -> Any:
    """The tree with another value at a path; a mapping that is missing is made."""
    if not path:
        return value
    step, rest = path[0], path[1:]
    if isinstance(step, int):
        return (*tree[:step], _with(tree[step], rest, value), *tree[step + 1 :])
    return {**tree, step: _with(tree.get(step, {}), rest, value)}


def _edit(text: str, root: Any, setting: Setting) -> Edit:
    path, value = setting
    inside = root
    for step in path[:-1]:
        if (found := _child(inside, step)) is None:
            return _inserted(text, inside, f"{step}: {{{path[-1]}: {value}}}")
        inside = found
    node = _child(inside, path[-1])
    if node is None:
        return _inserted(text, inside, f"{path[-1]}: {value}")
    start, end = node.start_mark.index, node.end_mark.index
    old = text[start:end]
    return start, end, value + old[len(old.rstrip()) :]


def _child(inside: Any, step: str | int) -> Any:
    if isinstance(step, int):
        return inside.value[step]
    return next((value for name, value in inside.value if name.value == step), None)


def _inserted(text: str, mapping: Any, entry: str) -> Edit:
    """The entry as the first one of a mapping, in the mapping's own style."""
    start = mapping.start_mark.index
    if not mapping.flow_style:
        newline = "\r\n" if "\r\n" in text else "\n"
        return start, start, f"{entry}{newline}{' ' * mapping.start_mark.column}"
    rest = text[start + 1 :]
    gap = ", " if mapping.value else "" if rest.startswith("}") else " "
    return start + 1, start + 1, f"{entry}{gap}"
