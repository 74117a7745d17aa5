"""`hosts`: what a runner has to reach for a session, one host a line."""

from collections.abc import Callable, Iterable, Mapping
from itertools import groupby
from pathlib import Path

from bot.commands.mission_file import read_mission
from bot.commands.outcome import Outcome
from bot.core.hosts import hosts as needed
from bot.core.hosts import schemes
from bot.core.loading import load_mission

Indexes = Callable[[Iterable[str]], Mapping[str, tuple[str, ...]]]
"""The addresses of the indexes of packages, by scheme."""


def hosts(file: Path, github: tuple[str, ...], indexes: Indexes, region: str, model: str) -> Outcome:
    """Every host with what it is asked for, and what could not be found out.

    `github`, `region` and `model` are as for `bot.core.hosts`. Raises InvalidInput for a bad mission.
    """
    mission = load_mission(read_mission(file), str(file))
    wanted = sorted({"pypi", *schemes(mission)} & {"pypi", "npm"})
    known = indexes(wanted)
    found = needed(mission, github, known, region, model)
    unknown = [scheme for scheme in wanted if not known.get(scheme)]
    uses = {name: [host.use for host in of] for name, of in groupby(found, lambda host: host.name)}
    data = {
        "mission": mission.mission,
        "hosts": [{"host": name, "uses": list(of)} for name, of in uses.items()],
        "unknown_indexes": unknown,
    }
    lines = [f"# the index of {scheme} packages: its client does not say; add its host" for scheme in unknown]
    return Outcome(data, "\n".join([*uses, *lines]))
