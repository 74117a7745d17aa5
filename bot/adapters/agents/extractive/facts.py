# ruff: noqa: E501 - patterns and sentences are read as wholes
"""Structured facts: which `key: value` of a package or an API description answers which field, and in which words.

A claim says nothing that its quote doesn't: every number and name in it comes from the fact itself.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from bot.core.evidence import Passage
from bot.core.source_uris import package_name

_VERSION = r"v?\d[\w.+!-]{0,40}"


@dataclass(frozen=True, slots=True)
class Fact:
    """`key` is matched in full, `place` is searched in `document locator`, `value` is matched in full.

    `claim` and `short` are filled with the value and with the value's groups. Of the facts with the same `group`, only
    the first that a document has is used. At most `limit` findings of one fact in a document; `once`: only the first
    document's, which is the subject's main one.
    """

    field: str
    key: re.Pattern[str]
    value: re.Pattern[str]
    claim: str
    short: str = ""
    place: re.Pattern[str] = re.compile("")
    group: str = ""
    limit: int = 1
    once: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """A fact that was found: the claim, its short form, and the passage that says so (all of it is the quote)."""

    field: str
    claim: str
    short: str
    passage: Passage


def _fact(
    field: str,
    key: str,
    value: str,
    claim: str,
    short: str = "",
    place: str = "",
    group: str = "",
    limit: int = 1,
    once: bool = False,
) -> Fact:
    return Fact(
        field, re.compile(key), re.compile(value, re.DOTALL), claim, short, re.compile(place), group, limit, once
    )


_METADATA = r"\.dist-info/METADATA "
_NPM = r"package\.json "
_LICENCE = r"(?P<v>(?!UNKNOWN|SEE LICENSE|LICEN[CS]E)[A-Za-z0-9][\w .,()+/-]{1,58})"

FACTS: tuple[Fact, ...] = (
    _fact("authentication", "auth", r"(?P<v>[\w.]+#(?P<s>[\w.-]+))", "The API description names the authentication scheme {v}.", "{s}", r" /metadata/auth/", "signing", 2),
    _fact("authentication", "signatureVersion", r"(?P<v>v\d\w*)", "Requests are signed with signature version {v} (signatureVersion).", "{v}", r" /metadata/", "signing"),
    _fact("authentication", r"https?", r"(?P<v>//\S+): (?P<d>.{10,300})", "An access token can have the scope {key}:{v}: {d}", "oauth scope", r" /auth/oauth2/scopes/", limit=4),
    _fact("authentication", "scheme", r"(?P<v>bearer|basic|digest)", "The API description declares the scheme {v}.", "{v}", r"/(?:securitySchemes|securityDefinitions)/", limit=3),
    _fact("authentication", "type", r"(?P<v>oauth2|apiKey|openIdConnect|basic|mutualTLS)", "The API description declares a security scheme of the type {v}.", "{v}", r"/(?:securitySchemes|securityDefinitions)/", limit=3),
    _fact("overview", "serviceFullName", r"(?P<v>[A-Z][\w .&()/-]{3,80})", "The API description names the service {v}.", "", r" /metadata/"),
    _fact("versions", "apiVersion", rf"(?P<v>{_VERSION})", "The API version is {v} (apiVersion).", "{v}", r" /metadata/", once=True),
    _fact("versions", "version", rf"(?P<v>{_VERSION})", "The API version is {v}.", "{v}", r"(?<!package\.json) /(?:info/)?version$"),
    _fact("versions", "(?:DEFAULT_|LATEST_|STABLE_)?API_VERSION|_API_VERSION", rf"(?P<v>{_VERSION})", "The client speaks to version {v} of the API ({key}).", "{v}"),
    _fact("versions", "Version", rf"(?P<v>{_VERSION})", "The package {package} was read in its version {v}.", "{v}", _METADATA),
    _fact("versions", "version", rf"(?P<v>{_VERSION})", "The package {package} was read in its version {v}.", "{v}", _NPM),
    _fact("sdks", "Name", r"(?P<v>\S+)", "The package that was read is {v}.", "", _METADATA),
    _fact("sdks", "name", r"(?P<v>\S+)", "The package that was read is {v}.", "", _NPM + "/name$"),
    _fact("sdks", "Requires-Python", r"(?P<v>\S.{1,50})", "The package {package} says Requires-Python: {v}.", "", _METADATA),
    _fact("sdks", "node", r"(?P<v>.{1,50})", "The package {package} runs on the engine node: {v}.", "", _NPM + "/engines"),
    _fact("sdks", "Summary", r"(?P<v>.*\b(?:SDK|[Ll]ibrary|[Cc]lient|API|[Mm]odule|[Ww]rapper)\b.{0,200})", "{v}", "", _METADATA),
    _fact("sdks", "description", r"(?P<v>.*\b(?:SDK|[Ll]ibrary|[Cc]lient|API|[Mm]odule|[Ww]rapper)\b.{0,200})", "{v}", "", _NPM + "/description$"),
    _fact("licence", "License-Expression", _LICENCE, "The licence of the package {package} is {v}.", "{v}", _METADATA, "licence"),
    _fact("licence", "License", _LICENCE, "The licence of the package {package} is {v}.", "{v}", _METADATA, "licence"),
    _fact("licence", "Classifier", r"License :: (?:OSI Approved :: )?(?P<v>[\w .()/-]{3,58})", "The package {package} is classified under {v}.", "{v}", _METADATA, "licence"),
    _fact("licence", "license", _LICENCE, "The licence of the package {package} is {v}.", "{v}", _NPM + "/license$", "licence"),
)  # fmt: skip


def known(passages: Iterable[Passage]) -> list[Known]:
    """The facts among metadata passages, in the order of the table; the same claim about a field only once."""
    read = [(*_split(passage.text), passage) for passage in passages]
    found: list[Known] = []
    grouped: set[tuple[str, str]] = set()
    for fact in FACTS:
        for hit in islice(_hits(fact, read, grouped), 1 if fact.once else None):
            if not any((k.field, k.claim) == (hit.field, hit.claim) for k in found):
                found.append(hit)
    return found


def _hits(fact: Fact, read: list[tuple[str, str, Passage]], grouped: set[tuple[str, str]]) -> Iterator[Known]:
    """Of each document, at most `limit`."""
    taken: dict[str, int] = {}
    used: set[tuple[str, str]] = set()
    for key, value, passage in read:
        mark = (fact.group, passage.document)
        if taken.get(passage.document, 0) == fact.limit or (fact.group and mark in grouped):
            continue
        if hit := _hit(fact, key, value, passage):
            taken[passage.document] = taken.get(passage.document, 0) + 1
            used.add(mark)
            yield hit
    grouped |= used


def _hit(fact: Fact, key: str, value: str, passage: Passage) -> Known | None:
    path = passage.document.partition("#")[2] or passage.document
    match = fact.value.fullmatch(value)
    if not match or not fact.key.fullmatch(key) or not fact.place.search(f"{path} {passage.locator}"):
        return None
    words = {"key": key, "package": package_name(passage.document)} | {
        name: text.strip() for name, text in match.groupdict().items()
    }
    short = fact.short.format(**words)
    return Known(fact.field, fact.claim.format(**words), short if len(short) <= 60 else "", passage)


def _split(text: str) -> tuple[str, str]:
    key, _, value = text.partition(":")
    return key.strip(), value.strip()
