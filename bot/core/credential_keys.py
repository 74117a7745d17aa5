"""The keys of a repository's credentials: those of its maintainers, and what of them a runner gets (G26).

A runner can open what is sealed and can never sign: it has the age identity and the public half of the other key.
"""

import json
import re
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import ConfigDict, StringConstraints, ValidationError
from pydantic import Field as Constraint

from bot.core.credentials import Serial, VaultId
from bot.core.models import Model
from bot.errors import Refused

SECRET = "SWARM_CREDENTIALS_KEY"  # noqa: S105  its name
"""The secret of Actions, and the environment variable, that holds what `secret_text` writes."""
_SECRET = re.compile(r"swarm1\.([1-9][0-9]{0,9})\.([0-9a-f]{64})\.(AGE-SECRET-KEY-1[0-9A-Z]{58})")
Identity = Annotated[str, StringConstraints(pattern=r"^AGE-SECRET-KEY-1[0-9A-Z]{58}$"), Constraint(repr=False)]
Seed = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$"), Constraint(repr=False)]


class KeyPair(Model):
    """An age identity, which opens, and the seed of an Ed25519 key, which signs."""

    model_config = ConfigDict(hide_input_in_errors=True)

    identity: Identity
    seed: Seed


class KeyRing(Model):
    """The key file of maintainers. While a rotation is under way it has two pairs: the old, then the new."""

    model_config = ConfigDict(hide_input_in_errors=True)

    vault: VaultId
    pairs: Annotated[tuple[KeyPair, ...], Constraint(min_length=1, max_length=2)]


@dataclass(frozen=True, slots=True)
class Opener:
    """What opens credentials: an identity, whose signature counts, and the oldest manifest that does."""

    identity: str = field(repr=False)
    verify_key: str
    oldest: Serial = 1


def secret_text(opener: Opener) -> str:
    """An opener as the value of a secret: one line."""
    return f"swarm1.{opener.oldest}.{opener.verify_key}.{opener.identity}"


def parse_secret(text: str) -> Opener:
    """The opener of a secret's value. Raises Refused, without a word of it, when it is none."""
    found = _SECRET.fullmatch(text.strip())
    if not found:
        raise Refused(
            f"{SECRET} is not what `swarm credentials init --secret` prints",
            f"set it anew: swarm credentials init --secret | gh secret set {SECRET}",
        )
    return Opener(identity=found[3], verify_key=found[2], oldest=int(found[1]))


def key_file(ring: KeyRing) -> bytes:
    """How a key file is written."""
    return json.dumps(ring.model_dump(mode="json"), indent=2).encode() + b"\n"


def parse_keys(content: bytes, file: str) -> KeyRing:
    """The keys of a file. Raises Refused, without a word of it, when it holds none."""
    try:
        return KeyRing.model_validate_json(content)
    except ValidationError:
        raise Refused(f"{file} is no key file of swarm, or was cut off", "take it back from your backup") from None
