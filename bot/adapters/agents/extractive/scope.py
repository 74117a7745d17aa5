"""Whether a passage is about the subject, where a source describes much more than the subject. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.evidence import Passage

_CAMEL = re.compile(r"[A-Z]?[a-z]+\d*|[A-Z]+(?![a-z])\d*|\d+")
_NOT_TELLING = frozenset("and the for api apis rest service services cloud platform".split())
_OF_THE_API = re.compile(r"^/(?:documentation|description|info/description)(?: ¶\d+)?$")
_OF_THE_PACKAGE = re.compile(r"(?:/METADATA|package\.json|README[^/]*)$")
_PARTS = 3  # that are counted
_START = 60  # characters of a sentence in which its subject is named
_MANY, _MOST = 200, 0.5


def of_the_package(passage: Passage) -> bool:
    """Whether a passage stands in what a package says of itself."""
    return bool(_OF_THE_PACKAGE.search(passage.document))


@dataclass(frozen=True, slots=True)
class Scope:
    """`words` name the product (not its vendor); `shared` when only some operations are about it."""

    words: frozenset[str]
    shared: bool = False

    def allows(self, passage: Passage) -> bool:
        """Whether a passage may answer a field of the subject."""
        if not self.shared or _OF_THE_PACKAGE.search(passage.document):
            return True
        return not self.words.isdisjoint(_words(f"{passage.locator} {passage.text}"))

    def parts(self, operations: Sequence[Passage]) -> tuple[str, ...]:
        """The prefixes of locators whose operations are the subject's: classes that bear its name; "" is all."""
        classes = dict.fromkeys(one.locator.partition(".")[0] + "." for one in operations if "." in one.locator)
        named = tuple(sorted((name for name in classes if self.words <= _words(name)), key=len))
        return named[:_PARTS] if self.shared and named else ("",)

    def names(self, passage: Passage, sentence: str) -> bool:
        """Whether a sentence says of what it speaks; an API description's own documentation needs not."""
        return bool(_OF_THE_API.match(passage.locator)) or not self.words.isdisjoint(_words(sentence[:_START]))


def product_words(name: str) -> frozenset[str]:
    """The words that name a vendor's product, without the vendor; none when the name is the vendor's alone."""
    words = [_stem(word) for word in re.findall(r"[a-z0-9]+", name.lower())]
    return frozenset(word for word in words[1:] if len(word) > 1 and word not in _NOT_TELLING)


def scope_of(name: str, operations: Sequence[Passage]) -> Scope:
    """The scope of a subject: shared when a product's name is in the places of some operations of very many."""
    product = product_words(name)
    about = sum(not product.isdisjoint(_words(operation.locator)) for operation in operations)
    shared = len(operations) >= _MANY and 0 < about < _MOST * len(operations)
    words = product or frozenset(_stem(word) for word in re.findall(r"[a-z0-9]+", name.lower()))
    return Scope(words, shared)


def _words(text: str) -> frozenset[str]:
    plain = re.findall(r"[A-Za-z0-9]+", text)
    return frozenset(_stem(part.lower()) for word in plain for part in (word, *_CAMEL.findall(word)))


def _stem(word: str) -> str:
    return word.removesuffix("s") if len(word) > 3 else word
