"""The files of sealed credentials on a maintainer's machine: `credentials/` of a work tree, and the key file."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.core.credential_keys import KeyRing, key_file, parse_keys
from bot.core.credentials import FOLDER
from bot.errors import MachineError, Refused

PATIENCE = 10.0
"""Seconds to wait for another command that changes the same credentials."""
_SEALED = re.compile(r"[a-z0-9-]+\.[0-9]+\.age(?:\.part)?")


@dataclass(frozen=True)
class CredentialFolder:
    """`credentials/` below `root`. What is written there is whole or not there at all, and never a plaintext."""

    root: Path

    def read(self, path: str) -> bytes | None:
        file = self.root / path
        return file.read_bytes() if file.is_file() else None

    def write(self, path: str, content: bytes) -> None:
        file = self.root / path
        file.parent.mkdir(exist_ok=True)
        _replace(file, content, mode=0o644)

    def delete(self, path: str) -> None:
        (self.root / path).unlink(missing_ok=True)

    def sealed(self) -> list[str]:
        """The paths of all files that are named as sealed ones are, drafts that a crash has left among them."""
        names = sorted(file.name for file in (self.root / FOLDER).glob("*") if _SEALED.fullmatch(file.name))
        return [f"{FOLDER}/{name}" for name in names]


@dataclass(frozen=True)
class KeyFile:
    """The maintainers' keys: outside of the work tree, readable by their owner alone."""

    path: Path
    outside: Path
    """The work tree that it must not lie in."""

    def read(self) -> KeyRing | None:
        """The keys; None when there is no file. Raises Refused when others may read it, or it holds no keys."""
        self._refuse_inside()
        if not self.path.is_file():
            return None
        if self.path.stat().st_mode & 0o077:
            raise Refused(f"{self.path} may be read by others", f"chmod 600 '{self.path}'")
        return parse_keys(self.path.read_bytes(), str(self.path))

    def create(self, ring: KeyRing) -> None:
        """Writes a new file. Raises Refused when there is one already."""
        self._make_folder()
        try:
            _write_new(self.path, key_file(ring), mode=0o600)
        except FileExistsError:
            raise Refused(
                f"{self.path} exists, and may open what another repository has sealed",
                "name another with --keys, or delete it when nothing needs it",
            ) from None

    def replace(self, ring: KeyRing) -> None:
        self._refuse_inside()
        _replace(self.path, key_file(ring), mode=0o600)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else on this machine changes these credentials. Raises MachineError after a while."""
        from filelock import FileLock, Timeout

        self._make_folder()
        try:
            with FileLock(f"{self.path}.lock", timeout=PATIENCE, mode=0o600):
                yield
        except Timeout:
            raise MachineError(
                "another `swarm credentials` is at work on this repository", "run again when it is done"
            ) from None

    def _make_folder(self) -> None:
        self._refuse_inside()
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)

    def _refuse_inside(self) -> None:
        if self.path.resolve().is_relative_to(self.outside.resolve()):
            raise Refused(
                f"{self.path} lies in the repository, from where it could be committed",
                "name a file outside of it with --keys",
            )


def _replace(file: Path, content: bytes, *, mode: int) -> None:
    draft = file.with_name(file.name + ".part")
    draft.unlink(missing_ok=True)
    _write_new(draft, content, mode=mode)
    draft.replace(file)


def _write_new(file: Path, content: bytes, *, mode: int) -> None:
    with os.fdopen(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode), "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
