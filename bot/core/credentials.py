"""Sealed credentials as they lie in `credentials/`, and what of it is believed (G26). No key is touched here.

The manifest is what all trust rests on: it is signed, and names every file by its hash. A file is believed because
the manifest names it, and what is sealed in it because it says the same of itself once more.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AwareDatetime, ConfigDict, StringConstraints, ValidationError
from pydantic import Field as Constraint

from bot.core.ids import Id
from bot.core.mission import Provider
from bot.core.models import Model
from bot.errors import Refused

FOLDER = "credentials"
MANIFEST = f"{FOLDER}/manifest.json"
MAX_MANIFEST, MAX_VALUE = 1_000_000, 65_536
"""Bytes of a manifest, and of a credential's value."""
Kind = Literal["anthropic-api-key", "anthropic-token", "bedrock-api-key", "vertex-access-token", "other"]
VARIABLES: Mapping[Kind, str] = {
    "anthropic-api-key": "ANTHROPIC_API_KEY",
    "anthropic-token": "ANTHROPIC_AUTH_TOKEN",
    "bedrock-api-key": "AWS_BEARER_TOKEN_BEDROCK",
    "vertex-access-token": "SWARM_VERTEX_ACCESS_TOKEN",
}
"""The environment variable that programs look for a credential of a kind in; `other` has none."""
PAYS: Mapping[Provider, tuple[Kind, ...]] = {
    "anthropic": ("anthropic-api-key", "anthropic-token"),
    "bedrock": ("bedrock-api-key",),
    "vertex": ("vertex-access-token",),
}
"""The kinds that an agent can reach a provider's models with."""
# What is signed says what it is: no signature over anything else can be taken for one of a manifest.
_DOMAIN = b"swarm-sessions: the manifest of sealed credentials, version 1\n"
_RESTORE = (
    f"take {FOLDER}/ back from the last commit that a maintainer made of it (`git log -- {FOLDER}`); "
    "what cannot be explained is an attack"
)

Serial = Annotated[int, Constraint(ge=1, le=1_000_000_000)]
VaultId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]
Recipient = Annotated[str, StringConstraints(pattern=r"^age1[0-9a-z]{58}$")]


class Entry(Model):
    """One credential; `serial` is that of the manifest that it was sealed for, `size` is in bytes."""

    name: Id
    kind: Kind
    since: AwareDatetime
    serial: Serial
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    size: Annotated[int, Constraint(ge=1, le=1_000_000)]

    @property
    def path(self) -> str:
        """The sealed file. A new value gets a new name: the old one is whole until the manifest changes."""
        return sealed_path(self.name, self.serial)


class Manifest(Model):
    """All credentials of a repository, in the order of their names. Every change makes the serial one higher.

    `vault` tells repositories apart, and stays when the keys change; `recipient` is whom the files are sealed to.
    """

    vault: VaultId
    serial: Serial
    recipient: Recipient
    credentials: tuple[Entry, ...] = ()


class SignedManifest(Model):
    """What lies in the file: a manifest, and an Ed25519 signature of it in hexadecimal."""

    manifest: Manifest
    signature: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{128}$")]


class Payload(Model):
    """What is sealed in a file: the value, and what the manifest says of it."""

    model_config = ConfigDict(hide_input_in_errors=True)

    vault: VaultId
    name: Id
    kind: Kind
    serial: Serial
    value: Annotated[str, Constraint(repr=False)]


def sealed_path(name: str, serial: int) -> str:
    return f"{FOLDER}/{name}.{serial}.age"


def signable(manifest: Manifest) -> bytes:
    """The bytes that a signature of a manifest is over: the same for the same values."""
    values = manifest.model_dump(mode="json")
    return _DOMAIN + json.dumps(values, sort_keys=True, separators=(",", ":")).encode()


def manifest_file(signed: SignedManifest) -> bytes:
    """The one way in which a signed manifest is written."""
    return json.dumps(signed.model_dump(mode="json"), indent=2).encode() + b"\n"


def parse_manifest(content: bytes | None) -> SignedManifest:
    """The manifest of a file, whose signature nobody has looked at yet.

    Raises Refused when there is none, and when any byte is other than `manifest_file` writes it.
    """
    if content is None:
        raise Refused(
            f"there is no {MANIFEST}",
            "`swarm credentials init` makes one, `swarm credentials add NAME` adds to it; commit both to the base",
        )
    try:
        signed = SignedManifest.model_validate_json(content[: MAX_MANIFEST + 1])
    except ValidationError:
        signed = None
    if signed is None or manifest_file(signed) != content or not _ordered(signed.manifest):
        raise Refused(f"{MANIFEST} is not as swarm writes it: it was cut off, merged or changed by hand", _RESTORE)
    return signed


def _ordered(manifest: Manifest) -> bool:
    """Whether each name stands there once, in order, and nothing is newer than the manifest itself."""
    names = [entry.name for entry in manifest.credentials]
    return names == sorted(set(names)) and all(e.serial <= manifest.serial for e in manifest.credentials)


def unsigned() -> Refused:
    """What is said when the signature is not one of the keys that are trusted."""
    return Refused(
        f"{MANIFEST} is not signed by the keys that are trusted here: somebody else made or changed it, or the "
        "keys have been replaced",
        f"after `rotate --all` set the secret anew; else {_RESTORE}",
    )


def refuse_older(manifest: Manifest, oldest: int) -> None:
    """Raises Refused when a manifest is older than the oldest that may count."""
    if manifest.serial < oldest:
        raise Refused(
            f"{MANIFEST} is number {manifest.serial}, and none before number {oldest} counts any more", _RESTORE
        )


def entry_of(manifest: Manifest, name: str) -> Entry:
    """The entry of a credential. Raises Refused, with the names that there are, when there is none."""
    for entry in manifest.credentials:
        if entry.name == name:
            return entry
    names = ", ".join(entry.name for entry in manifest.credentials) or "none"
    raise Refused(
        f"there is no credential {name} in {MANIFEST}; there are: {names}",
        f"seal it with `swarm credentials add {name} --kind KIND` and commit it to the base, or name another",
    )


def altered(entry: Entry, content: bytes | None) -> str:
    """How a file differs from the one that the manifest names; empty when it is that file."""
    if content is None:
        return f"{entry.path} is missing"
    if len(content) != entry.size or hashlib.sha256(content).hexdigest() != entry.sha256:
        return f"{entry.path} is not the file that the manifest names"
    return ""


def refuse_altered(entry: Entry, content: bytes | None) -> bytes:
    """The file of a credential. Raises Refused when it is not byte for byte the one that the manifest names."""
    wrong = altered(entry, content)
    if content is None or wrong:
        raise Refused(wrong, _RESTORE)
    return content


def payload_file(vault: str, name: str, kind: Kind, serial: int, value: str) -> bytes:
    """What is to be sealed."""
    return Payload(vault=vault, name=name, kind=kind, serial=serial, value=value).model_dump_json().encode()


def value_of(manifest: Manifest, entry: Entry, plaintext: bytes) -> str:
    """The value in what was opened. Raises Refused when that says anything else of itself than the manifest."""
    try:
        payload = Payload.model_validate_json(plaintext)
    except ValidationError:
        payload = None
    says = (manifest.vault, entry.name, entry.kind, entry.serial)
    if payload is None or (payload.vault, payload.name, payload.kind, payload.serial) != says:
        raise Refused(f"what is sealed in {entry.path} is no value of that name, kind and time", _RESTORE)
    return payload.value


def entry_for(name: str, kind: Kind, since: AwareDatetime, serial: int, content: bytes) -> Entry:
    """The entry of a file that has just been sealed."""
    digest = hashlib.sha256(content).hexdigest()
    return Entry(name=name, kind=kind, since=since, serial=serial, sha256=digest, size=len(content))


def cleaned(kind: Kind, value: str) -> str:
    """A value as it is sealed: without the line's end that a terminal or a file adds. Raises Refused for none."""
    value = value.removesuffix("\n").removesuffix("\r") if kind == "other" else value.strip()
    if not value.strip():
        raise Refused("the value is empty", "pipe it in, or type it when you are asked; nothing was sealed")
    if "\0" in value or len(value.encode(errors="replace")) > MAX_VALUE:
        raise Refused(
            f"the value has more than {MAX_VALUE:,} bytes, or a NUL, which no environment variable can hold",
            "seal something shorter, such as a token; nothing was sealed",
        )
    if kind != "other" and any(character.isspace() for character in value):
        raise Refused(
            f"the value has a space or a line's end in it, which no {kind} has", "look what was piped in"
        )
    return value
