"""A GitHub that answers what a test tells it to, and a repository beside it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import responses

from tests.adapters.github.hub import Bench, Hub
from tests.adapters.github.site import Site
from tests.clocks import VirtualClock
from tests.github.openapi import DESCRIPTION
from tests.github.server import GitHub


@pytest.fixture
def hub() -> Iterator[Hub]:
    """Whatever is registered must be asked for."""
    with responses.RequestsMock() as mock:
        yield Hub(mock)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "repo")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """The test GitHub, on a clock that stands still until somebody sleeps."""
    if not DESCRIPTION.exists():
        pytest.skip("GitHub's own description of its interface is not installed (make build/npm/done)")
    (tmp_path / "github").mkdir()
    clock = VirtualClock()
    with GitHub(tmp_path / "github", clock) as github:
        github.user("ann", "write")
        yield Site(github, tmp_path / "copy", clock)
