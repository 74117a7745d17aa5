"""`credentials list`: what is sealed, and whether it is as it was signed; without keys nobody can tell."""

from collections.abc import Iterator

from bot.commands.credentials import Vault, current
from bot.commands.outcome import Exit, Outcome
from bot.core.credentials import MANIFEST, Manifest, altered, parse_manifest
from bot.errors import Refused


def listed(vault: Vault) -> Outcome:
    """Every credential, and whether its file is intact. Exit code 1 when anything is not as it was signed."""
    manifest = parse_manifest(vault.store.read(MANIFEST)).manifest
    signature, todo = _signature(vault)
    states = {entry.name: altered(entry, vault.store.read(entry.path)) for entry in manifest.credentials}
    named = {entry.path for entry in manifest.credentials}
    strays = [path for path in vault.store.sealed() if path not in named]
    rows = [
        {
            "name": e.name,
            "kind": e.kind,
            "since": f"{e.since:%Y-%m-%dT%H:%M:%SZ}",
            "path": e.path,
            "wrong": states[e.name],
        }
        for e in manifest.credentials
    ]
    data = {"serial": manifest.serial, "signature": signature, "credentials": rows, "strays": strays}
    lines = [*_rows(manifest, states), f"signature: {signature}{todo}"]
    lines += [f"{path} is named by no manifest: the next change deletes it" for path in strays]
    wrong = signature == "refused" or any(states.values())
    return Outcome(data, "\n".join(lines), Exit.ACT if wrong else Exit.DONE)


def _signature(vault: Vault) -> tuple[str, str]:
    """What can be said of the manifest's signature, and what follows."""
    try:
        ring = vault.keys.read()
    except Refused as error:
        return "not verified", f": {error}"
    if ring is None:
        return "not verified", ": the keys are not on this machine (name the key file with --keys)"
    try:
        current(vault)
    except Refused as error:
        return "refused", f": {error}"
    return "verified", ""


def _rows(manifest: Manifest, states: dict[str, str]) -> Iterator[str]:
    if not manifest.credentials:
        yield "no credential is sealed here"
    width = max((len(entry.name) for entry in manifest.credentials), default=0)
    for entry in manifest.credentials:
        state = states[entry.name] or "intact"
        yield f"{entry.name:<{width}}  {entry.kind:<19}  since {entry.since:%Y-%m-%d %H:%M} UTC  {state}"
