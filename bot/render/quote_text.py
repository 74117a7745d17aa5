"""What a session will cost and take, for a terminal."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from bot.core.mission import Mission
from bot.core.money import MICRO
from bot.core.quote import AgentQuote, Estimate, Quote
from bot.render.engine import counted
from bot.render.quote import cached_share
from bot.render.quote_arithmetic import arithmetic
from bot.render.words import duration

COLUMNS = ("calls", "tokens in", "cached", "out", "low", "likely", "at most", "time", "")


def quote_text(mission: Mission, quote: Quote) -> str:
    """What a session costs and takes; then its agents by team, and how it is reckoned, to be checked by hand."""
    return "\n".join(_lines(mission, quote))


def _lines(mission: Mission, quote: Quote) -> Iterator[str]:
    agents, subjects = counted(len(quote.agents), "agent"), counted(len(mission.subjects), "subject")
    yield f"{mission.mission}: {mission.title}"
    yield f"{agents}, {subjects}, {_models(quote)}, {mission.limits.max_parallel} at the same time"
    yield ""
    if not quote.prices:
        yield "costs nothing: no agent asks a model"
        yield ""
    yield from _aligned(list(_totals(quote)), left=1)
    yield from _agents(mission, quote)
    yield from _stopping(quote)
    yield ""
    yield from arithmetic(quote)


def _models(quote: Quote) -> str:
    names = (f"claude ({a.agent.model})" if a.agent.backend == "claude" else a.agent.backend for a in quote.agents)
    return ", ".join(dict.fromkeys(names))


def _totals(quote: Quote) -> Iterator[tuple[str, ...]]:
    low, likely = quote.low, quote.likely
    yield ("", "low", "likely", "at most")
    if quote.prices:
        yield ("US dollars", _usd(low.cost), _usd(likely.cost), _usd(quote.cap))
    yield ("time", _time(low.seconds), _time(likely.seconds), _time(quote.longest))
    if quote.prices:
        yield ("calls to a model", f"{low.calls:,}", f"{likely.calls:,}", "")
        yield ("tokens in", f"{low.tokens.prompt:,}", f"{likely.tokens.prompt:,}", "")
        yield ("  from the cache", _cached(low), _cached(likely), "")
        yield ("tokens out", f"{low.tokens.output:,}", f"{likely.tokens.output:,}", "")


def _agents(mission: Mission, quote: Quote) -> Iterator[str]:
    """A line for each agent, likely figures but for two; without a model there is nothing to tell of them."""
    if not quote.prices:
        return
    rows = [("", *COLUMNS), *((f"  {one.agent.id}", *_figures(one)) for one in quote.agents)]
    lines = dict(zip(["", *(one.agent.id for one in quote.agents)], _aligned(rows, left=1), strict=True))
    yield ""
    yield lines[""]
    for team in mission.teams:
        yield team.name
        yield from (lines[agent.id] for agent in team.agents)


def _figures(one: AgentQuote) -> tuple[str, ...]:
    likely, subjects = one.likely, ", ".join(one.agent.subjects)
    if one.agent.backend != "claude":
        return ("", "", "", "", "", "free", "", _time(likely.seconds), subjects)
    tokens = (f"{likely.calls:,}", f"{likely.tokens.prompt:,}", _cached(likely), f"{likely.tokens.output:,}")
    money = (_usd(one.low.cost), _usd(likely.cost), _usd(one.cap))
    return (*tokens, *money, _time(likely.seconds), subjects)


def _stopping(quote: Quote) -> Iterator[str]:
    if held := [one.agent.id for one in quote.agents if one.held]:
        yield ""
        yield f"likely to stop at its cap before its work is done: {', '.join(held)}; raise max_usd"


def _aligned(rows: Sequence[tuple[str, ...]], left: int) -> Iterator[str]:
    """Columns of one width; the first ones and the last one of words, the others of figures."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [
            cell.ljust(width) if at < left or at == len(COLUMNS) else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(cells).rstrip()


def _usd(micro: int) -> str:
    return f"{micro / MICRO:,.3f}"


def _cached(estimate: Estimate) -> str:
    return f"{cached_share(estimate):.0%}"


def _time(seconds: int) -> str:
    return duration(timedelta(seconds=seconds))
