"""A session on a real repository, with a clock that stands still and a machine that can be cut off anywhere."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from bot.adapters.agents.simulated import Simulated
from bot.adapters.git import GitRepository
from bot.adapters.local_forge import LocalForge
from bot.adapters.prices import ListedPrices
from bot.adapters.secrets import scan
from bot.adapters.sources.library import Library
from bot.commands.close import Closed, Closing
from bot.commands.launch import Launched, launch
from bot.commands.run import Running, run
from bot.core.plan import PlannedAgent
from bot.core.records import AgentRecord
from bot.ports import Agent, Clock, RefUpdate, Repository
from tests.clocks import StillClock
from tests.repos import repository

GUIDE = """# Guide

The widget service stores widgets for people who have too many of them at home.

Every request carries an API key in the header `X-Api-Key`, which the console shows once.

The service answers at most 600 requests per minute for each key, and refuses the others.

Widgets are listed, read, made and thrown away with four operations that are described below.
"""

MISSION = """\
mission: widgets
session: 1
phase: {number: 1, name: Widgets}
title: Widget services
domain: WIDGET
deliverable: INTEGRATIONS-WIDGETS.md
agent: {backend: simulated, max_usd: 0.25}
limits: {max_usd: 1.00}
criteria: {required_field_gaps: 10}
teams:
  - id: 1
    name: Everybody
    agents:
      - {id: agent-1, subjects: [{name: Widget Store, sources: ["file:docs/guide.md"]}]}
      - {id: agent-2, subjects: [{name: Widget Lab, sources: ["file:docs/guide.md"]}]}
"""


class Killed(BaseException):
    """The machine is gone."""


@dataclass
class Countdown:
    """Kills after so many side effects; None: never."""

    left: int | None
    effects: list[str] = field(default_factory=list)

    def effect(self, what: str) -> None:
        self.effects.append(what)
        if self.left is not None and len(self.effects) == self.left:
            raise Killed(what)


class MortalRepository(GitRepository):
    """Git on a machine that dies after a given side effect."""

    def __init__(self, folder: Path, countdown: Countdown) -> None:
        super().__init__(folder)
        self.countdown = countdown

    def commit(
        self,
        parents: Sequence[str],
        files: Mapping[str, bytes | None],
        message: str,
        when: datetime,
        *,
        tree: str | None = None,
    ) -> str:
        made = super().commit(parents, files, message, when, tree=tree)
        self.countdown.effect("commit: " + message.splitlines()[0])
        return made

    def update(self, updates: Sequence[RefUpdate]) -> None:
        super().update(updates)
        self.countdown.effect("update: " + ", ".join(update.ref for update in updates))


class MortalForge(LocalForge):
    """A forge on the same machine."""

    def __init__(self, folder: Path, countdown: Countdown, clock: Clock | None = None) -> None:
        super().__init__(folder, clock or StillClock())
        self.countdown = countdown

    def advance(self, branch: str, expected: str, new: str) -> None:
        super().advance(branch, expected, new)
        self.countdown.effect("advance")

    def delete(self, branch: str, expected: str) -> None:
        super().delete(branch, expected)
        self.countdown.effect("delete")


class Watcher:
    """A display that remembers."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.records: list[str] = []
        self.notes: list[str] = []

    def started(self, agent: str, attempt: int) -> None:
        self.begun.append(f"{agent}/{attempt}")

    def doing(self, agent: str, what: str) -> None:
        pass

    def recorded(self, record: AgentRecord) -> None:
        self.records.append(record.agent)

    def note(self, text: str) -> None:
        self.notes.append(text)


def widgets(folder: Path) -> Path:
    """A repository with something to quote from."""
    return repository(folder, **{"docs/guide.md": GUIDE, "README.md": "A repository.\n"})


def session(
    folder: Path,
    cache: Path,
    *,
    mission: str = MISSION,
    countdown: Countdown | None = None,
    merge: bool = True,
    backends: Callable[[PlannedAgent], Agent] | None = None,
    watcher: Watcher | None = None,
    parallel: int = 1,
    by: str = "local",
    clock: Clock | None = None,
) -> Closed:
    """`swarm run`, with simulated agents and the real everything else."""
    counted, clock = countdown or Countdown(None), clock or StillClock()
    library = Library(cache, folder, clock)
    closing = Closing(
        MortalRepository(folder, counted), MortalForge(folder, counted, clock), library, clock, "main", scan
    )
    agents = backends or (lambda _: Simulated(library, clock))
    parts = Running(closing, agents, ListedPrices(clock), lambda _: None, watcher or Watcher(), parallel)
    return run(parts, mission=mission.encode(), file="widgets.yml", by=by, merge=merge)


def launch_here(repo: Repository, mission: str | bytes = MISSION, by: str = "local") -> Launched:
    """Launches a mission on `main` at the time that stands still, with the prices that are listed."""
    content = mission.encode() if isinstance(mission, str) else mission
    prices = ListedPrices(StillClock())
    return launch(repo, StillClock(), prices, mission=content, file="m.yml", base="main", by=by)
