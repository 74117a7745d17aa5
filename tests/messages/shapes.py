"""Whether JSON has the shape that the official SDK's own types say, exactly: no key more and none less."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from anthropic.types import (
    BetaErrorResponse,
    Message,
    MessageTokensCount,
    RawMessageStreamEvent,
    message_count_tokens_params,
    message_create_params,
)
from anthropic.types.beta import (
    BetaMessage,
    BetaMessageTokensCount,
    BetaRawMessageStreamEvent,
)
from anthropic.types.beta import message_count_tokens_params as beta_count_params
from anthropic.types.beta import message_create_params as beta_create_params
from pydantic import TypeAdapter
from pydantic_core import ErrorDetails, SchemaValidator, ValidationError

# By what is checked, and whether the call is to the beta endpoint.
TYPES: dict[tuple[str, bool], Any] = {
    ("create", False): message_create_params.MessageCreateParamsNonStreaming,
    ("create", True): beta_create_params.MessageCreateParamsNonStreaming,
    ("stream", False): message_create_params.MessageCreateParamsStreaming,
    ("stream", True): beta_create_params.MessageCreateParamsStreaming,
    ("count", False): message_count_tokens_params.MessageCountTokensParams,
    ("count", True): beta_count_params.MessageCountTokensParams,
    ("message", False): Message,
    ("message", True): BetaMessage,
    ("event", False): RawMessageStreamEvent,
    ("event", True): BetaRawMessageStreamEvent,
    ("counted", False): MessageTokensCount,
    ("counted", True): BetaMessageTokensCount,
    ("error", False): BetaErrorResponse,
}
# Parameters of the client's methods that it sends as headers.
HEADERS = {"betas", "user_profile_id", "workspace_id"}


def wrong(kind: str, text: bytes | str, *, beta: bool) -> str:
    """What is wrong with a JSON text, with its place; "" when nothing is."""
    try:
        _validator(kind, beta).validate_json(text, strict=True)
    except ValidationError as error:
        return _told(error.errors(include_url=False))
    return ""


@cache
def _validator(kind: str, beta: bool) -> SchemaValidator:
    return SchemaValidator(_exact(TypeAdapter(TYPES[kind, beta]).core_schema))


def _exact(schema: Any) -> Any:
    """The schema of a type, with unknown keys refused and lists checked at once, where the SDK is lenient."""
    if isinstance(schema, list | tuple):
        return type(schema)(_exact(part) for part in schema)
    if not isinstance(schema, Mapping):
        return schema
    made = {key: _exact(part) for key, part in schema.items()}
    if made.get("type") == "generator":
        made["type"] = "list"
    elif made.get("type") in ("typed-dict", "model-fields"):
        made["extra_behavior"] = "forbid"
        made.pop("extras_schema", None)
        made["fields"] = {name: field for name, field in made["fields"].items() if name not in HEADERS}
    return made


def _told(errors: list[ErrorDetails]) -> str:
    """Of all that a union's members complain about: what the member complains about that was meant."""
    others = [it["loc"][:-1] for it in errors if it["loc"][-1:] in (("type",), ("role",))]
    meant = [it for it in errors if not any(it["loc"][: len(other)] == other for other in others)]
    found = max(meant or errors, key=lambda it: len(it["loc"]))
    place = [str(part) for part in found["loc"] if isinstance(part, int) or _is_key(part)]
    return f"{'.'.join(place)}: {found['msg']}"


def _is_key(part: str) -> bool:
    """Whether a part of a place is a key of the request and not the name of a union's member."""
    return part.isidentifier() and part.islower() and part not in ("str", "int", "bool")
