"""How a model is reached: keys and places, taken out of the environment before anything foreign is read (G24)."""

from collections.abc import MutableMapping
from dataclasses import dataclass, field

SECRETS = ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "AWS_BEARER_TOKEN_BEDROCK", "SWARM_VERTEX_ACCESS_TOKEN")
"""The variables that hold a key or a token."""


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

    @property
    def secrets(self) -> tuple[str, ...]:
        """Everything that must not be written anywhere."""
        keys = (self.anthropic_key, self.anthropic_token, self.bedrock_key, self.vertex_token)
        return tuple(key for key in keys if key)


def take_access(environment: MutableMapping[str, str]) -> Access:
    """The access that an environment gives, and no longer holds afterwards: whoever looks there finds no key."""
    key, token, bedrock, vertex = (environment.pop(name, "").strip() for name in SECRETS)
    get = environment.get
    return Access(
        anthropic_key=key,
        anthropic_token=token,
        bedrock_key=bedrock,
        vertex_token=vertex,
        region=get("SWARM_CLOUD_REGION") or get("AWS_REGION") or get("CLOUD_ML_REGION") or "",
        project=get("SWARM_CLOUD_PROJECT") or get("ANTHROPIC_VERTEX_PROJECT_ID") or "",
        url=get("ANTHROPIC_BASE_URL") or None,
    )
