"""What the tests share that run workflows through act."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def caches(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for all processes of a test run, so that the action's packages are installed once."""
    return tmp_path_factory.getbasetemp().parent / "act-caches"
