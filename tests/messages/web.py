"""What the parts of the server share: JSON, and a refusal in the documented envelope."""

import json
from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]

KINDS = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    500: "api_error",
    503: "api_error",
    504: "timeout_error",
    529: "overloaded_error",
}


def dumped(value: object) -> str:
    """JSON as the official client sends it: no blanks, no escapes that are not needed, keys in their order."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


class Refusal(Exception):
    """A request that is answered with an error status instead of a message."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = dict(headers or {})

    def body(self, request_id: str) -> Json:
        return error(KINDS[self.status], self.message) | {"request_id": request_id}


def error(kind: str, message: str) -> Json:
    """The envelope of every error, also of one within a stream."""
    return {"type": "error", "error": {"type": kind, "message": message}}


def invalid(message: str) -> Refusal:
    """The refusal of a request that breaks a documented rule."""
    return Refusal(400, message)
