"""What several missions do to each other: work done twice, and files or branches that two of them claim."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from bot.core.loading import LoadedMission
from bot.core.yaml_tree import Path
from bot.errors import Problem

Claim = tuple[str, Path, str]
"""What is claimed, the path of the value that claims it, and how to call it."""


def check_together(missions: Sequence[LoadedMission]) -> list[Problem]:
    """What is wrong between valid missions, at the places of the later ones. None for fewer than two."""
    return [
        *_shared(missions, lambda loaded: [_one(loaded, "mission", "the mission id")], "give it an id of its own"),
        *_shared(missions, lambda loaded: [_one(loaded, "session", "session number")], "number it differently"),
        *_shared(
            missions,
            lambda loaded: [_one(loaded, "deliverable", "the deliverable")],
            "name another file; two missions would write it",
        ),
        *_shared(missions, _branch, "let the branch pattern differ"),
        *_shared(missions, _subjects, "remove one, or say `refresh: true` to research it again"),
        *_phases(missions),
    ]


def _one(loaded: LoadedMission, key: str, kind: str) -> Claim:
    value = str(getattr(loaded.mission, key))
    return value, (key,), f"{kind} {value}"


def _branch(loaded: LoadedMission) -> Iterator[Claim]:
    pattern, mission = loaded.mission.branch, loaded.mission.mission
    branch = pattern.replace("{session}", mission)
    yield branch, ("branch",), f"the branch {branch}-N"


def _subjects(loaded: LoadedMission) -> Iterator[Claim]:
    if loaded.mission.refresh:
        return
    for t, team in enumerate(loaded.mission.teams):
        for a, agent in enumerate(team.agents):
            for s, subject in enumerate(agent.subjects):
                path = ("teams", t, "agents", a, "subjects", s, "name")
                yield subject.id, path, f'subject "{subject.name}"'


def _shared(
    missions: Iterable[LoadedMission], claims: Callable[[LoadedMission], Iterable[Claim]], todo: str
) -> Iterator[Problem]:
    first: dict[str, LoadedMission] = {}
    for loaded in missions:
        for value, path, name in claims(loaded):
            owner = first.setdefault(value, loaded)
            if owner is not loaded:
                yield _problem(loaded, path, f"{name} is also in {owner.file} ({owner.mission.mission})", todo)


def _phases(missions: Iterable[LoadedMission]) -> Iterator[Problem]:
    names: dict[int, LoadedMission] = {}
    for loaded in missions:
        phase = loaded.mission.phase
        owner = names.setdefault(phase.number, loaded)
        if owner.mission.phase.name != phase.name:
            what = f'phase {phase.number} is "{phase.name}" here and "{owner.mission.phase.name}" in {owner.file}'
            yield _problem(loaded, ("phase",), what, "give them one name, or two numbers", "advice")


def _problem(loaded: LoadedMission, path: Path, what: str, todo: str, level: str = "error") -> Problem:
    place = loaded.tree.place(path)
    return Problem(loaded.file, place.line, place.column, what, todo, level)
