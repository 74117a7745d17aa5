"""How a model is reached: keys and places, taken out of the environment before anything foreign is read (G24)."""

from collections.abc import MutableMapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from bot.core.credential_keys import SECRET
from bot.core.credentials import Kind
from bot.errors import Refused

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
