"""Runs git: with a clean environment, without questions, and always to its end."""

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.errors import SwarmError

# A repository chosen by the caller must not be swapped by variables of an outer git process, such as a hook's.
FOREIGN = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR", "GIT_PREFIX")


@dataclass(frozen=True, slots=True)
class Git:
    """Runs git in one repository. Raises SwarmError with git's own words when a command fails.

    `settings` are configuration (key, value) that goes through the environment, where other users of the machine
    cannot read it; `hidden` are words that no error shows.
    """

    directory: Path
    settings: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    hidden: tuple[str, ...] = field(default=(), repr=False)

    def run(self, *args: str, stdin: bytes = b"", ok: Sequence[int] = (0,)) -> subprocess.CompletedProcess[bytes]:
        """The finished process; exit codes other than `ok` raise."""
        done = self.attempt(*args, stdin=stdin)
        if done.returncode not in ok:
            raise self.failure(done, *args)
        return done

    def attempt(self, *args: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        """The finished process, whatever its exit code."""
        command = [
            "git",
            "-C",
            str(self.directory),
            "-c",
            "core.quotePath=false",
            "-c",
            "core.filesRefLockTimeout=10000",
            *args,
        ]
        try:
            return _completed(command, stdin, self._environment())
        except FileNotFoundError as error:
            raise SwarmError("git is not installed", "install git 2.31 or newer") from error

    def words(self, done: subprocess.CompletedProcess[bytes]) -> str:
        """What git said about a command that failed, on one line."""
        text = " ".join(done.stderr.decode(errors="replace").split())
        for word in self.hidden:
            text = text.replace(word, "***")
        return text[:500] or "no message"

    def failure(self, done: subprocess.CompletedProcess[bytes], *args: str) -> SwarmError:
        """The error that a failed command is."""
        return SwarmError(
            f"git {_command(args)} failed in {self.directory}: {self.words(done)}",
            "mend the repository and run again",
        )

    def _environment(self) -> dict[str, str]:
        outer = {k: v for k, v in os.environ.items() if k not in FOREIGN}
        first = int(outer.get("GIT_CONFIG_COUNT") or 0)
        pairs = {
            f"GIT_CONFIG_{word}_{number}": text
            for number, setting in enumerate(self.settings, start=first)
            for word, text in zip(("KEY", "VALUE"), setting, strict=True)
        }
        count = {"GIT_CONFIG_COUNT": str(first + len(self.settings))} if self.settings else {}
        return outer | count | pairs | {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_ASKPASS": ""}

    def text(self, *args: str, ok: Sequence[int] = (0,)) -> str:
        """What the command prints, without the last newline."""
        return self.run(*args, ok=ok).stdout.decode(errors="surrogateescape").rstrip("\n")


def _completed(
    command: list[str], stdin: bytes, environment: dict[str, str]
) -> subprocess.CompletedProcess[bytes]:
    """Runs git to its end, also when this process is interrupted or its group is killed.

    Git that is cut off leaves lock files behind, and every later command would stumble over them.
    """
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, stdin=pipe, stdout=pipe, stderr=pipe, env=environment, process_group=0
    ) as process:
        out, err = process.communicate(stdin)
    return subprocess.CompletedProcess(command, process.returncode, out, err)


def _command(args: Sequence[str]) -> str:
    """`merge` of `-c some.setting=1 merge --quiet`."""
    options = next((n for n, word in enumerate(args) if n % 2 == 0 and word != "-c"), 0)
    return args[options]
