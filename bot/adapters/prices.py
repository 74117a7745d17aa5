"""What models cost, from the list that the package genai-prices carries; nothing is asked of the network."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from bot.core.mission import Provider
from bot.core.pricing import Prices
from bot.ports import Clock

if TYPE_CHECKING:
    from genai_prices.types import TieredPrices

    Listed = Mapping[str, Decimal | TieredPrices | None]
    Kinds = Mapping[str, Decimal | TieredPrices]

PROVIDERS: Mapping[Provider, str] = {"anthropic": "anthropic", "bedrock": "aws", "vertex": "google"}
"""What the list calls our providers."""
KINDS = {
    "input": "input_mtok",
    "output": "output_mtok",
    "cache_read": "cache_read_mtok",
    "cache_write": "cache_write_mtok",
}


@dataclass(frozen=True, slots=True)
class ListedPrices:
    """The list as of the clock's day."""

    clock: Clock

    def __call__(self, provider: Provider, model: str, /) -> Prices | None:
        """What a model costs with a provider; None where the list does not say, or not all of it.

        A model with more than one step, or with prices that millionths of a dollar cannot hold, is left to the
        mission: a price that is guessed is no bound.
        """
        from genai_prices.data_snapshot import get_snapshot

        try:
            _, found = get_snapshot().find_provider_model(model, None, PROVIDERS[provider], None)
        except LookupError:
            return None
        return listed_prices(vars(found.get_prices(self.clock.now())))


def listed_prices(listed: "Listed") -> Prices | None:
    """Prices from those of the list, in dollars for a million tokens; None where they cannot be had exactly."""
    kinds = {kind: price for kind, key in KINDS.items() if (price := listed.get(key)) is not None}
    steps = {step for price in kinds.values() for step in _steps(price)}
    if len(kinds) < len(KINDS) or len(steps) > 1:
        return None
    long = [_rates(kinds, step) | {"above": step} for step in steps]
    try:
        return Prices.model_validate(_rates(kinds, None) | {"long": long[0] if long else None})
    except ValueError:  # more decimals than an amount has
        return None


def _rates(kinds: "Kinds", above: int | None) -> dict[str, object]:
    """Those above a step, or the usual ones."""
    return {kind: _rate(price, above) for kind, price in kinds.items()}


def _rate(price: "Decimal | TieredPrices", above: int | None) -> Decimal:
    if isinstance(price, Decimal):
        return price
    return next((tier.price for tier in price.tiers if tier.start == above), price.base)


def _steps(price: "Decimal | TieredPrices") -> Iterable[int]:
    return () if isinstance(price, Decimal) else (tier.start for tier in price.tiers)
