"""Figures that a document derives in front of the reader: `8 (base) + 48 = 56`, and sums of its own tables."""

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass
from decimal import Decimal

from bot.core.audit.amounts import AMOUNT, Amount, read

_NUMBER = r"\d[\d,]{0,15}(?:\.\d{1,9})?"
_NOTE = r"(?:\s?\([^()]{0,200}\))?"
_SUM = re.compile(rf"(?<![\d.,])({_NUMBER}{_NOTE}(?:\s?\+\s?{_NUMBER}{_NOTE}){{1,50}})\s?=\s?({_NUMBER})")


@dataclass(frozen=True, slots=True)
class Calculation:
    """An addition that is written out, with what it states as its result and what it really gives."""

    text: str
    stated: Decimal
    computed: Decimal


def calculations(text: str) -> tuple[Calculation, ...]:
    """The additions in a plain text."""
    return tuple(Calculation(found[0], _decimal(found[2]), _sum(found[1])) for found in _SUM.finditer(text))


def underived(text: str, derived: Sequence[Set[Amount]]) -> str:
    """A plain text without its right calculations, and without the amounts that were derived elsewhere."""
    for one in calculations(text):
        if one.stated == one.computed:
            text = text.replace(one.text, "")

    def kept(found: re.Match[str]) -> str:
        amount = read(found)
        return "" if amount.unit and any(amount in known for known in derived) else found[0]

    return AMOUNT.sub(kept, text)


def _sum(terms: str) -> Decimal:
    numbers = re.findall(_NUMBER, re.sub(r"\([^()]*\)", "", terms))
    return sum(map(_decimal, numbers), Decimal())


def _decimal(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))
