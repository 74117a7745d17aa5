"""What all JSON and YAML has in common: facts at JSON pointers."""

from collections.abc import Iterator
from typing import Any

from bot.adapters.sources.convert.markup import paragraphs
from bot.adapters.sources.draft import Draft

Json = Any
_DEPTH = 60
_NODES = 200_000  # aliases make a small YAML file large; nothing is walked further than this
_FACT_MAX = 200


def pointer(*keys: object) -> str:
    """A JSON pointer (RFC 6901)."""
    return "".join("/" + str(key).replace("~", "~0").replace("/", "~1") for key in keys)


def items(value: Json) -> Iterator[tuple[str, dict[str, Json]]]:
    """The members of a mapping that are mappings themselves; none of anything else."""
    if isinstance(value, dict):
        yield from ((str(key), member) for key, member in value.items() if isinstance(member, dict))


def at(value: Json, *keys: str) -> Json:
    """What lies at a path of keys; None when there is no such path."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def scalar_facts(value: Json, *path: str) -> Iterator[Draft]:
    """The scalars of one mapping, as `key: value`."""
    if isinstance(value, dict):
        for key, member in value.items():
            if _is_scalar(member):
                yield Draft(pointer(*path, key), "metadata", f"{key}: {_shown(member)}")


def facts(value: Json, *path: object) -> Iterator[Draft]:
    """Every scalar below a value: `key: value`, or the text alone when it is long."""
    budget = [_NODES]
    yield from _walk(value, path, budget)


def prose(place: str, text: Json) -> Iterator[Draft]:
    """The paragraphs of a documentation string, all at one place."""
    if isinstance(text, str):
        yield from (Draft(place, "prose", paragraph) for paragraph in paragraphs(text))


def operation(place: str, name: str, text: Json) -> Iterator[Draft]:
    """An operation with the first paragraph that describes it; the others are prose."""
    said = paragraphs(text) if isinstance(text, str) else []
    yield Draft(place, "operation", f"{name}: {said[0]}" if said else name)
    yield from (Draft(f"{place}/documentation", "prose", paragraph) for paragraph in said[1:])


def _walk(value: Json, path: tuple[object, ...], budget: list[int]) -> Iterator[Draft]:
    budget[0] -= 1
    if budget[0] < 0 or len(path) > _DEPTH:
        return
    if isinstance(value, dict | list):
        for key, member in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _walk(member, (*path, key), budget)
    elif isinstance(value, str) and len(value) > _FACT_MAX:
        yield from prose(pointer(*path), value)
    elif _is_scalar(value) and path:
        names = [str(key) for key in path if not isinstance(key, int)]
        yield Draft(pointer(*path), "metadata", f"{names[-1] if names else path[-1]}: {_shown(value)}")


def _is_scalar(value: Json) -> bool:
    return value is not None and value != "" and not isinstance(value, dict | list)


def _shown(value: Json) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return " ".join(paragraphs(value)) if isinstance(value, str) else str(value)
