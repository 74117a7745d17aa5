# ruff: noqa: E501 - patterns and sentences are read as wholes
"""Which of an API's operations stand for it. Pure."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.adapters.agents.extractive.sentences import near, whole
from bot.core.evidence import Passage

SHOWN = 10
_SAME_THING = 3  # of the shown ones about the same thing
_TEXT_MAX = 400
_SAID = 14  # characters that say what an operation does
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_VERBS = ("create", "post", "insert", "run", "launch", "send", "put", "upload", "list", "get", "describe", "retrieve", "start",
          "stop", "update", "delete", "terminate", "cancel", "purge", "copy", "download")  # fmt: skip
_DULL = frozenset("v api client operations resource resources methods method paths documentation by the with and for of"
                  " in to a id all service group manager".split())  # fmt: skip
_OLD = re.compile(r"\bdeprecated\b|\blegacy\b|\bno longer\b|\bend of support\b|\bnot recommended\b", re.IGNORECASE)
_SIGNATURE = re.compile(r"^\w+\(.*\)")
_ODD = re.compile(
    r"^(?:we|note|some|given|if|when|for|you|in|to|by|an? |there|it|please|any|all|this should|takes|provide access|used to|fact paths|constructs|smart|represents?|see|use this|once|call this|as)\b|"
    r"\bnot supported\b|\bclient to interact\b|\buser-agent\b|\bthrough the client\b",
    re.IGNORECASE,
)
_ALSO = {
    "compute": ("instance", "server"),
    "vm": ("instance", "machine"),
    "storage": ("bucket", "object", "blob"),
    "cdn": ("cache", "purge"),
    "dns": ("zone", "record"),
    "voice": ("call", "recording"),
    "sip": ("trunk", "call"),
    "messaging": ("message",),
    "sms": ("message",),
    "billing": ("invoice", "subscription"),
    "payment": ("charge", "refund"),
}  # what a product's operations are called by, where not by its name
_MINOR = frozenset(("admin", "test", "debug", "region", "internal", "metrics", "external"))
_HELPER = re.compile(
    r"^(?:\w*request|process_\w+|logging_\w+|ping|page|get_page|stream\w*|deserialize|with_\w+|handle_\w+|from_service_url|origin_information|log(?:in|out)|check_auth\w*|authorize_automatically|api_version|"
    r"get_class|reader|writer|unsafe_unwrap|\w*_client|iam|testIamPermissions)\b"
)  # methods of an SDK that are no operations of the API
_EVERYWHERE = 0.6  # a word in so many of the names says nothing


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation with the words that name it, and the quote that says what it does."""

    passage: Passage
    quote: str
    words: tuple[str, ...]

    @property
    def things(self) -> frozenset[str]:
        return frozenset(word for word in self.words if word not in _VERBS)


def operation(passage: Passage) -> Operation | None:
    """An operation that says in a sentence what it does; None when it only has a name or a signature."""
    name, colon, described = passage.text.partition(": ")
    first = next(iter(re.split(r"(?<=[.!?])\s+(?=[A-Z`])", described.strip(), maxsplit=1)))
    quote = f"{name}{colon}{first}"
    said = first.strip()
    if _HELPER.match(name) or not colon or len(said) < _SAID or len(quote) > _TEXT_MAX or _SIGNATURE.search(said):
        return None
    plain = said[0].isupper() and len(said.split()) >= 3 and whole(said.rstrip(".") + ".")
    if not plain or _OLD.search(passage.text) or _ODD.search(said):
        return None
    return Operation(passage, quote, _words(f"{passage.locator} {name}"))


def shown(passages: Iterable[Passage], about: Sequence[str]) -> list[Operation]:
    """The operations that stand for an API, best first: about its subject or what most of it is about, and diverse.

    `about` are the words of the subject's name and of what it includes.
    """
    every = [found for passage in passages if (found := operation(passage))]
    frequent = Counter(thing for one in every for thing in one.things)
    named = {_stem(word) for text in about for word in _words(text)}
    wanted = frozenset(named.union(*(_ALSO.get(word, ()) for word in named)))
    ranked = sorted(every, key=lambda one: -_worth(one, frequent, wanted, len(every)))
    return _diverse(ranked)


def _worth(one: Operation, frequent: Counter[str], wanted: frozenset[str], total: int) -> float:
    """From 0 to about 12: how far it is about the subject, about what most operations are about, and how basic."""
    telling = [thing for thing in one.things if frequent[thing] <= _EVERYWHERE * total] or list(one.things)
    top = max((number for number in frequent.values() if number <= _EVERYWHERE * total), default=1)
    subject = sum(_stem(thing) in wanted for thing in telling) / max(len(telling), 1)
    common = sum(frequent[thing] for thing in telling) / max(len(telling), 1) / top
    verb = next((len(_VERBS) - n for n, verb in enumerate(_VERBS) if verb in one.words), 0) / len(_VERBS)
    minor = 2 * (not one.things) + sum(word in _MINOR for word in one.words)
    return 6 * subject + 3 * min(common, 1) + 3 * verb - 0.3 * len(one.words) - minor


def _diverse(ranked: list[Operation]) -> list[Operation]:
    kept: list[Operation] = []
    about: Counter[frozenset[str]] = Counter()
    for one in ranked:
        if len(kept) == SHOWN:
            break
        if about[one.things] < _SAME_THING and not any(near(one.quote, other.quote, 0.9) for other in kept):
            kept.append(one)
            about[one.things] += 1
    return kept


def _words(text: str) -> tuple[str, ...]:
    words = (word.lower() for word in _WORD.findall(text))
    return tuple(dict.fromkeys(word for word in words if word not in _DULL and len(word) > 1))


def _stem(word: str) -> str:
    return word.removesuffix("s")
