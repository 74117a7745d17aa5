"""Missions out of git, many of them: what was checked with care when it was launched is read fast here.

The careful reader keeps the place of every value to tell a person what is wrong; over a thousand sessions that
takes ten seconds. This one takes the parser's events as they come. What the careful reader accepts, both read
alike; whatever is not plain, or not valid, is left to it. Only it checks that a mission may be launched.
"""

import re
from collections.abc import Iterator
from itertools import takewhile

import yaml
from pydantic import ValidationError

from bot.core.loading import load_mission
from bot.core.mission import Mission

MAX_PLAIN = 200_000  # bytes
MAX_DEPTH = 12
_AMBIGUOUS = re.compile(r"[-+]?0[0-9xob_]|.*[_:]\d|(?:y|yes|n|no|on|off|t|f)\Z", re.IGNORECASE)
"""Plain scalars that dialects of YAML and Python read as different numbers or truth values."""

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
    loader = getattr(yaml, "CLoader", None)
    if loader is None or len(content) > MAX_PLAIN:
        raise _NotPlainError
    events = yaml.parse(content.decode(), Loader=loader)
    _expect(next(events), yaml.StreamStartEvent)
    _expect(next(events), yaml.DocumentStartEvent)
    value = _value(next(events), events, MAX_DEPTH)
    _expect(next(events), yaml.DocumentEndEvent)
    _expect(next(events), yaml.StreamEndEvent)
    return value


def _expect(event: yaml.Event, kind: type[yaml.Event]) -> None:
    if not isinstance(event, kind):
        raise _NotPlainError


def _value(event: yaml.Event, events: Iterator[yaml.Event], depth: int) -> Value:
    if not isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent) or not depth:
        raise _NotPlainError
    if event.anchor or event.tag:
        raise _NotPlainError
    if isinstance(event, yaml.ScalarEvent):
        return _scalar(event)
    if isinstance(event, yaml.SequenceStartEvent):
        return [_value(entry, events, depth - 1) for entry in _until(yaml.SequenceEndEvent, events)]
    _expect(event, yaml.MappingStartEvent)
    found: dict[str, Value] = {}
    for entry in _until(yaml.MappingEndEvent, events):
        key = _value(entry, events, depth - 1)
        if not isinstance(key, str) or key in found:
            raise _NotPlainError
        found[key] = _value(next(events), events, depth - 1)
    return found


def _until(end: type[yaml.Event], events: Iterator[yaml.Event]) -> Iterator[yaml.Event]:
    """The events that begin an entry; what belongs to the entry is taken by whoever reads it."""
    return takewhile(lambda event: not isinstance(event, end), events)


def _scalar(event: yaml.ScalarEvent) -> str | None:
    """The text of a scalar: the models make numbers and truth values of it."""
    value: str = event.value
    if event.style:  # quoted, or a block of text
        return value
    if value in ("", "~", "null", "Null", "NULL"):
        return None
    if _AMBIGUOUS.match(value):
        raise _NotPlainError
    return value
