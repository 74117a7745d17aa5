"""A mission's file with the budget and the backend that were asked for, and not a byte else changed."""

from typing import Any

import yaml

from bot.core.asking import Request
from bot.core.loading import load
from bot.core.mission import Mission
from bot.core.money import usd
from bot.core.yaml_reader import read
from bot.core.yaml_scalars import plain
from bot.errors import InvalidInput, Problem

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_BOM = "\ufeff"
Setting = tuple[str, str, str]
"""A section of the mission, a key in it, and its value as it is written."""


def edited(content: bytes, file: str, request: Request) -> bytes:
    """The mission's file with `limits.max_usd` and `agent.backend` as asked; unchanged where they are so already.

    Agents that have a `backend` of their own keep it. Raises InvalidInput when the file is no valid mission,
    before or after the change, or when there is no place in it where the change can be written.
    """
    mission = load(content, file).mission
    text = content.decode("utf-8")
    for setting in _settings(mission, request):
        text = _set(text, file, setting)
    result = text.encode()
    load(result, file)
    return result


def _settings(mission: Mission, request: Request) -> list[Setting]:
    """What differs from the mission as it is."""
    settings: list[Setting] = []
    if request.max_usd not in (None, mission.limits.max_usd):
        settings.append(("limits", "max_usd", usd(request.max_usd or 0)))
    if request.backend and request.backend != mission.agent.backend:
        settings.append(("agent", "backend", request.backend))
    return settings


def _set(text: str, file: str, setting: Setting) -> str:
    section, key, value = setting
    mark = _BOM if text.startswith(_BOM) else ""
    plain_text = text.removeprefix(_BOM)
    changed = mark + _written(plain_text, yaml.compose(plain_text, Loader=_LOADER), setting)
    tree = read(text.encode(), file)
    before: Any = tree.value
    if read(changed.encode(), file).value != before | {section: before.get(section, {}) | {key: plain(value)}}:
        place = tree.key((section,))
        what = f"{section}.{key} cannot be set to {value} here"
        todo = f"write `{key}:` in a line of its own below `{section}:`"
        raise InvalidInput(problems=(Problem(file, place.line, place.column, what, todo),))
    return changed


def _written(text: str, root: Any, setting: Setting) -> str:
    section, key, value = setting
    inside = _child(root, section)
    if inside is None:
        return _inserted(text, root, f"{section}: {{{key}: {value}}}")
    node = _child(inside, key)
    if node is None:
        return _inserted(text, inside, f"{key}: {value}")
    start, end = node.start_mark.index, node.end_mark.index
    old = text[start:end]
    return text[:start] + value + old[len(old.rstrip()) :] + text[end:]


def _child(mapping: Any, key: str) -> Any:
    return next((value for name, value in mapping.value if name.value == key), None)


def _inserted(text: str, mapping: Any, entry: str) -> str:
    """The entry as the first one of a mapping, in the mapping's own style."""
    start = mapping.start_mark.index
    if not mapping.flow_style:
        newline = "\r\n" if "\r\n" in text else "\n"
        return f"{text[:start]}{entry}{newline}{' ' * mapping.start_mark.column}{text[start:]}"
    rest = text[start + 1 :]
    gap = ", " if mapping.value else "" if rest.startswith("}") else " "
    return f"{text[: start + 1]}{entry}{gap}{rest}"
