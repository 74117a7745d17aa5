# ruff: noqa: E501 - patterns and sentences are read as wholes
"""How a package's own documentation creates its client: the credentials that its example passes. Pure."""

import re
from collections.abc import Iterable, Iterator

from bot.adapters.agents.extractive.credentials import NAME, Credential, words_of
from bot.core.evidence import Passage

_CALLEE = re.compile(r"\b(?P<callee>(?:[a-z_]\w*\.)?[A-Z]\w*|[a-z_]\w*\.(?:login|connect))\((?!\))")
_AUTH = r"auth|(?:o_auth_|oauth_|basic_auth_|client_)?(?:client_id|client_secret)|api[kK]ey|apiSecret|privateKey|access[tT]oken"
_PASSED = re.compile(rf"\b(?P<name>{NAME}|{_AUTH})(?=\s*[=:,)])", re.IGNORECASE)
_NO_CLIENT = re.compile(
    r"Async|Error|Exception|Mail|Message|Request\b|Params|Webhook|print|Retry|Legacy|Exporter|Response"
)
_MAX, _SHOWN = 300, 2


def exemplified(passages: Iterable[Passage]) -> list[Credential]:
    """From `client = Square(token="YOUR_TOKEN")`: what the example passes; at most two, no name twice."""
    found: dict[str, Credential] = {}
    for passage in passages:
        for one in _passed(passage):
            found.setdefault(one.short, one)
    telling = [one for one in found.values() if one.short != "credentials"]
    return (telling or list(found.values()))[:_SHOWN]


def _passed(passage: Passage) -> Iterator[Credential]:
    """The quote runs from the call's name to the last credential's: the values that follow it say nothing."""
    for call in _CALLEE.finditer(passage.text):
        if _NO_CLIENT.search(call["callee"]):
            continue
        passed = _PASSED.finditer(passage.text, call.end(), _end(passage.text, call.end()))
        names = [name for name in passed if not name["name"].isupper()]  # that is an environment variable
        if not names:
            continue
        quote = passage.text[call.start("callee") : names[-1].end()]
        called = list(dict.fromkeys(name["name"] for name in names))
        if len(quote) <= _MAX:
            claim = f"In the package's example, {call['callee']} is called with {' and '.join(called)}."
            yield Credential(claim, " and ".join(map(words_of, called[:2])), quote, passage)


def _end(text: str, start: int) -> int:
    """Where the call's arguments end: at its closing bracket."""
    depth = 1
    for index in range(start, min(len(text), start + _MAX)):
        depth += {"(": 1, ")": -1}.get(text[index], 0)
        if depth == 0:
            return index + 1
    return min(len(text), start + _MAX)
