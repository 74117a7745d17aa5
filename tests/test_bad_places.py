"""A25: where the machine is in the way, a process ends with what to do, never with a traceback."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.workshop import MISSION, widgets

SWARM = (sys.executable, "-m", "bot")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "widgets.yml").write_text(MISSION)
    return widgets(tmp_path / "repo")


def run(folder: Path, *args: object) -> subprocess.CompletedProcess[str]:
    command = [*SWARM, "run", str(folder.parent / "widgets.yml"), "--repo", str(folder), *map(str, args)]
    environment = os.environ | {"SWARM_CACHE": str(folder.parent / "cache")}
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


def test_a25_a_cache_that_cannot_be_written_is_said_so(folder: Path) -> None:
    done = run(folder, "--cache", folder / "README.md" / "cache")
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert "cannot write the cache of sources" in done.stderr
    assert run(folder).returncode == 0  # no attempt was used up


def test_a25_a_repository_that_cannot_be_written_is_said_so(folder: Path) -> None:
    (folder / ".git" / "swarm").write_text("in the way")
    done = run(folder, "--json")
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert "File exists" in json.loads(done.stdout)["errors"][0]["what"]


def test_who_has_read_enough_gets_no_traceback() -> None:
    """`swarm schema | head -0`"""
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run([*SWARM, "schema"], stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writing)
    assert done.stderr == ""
