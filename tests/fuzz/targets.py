"""What is fuzzed, by name, and what it begins with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tests.fuzz import documents, seeds, texts


@dataclass(frozen=True)
class Target:
    """`check` takes any bytes and raises when a promise does not hold."""

    check: Callable[[bytes], None]
    seeds: Callable[[], list[bytes]]


TARGETS: Mapping[str, Target] = {
    "missions": Target(texts.missions, seeds.missions),
    "configurations": Target(texts.configurations, seeds.configurations),
    "artifacts": Target(texts.artifacts, seeds.artifacts),
    "sessions": Target(texts.session_files, seeds.sessions),
    "trails": Target(texts.trails, seeds.trails),
    "transcripts": Target(texts.transcripts, seeds.transcripts),
    "events": Target(texts.events, seeds.events),
    "comments": Target(texts.comments, seeds.comments),
    "issues": Target(texts.issues, seeds.issues),
    "texts": Target(texts.texts, seeds.texts),
    "quotes": Target(texts.quotes, seeds.quotes),
    "documents": Target(texts.documents, seeds.documents),
    "tables": Target(texts.tables, seeds.tables),
    "uris": Target(texts.uris, seeds.uris),
    "calls": Target(texts.calls, seeds.calls),
    "paths": Target(texts.paths, seeds.paths),
    "html": Target(documents.html, lambda: [seeds.HTML.encode()]),
    "markdown": Target(documents.markdown, seeds.documents),
    "rst": Target(documents.rst, lambda: [seeds.RST.encode()]),
    "python": Target(documents.python, lambda: [seeds.CLASS.encode()]),
    "typescript": Target(documents.typescript, lambda: [seeds.DECLARED.encode()]),
    "descriptions": Target(documents.descriptions, seeds.descriptions),
    "abouts": Target(documents.abouts, seeds.abouts),
    "archives": Target(documents.archives, seeds.archives),
    "deflated": Target(documents.deflated, seeds.deflated),
    "addresses": Target(documents.addresses, seeds.uris),
}
