"""package.json: what an npm package says of itself."""

import json
from collections.abc import Iterator

from bot.adapters.sources.convert.values import facts
from bot.adapters.sources.draft import Draft

_NPM_FACTS = (
    "name", "version", "description", "license", "homepage", "repository", "bugs", "author", "engines", "keywords",
    "dependencies", "peerDependencies", "main", "types",
)  # fmt: skip


def convert(path: str, text: str) -> Iterator[Draft]:
    """The facts that a reader asks for; scripts and tools' settings are left out."""
    data = json.loads(text)
    for key in _NPM_FACTS:
        yield from facts(data.get(key), key)
