"""YAML: an API description, or facts at JSON pointers."""

from collections.abc import Iterator

import yaml

from bot.adapters.sources.convert import description
from bot.adapters.sources.draft import Draft

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def convert(path: str, text: str) -> Iterator[Draft]:
    """Raises ValueError for what is no YAML. Aliases stay references, and what is walked is bounded."""
    try:
        data = yaml.load(text, Loader=_Loader)  # noqa: S506
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from None
    return description.described(data)
