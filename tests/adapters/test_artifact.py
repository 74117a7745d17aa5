"""What an agent's job handed over is read only as far as it is a plain file."""

import os
from pathlib import Path

import pytest

from bot.adapters.artifact import read_artifact


def test_a_plain_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "result.json").write_bytes(b"{}")
    assert read_artifact(tmp_path / "result.json") == b"{}"


def test_a20_no_more_is_read_than_what_shows_that_it_is_too_much(tmp_path: Path) -> None:
    with (tmp_path / "result.json").open("wb") as stream:
        stream.truncate(10**12)  # a terabyte that takes no room
    assert read_artifact(tmp_path / "result.json", 10) == bytes(11)


@pytest.mark.parametrize("kind", ["link", "broken link", "folder", "pipe", "nothing", "below a file"])
def test_a11_a20_what_is_no_plain_file_is_not_read(tmp_path: Path, kind: str) -> None:
    path, other = tmp_path / "result.json", tmp_path / "other"
    other.write_text("of this machine")
    match kind:
        case "link":
            path.symlink_to(other)
        case "broken link":
            path.symlink_to(tmp_path / "nowhere")
        case "folder":
            path.mkdir()
        case "pipe":
            os.mkfifo(path)
        case "below a file":
            path = other / "result.json"
    assert read_artifact(path) is None
