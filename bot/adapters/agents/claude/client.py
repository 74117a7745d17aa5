"""One call to a model through Anthropic's SDK: what is sent, what comes back, and what can go wrong with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from weakref import finalize

from bot.adapters.agents.claude.endings import Halted
from bot.adapters.agents.claude.wire import TooLate, Wire
from bot.adapters.model_access import Access
from bot.core.mission import Provider
from bot.core.pricing import Tokens
from bot.core.retrying import Failure
from bot.ports import Clock

if TYPE_CHECKING:
    from anthropic.types.beta import BetaMessage

Json = dict[str, Any]
CONNECT, SILENCE = 15.0, 90.0
"""Seconds until a connection stands, and between two signs of life of a stream."""
OVERLOADED = 529
TRIMMING = "context-management-2025-06-27"
TRIM_AT, TRIM_KEEP, TRIM_LEAST = 60_000, 12, 20_000
"""From so many tokens on, the oldest tool results go, all but so many, if that frees at least so many tokens. What
is trimmed has to be written into the cache anew from there on: below this it costs more than it saves."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a model answered. `tokens` is None when the answer does not say what it was charged for.

    `prompt` is how many tokens the whole request had before anything was trimmed from it.
    """

    content: tuple[Json, ...]
    stop: str
    tokens: Tokens | None
    prompt: int | None
    regional: bool = False


class CallFailed(Exception):
    """A call without an answer. `began`: the work may have been done, and is charged for then."""

    def __init__(self, failure: Failure, *, began: bool) -> None:
        super().__init__(failure.message)
        self.failure, self.began = failure, began


class Client:
    """Calls one model. Retries nothing by itself: whoever calls has the money and the deadline."""

    def __init__(
        self, access: Access, provider: Provider, model: str, clock: Clock, *, silence: float = SILENCE
    ) -> None:
        """Raises Halted when there is no key for the provider."""
        self._silence = silence
        # Whoever answers is who was asked: a key, and what was read, are sent nowhere else (A21).
        self._wire = Wire(clock)
        http = self._wire.http()
        finalize(self, http.close)
        self._messages = _sdk(access, provider, http).beta.messages
        self._extras = _extras(provider)
        self._model = model
        self._clock = clock
        # Google has one price for everywhere and another for one region.
        self._regional = provider == "vertex" and access.region != "global"

    def call(self, request: Mapping[str, Any], most: int, deadline: datetime) -> Reply:
        """The answer to system, tools and messages, of at most `most` tokens. Raises CallFailed and TooLate."""
        import anthropic
        import httpx2

        timeout = httpx2.Timeout(self._silence, connect=CONNECT)
        self._wire.begin(deadline)
        try:
            with self._messages.stream(
                model=self._model, max_tokens=most, timeout=timeout, **request, **self._extras
            ) as stream:
                counted = False
                for event in stream:
                    counted = counted or (event.type == "message_delta" and event.usage is not None)
                    if self._clock.now() >= deadline:
                        raise TooLate
                return _reply(stream.get_final_message(), counted=counted, regional=self._regional)
        except anthropic.APIStatusError as error:
            raise _refused(error) from error
        except (CallFailed, TooLate):
            raise
        except Exception as error:
            # A stream that was cut, silent or garbled: the SDK says so with exceptions of its own, of the client
            # below it and of Python's (AssertionError, AttributeError, ValueError), and all mean the same.
            message = f"{type(error).__name__}: {error}"[:300]
            raise CallFailed(Failure(None, message), began=True) from error


def _sdk(access: Access, provider: Provider, http: Any) -> Any:
    """The SDK's own client of a provider: three classes that have the messages in common and no type."""
    import anthropic

    match provider:
        case "anthropic":
            if not (access.anthropic_key or access.anthropic_token):
                raise _no_key(provider, "ANTHROPIC_API_KEY")
            key, token = access.anthropic_key or None, access.anthropic_token or None
            return anthropic.Anthropic(
                api_key=key, auth_token=token, base_url=access.url, max_retries=0, http_client=http
            )
        case "bedrock":
            if not access.bedrock_key:
                raise _no_key(provider, "AWS_BEARER_TOKEN_BEDROCK, and the region in SWARM_CLOUD_REGION")
            return anthropic.AnthropicBedrockMantle(
                api_key=access.bedrock_key,
                aws_region=access.region or None,
                base_url=access.url,
                max_retries=0,
                http_client=http,
            )
        case "vertex":
            if not (access.vertex_token and access.project and access.region):
                names = "SWARM_VERTEX_ACCESS_TOKEN, SWARM_CLOUD_PROJECT and SWARM_CLOUD_REGION"
                raise _no_key(provider, names)
            return anthropic.AnthropicVertex(
                access_token=access.vertex_token,
                project_id=access.project,
                region=access.region,
                base_url=access.url,
                max_retries=0,
                http_client=http,
            )


def _no_key(provider: Provider, names: str) -> Halted:
    return Halted(
        f"there is no key for {provider}: {names} is not set (on GitHub it is a secret, see docs/agents.md)"
    )


def _extras(provider: Provider) -> Json:
    """What only Anthropic itself understands: no other price than the usual one, and old tool results go."""
    if provider != "anthropic":
        return {}
    trim = {
        "type": "clear_tool_uses_20250919",
        "trigger": {"type": "input_tokens", "value": TRIM_AT},
        "keep": {"type": "tool_uses", "value": TRIM_KEEP},
        "clear_at_least": {"type": "input_tokens", "value": TRIM_LEAST},
    }
    return {"service_tier": "standard_only", "betas": [TRIMMING], "context_management": {"edits": [trim]}}


def _reply(message: "BetaMessage", *, counted: bool, regional: bool) -> Reply:
    """`counted`: the usage at the end of the stream was seen; the one at its beginning knows no output."""
    if not message.stop_reason:
        raise CallFailed(Failure(None, "the answer ends before its end"), began=True)
    tokens = _tokens(message) if counted else None
    here = message.usage.inference_geo if message.usage else None
    return Reply(
        content=tuple(_block(block) for block in message.content),
        stop=message.stop_reason,
        tokens=tokens,
        prompt=tokens.prompt + _trimmed(message) if tokens else None,
        regional=regional or here not in (None, "global", "not_available"),
    )


def _tokens(message: "BetaMessage") -> Tokens | None:
    """None where the answer does not say it, or says what cannot be: the SDK checks nothing of its types.
    A use below zero would be money that an attempt has earned (G23)."""
    usage = message.usage
    if not usage:
        return None
    read, written = usage.cache_read_input_tokens, usage.cache_creation_input_tokens
    counts: Sequence[Any] = (usage.input_tokens, usage.output_tokens, read or 0, written or 0)
    return Tokens(*counts) if all(type(count) is int and count >= 0 for count in counts) else None


def _block(block: Any) -> Json:
    """A block as it came, so that sending it back is the same bytes each time."""
    fields: Json = block.to_dict(warnings=False)  # about an input that is no object, which the tools refuse
    fields.pop("parsed_output", None)  # the SDK's own addition
    return fields


def _trimmed(message: "BetaMessage") -> int:
    edits = message.context_management.applied_edits if message.context_management else ()
    return sum(edit.cleared_input_tokens or 0 for edit in edits)


def _refused(error: Any) -> CallFailed:
    """An answer with an error's status. Only what was surely refused before the work began counts for nothing.

    An error amid a stream comes with the status of the stream, which began well.
    """
    headers = {name.lower(): value for name, value in error.response.headers.items()}
    within = error.status_code < 300
    failure = Failure(None if within else error.status_code, _words(error), headers)
    return CallFailed(failure, began=failure.ambiguous and error.status_code != OVERLOADED)


def _words(error: Any) -> str:
    body = error.body
    inner = body.get("error") if isinstance(body, dict) else None
    said = inner.get("message") if isinstance(inner, dict) else None
    return str(said or error.message)[:300]
