"""Missions out of git, many of them: what was checked with care when it was launched is read fast here.

The careful reader keeps the place of every value to tell a person what is wrong; over a thousand sessions that
takes ten seconds. This one takes the parser's events as they come. What the careful reader accepts, both read
alike; whatever is not plain, or not valid, is left to it. Only it checks that a mission may be launched.
"""

import re
from collections.abc import Callable

import yaml
from pydantic import ValidationError

from bot.core.loading import load_mission
from bot.core.mission import Mission

MAX_PLAIN = 200_000  # bytes
MAX_DEPTH = 12
_AMBIGUOUS = re.compile(r"[-+]?0[0-9xob_]|.*[_:]\d|(?:y|yes|n|no|on|off|t|f)\Z", re.IGNORECASE)
"""Plain scalars that dialects of YAML and Python read as different numbers or truth values."""

NULLS = frozenset({"", "~", "null", "Null", "NULL"})

Take = Callable[[], yaml.Event | None]
Value = str | None | list["Value"] | dict[str, "Value"]


class _NotPlainError(Exception):
    """The file uses more of YAML than this reader knows."""


def launched_mission(content: bytes, file: str) -> Mission:
    """The mission. Raises InvalidInput with every Problem of the file, as `load_mission` does."""
    try:
        return Mission.model_validate(_plain(content))
    except (_NotPlainError, ValidationError, yaml.YAMLError, UnicodeDecodeError):
        return load_mission(content, file)


def _plain(content: bytes) -> Value:
    if not yaml.__with_libyaml__ or len(content) > MAX_PLAIN:
        raise _NotPlainError
    take: Take = yaml.CLoader(content.decode()).get_event
    _expect(take(), yaml.StreamStartEvent)
    _expect(take(), yaml.DocumentStartEvent)
    value = _value(take(), take, MAX_DEPTH)
    _expect(take(), yaml.DocumentEndEvent)
    _expect(take(), yaml.StreamEndEvent)
    return value


def _expect(event: yaml.Event | None, kind: type[yaml.Event]) -> None:
    if not isinstance(event, kind):
        raise _NotPlainError


def _value(event: yaml.Event | None, take: Take, depth: int) -> Value:
    """The value that begins with an event; `take` gives the events after it."""
    if isinstance(event, yaml.ScalarEvent):
        return _scalar(event)
    if not isinstance(event, yaml.CollectionStartEvent) or event.anchor or event.tag or not depth:
        raise _NotPlainError
    if isinstance(event, yaml.SequenceStartEvent):
        entries: list[Value] = []
        while not isinstance(entry := take(), yaml.SequenceEndEvent):
            entries.append(_value(entry, take, depth - 1))
        return entries
    found: dict[str, Value] = {}
    while not isinstance(entry := take(), yaml.MappingEndEvent):
        key = _value(entry, take, depth - 1)
        if not isinstance(key, str) or key in found:
            raise _NotPlainError
        found[key] = _value(take(), take, depth - 1)
    return found


def _scalar(event: yaml.ScalarEvent) -> str | None:
    """The text of a scalar: the models make numbers and truth values of it."""
    value: str = event.value
    if event.anchor or event.tag:
        raise _NotPlainError
    if event.style:  # quoted, or a block of text
        return value
    if value in NULLS:
        return None
    if _AMBIGUOUS.match(value):
        raise _NotPlainError
    return value
