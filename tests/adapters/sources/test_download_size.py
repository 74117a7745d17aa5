"""The size of a download is watched while the client makes and removes folders in it."""

import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import pytest

from bot.adapters.sources.packages import _size


@pytest.fixture
def restless(tmp_path: Path) -> Iterator[Path]:
    """A folder in which another thread makes and removes folders all the time."""
    stop, before = Event(), sys.getswitchinterval()

    def churn() -> None:
        while not stop.is_set():
            for number in range(20):
                (tmp_path / f"tracker-{number}" / "inner").mkdir(parents=True)
            for number in range(20):
                (tmp_path / f"tracker-{number}" / "inner").rmdir()
                (tmp_path / f"tracker-{number}").rmdir()

    sys.setswitchinterval(1e-5)
    thread = Thread(target=churn)
    thread.start()
    yield tmp_path
    stop.set()
    thread.join()
    sys.setswitchinterval(before)


def test_a20_folders_that_vanish_while_they_are_measured_do_no_harm(restless: Path) -> None:
    for _ in range(300):
        assert _size(restless) >= 0


def test_a20_files_count_with_all_that_lies_below(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "file").write_bytes(b"12345")
    (tmp_path / "file").write_bytes(b"123")
    assert _size(tmp_path) == 8
