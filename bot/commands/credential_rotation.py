"""`credentials rotate --all`: new keys, for when somebody may have the old ones or a maintainer leaves (G10)."""

from dataclasses import replace

from bot.commands.credentials import COMMIT, SET, State, Vault, current, publish, seal, sweep
from bot.commands.opening import unsealed
from bot.commands.outcome import Outcome
from bot.core.credential_keys import KeyPair


def rotate_all(vault: Vault) -> Outcome:
    """New keys, and everything sealed to them again. Cut off anywhere, it goes on with the keys that it made."""
    state = current(vault)
    old, new = state.ring.pairs[0], state.ring.pairs[-1]
    if state.pair != new or old == new:
        if old == new:
            new = vault.sealing.new_keys()
            vault.keys.replace(state.ring.model_copy(update={"pairs": (old, new)}))
        _seal_again(vault, state, new)
    vault.keys.replace(state.ring.model_copy(update={"pairs": (new,)}))  # what the old one signs counts no more
    manifest = current(vault).manifest
    sweep(vault, manifest)
    names = [entry.name for entry in manifest.credentials]
    text = f"new keys, and {len(names)} sealed again; {COMMIT}, and when it is there: {SET}"
    return Outcome({"recipient": manifest.recipient, "serial": manifest.serial, "sealed": names}, text)


def _seal_again(vault: Vault, state: State, new: KeyPair) -> None:
    """All values of the old manifest, to new keys. How old a value is stays as it was."""
    old, serial = state.manifest, state.manifest.serial + 1
    manifest = old.model_copy(update={"serial": serial, "recipient": vault.sealing.recipient(new.identity)})
    target = replace(state, manifest=manifest)
    entries = []
    for entry in old.credentials:
        value = unsealed(vault.store.read, vault.sealing, state.pair.identity, old, entry)
        made = seal(vault, target, serial, entry.name, entry.kind, value)
        entries.append(made.model_copy(update={"since": entry.since}))
    publish(vault, manifest.model_copy(update={"credentials": tuple(entries)}), new)
