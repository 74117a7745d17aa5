"""The fixture `github`: the test GitHub with one commit on main and somebody, ann, who may write."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.github.openapi import DESCRIPTION
from tests.github.server import GitHub


@pytest.fixture
def github(tmp_path: Path) -> Iterator[GitHub]:
    if not DESCRIPTION.exists():
        pytest.skip("GitHub's own description of its interface is not installed (make build/npm/done)")
    (tmp_path / "github").mkdir()
    with GitHub(tmp_path / "github") as server:
        server.user("ann", "write")
        server.seed({"README.md": "# Widgets\n"})
        yield server
