"""Looks around where an agent is to work: git's configuration, and what processes were started with (G24)."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from bot.adapters.git_process import Git
from bot.core.separation import Environ, Setting, keys_in, problems, pushes_with
from bot.errors import Problem

PROC = Path("/proc")


def look_around(checkout: Path, tokens: tuple[str, ...], secrets: Sequence[str]) -> tuple[Problem, ...]:
    """What is wrong with this place for an agent; nothing where it may start.

    `tokens` are the names of those in the environment, `secrets` the keys that were taken out of it.
    """
    return tuple(problems(tokens, pushes_with(settings(checkout)), keys_in(environs(), secrets)))


def settings(checkout: Path) -> list[Setting]:
    """All that git would go by in a checkout, files that are included and the environment among it."""
    listed = Git(checkout).run("config", "--list", "--show-scope", "--includes", "-z").stdout
    parts = listed.decode(errors="replace").split("\0")[:-1]
    lines = (entry.partition("\n") for entry in parts[1::2])
    return [Setting(scope, name, value) for scope, (name, _, value) in zip(parts[::2], lines, strict=True)]


def environs(proc: Path = PROC) -> Iterator[Environ]:
    """What this process and those above it were started with, as far as it may be read.

    That is what everything of the same user can read too. Where there is no /proc, as on macOS, it is nothing.
    """
    pid = "self"
    while pid not in ("", "0"):
        with suppress(OSError):
            content = (proc / pid / "environ").read_bytes()
            yield Environ(_who(proc, pid), _variables(content))
        pid = _above(proc, pid)


def _variables(content: bytes) -> dict[str, str]:
    entries = (entry.partition("=") for entry in content.decode(errors="replace").split("\0"))
    return {name: value for name, _, value in entries}


def _who(proc: Path, pid: str) -> str:
    return "this process" if pid == "self" else f"process {pid} ({_field(proc, pid, 'Name')})"


def _above(proc: Path, pid: str) -> str:
    return _field(proc, pid, "PPid")


def _field(proc: Path, pid: str, field: str) -> str:
    with suppress(OSError):
        for line in (proc / pid / "status").read_text(errors="replace").splitlines():
            name, _, value = line.partition(":")
            if name == field:
                return value.strip()
    return ""
