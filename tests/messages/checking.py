"""Whether a call is one that the provider would take: its size, path, headers, shape and the documented rules."""

from tests.messages import rules, shapes
from tests.messages.calls import Call
from tests.messages.web import Json, Refusal, invalid

MESSAGES, COUNT = "/v1/messages", "/v1/messages/count_tokens"
LARGEST = 32 * 1024 * 1024


def check(call: Call, keys: tuple[str, ...]) -> None:
    """Refuses a call with what is wrong about it."""
    if len(call.raw) > LARGEST:
        raise Refusal(413, "Request exceeds the maximum size")
    if call.path not in (MESSAGES, COUNT):
        raise Refusal(404, f"Not found: {call.path}")
    _check_headers(call, keys)
    streams = _body(call).get("stream")
    kind = "count" if call.path == COUNT else "stream" if streams else "create"
    if problem := shapes.wrong(kind, call.raw, beta=call.beta):
        raise invalid(problem)
    rules.check(call.body, call.betas)


def _check_headers(call: Call, keys: tuple[str, ...]) -> None:
    bearer = call.headers.get("authorization", "").removeprefix("Bearer ")
    if call.headers.get("x-api-key", bearer) not in keys:
        raise Refusal(401, "invalid x-api-key")
    if not call.headers.get("anthropic-version"):
        raise invalid("anthropic-version: header is required")


def _body(call: Call) -> Json:
    try:
        return call.body
    except ValueError as problem:
        raise invalid(f"The request body is not valid JSON: {problem}") from problem
