"""Runs for the shared contract: in each there are two workflow files, and somebody plays GitHub Actions."""

from typing import Protocol

from bot.adapters.memory.runs import MemoryRuns
from bot.ports import Runs
from tests.adapters.github.site import Site
from tests.clocks import VirtualClock

SESSION, STATUS = "swarm-session.yml", "swarm-status.yml"
TEXT = """\
name: A workflow
on:
  workflow_dispatch:
    inputs:
      session: {type: string}
jobs: {}
"""


class Yard(Protocol):
    """Where runs come and go."""

    clock: VirtualClock

    @property
    def ours(self) -> Runs: ...

    def begin(self, workflow: str, title: str) -> str:
        """An event starts a run; its id."""
        ...

    def end(self, run: str) -> None:
        """A run succeeds."""
        ...

    def conclusion(self, run: str) -> str:
        """How a run ended; empty while it is not over."""
        ...

    def inputs(self, run: str) -> dict[str, str]:
        """What a run was started with."""
        ...


class GitHubYard:
    """The test GitHub."""

    def __init__(self, site: Site) -> None:
        self.ours, self.github, self.clock = site.runs, site.github, site.clock
        self.github.seed({f".github/workflows/{name}": TEXT for name in (SESSION, STATUS)})

    def begin(self, workflow: str, title: str) -> str:
        run = self.github.start_run(f".github/workflows/{workflow}", "issues")
        run.title = title
        return str(run.id)

    def end(self, run: str) -> None:
        self.github.complete_run(int(run))

    def conclusion(self, run: str) -> str:
        return self.github.state.runs[int(run)].conclusion or ""

    def inputs(self, run: str) -> dict[str, str]:
        return dict(self.github.state.runs[int(run)].inputs)


class MemoryYard:
    """Runs in memory."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.ours = MemoryRuns(self.clock)

    def begin(self, workflow: str, title: str) -> str:
        return self.ours.begin(workflow, title).id

    def end(self, run: str) -> None:
        self.ours.end(run)

    def conclusion(self, run: str) -> str:
        return next(known.conclusion for known in self.ours.runs if known.id == run)

    def inputs(self, run: str) -> dict[str, str]:
        return next(dict(known.inputs) for known in self.ours.runs if known.id == run)
