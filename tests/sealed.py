"""Sealed credentials of tests: a real work tree, a real key file beside it, and machines that can be cut off."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bot.adapters.credential_files import CredentialFolder, KeyFile
from bot.adapters.sealing import Sealing
from bot.commands.credentials import Vault, add, init
from bot.commands.opening import Opened, open_credential
from bot.core.credential_keys import KeyRing, Opener, key_file, parse_secret
from bot.core.credentials import MANIFEST, Kind, Manifest, parse_manifest
from tests.clocks import StillClock
from tests.workshop import Countdown

CANARY = "sk-canary-of-the-provider-0001"
OTHER = "canary-of-something-else-0002"


@dataclass(frozen=True)
class Place:
    """A work tree with credentials, and its keys."""

    home: Path
    vault_id: str = "0123456789abcdef"
    countdown: Countdown = field(default_factory=lambda: Countdown(None))
    torn: bool = False

    @property
    def root(self) -> Path:
        return self.home / "repo"

    @property
    def key_path(self) -> Path:
        return self.home / "keys" / "keys.json"

    @property
    def vault(self) -> Vault:
        store = MortalFolder(self.root, self.countdown, self.torn)
        keys = MortalKeys(self.key_path, self.root, self.countdown, self.torn)
        return Vault(store, keys, Sealing(), StillClock())

    @property
    def manifest(self) -> Manifest:
        return parse_manifest((self.root / MANIFEST).read_bytes()).manifest

    @property
    def secret(self) -> str:
        return init(self.vault, self.vault_id, "", secret=True).text

    @property
    def opener(self) -> Opener:
        return parse_secret(self.secret)

    def open(self, name: str = "main", opener: Opener | None = None) -> Opened:
        folder = CredentialFolder(self.root)
        return open_credential(folder.read, Sealing(), opener or self.opener, name)

    def file(self, name: str = "main") -> Path:
        """The sealed file of a credential."""
        return self.root / next(entry.path for entry in self.manifest.credentials if entry.name == name)

    def files(self) -> dict[str, str]:
        """What is to be committed."""
        found = sorted((self.root / "credentials").iterdir())
        return {f"credentials/{file.name}": file.read_text() for file in found}


def sealed(home: Path, **kinds: Kind) -> Place:
    """A place with credentials: `main` with the canary, and `other` with another one, unless told otherwise."""
    place = Place(home)
    place.root.mkdir(parents=True, exist_ok=True)
    init(place.vault, place.vault_id, "", secret=False)
    for name, kind in (kinds or {"main": "anthropic-api-key", "other": "other"}).items():
        add(place.vault, name, kind, CANARY if name == "main" else OTHER)
    return place


def plaintexts(folder: Path) -> list[str]:
    """The files below a folder in which a value can be read."""
    wanted = (CANARY.encode(), OTHER.encode())
    files = (file for file in sorted(folder.rglob("*")) if file.is_file())
    return [str(file) for file in files if any(word in file.read_bytes() for word in wanted)]


@contextmanager
def changed(file: Path, content: bytes | None) -> Iterator[None]:
    """A file with another content (None: gone) for a while."""
    before, mode = (file.read_bytes(), file.stat().st_mode) if file.exists() else (None, 0o600)
    _put(file, content)
    try:
        yield
    finally:
        _put(file, before)
        if before is not None:
            file.chmod(mode)


def _put(file: Path, content: bytes | None) -> None:
    if content is None:
        file.unlink(missing_ok=True)
    else:
        file.write_bytes(content)


@dataclass(frozen=True)
class MortalFolder(CredentialFolder):
    """On a machine that dies after a side effect or, `torn`, in the middle of writing a file."""

    countdown: Countdown
    torn: bool

    def write(self, path: str, content: bytes) -> None:
        with _effect(self.countdown, path, self.root / path, content, torn=self.torn):
            super().write(path, content)

    def delete(self, path: str) -> None:
        super().delete(path)
        self.countdown.effect(f"delete {path}")


@dataclass(frozen=True)
class MortalKeys(KeyFile):
    countdown: Countdown
    torn: bool

    def create(self, ring: KeyRing) -> None:
        super().create(ring)
        self.countdown.effect("create keys")

    def replace(self, ring: KeyRing) -> None:
        with _effect(self.countdown, "keys", self.path, key_file(ring), torn=self.torn):
            super().replace(ring)


@contextmanager
def _effect(countdown: Countdown, what: str, file: Path, content: bytes, *, torn: bool) -> Iterator[None]:
    """Half of a draft is what a machine leaves that dies while it writes."""
    if torn and countdown.left == len(countdown.effects) + 1:
        file.parent.mkdir(exist_ok=True)
        file.with_name(file.name + ".part").write_bytes(content[: len(content) // 2])
        countdown.effect(f"half of {what}")
    yield
    countdown.effect(f"write {what}")
