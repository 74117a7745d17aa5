"""The arithmetic of a quote, in lines that a person can check by hand."""

from collections.abc import Iterator
from datetime import timedelta

from bot.core.conversation import LIKELY, LOW, PREFIX, conversation, subject_calls, total
from bot.core.money import MICRO, usd
from bot.core.pricing import Prices, cost, key, rates_of
from bot.core.quote import FREE_SECONDS, Quote
from bot.render.words import duration

WIDTH = 9


def arithmetic(quote: Quote) -> Iterator[str]:
    """How one subject is reckoned, then what the bounds are."""
    if quote.prices:
        yield f"likely, for one subject (low: {LOW.turns} turns, {LOW.new:,} new tokens, {LOW.output} out)"
        yield from (f"  {name:<{WIDTH}}{text}" for name, text in _subject(quote))
        yield "at most: the agents' caps; no call is made whose worst case does not fit into what is left"
    if any(one.agent.backend != "claude" for one in quote.agents):
        yield f"an agent without a model takes about {FREE_SECONDS} s for a subject"
    yield "time: at most all attempts at their timeout, or the session's own; starting machines comes on top"


def _subject(quote: Quote) -> Iterator[tuple[str, str]]:
    n, new, out = LIKELY.turns, LIKELY.new, LIKELY.output
    talk = conversation(n, PREFIX, new, out)
    yield (
        "turns",
        f"{n}, each with {PREFIX:,} tokens of instructions, all that was said before, and {new:,} that are new",
    )
    yield (
        "in",
        f"{n} × {PREFIX:,} + {new:,} × {n} × {n + 1} / 2 + {out} × {n} × {n - 1} / 2 = {talk.prompt:,} tokens",
    )
    written = f"{PREFIX:,} + {n} × {new:,} + {n - 1} × {out} = {talk.cache_write:,}"
    yield "written", f"{written} of them into the cache; the other {talk.cache_read:,} are read from it"
    yield "out", f"{n} × {out} = {talk.output:,} tokens"
    paid = [one.agent for one in quote.agents if one.agent.backend == "claude"]
    if any(agent.review for agent in paid):
        review = subject_calls(LIKELY, review=True)[-1]
        yield "review", f"one more call, {review.input:,} tokens in and {review.output:,} out"
    for provider, model, reviewed in dict.fromkeys((a.provider, a.model, a.review) for a in paid):
        prices = quote.prices[key(provider, model)]
        yield (
            "dollars",
            f"{_dollars(prices, reviewed)}, {model} through {provider}{'' if reviewed else ', no review'}",
        )
    calls = n + any(agent.review for agent in paid)
    yield "time", f"{calls} calls of {LIKELY.seconds} s = {duration(timedelta(seconds=calls * LIKELY.seconds))}"


def _dollars(prices: Prices, review: bool) -> str:
    calls = subject_calls(LIKELY, review=review)
    spent = f"{sum(cost(prices, call) for call in calls) / MICRO:.4f}"
    if any(rates_of(prices, call.prompt) is not prices for call in calls):
        return f"{spent}, each call at the rates for its length"
    tokens = total(calls)
    kinds = (
        (tokens.cache_read, prices.cache_read),
        (tokens.cache_write, prices.cache_write),
        (tokens.input, prices.input),
        (tokens.output, prices.output),
    )
    return f"({' + '.join(f'{n:,} × {usd(rate)}' for n, rate in kinds if n)}) / 1,000,000 = {spent}"
