"""What `make dist` and `make sbom` build. They run as they are, but install nothing."""

import json
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.repos import git
from tests.workflows.files import ROOT

ENVIRONMENT = Path(sys.prefix)
LOCKED = re.compile(r"^([\w.-]+)==([^ \\]+)(.*?)(?=^\S|\Z)", re.MULTILINE | re.DOTALL)


def make(folder: Path, target: str, *options: str, umask: int = 0o022, **variables: str) -> None:
    there = [f"--old-file={ENVIRONMENT / name}" for name in ("run.done", "release.done")]
    command = ["make", "--silent", f"--file={ROOT / 'Makefile'}", *there, target, f"ENV={ENVIRONMENT}", *options]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "SOURCE_DATE"))}
    done = subprocess.run(
        command, cwd=folder, env=kept | variables, capture_output=True, text=True, timeout=120, umask=umask
    )
    assert done.returncode == 0, done.stdout + done.stderr


def built(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "build" / "dist").iterdir()}


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    git(tmp_path, "clone", "--quiet", "--shared", str(ROOT), "clone")
    return tmp_path / "clone"


def test_two_builds_of_a_commit_are_the_same_bytes_and_hold_what_is_committed(clone: Path) -> None:
    make(clone, "dist", TZ="UTC", LC_ALL="C")
    first = built(clone)
    (clone / "bot" / "untracked.py").write_text("UNTRACKED = True\n")
    (clone / "bot" / "errors.py").write_text("EDITED = True\n")
    make(clone, "dist", umask=0o077, TZ="Asia/Tokyo", LC_ALL="C.UTF-8")
    assert built(clone) == first
    [wheel] = (clone / "build" / "dist").glob("*.whl")
    [sdist] = (clone / "build" / "dist").glob("*.tar.gz")
    with zipfile.ZipFile(wheel) as archive:
        assert "bot/errors.py" in archive.namelist()
        assert "bot/mission-templates/blank.yml" in archive.namelist()
        assert not {name.split("/")[0] for name in archive.namelist()} & {"tests", "scripts"}
    with tarfile.open(sdist) as unpacked:
        assert {name.split("/")[-1] for name in unpacked.getnames()} >= {
            "LICENSE",
            "CHANGELOG.md",
            "pyproject.toml",
        }
        times = {member.mtime for member in unpacked.getmembers()}
    assert times == {int(git(clone, "log", "-1", "--format=%ct"))}


@pytest.mark.skipif(not find_spec("cyclonedx_py"), reason="cyclonedx-bom is missing (make .venv/release.done)")
def test_the_bill_lists_exactly_what_the_action_installs_with_its_hashes(clone: Path) -> None:
    make(clone, "sbom", "VALIDATE=--no-validate")
    first = (clone / "build" / "sbom.cdx.json").read_bytes()
    bill = json.loads(first)
    listed = {
        (component["name"], component["version"]): {
            entry["content"] for place in component["externalReferences"] for entry in place["hashes"]
        }
        for component in bill["components"]
    }
    locked = {
        (name, version): set(re.findall(r"--hash=sha256:([0-9a-f]{64})", hashes))
        for name, version, hashes in LOCKED.findall((ROOT / "requirements-action.lock").read_text())
    }
    assert listed == locked
    assert len(bill["components"]) == len(locked) > 40
    assert all(locked.values())
    assert (bill["bomFormat"], bill["metadata"]["component"]["name"]) == ("CycloneDX", "swarm-sessions")
    assert "timestamp" not in bill["metadata"], "the same lock gives the same bytes"
    assert "serialNumber" not in bill
