"""A GitHub that answers what a test tells it to, and a repository beside it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import responses

from tests.adapters.github.hub import Bench, Hub


@pytest.fixture
def hub() -> Iterator[Hub]:
    """Whatever is registered must be asked for."""
    with responses.RequestsMock() as mock:
        yield Hub(mock)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "repo")
