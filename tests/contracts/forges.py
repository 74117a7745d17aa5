"""Forges for the shared contract: in each, the session's branch was gated and nothing else has happened."""

from dataclasses import dataclass, field, replace
from typing import Protocol

from bot.adapters.local_forge import LocalForge
from bot.adapters.memory.forge import Hub, MemoryForge
from bot.adapters.memory.repository import MemoryRepository
from bot.core.merge import merge_message
from bot.ports import Forge, Proposal, RefUpdate, Repository
from tests.adapters.github.hub import Bench
from tests.adapters.github.site import BRANCH, LAUNCH, Site
from tests.builders import NOW
from tests.clocks import VirtualClock


class Stage(Protocol):
    """Where a session is closed."""

    @property
    def repo(self) -> Repository: ...

    @property
    def proposal(self) -> Proposal:
        """The session as it was gated."""
        ...

    def forge(self) -> Forge:
        """A forge for one job."""
        ...

    def push(self, branch: str, path: str = "elsewhere.md") -> str:
        """Somebody pushes a file to a branch; the commit."""
        ...


class People(Stage, Protocol):
    """A forge with pull requests, which people see and close."""

    def close_pull(self) -> None: ...

    def words(self) -> list[tuple[str, str]]:
        """Title and body of each pull request."""
        ...


@dataclass(frozen=True)
class LocalStage:
    """A repository on this machine."""

    bench: Bench

    @property
    def repo(self) -> Repository:
        return self.bench.repo

    @property
    def proposal(self) -> Proposal:
        return self.bench.proposal

    def forge(self) -> Forge:
        return LocalForge(self.bench.folder, VirtualClock())

    def push(self, branch: str, path: str = "elsewhere.md") -> str:
        return self.bench.move(branch)


@dataclass(frozen=True)
class GitHubStage:
    """The test GitHub."""

    site: Site

    @property
    def repo(self) -> Repository:
        return self.site.repo

    @property
    def proposal(self) -> Proposal:
        return self.site.proposal

    def forge(self) -> Forge:
        return self.site.forge()

    def push(self, branch: str, path: str = "elsewhere.md") -> str:
        return self.site.push(branch, path)

    def close_pull(self) -> None:
        self.site.github.state.pulls[self.site.pull].state = "closed"

    def words(self) -> list[tuple[str, str]]:
        return [(pull.title, pull.body or "") for pull in self.site.github.state.pulls.values()]


@dataclass
class MemoryStage:
    """A hub in memory."""

    repo: MemoryRepository = field(default_factory=MemoryRepository)
    clock: VirtualClock = field(default_factory=VirtualClock)

    def __post_init__(self) -> None:
        self.hub = Hub(self.repo.clone())
        base = self.repo.seed({"README.md": "# Widgets\n"}, NOW)
        tip = self.repo.commit([base], {LAUNCH: b"{}\n"}, "Launch", NOW)
        self.proposal = Proposal(
            session="widgets-1",
            branch=BRANCH,
            tip=tip,
            base="main",
            base_tip=base,
            title="Widget services",
            body="What to review\n",
            message=merge_message("widgets-1"),
        )
        self.repo.update([RefUpdate(f"refs/heads/{BRANCH}", tip, None)])

    def forge(self) -> Forge:
        return MemoryForge(self.hub, self.repo.clone(), self.clock)

    def push(self, branch: str, path: str = "elsewhere.md") -> str:
        return self.repo.seed({path: "Hello\n"}, NOW, branch)

    def close_pull(self) -> None:
        self.hub.close(1, self.clock.now())

    def words(self) -> list[tuple[str, str]]:
        return [(pull.title, pull.body) for pull in self.hub.pulls]


def gated_again(stage: Stage) -> Proposal:
    """What the next gate proposes: the branches as they are."""
    heads = stage.repo.refs("refs/heads/")
    return replace(stage.proposal, tip=heads[f"refs/heads/{BRANCH}"], base_tip=heads["refs/heads/main"])
