"""What a session will cost and take, for a machine and for an issue."""

from collections.abc import Mapping
from datetime import timedelta

from bot.core.money import MICRO
from bot.core.quote import AgentQuote, Estimate, Quote
from bot.render.engine import Markdown, render
from bot.render.words import dollars, duration


def quote_data(quote: Quote) -> dict[str, object]:
    """What `swarm quote --json` prints. Money in dollars, times in minutes."""
    return {
        "low": _estimate(quote.low),
        "likely": _estimate(quote.likely),
        "at_most": {"usd": quote.cap / MICRO, "minutes": _minutes(quote.longest)},
        "agents": [_agent(one) for one in quote.agents],
        "prices": {name: prices.model_dump(mode="json") for name, prices in quote.prices.items()},
    }


def _agent(one: AgentQuote) -> dict[str, object]:
    agent = one.agent
    return {
        "id": agent.id,
        "team": agent.team,
        "backend": agent.backend,
        "model": agent.model if agent.backend == "claude" else None,
        "subjects": agent.subjects,
        "low": _estimate(one.low),
        "likely": _estimate(one.likely),
        "at_most": {"usd": one.cap / MICRO, "minutes": agent.attempts * agent.timeout_minutes},
        "stops_at_cap": one.held,
    }


def _estimate(estimate: Estimate) -> Mapping[str, object]:
    return {
        "calls": estimate.calls,
        "input_tokens": estimate.tokens.prompt,
        "cached_share": round(cached_share(estimate), 3),
        "output_tokens": estimate.tokens.output,
        "usd": estimate.cost / MICRO,
        "minutes": _minutes(estimate.seconds),
    }


def cached_share(estimate: Estimate) -> float:
    """The part of what goes in that is read from the cache, from 0 to 1."""
    return estimate.tokens.cache_read / estimate.tokens.prompt if estimate.tokens.prompt else 0.0


def _minutes(seconds: int) -> float:
    return round(seconds / 60, 1)


def quote_line(quote: Quote) -> Markdown:
    """Money and time of a session in one line."""
    money = f"likely {dollars(quote.likely.cost)} USD, at most {dollars(quote.cap)} USD"
    likely, longest = (duration(timedelta(seconds=seconds)) for seconds in (quote.likely.seconds, quote.longest))
    return Markdown(f"{money} · about {likely}, at most {longest}")


def confirmation_comment(quote: Quote, mission: str, above: int, label: str) -> str:
    """What a session would cost, and that a person has to confirm it before it is started."""
    return render(
        "confirmation.md.j2",
        mission=mission,
        agents=len(quote.agents),
        line=quote_line(quote),
        above=Markdown(dollars(above)),
        label=label,
    )
