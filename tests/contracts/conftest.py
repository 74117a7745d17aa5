"""Each port by all that fulfil it. A test that takes one of these fixtures runs once for each of them."""

from pathlib import Path

import pytest

from tests.adapters.github.hub import Bench
from tests.adapters.github.site import Site
from tests.clocks import VirtualClock
from tests.contracts.conversations import GitHubOffice, MemoryOffice, Office
from tests.contracts.forges import GitHubStage, LocalStage, MemoryStage, Stage
from tests.contracts.repositories import DirectPlace, GitPlace, MemoryPlace, Place, RemotePlace
from tests.contracts.runs import GitHubYard, MemoryYard, Yard
from tests.github.server import GitHub


@pytest.fixture(params=["git", "remote", "direct", "memory"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """A repository with one file on main."""
    match request.param:
        case "git":
            return GitPlace(tmp_path / "repo")
        case "remote":
            return RemotePlace(github_of(request), tmp_path / "machines")
        case "direct":
            return DirectPlace(github_of(request))
    return MemoryPlace()


@pytest.fixture(params=["local", "github", "memory"])
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Stage:
    """A repository with a session's branch that was gated."""
    match request.param:
        case "local":
            return LocalStage(Bench(tmp_path / "repo"))
        case "github":
            return GitHubStage(site_of(request, tmp_path))
    return MemoryStage()


@pytest.fixture(params=["github", "memory"])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Office:
    """A repository with an issue that has a label."""
    if request.param == "github":
        return GitHubOffice(site_of(request, tmp_path))
    return MemoryOffice()


@pytest.fixture(params=["github", "memory"])
def yard(request: pytest.FixtureRequest, tmp_path: Path) -> Yard:
    """A repository with two workflows."""
    if request.param == "github":
        return GitHubYard(site_of(request, tmp_path))
    return MemoryYard()


def site_of(request: pytest.FixtureRequest, folder: Path) -> Site:
    clock = VirtualClock()
    github = github_of(request)
    github.clock = clock
    return Site(github, folder / "copy", clock)


def github_of(request: pytest.FixtureRequest) -> GitHub:
    github: GitHub = request.getfixturevalue("github")
    return github
