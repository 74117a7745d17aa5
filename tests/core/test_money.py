"""Money: exact, and written for people."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.money import micro_usd, usd


@pytest.mark.parametrize(
    ("written", "micro"), [(2.5, 2_500_000), ("2.50", 2_500_000), (0, 0), (Decimal("0.000001"), 1), (0.1, 100_000)]
)
def test_amounts_are_exact(written: object, micro: int) -> None:
    assert micro_usd(written) == micro


@pytest.mark.parametrize(
    "written", [True, None, [], "five", "", float("nan"), float("inf"), -1, 1_000_001, "0.0000001", "1e-9"]
)
def test_what_is_no_amount_is_refused(written: object) -> None:
    with pytest.raises(ValueError, match="amount"):
        micro_usd(written)


@given(st.integers(0, 10**12))
def test_what_is_shown_is_what_is_meant(micro: int) -> None:
    assert micro_usd(usd(micro)) == micro


@pytest.mark.parametrize(
    ("micro", "shown"), [(0, "0.00"), (40_000, "0.04"), (2_500_000, "2.50"), (1_234, "0.001234")]
)
def test_two_decimals_and_more_only_when_needed(micro: int, shown: str) -> None:
    assert usd(micro) == shown
