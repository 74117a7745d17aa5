"""`credentials init`, `add` and `rotate`: seals credentials into a work tree, for a person to commit (G10, G26).

A new value is written under a new name first, then the manifest is replaced, then old files go. So the manifest is
the one step that counts: wherever a command is cut off, either the old state or the new one is whole, and the next
command sweeps up the rest.
"""

from dataclasses import dataclass, replace

from bot.commands.opening import opener_of, trusted
from bot.commands.outcome import Outcome
from bot.core.credential_keys import SECRET, KeyPair, KeyRing, Opener, secret_text
from bot.core.credentials import (
    FOLDER,
    MANIFEST,
    Entry,
    Kind,
    Manifest,
    SignedManifest,
    cleaned,
    entry_for,
    entry_of,
    manifest_file,
    parse_manifest,
    payload_file,
    sealed_path,
    signable,
    unsigned,
)
from bot.errors import Refused
from bot.ports import Clock, CredentialStore, Keys, Sealing

COMMIT = f"commit {FOLDER}/ to the base branch"
SET = f"swarm credentials init --secret | gh secret set {SECRET}"


@dataclass(frozen=True, slots=True)
class Vault:
    """The credentials of one repository, and the keys to them."""

    store: CredentialStore
    keys: Keys
    sealing: Sealing
    clock: Clock


@dataclass(frozen=True, slots=True)
class State:
    """A manifest that is trusted, the keys that it is sealed to, and all that there are."""

    manifest: Manifest
    pair: KeyPair
    ring: KeyRing


# --- init --------------------------------------------------------------------------------------------------


def init(vault: Vault, identifier: str, keys: str, *, secret: bool) -> Outcome:
    """Makes keys and an empty manifest where there is none. `keys` is where the keys are kept, for the text.

    `secret`: the outcome is the value of the secret, with the present manifest as the oldest that counts.
    """
    made = vault.store.read(MANIFEST) is None
    if made:
        pair = vault.sealing.new_keys()
        vault.keys.create(KeyRing(vault=identifier, pairs=(pair,)))
        recipient = vault.sealing.recipient(pair.identity)
        publish(vault, Manifest(vault=identifier, serial=1, recipient=recipient), pair)
    state = current(vault)
    if secret:
        text = secret_text(replace(_opener(vault, state), oldest=state.manifest.serial))
        return Outcome({"secret": text}, text)
    lines = [
        f"made {MANIFEST}" if made else f"{MANIFEST} is there already",
        f"the keys are in {keys}: make a backup, and never commit them",
        f"on GitHub: {SET}",
        f"then `swarm credentials add NAME --kind KIND`, and {COMMIT}",
    ]
    data = {"manifest": MANIFEST, "keys": keys, "recipient": state.manifest.recipient, "made": made}
    return Outcome(data, "\n".join(lines))


def _opener(vault: Vault, state: State) -> Opener:
    return Opener(state.pair.identity, vault.sealing.verify_key(state.pair.seed))


# --- what all that write have in common ----------------------------------------------------------------------


def current(vault: Vault) -> State:
    """What is there, once it is known to be ours. Raises Refused otherwise: what is not trusted is not signed."""
    recipient = parse_manifest(vault.store.read(MANIFEST)).manifest.recipient
    ring = vault.keys.read()
    if ring is None:
        raise Refused(
            "the keys of these credentials are not on this machine",
            "ask a maintainer for the key file, and name it with --keys",
        )
    opener = opener_of(ring, vault.sealing, recipient)
    manifest = trusted(vault.store.read, vault.sealing, opener)
    if manifest.vault != ring.vault:
        raise unsigned()
    return State(manifest, next(pair for pair in ring.pairs if pair.identity == opener.identity), ring)


def publish(vault: Vault, manifest: Manifest, pair: KeyPair) -> None:
    """Signs and replaces the manifest, then deletes what it does not name."""
    signature = vault.sealing.sign(pair.seed, signable(manifest))
    vault.store.write(MANIFEST, manifest_file(SignedManifest(manifest=manifest, signature=signature)))
    sweep(vault, manifest)


def sweep(vault: Vault, manifest: Manifest) -> None:
    """Deletes the sealed files that a manifest does not name: old values, and what a crash has left."""
    named = {entry.path for entry in manifest.credentials}
    for path in vault.store.sealed():
        if path not in named:
            vault.store.delete(path)


def seal(vault: Vault, state: State, serial: int, name: str, kind: Kind, value: str) -> Entry:
    """Writes the file of a value that was never there before."""
    manifest, now = state.manifest, vault.clock.now().replace(microsecond=0)
    plaintext = payload_file(manifest.vault, name, kind, serial, value)
    content = vault.sealing.seal(manifest.recipient, plaintext)
    vault.store.write(sealed_path(name, serial), content)
    return entry_for(name, kind, now, serial, content)


def _with(manifest: Manifest, serial: int, entry: Entry) -> Manifest:
    others = (one for one in manifest.credentials if one.name != entry.name)
    entries = tuple(sorted((*others, entry), key=lambda one: one.name))
    return manifest.model_copy(update={"serial": serial, "credentials": entries})


# --- add and rotate ------------------------------------------------------------------------------------------


def known(vault: Vault, name: str) -> Entry:
    """The entry of a credential that can be changed. Raises Refused where there is none."""
    return entry_of(current(vault).manifest, name)


def refuse_known(vault: Vault, name: str) -> None:
    """Raises Refused when a credential of this name could not be added: before a value is asked for."""
    if any(entry.name == name for entry in current(vault).manifest.credentials):
        raise Refused(
            f"there is a credential {name} already", f"`swarm credentials rotate {name}` replaces its value"
        )


def add(vault: Vault, name: str, kind: Kind, value: str) -> Outcome:
    """Seals a value under a new name. Raises Refused when there is one of that name, and for an empty value."""
    refuse_known(vault, name)
    state, value = current(vault), cleaned(kind, value)
    return _sealed(vault, state, name, kind, value, "sealed")


def rotate(vault: Vault, name: str, value: str) -> Outcome:
    """Seals a new value in the place of an old one, of the same kind."""
    state = current(vault)
    kind = entry_of(state.manifest, name).kind
    return _sealed(vault, state, name, kind, cleaned(kind, value), "sealed anew")


def _sealed(vault: Vault, state: State, name: str, kind: Kind, value: str, what: str) -> Outcome:
    serial = state.manifest.serial + 1
    entry = seal(vault, state, serial, name, kind, value)
    publish(vault, _with(state.manifest, serial, entry), state.pair)
    return Outcome({"name": name, "kind": kind, "path": entry.path, "serial": serial}, f"{name} {what}; {COMMIT}")
