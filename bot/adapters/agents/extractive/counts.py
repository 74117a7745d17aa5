# ruff: noqa: E501 - patterns and sentences are read as wholes
"""In which words a count says what it counted, so that no two counts of a subject read alike. Pure."""

import re
from collections import Counter
from collections.abc import Sequence

_LITERAL = re.compile(r"[A-Za-z][A-Za-z0-9]+")
_CAMEL = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_ENDINGS = re.compile(r"(?:\.(?:json|py|pyi|d|ts|mts|cts|js|gz|ya?ml|md|v\d+))+$")
_SAYS_NOTHING = frozenset(
    "service services client clients operations operation resources resource controllers data src dist lib api apis "
    "v v1 v2 rest models index readme internal handlers types account".split()
)
_WORD = re.compile(r"[a-z]+")
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "next")


def said(number: int, of: str = "", source: str = "source") -> str:
    """The claim of a count, such as `The source for trunking describes 45 operations.`"""
    what = "operation" if number == 1 else "operations"
    return f"The {source} describes {number} {what}{f' of {of}' if of else ''}."


def names(sources: Sequence[str], subject: str = "") -> list[str]:
    """What to call each of several sources: by the part of the package that it selects, by its package, by its place."""
    if len(sources) < 2:
        return ["source"] * len(sources)
    own = frozenset(subject.lower().split("-"))
    for named in ([_selected(source, own) for source in sources], list(map(_package, sources))):
        if all(named) and max(Counter(named).values()) == 1:
            return [f"source for {name}" for name in named]
    return [f"{_ORDINALS[min(place, len(_ORDINALS) - 1)]} source" for place in range(len(sources))]


def thing(part: str) -> str:
    """What a class is about, in plain words: `DropletActionsOperations.` is about droplet actions."""
    words = [word.lower() for word in _CAMEL.findall(part.rstrip("."))]
    return " ".join(word for word in words if word not in _SAYS_NOTHING)


def _selected(source: str, own: frozenset[str]) -> str:
    """The last telling word of the selection: of `#twilio/rest/trunking`, `trunking`."""
    segments = [_ENDINGS.sub("", segment) for segment in source.partition("#")[2].split("/")]
    words: list[str] = [word.lower() for segment in segments[1:] for word in _LITERAL.findall(segment)]
    plain = [word for word in words if _WORD.fullmatch(word) or word in own]
    telling = [word for word in plain if word not in _SAYS_NOTHING]
    return (telling or plain or [""])[-1]


def _package(source: str) -> str:
    """The package's name, where it is made of plain words."""
    scoped = str(re.split(r"[=@#]", source.partition(":")[2].lstrip("@"))[0])
    name = scoped.partition("/")
    plain = (name[2] or name[0]).lower()
    return plain if re.fullmatch(r"[a-z]+(?:-[a-z]+)*", plain) else ""
