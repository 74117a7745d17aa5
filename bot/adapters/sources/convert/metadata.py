"""METADATA: what a Python package says of itself."""

from collections.abc import Iterator
from email import message_from_string
from email.message import Message

from bot.adapters.sources.convert import markdown, rst
from bot.adapters.sources.draft import Draft

_LEFT_OUT = frozenset(
    ("metadata-version", "license-file", "dynamic", "description", "description-content-type", "provides-extra")
)


def convert(path: str, text: str) -> Iterator[Draft]:
    """The headers as facts (`License-Expression: MIT`), then the description as the document it is."""
    message = message_from_string(text)
    for key, value in message.items():
        if key.lower() not in _LEFT_OUT:
            first = str(value).strip().splitlines()[0] if str(value).strip() else ""
            yield Draft(key, "metadata", f"{key}: {first}")
    yield from _description(message)


def _description(message: Message) -> Iterator[Draft]:
    body = message.get_payload()
    text = body if isinstance(body, str) and body.strip() else str(message.get("Description", ""))
    kind = str(message.get("Description-Content-Type", "text/x-rst"))
    yield from (markdown if kind.startswith("text/markdown") else rst).sections(text, "Description")
