"""Opens one sealed credential, in memory, or refuses to (G26). Nothing else of `credentials/` is read.

In this order: the manifest is as it was written, signed by the keys that are trusted, sealed to them, not too old;
the one file is the one that it names; it opens; what is in it says the same of itself as the manifest.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from bot.core.credential_keys import KeyRing, Opener
from bot.core.credentials import (
    MANIFEST,
    Entry,
    Kind,
    Manifest,
    entry_of,
    parse_manifest,
    refuse_altered,
    refuse_older,
    signable,
    unsigned,
    value_of,
)
from bot.errors import Refused
from bot.ports import Sealing

Read = Callable[[str], bytes | None]
"""The content of a path of the repository; None when there is nothing."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A credential. Its value stands in no representation."""

    name: str
    kind: Kind
    value: str = field(repr=False)


def open_credential(read: Read, sealing: Sealing, opener: Opener, name: str) -> Opened:
    """The credential of a name. Raises Refused, naming the credential and never what is in it."""
    try:
        manifest = trusted(read, sealing, opener)
        entry = entry_of(manifest, name)
        return Opened(name, entry.kind, unsealed(read, sealing, opener.identity, manifest, entry))
    except Refused as error:
        [problem] = error.problems
        raise Refused(f"credential {name}: {problem.what}", problem.todo) from None


def trusted(read: Read, sealing: Sealing, opener: Opener) -> Manifest:
    """The manifest, signed by the key that counts. Raises Refused otherwise."""
    signed = parse_manifest(read(MANIFEST))
    manifest = signed.manifest
    if not sealing.signed(opener.verify_key, signable(manifest), signed.signature):
        raise unsigned()
    if manifest.recipient != sealing.recipient(opener.identity):
        raise Refused(
            f"{MANIFEST} is sealed to another identity than the one at hand", "set the secret or key file anew"
        )
    refuse_older(manifest, opener.oldest)
    return manifest


def unsealed(read: Read, sealing: Sealing, identity: str, manifest: Manifest, entry: Entry) -> str:
    """The value of an entry of a manifest that is trusted."""
    return value_of(manifest, entry, sealing.open(identity, refuse_altered(entry, read(entry.path))))


def opener_of(ring: KeyRing, sealing: Sealing, recipient: str) -> Opener:
    """Of a key file the pair that a manifest is sealed to. Raises Refused when there is none."""
    for pair in ring.pairs:
        if sealing.recipient(pair.identity) == recipient:
            return Opener(pair.identity, sealing.verify_key(pair.seed))
    raise Refused(
        f"{MANIFEST} is sealed to other keys than those of the key file",
        "after another maintainer's `rotate --all` ask for the new key file",
    )
