"""How a model is reached: keys and places, taken out of the environment before anything foreign is read (G24).

What a process was started with stays readable for all others of the same user as long as it lives (on Linux in
`/proc/PID/environ`), whatever it removes from its variables. So in a job the process starts itself anew, without
the keys, and hands them to itself through a pipe, which can be read once. It stays the process that the runner
signals.
"""

import json
import os
import sys
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from bot.core.credential_keys import SECRET
from bot.core.credentials import Kind
from bot.errors import Refused

PIPE = "SWARM_KEYS_PIPE"
"""The variable that names the file descriptor which the keys come through."""
LONGEST = 10_000
"""Bytes of all keys together: a pipe holds more than that before anybody reads, on every system."""
SECRETS = (
    "ANTHROPIC_API_KEY",
    "ANTHROPIC_AUTH_TOKEN",
    "AWS_BEARER_TOKEN_BEDROCK",
    "SWARM_VERTEX_ACCESS_TOKEN",
    SECRET,
)
"""The variables that hold a key or a token."""
KEY_FILE = "SWARM_CREDENTIALS_FILE"


@dataclass(frozen=True, slots=True)
class Access:
    """Keys never stand in a representation, so that no traceback shows them. `url` is for tests and proxies."""

    anthropic_key: str = field(default="", repr=False)
    anthropic_token: str = field(default="", repr=False)
    bedrock_key: str = field(default="", repr=False)
    vertex_token: str = field(default="", repr=False)
    region: str = ""
    project: str = ""
    url: str | None = None
    credentials_key: str = field(default="", repr=False)
    key_file: Path | None = None
    """What opens sealed credentials: the secret's value, or (on a maintainer's machine) the file of the keys."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """Everything that must not be written anywhere."""
        keys = (self.anthropic_key, self.anthropic_token, self.bedrock_key, self.vertex_token)
        return tuple(key for key in (*keys, self.credentials_key) if key)

    def with_credential(self, name: str, kind: Kind, value: str) -> "Access":
        """The access that a sealed credential gives: by it alone, and with nothing that opens others."""
        place = Access(region=self.region, project=self.project, url=self.url)
        match kind:
            case "anthropic-api-key":
                return replace(place, anthropic_key=value)
            case "anthropic-token":
                return replace(place, anthropic_token=value)
            case "bedrock-api-key":
                return replace(place, bedrock_key=value)
            case "vertex-access-token":
                return replace(place, vertex_token=value)
            case "other":
                raise Refused(f"credential {name}: it is of the kind other", "name one that pays for a model")


def take_access(environment: MutableMapping[str, str]) -> Access:
    """The access that an environment gives, and no longer holds afterwards: whoever looks there finds no key."""
    key, token, bedrock, vertex, opener = (environment.pop(name, "").strip() for name in SECRETS)
    get = environment.get
    return Access(
        anthropic_key=key,
        anthropic_token=token,
        bedrock_key=bedrock,
        vertex_token=vertex,
        credentials_key=opener,
        key_file=Path(file) if (file := get(KEY_FILE)) else None,
        region=get("SWARM_CLOUD_REGION") or get("AWS_REGION") or get("CLOUD_ML_REGION") or "",
        project=get("SWARM_CLOUD_PROJECT") or get("ANTHROPIC_VERTEX_PROJECT_ID") or "",
        url=get("ANTHROPIC_BASE_URL") or None,
    )


def start_anew(environment: MutableMapping[str, str]) -> Access:
    """The access of a process that was started without any key. One that was started with keys is replaced by it:
    this returns only in the new one.

    The inputs of an action that some runners (not GitHub's) copy into the variables of its steps go as well: the
    keys and the token are among them. Raises Refused when what comes through the pipe are no keys.
    """
    if pipe := environment.pop(PIPE, ""):
        return take_access({**environment, **_received(pipe)})
    keys = {name: environment.pop(name, "") for name in SECRETS}
    copies = [name for name in environment if name.startswith("INPUT_")]
    for name in copies:
        del environment[name]
    if copies or any(keys.values()):
        _replace(environment, json.dumps(keys).encode())
    return take_access(environment)


def _replace(environment: Mapping[str, str], keys: bytes) -> None:
    if len(keys) > LONGEST:
        raise Refused(f"the keys of the model have {len(keys):,} bytes, which no key has", "look at the secrets")
    reading, writing = os.pipe()
    os.write(writing, keys)
    os.close(writing)
    os.set_inheritable(reading, True)
    os.execve(  # noqa: S606  # this very program, with the arguments that it has
        sys.executable, [sys.executable, *sys.orig_argv[1:]], {**environment, PIPE: str(reading)}
    )


def _received(pipe: str) -> dict[str, str]:
    try:
        with os.fdopen(int(pipe), "rb") as stream:
            keys = json.loads(stream.read(LONGEST + 1))
    except (ValueError, OSError) as error:
        raise Refused(f"{PIPE} leads to no keys", "leave it unset: the agent sets it for itself") from error
    if not isinstance(keys, dict) or not all(isinstance(value, str) for value in keys.values()):
        raise Refused(f"{PIPE} leads to no keys", "leave it unset: the agent sets it for itself")
    return {name: value for name, value in keys.items() if name in SECRETS}
