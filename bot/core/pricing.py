"""What calls to a model cost: exact, in millionths of a US dollar, always rounded up (G23)."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field as Constraint

from bot.core.models import Model
from bot.core.money import MICRO, Usd

REGIONAL = (11, 10)
"""Inference that is bound to a region costs a tenth more, with Anthropic as with Bedrock and Vertex. A workspace
can be set to it without our knowing, so that the worst case always has it in."""


class Rates(Model):
    """US dollars for a million tokens of each kind. What is written to the cache stays there for five minutes."""

    input: Usd
    output: Usd
    cache_read: Usd
    cache_write: Usd


class LongRates(Rates):
    """The rates of a whole call whose prompt has more than `above` tokens, cached ones included."""

    above: Annotated[int, Constraint(ge=1)]


class Prices(Rates):
    """What one model costs."""

    long: LongRates | None = None


@dataclass(frozen=True, slots=True)
class Tokens:
    """What one call used. `input` is what was neither read from the cache nor written into it."""

    input: int = 0
    output: int = 0
    cache_read: int = 0
    cache_write: int = 0

    @property
    def prompt(self) -> int:
        """All tokens that went in."""
        return self.input + self.cache_read + self.cache_write


def rates_of(prices: Prices, prompt: int) -> Rates:
    """The rates that hold for a prompt of so many tokens."""
    return prices.long if prices.long and prompt > prices.long.above else prices


def cost(prices: Prices, tokens: Tokens, *, regional: bool = False) -> int:
    """What a call cost."""
    rates = rates_of(prices, tokens.prompt)
    millionths = (
        tokens.input * rates.input
        + tokens.output * rates.output
        + tokens.cache_read * rates.cache_read
        + tokens.cache_write * rates.cache_write
    )
    return _up(millionths, regional=regional)


def worst_case(prices: Prices, prompt: int, output: int) -> int:
    """The most that a call can cost whose prompt has at most `prompt` tokens and its answer at most `output`."""
    most = [
        rates for rates in (prices, prices.long) if rates and (rates is prices or prompt > rates_above(prices))
    ]
    dearest_in = max(max(rates.input, rates.cache_write, rates.cache_read) for rates in most)
    dearest_out = max(rates.output for rates in most)
    return _up(prompt * dearest_in + output * dearest_out, regional=True)


def rates_above(prices: Prices) -> int:
    """Prompts of more tokens are dearer; as good as never where the model has one price."""
    return prices.long.above if prices.long else 1 << 62


def key(provider: str, model: str) -> str:
    """What a model's prices are filed under in a launch."""
    return f"{provider}:{model}"


def _up(millionths: int, *, regional: bool) -> int:
    """Of tokens times dollars for a million of them: whole millionths of a dollar, rounded up."""
    factor, over = REGIONAL if regional else (1, 1)
    return -(-millionths * factor // (MICRO * over))
