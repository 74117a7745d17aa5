"""The texts of corpus.yml."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

import yaml

Channel = Literal["issue", "comment", "source", "model", "artifact", "mission", "document"]
CHANNELS: tuple[Channel, ...] = get_args(Channel)
LEAST = 200


@dataclass(frozen=True)
class Injection:
    """One text that somebody could write, what the idea of it is, and the channels that it is played through."""

    idea: str
    text: str
    channels: tuple[Channel, ...]


@cache
def corpus() -> tuple[Injection, ...]:
    read = yaml.safe_load(Path(__file__).with_name("corpus.yml").read_text(encoding="utf-8"))
    return tuple(Injection(one["idea"], _text(one), tuple(one["channels"])) for one in read)


def texts(channel: Channel) -> tuple[str, ...]:
    """The texts of a channel, as they can be written to a file: without half characters."""
    return tuple(one.text.encode(errors="replace").decode() for one in corpus() if channel in one.channels)


def _text(one: dict[str, Any]) -> str:
    if "text" in one:
        return str(one["text"])
    before, part, times, after = one["repeated"]
    return f"{before}{part * times}{after}"
