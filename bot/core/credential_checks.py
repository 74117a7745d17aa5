"""Whether the credentials that a mission names are there, and pay for its models: before anything is spent."""

from collections.abc import Iterator

from bot.core.affording import paid, setting_path
from bot.core.credentials import PAYS, parse_manifest
from bot.core.loading import LoadedMission
from bot.core.mission import Mission, Provider
from bot.core.plan import PlannedAgent, make_plan
from bot.errors import Problem, Refused


def named(mission: Mission) -> dict[tuple[str, Provider], PlannedAgent]:
    """The credentials that a mission's agents reach their models with, each with the first agent that does."""
    found: dict[tuple[str, Provider], PlannedAgent] = {}
    for agent in paid(make_plan(mission)):
        if agent.credential:
            found.setdefault((agent.credential, agent.provider), agent)
    return found


def check_credentials(loaded: LoadedMission, manifest: bytes | None) -> tuple[Problem, ...]:
    """What is wrong with the credentials that a mission names, by the manifest as it lies beside the mission.

    Nobody looks at the signature here, nor at the files: where the key is, all of it is looked at again.
    """
    return tuple(_wrong(loaded, manifest)) if named(loaded.mission) else ()


def _wrong(loaded: LoadedMission, content: bytes | None) -> Iterator[Problem]:
    wanted = named(loaded.mission)
    try:
        manifest = parse_manifest(content).manifest
    except Refused as error:
        agent, [problem] = next(iter(wanted.values())), error.problems
        what = f"{agent.id} is to use the credential {agent.credential}: {problem.what}"
        yield _problem(loaded, agent, what, problem.todo)
        return
    kinds = {entry.name: entry.kind for entry in manifest.credentials}
    for (name, provider), agent in wanted.items():
        kind, fitting = kinds.get(name), " or ".join(PAYS[provider])
        if kind is None:
            what = f"{agent.id} is to use the credential {name}, and there is none"
            todo = f"seal it with `swarm credentials add {name} --kind {PAYS[provider][0]}`, or name another"
            yield _problem(loaded, agent, what, todo)
        elif kind not in PAYS[provider]:
            what = f"{agent.id} asks its model through {provider}, and the credential {name} is of the kind {kind}"
            yield _problem(loaded, agent, what, f"name one of the kind {fitting}")


def _problem(loaded: LoadedMission, agent: PlannedAgent, what: str, todo: str) -> Problem:
    place = loaded.tree.place(setting_path(loaded, agent.id, "credential"))
    return Problem(loaded.file, place.line, place.column, what, todo)
