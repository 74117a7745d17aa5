"""Real git repositories for tests."""

import os
import subprocess
from pathlib import Path

DATES = {f"GIT_{who}_DATE": "2026-11-22T16:00:00Z" for who in ("AUTHOR", "COMMITTER")}


def git(folder: Path, *args: str) -> str:
    """Runs git as a person would (always at the same time), and returns what it prints."""
    identity = ["-c", "user.name=A Person", "-c", "user.email=person@example.org"]
    command = ["git", "-C", str(folder), *identity, *args]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ | DATES)
    return done.stdout.strip()


def repository(folder: Path, **files: str) -> Path:
    """A repository with one commit on main, which is checked out."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "--quiet", "--initial-branch=main")
    for name, content in (files or {"README.md": "A repository.\n"}).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "Begin")
    return folder


def tip(folder: Path, ref: str = "main") -> str:
    """The commit that a ref names."""
    return git(folder, "rev-parse", ref)
