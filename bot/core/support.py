"""Whether a claim in other words than its quote is supported by it: deliberately strict.

Every number, unit, version, identifier and name of the claim must stand in the quote, the numbers in the
quote's order. What turns a meaning around (not, only, all, unlimited) must stand in both or in neither.
"""

import re
import unicodedata

from bot.core.tokens import Facts, Number, chunks, facts

_DENIAL = re.compile(
    r"\b(?:not|never|no|none|without|cannot|nor|neither|lacks?|un(?:supported|available))\b|n't\b"
)
_STRONG = (
    ("only", "solely", "exclusively"),
    ("all", "every", "each", "any"),
    ("always",),
    ("unlimited",),
    ("free",),
    ("optional",),
    ("required", "requires", "require", "must", "mandatory"),
    ("deprecated",),
    ("once", "twice", "double", "triple", "half", "both", "single"),
    ("maximum", "max", "most", "up"),
    ("minimum", "min", "least"),
    ("exactly",),
    ("over", "above", "more"),
    ("under", "below", "less", "fewer"),
)
_BOUNDS = _STRONG[-5:]
"""Words that only matter right before a number."""


def unsupported(claim: str, quote: str, subject: str, *, counted: int | None = None) -> str:
    """What of a claim its quote doesn't support, in words; '' when it supports all of it.

    Both texts are normalised. `subject` is the id of what the claim is about: its name need not stand in the
    quote. `counted` is a number that need not stand there either, since it was counted.
    """
    claim = _without_name(claim, subject)
    said, given = facts(claim), facts(quote)
    return (
        _mixed_script(claim, quote)
        or _numbers(said.numbers, given.numbers, _words(subject), counted)
        or _names(said, given, _words(subject))
        or _turned(claim, quote, said, given)
    )


def _words(subject: str) -> frozenset[str]:
    return frozenset(word for word in subject.split("-") if not word.isnumeric())


def _without_name(claim: str, subject: str) -> str:
    name = r"[\s.,&/'-]*".join(re.escape(word) for word in subject.split("-"))
    return re.sub(rf"(?<!\w){name}(?!\w)", "it", claim, flags=re.IGNORECASE)


def _mixed_script(claim: str, quote: str) -> str:
    """A word with letters of more than one alphabet, which looks like another word."""
    for word in () if claim.isascii() else re.findall(r"\w+", claim):
        scripts = {unicodedata.name(c, "?").split()[0] for c in word if c.isalpha()}
        if len(scripts & {"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"}) > 1 and word not in quote:
            return f"{word!a} mixes alphabets"
    return ""


def _numbers(
    said: tuple[Number, ...], given: tuple[Number, ...], subject: frozenset[str], counted: int | None
) -> str:
    """The first number of the claim that isn't in the quote, after those before it."""
    left = iter(given)
    for number in said:
        if number.form.casefold() in subject or (counted is not None and number.form == str(counted)):
            continue
        if not any(candidate.supports(number) for candidate in left):
            known = any(candidate.supports(number) for candidate in given)
            return f"{number} is not in the quote" + (" in this order" if known else "")
    return ""


def _names(said: Facts, given: Facts, subject: frozenset[str]) -> str:
    lacking = [
        i for i in said.identifiers if i not in given.identifiers | given.parts and i.casefold() not in subject
    ]
    lacking += said.names - given.words - subject
    return f"{min(lacking)!r} is not in the quote" if lacking else ""


def _turned(claim: str, quote: str, said: Facts, given: Facts) -> str:
    denied, denies = _DENIAL.search(quote.casefold()), _DENIAL.search(claim.casefold())
    if denies and not denied:
        return f"the claim says {denies.group()!r}, which the quote doesn't"
    if denied and not denies and claim:
        return f"the quote says {denied.group()!r}, which the claim leaves out"
    bounds = _bounds(claim)
    for group in _STRONG:
        strong = [word for word in group if word in (bounds if group in _BOUNDS else said.words)]
        if strong and given.words.isdisjoint(group):
            return f"the claim says {strong[0]!r}, which the quote doesn't"
    return ""


def _bounds(claim: str) -> frozenset[str]:
    """The words up to two before a number."""
    words = [word.casefold() for word in chunks(claim)]
    spots = [index for index, word in enumerate(words) if any(c.isnumeric() for c in word)]
    return frozenset(word for spot in spots for word in words[max(0, spot - 2) : spot])
