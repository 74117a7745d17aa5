"""Builds the adapters for sealed credentials: for a maintainer's work tree, and for what an agent may open."""

import re
import secrets
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bot.adapters.clock import SystemClock
from bot.adapters.credential_files import CredentialFolder, KeyFile
from bot.adapters.git import open_repository
from bot.adapters.model_access import Access
from bot.adapters.sealing import Sealing
from bot.commands.credentials import Vault, current
from bot.commands.opening import Opened, Read, open_credential, opener_of
from bot.core.credential_keys import SECRET, Opener, parse_secret
from bot.core.credentials import MANIFEST, VARIABLES, Manifest, parse_manifest
from bot.errors import Refused, SwarmError

if TYPE_CHECKING:
    from bot.commands.outcome import Outcome
    from bot.ports import Repository

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)


# --- for agents ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Credentials:
    """What agents may open, out of a commit.

    `root` is the work tree of a machine where a maintainer's key file will do; None: the secret alone counts.
    """

    repo: "Repository"
    commit: Callable[[], str]
    root: Path | None

    def access(self, access: Access, name: str) -> Access:
        """What a credential gives in the place of the access at hand. Raises Refused, naming the credential."""
        commit = self.commit()

        def read(path: str) -> bytes | None:
            return self.repo.read([(commit, path)]).get((commit, path))

        try:
            opener = self._opener(access, read)
        except Refused as error:
            [problem] = error.problems
            raise Refused(f"credential {name}: {problem.what}", problem.todo) from None
        opened = open_credential(read, Sealing(), opener, name)
        return access.with_credential(name, opened.kind, opened.value)

    def _opener(self, access: Access, read: Read) -> Opener:
        if access.credentials_key:
            return parse_secret(access.credentials_key)
        if self.root is None:
            raise Refused(
                f"the secret {SECRET} is not set",
                f"set it: swarm credentials init --secret | gh secret set {SECRET}",
            )
        manifest = parse_manifest(read(MANIFEST)).manifest
        return _of_file(KeyFile(_place(access.key_file, manifest.vault), self.root), manifest)


def _of_file(keys: KeyFile, manifest: Manifest) -> Opener:
    ring = keys.read()
    if ring is None:
        raise Refused(
            f"there is no key file {keys.path}, and {SECRET} is not set",
            "ask a maintainer for the key file, and name it with --keys or SWARM_CREDENTIALS_FILE",
        )
    return opener_of(ring, Sealing(), manifest.recipient)


def _place(chosen: Path | None, vault: str) -> Path:
    """Where the keys of a vault are kept: in the user's own data folder, unless told otherwise."""
    from platformdirs import user_data_path

    return chosen or user_data_path("swarm-sessions") / "credentials" / f"{vault}.json"


# --- for maintainers -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Maintained:
    """The credentials of the work tree that a folder lies in."""

    vault: Vault
    keys: KeyFile
    identifier: str

    @classmethod
    def at(cls, folder: Path, chosen: Path | None) -> "Maintained":
        """Raises SwarmError where there is no work tree."""
        root = open_repository(folder.resolve()).git.directory
        store = CredentialFolder(root)
        content = store.read(MANIFEST)
        identifier = parse_manifest(content).manifest.vault if content is not None else secrets.token_hex(8)
        keys = KeyFile(_place(chosen, identifier), root)
        return cls(Vault(store, keys, Sealing(), SystemClock()), keys, identifier)

    @contextmanager
    def alone(self) -> Iterator[Vault]:
        """The vault, which nobody else on this machine changes meanwhile."""
        with self.keys.alone():
            yield self.vault

    def init(self, *, secret: bool) -> "Outcome":
        from bot.commands.credentials import init

        with self.alone() as vault:
            return init(vault, self.identifier, str(self.keys.path), secret=secret)

    def use(self, name: str, variable: str, command: tuple[str, ...], environment: Mapping[str, str]) -> int:
        """Runs a command with a credential in one variable of its environment; its exit code.

        `variable` empty: the one that programs look for a credential of this kind in.
        """
        opened = self._opened(name)
        variable = variable or VARIABLES.get(opened.kind, "")
        if variable and not _VARIABLE.fullmatch(variable):
            raise Refused(f"{variable} can be no variable of an environment", "write a name such as API_TOKEN")
        if not variable:
            what = f"{name} is of the kind {opened.kind}, for which there is no usual variable"
            raise Refused(what, "name one: --as VAR")
        try:
            kept = {key: value for key, value in environment.items() if key != SECRET}
            done = subprocess.run(command, env={**kept, variable: opened.value}, check=False)
        except FileNotFoundError:
            raise SwarmError(f"there is no program {command[0]}", "write it as you would without `use`") from None
        return done.returncode if done.returncode >= 0 else 128 - done.returncode

    def _opened(self, name: str) -> Opened:
        vault = self.vault
        state = current(vault)
        opener = Opener(state.pair.identity, vault.sealing.verify_key(state.pair.seed))
        return open_credential(vault.store.read, vault.sealing, opener, name)
