"""What can be told of a mission before, and whether or not, it is valid: its teams, agents and subjects."""

from collections.abc import Iterator
from typing import NamedTuple

from bot.core.yaml_tree import Path, at


class Named(NamedTuple):
    """Something with a name or an id (or neither that can be read: None), and the path of that."""

    name: str | None
    path: Path
    within: str = ""


class Outline(NamedTuple):
    """Of a mission as written: names of teams, ids (as text), subjects (within their agents), sources."""

    teams: tuple[Named, ...]
    team_ids: tuple[Named, ...]
    agents: tuple[Named, ...]
    backups: tuple[Named, ...]
    subjects: tuple[Named, ...]
    sources: tuple[Named, ...]
    fields: tuple[Named, ...]


def outline(value: object) -> Outline:
    """Of any value at all; what has not the shape of a mission is left out."""
    teams = list(_items(value, (), "teams"))
    agents = [path for team in teams for path in _items(value, team, "agents")]
    subjects = [(path, agent) for agent in agents for path in _items(value, agent, "subjects")]
    backups = [Named(_text(value, path), path) for path in _items(value, ("agent",), "backups")]
    return Outline(
        teams=tuple(_named(value, path, "name") for path in teams),
        team_ids=tuple(_named(value, path, "id") for path in teams),
        agents=tuple(_named(value, path, "id") for path in agents),
        backups=tuple(backups),
        subjects=tuple(
            _named(value, path, "name", within=_text(value, (*agent, "id")) or "?") for path, agent in subjects
        ),
        sources=tuple(
            Named(_text(value, source), source)
            for path, _ in subjects
            for source in _items(value, path, "sources")
        ),
        fields=tuple(_named(value, path, "id") for path in _items(value, (), "fields")),
    )


def _items(value: object, path: Path, key: str) -> Iterator[Path]:
    found = at(value, (*path, key))
    if isinstance(found, tuple):
        yield from ((*path, key, index) for index in range(len(found)))


def _named(value: object, path: Path, key: str, *, within: str = "") -> Named:
    return Named(_text(value, (*path, key)), (*path, key), within)


def _text(value: object, path: Path) -> str | None:
    found = at(value, path)
    if isinstance(found, bool):
        return None
    return str(found) if isinstance(found, str | int) else None
