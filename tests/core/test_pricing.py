from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.pricing import LongRates, Prices, Tokens, cost, key, rates_of, worst_case

HAIKU = Prices.model_validate(
    {
        "input": 0.10, "output": 0.50, "cache_read": 0.01, "cache_write": 0.125,
        "long": {"above": 100_000, "input": 0.50, "output": 2.50, "cache_read": 0.05, "cache_write": 0.625},
    }
)  # fmt: skip
FLAT = Prices.model_validate({"input": 2, "output": 10, "cache_read": 0.1, "cache_write": 2.5})

rates = st.integers(0, 30_000_000).map(lambda micro: Decimal(micro) / 1_000_000)
prices = st.builds(
    Prices,
    input=rates,
    output=rates,
    cache_read=rates,
    cache_write=rates,
    long=st.none() | st.just(HAIKU.long),
)
counts = st.integers(0, 400_000)
usage = st.builds(Tokens, counts, counts, counts, counts)


@pytest.mark.parametrize(
    ("tokens", "expected"),
    [
        (Tokens(), 0),
        (Tokens(input=10), 1),
        (Tokens(output=1), 1),  # half of a millionth is one
        (Tokens(1_000, 1_000, 10_000, 2_000), 100 + 500 + 100 + 250),
        (Tokens(cache_read=99_999, input=1), 1_001),
        (Tokens(cache_read=100_000, input=1), 5_001),  # one token above the step, and all of them are dearer
    ],
)
def test_a_call_costs_what_the_list_says(tokens: Tokens, expected: int) -> None:
    assert cost(HAIKU, tokens) == expected


def test_a_model_without_a_step_has_one_price() -> None:
    flat = FLAT.model_copy()
    assert rates_of(flat, 10**9) is flat
    assert (
        cost(Prices.model_validate({"input": 2, "output": 10, "cache_read": 0.1, "cache_write": 2.5}), Tokens(3))
        == 6
    )


def test_a_region_costs_a_tenth_more() -> None:
    assert (cost(HAIKU, Tokens(1_000)), cost(HAIKU, Tokens(1_000), regional=True)) == (100, 110)


@given(prices, usage, st.booleans())
def test_g23_no_call_costs_more_than_its_worst_case(prices: Prices, tokens: Tokens, regional: bool) -> None:
    most = worst_case(prices, tokens.prompt, tokens.output)
    assert cost(prices, tokens, regional=regional) <= most


@given(prices, counts, counts, counts)
def test_a_larger_call_has_no_smaller_worst_case(prices: Prices, prompt: int, output: int, more: int) -> None:
    assert worst_case(prices, prompt, output) <= worst_case(prices, prompt + more, output)
    assert worst_case(prices, prompt, output) <= worst_case(prices, prompt, output + more)


def test_prices_are_filed_by_provider_and_model() -> None:
    assert key("bedrock", "anthropic.claude-haiku-5-5") == "bedrock:anthropic.claude-haiku-5-5"


def test_prices_are_written_in_dollars_and_read_again() -> None:
    assert isinstance(HAIKU.long, LongRates)
    assert Prices.model_validate_json(HAIKU.model_dump_json()) == HAIKU
    assert HAIKU.model_dump()["cache_write"] == 0.125
