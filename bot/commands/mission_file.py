"""A mission's file, read from disk."""

from pathlib import Path

from bot.core.credentials import MANIFEST
from bot.core.yaml_reader import MAX_BYTES
from bot.errors import InvalidInput, Problem


def read_mission(file: Path) -> bytes:
    """Its bytes, at most one more than a mission may have. Raises InvalidInput when it cannot be read."""
    try:
        with file.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except OSError as error:
        what = f"cannot be read ({error.strerror or type(error).__name__})"
        todo = "name a file; `swarm new blank` writes one to start from"
        raise InvalidInput(problems=(Problem(file=str(file), what=what, todo=todo),)) from error


def manifest_near(file: Path) -> tuple[bool, bytes | None]:
    """Whether a mission's file lies in a git repository, and the manifest of credentials in its work tree."""
    for folder in file.resolve().parents:
        if (folder / ".git").exists():
            manifest = folder / MANIFEST
            return True, manifest.read_bytes() if manifest.is_file() else None
    return False, None


def problem_data(problem: Problem) -> dict[str, object]:
    """A problem as every `--json` shows it; line and column count from 1, and are 0 when it has no place."""
    return {
        "file": problem.file,
        "line": problem.line,
        "column": problem.column,
        "what": problem.what,
        "todo": problem.todo,
        "level": problem.level,
    }
