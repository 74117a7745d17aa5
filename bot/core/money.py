"""Money in whole millionths of a US dollar, so that sums are exact."""

from decimal import Decimal, InvalidOperation
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer

MICRO = 1_000_000


def micro_usd(value: object) -> int:
    """Dollars as written by a person (`2.50`) as millionths. Raises ValueError when they are no amount."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise ValueError("an amount in US dollars is a number such as 2.50")
    try:
        amount = Decimal(str(value))
    except InvalidOperation as error:
        raise ValueError(f"{value!r} is no amount in US dollars") from error
    if not amount.is_finite() or amount < 0 or amount > 1_000_000:
        raise ValueError("an amount is at least 0 and at most 1,000,000 US dollars")
    micro = amount * MICRO
    if micro != micro.to_integral_value():
        raise ValueError("an amount has at most six decimals")
    return int(micro)


def usd(micro: int) -> str:
    """Millionths as dollars for people: two decimals, more only when the amount needs them."""
    text = f"{Decimal(micro) / MICRO:.6f}"
    whole, decimals = text.split(".")
    return f"{whole}.{decimals.rstrip('0').ljust(2, '0')}"


Usd = Annotated[
    int,
    BeforeValidator(micro_usd),
    PlainSerializer(lambda micro: float(Decimal(micro) / MICRO), return_type=float),
]
"""A field that reads and writes US dollars and holds millionths of them (an int)."""
