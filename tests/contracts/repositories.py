"""Repositories for the shared contract: in each, one file lies on main, and machines get handles of their own."""

from pathlib import Path
from typing import Protocol

from bot.adapters.git import GitRepository
from bot.adapters.memory.repository import MemoryRepository
from bot.adapters.remote import RemoteRepository
from bot.ports import Repository
from tests.builders import NOW
from tests.clocks import VirtualClock
from tests.github.direct import DirectRepository
from tests.github.server import GitHub
from tests.repos import repository

MAIN = "refs/heads/main"


class Place(Protocol):
    """Where a repository is."""

    def machine(self) -> Repository:
        """A handle that shares nothing with others but the repository; it has seen all refs."""
        ...


class GitPlace:
    """A folder on this machine."""

    def __init__(self, folder: Path) -> None:
        self.folder = repository(folder)

    def machine(self) -> Repository:
        return GitRepository(self.folder)


class RemotePlace:
    """The test GitHub, through git over HTTP."""

    def __init__(self, github: GitHub, folder: Path) -> None:
        self.url, self.folder, self.machines = f"{github.url}/acme/widgets", folder, 0
        self.token = github.token(permissions={"contents": "write"})

    def machine(self) -> Repository:
        self.machines += 1
        made = RemoteRepository(
            self.folder / str(self.machines), self.url, self.token, "swarm/1", None, clock=VirtualClock()
        )
        made.refs("refs/")
        return made


class DirectPlace:
    """The test GitHub, without HTTP: what most tests of hosted sessions use."""

    def __init__(self, github: GitHub) -> None:
        self.github, self.token = github, github.token(permissions={"contents": "write"})

    def machine(self) -> Repository:
        return DirectRepository(self.github.world, self.token, "swarm/1")


class MemoryPlace:
    """A store in memory."""

    def __init__(self) -> None:
        self.repository = MemoryRepository()
        self.repository.seed({"README.md": "# Widgets\n"}, NOW)

    def machine(self) -> Repository:
        return self.repository.clone()
