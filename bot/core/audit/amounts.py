"""Amounts as people write them in tables: `1,053 h`, `$4.50`, `210-280 hours`."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

_NUMBER = r"\d[\d,]*(?:\.\d+)?"
AMOUNT = re.compile(
    rf"[~≈]?\s?(?P<before>[$€£¥]|USD|EUR|GBP)?\s?(?P<low>{_NUMBER})(?:\s?(?:[-–—]|to)\s?[$€£¥]?(?P<high>{_NUMBER}))?\+?"
    r"\s?(?P<unit>[A-Za-z]+|[$€£¥%])?\.?"
)
_NOTHING = frozenset({"", "-", "–", "—", "n/a", "none"})
_UNITS = {"h": "hour", "hr": "hour", "d": "day", "usd": "$", "dollar": "$", "eur": "€", "euro": "€", "gbp": "£"}


@dataclass(frozen=True, slots=True)
class Amount:
    """A number, or a range of numbers, with its unit ('' when it has none)."""

    low: Decimal
    high: Decimal
    unit: str = ""

    def __str__(self) -> str:
        return _shown(self.low) if self.low == self.high else f"{_shown(self.low)} to {_shown(self.high)}"

    def equals(self, other: "Amount") -> bool:
        """Whether this stated amount is the other one, rounded to as many decimals as it has itself."""
        pairs = ((self.low, other.low), (self.high, other.high))
        return all(
            abs(stated - exact) * 2 <= (_place(stated) if stated != exact else 0) for stated, exact in pairs
        )


def amount(text: str) -> Amount | None:
    """The amount that a cell consists of; None when it is more than an amount, or none."""
    found = AMOUNT.fullmatch(text.strip(" *_~`"))
    return read(found) if found else None


def amounts(text: str) -> list[Amount]:
    """All amounts in a text."""
    return [read(found) for found in AMOUNT.finditer(text)]


def is_nothing(text: str) -> bool:
    """Whether a cell says that there is no amount."""
    return text.strip(" *_").casefold() in _NOTHING


def total(parts: Iterable[Amount], unit: str = "") -> Amount:
    """The sum of amounts, both ends of ranges apart."""
    low = high = Decimal()
    for part in parts:
        low, high = low + part.low, high + part.high
    return Amount(low, high, unit)


def unit_name(word: str) -> str:
    """One name for each unit: `hrs`, `h` and `Hours` are `hour`."""
    lower = word.casefold()
    singular = lower.removesuffix("s") if len(lower) > 2 else lower
    return _UNITS.get(singular, singular)


def read(found: re.Match[str]) -> Amount:
    low, high = found["low"], found["high"] or found["low"]
    return Amount(_decimal(low), _decimal(high), unit_name(found["before"] or found["unit"] or ""))


def _decimal(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


def _place(number: Decimal) -> Decimal:
    """The value of the last decimal, when there is one to be rounded to; whole numbers are exact."""
    exponent = int(number.as_tuple().exponent)
    return Decimal(1).scaleb(exponent) if exponent < 0 else Decimal()


def _shown(number: Decimal) -> str:
    return f"{number:,f}"
