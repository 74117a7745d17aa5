"""The price list against the arithmetic of the package that it is from."""

from datetime import UTC, datetime
from decimal import Decimal
from math import ceil

import pytest
from genai_prices import Usage, calc_price
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.prices import PROVIDERS, ListedPrices
from bot.core.mission import Provider
from bot.core.money import MICRO
from bot.core.pricing import Tokens, cost
from tests.builders import NOW
from tests.clocks import StillClock

MODELS: list[tuple[Provider, str]] = [
    ("anthropic", "claude-haiku-5-5"),
    ("anthropic", "claude-haiku-4-5"),
    ("anthropic", "claude-sonnet-5-5"),
    ("anthropic", "claude-sonnet-4-5"),
    ("anthropic", "claude-opus-5-5"),
    ("bedrock", "claude-haiku-5-5"),
    ("bedrock", "global.anthropic.claude-haiku-5-5"),
    ("bedrock", "us.anthropic.claude-sonnet-5-5"),
    ("vertex", "claude-haiku-5-5"),
    ("vertex", "claude-sonnet-4-5"),
]
prices = ListedPrices(StillClock())


def theirs(provider: Provider, model: str, tokens: Tokens, when: datetime = NOW) -> Decimal:
    """Millionths of a dollar, not rounded."""
    usage = Usage(
        input_tokens=tokens.prompt,
        cache_read_tokens=tokens.cache_read,
        cache_write_tokens=tokens.cache_write,
        output_tokens=tokens.output,
    )
    made = calc_price(usage, model, provider_id=PROVIDERS[provider], genai_request_timestamp=when)
    return made.total_price * MICRO


counts = st.integers(0, 250_000)


@given(which=st.sampled_from(MODELS), tokens=st.builds(Tokens, counts, st.integers(0, 64_000), counts, counts))
def test_g23_a_call_costs_what_the_package_says_rounded_up(which: tuple[Provider, str], tokens: Tokens) -> None:
    listed = prices(*which)
    assert listed
    exact = theirs(*which, tokens)
    assert exact <= cost(listed, tokens) < exact + 1


@pytest.mark.parametrize("prompt", [99_999, 100_000, 100_001, 100_002])
def test_g23_the_step_of_the_default_model_is_where_the_package_has_it(prompt: int) -> None:
    listed = prices("anthropic", "claude-haiku-5-5")
    assert listed and listed.long
    tokens = Tokens(input=1, cache_read=prompt - 1, output=1_000)
    assert cost(listed, tokens) == ceil(theirs("anthropic", "claude-haiku-5-5", tokens))
    assert listed.long.above == 100_000


def test_the_day_decides_which_prices_hold() -> None:
    early = datetime(2026, 2, 10, tzinfo=UTC)
    then, now = (
        ListedPrices(StillClock(early))("anthropic", "claude-opus-4-6"),
        prices("anthropic", "claude-opus-4-6"),
    )
    assert then and then.long and now
    assert now.long is None
    tokens = Tokens(cache_write=300_000)
    assert cost(then, tokens) == theirs("anthropic", "claude-opus-4-6", tokens, early)
    assert cost(now, tokens) == theirs("anthropic", "claude-opus-4-6", tokens)


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        ("anthropic", "claude-haiku-99"),
        ("bedrock", "claude-haiku-4-5@20251001"),
        ("anthropic", "claude-2"),  # no price for the cache
        ("vertex", "gemini-2.5-pro"),  # none for what is written to it
    ],
)
def test_g23_what_the_list_does_not_say_is_not_guessed(provider: Provider, model: str) -> None:
    assert prices(provider, model) is None


def test_g23_a_second_step_and_a_seventh_decimal_are_not_guessed() -> None:
    from genai_prices.types import Tier, TieredPrices

    from bot.adapters.prices import KINDS, listed_prices

    flat = dict.fromkeys(KINDS.values(), Decimal(1))
    assert listed_prices(flat)
    stepped = TieredPrices(Decimal(1), [Tier(100_000, Decimal(2))])
    long = listed_prices(flat | {"output_mtok": stepped})
    assert long and long.long
    assert (long.output, long.long.output, long.long.input) == (1_000_000, 2_000_000, 1_000_000)
    further = TieredPrices(Decimal(1), [Tier(100_000, Decimal(2)), Tier(200_000, Decimal(3))])
    assert listed_prices(flat | {"output_mtok": further}) is None
    elsewhere = TieredPrices(Decimal(1), [Tier(200_000, Decimal(2))])
    assert listed_prices(flat | {"output_mtok": stepped, "input_mtok": elsewhere}) is None
    assert listed_prices(flat | {"output_mtok": Decimal("0.1234567")}) is None
