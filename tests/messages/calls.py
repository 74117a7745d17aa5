"""A call as it was received, and what became of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import parse_qs, urlsplit

from tests.messages.web import Json


@dataclass
class Call:
    """`number` counts the calls to /v1/messages from 1; it is 0 for those to other paths. Names of headers are
    in lower case. `status` is the answer's, 0 when there was none."""

    number: int
    target: str
    headers: Mapping[str, str]
    raw: bytes
    request_id: str
    status: int = 0

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def betas(self) -> set[str]:
        """What is asked for in anthropic-beta."""
        return {it for part in self.headers.get("anthropic-beta", "").split(",") if (it := part.strip())}

    @property
    def beta(self) -> bool:
        """Whether the types of the beta API hold. The SDK's beta methods call the same path as the others."""
        return bool(self.betas) or parse_qs(urlsplit(self.target).query).get("beta") == ["true"]

    @cached_property
    def body(self) -> Json:
        """The parsed request. Raises ValueError when it is no JSON object."""
        parsed = json.loads(self.raw)
        if not isinstance(parsed, dict):
            raise ValueError("not an object")
        return parsed
