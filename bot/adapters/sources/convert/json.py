"""JSON: an API description, or facts at JSON pointers."""

import json
from collections.abc import Iterator

from bot.adapters.sources.convert import description
from bot.adapters.sources.draft import Draft


def convert(path: str, text: str) -> Iterator[Draft]:
    """Raises ValueError or RecursionError for what is no JSON."""
    return description.described(json.loads(text))
