"""What a session will cost and take, before it is started: low, likely, and at most."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from heapq import heapreplace
from math import ceil

from bot.core.affording import hard_bound, paid
from bot.core.conversation import LIKELY, LOW, Shape, subject_calls, total
from bot.core.mission import Mission
from bot.core.plan import Plan, PlannedAgent, make_plan
from bot.core.pricing import Prices, Tokens, cost, key
from bot.core.records import Launch

FREE_SECONDS = 10
"""That an agent without a model takes for a subject."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Calls to a model, their tokens, their cost in millionths of a US dollar, and how long it takes."""

    calls: int = 0
    tokens: Tokens = field(default_factory=Tokens)
    cost: int = 0
    seconds: int = 0


@dataclass(frozen=True, slots=True)
class AgentQuote:
    """One agent. `cap` is what it can cost at most; `held` says that it likely stops there, before its end."""

    agent: PlannedAgent
    low: Estimate
    likely: Estimate
    cap: int
    held: bool = False


@dataclass(frozen=True, slots=True)
class Quote:
    """A session: the sums of its agents' estimates, `seconds` being what passes on the wall; its hard bounds.

    `cap` is in millionths of a US dollar, and no estimate of an agent or of all is above its cap. `longest` is in
    seconds. `prices` are those of the models that are asked, by `pricing.key`.
    """

    agents: tuple[AgentQuote, ...]
    low: Estimate
    likely: Estimate
    cap: int
    longest: int
    prices: Mapping[str, Prices]


def quote(mission: Mission, prices: Mapping[str, Prices]) -> Quote:
    """The quote of a mission whose models' prices are known, as `affording.session_prices` returns them."""
    plan = make_plan(mission)
    agents = tuple(_agent(agent, prices) for agent in plan.agents)
    return Quote(
        agents=agents,
        low=_together(plan, [agent.low for agent in agents]),
        likely=_together(plan, [agent.likely for agent in agents]),
        cap=hard_bound(plan),
        longest=_longest(plan, mission.limits.session_timeout_hours),
        prices=prices,
    )


def quote_of_launch(launch: Launch) -> Quote | None:
    """The quote of a session by the prices that it was launched with; None where no agent asks a model, or a price
    is missing."""
    asked = {key(agent.provider, agent.model) for agent in paid(make_plan(launch.mission))}
    return quote(launch.mission, launch.prices) if asked and asked <= launch.prices.keys() else None


def _agent(agent: PlannedAgent, prices: Mapping[str, Prices]) -> AgentQuote:
    if agent.backend != "claude":
        free = Estimate(seconds=FREE_SECONDS * len(agent.subjects))
        return AgentQuote(agent, free, free, cap=0)
    price = prices[key(agent.provider, agent.model)]
    low, likely = _estimate(agent, price, LOW), _estimate(agent, price, LIKELY)
    return AgentQuote(agent, _held(low, agent.cap), _held(likely, agent.cap), agent.cap, likely.cost > agent.cap)


def _estimate(agent: PlannedAgent, prices: Prices, shape: Shape) -> Estimate:
    calls = subject_calls(shape, review=agent.review) * len(agent.subjects)
    spent = sum(cost(prices, call) for call in calls)
    return Estimate(len(calls), total(calls), spent, len(calls) * shape.seconds)


def _held(estimate: Estimate, cap: int) -> Estimate:
    """What is left of an estimate when the money ends before the work: the same part of everything."""
    if estimate.cost <= cap:
        return estimate
    part = [
        value * cap // estimate.cost
        for value in (
            estimate.tokens.input,
            estimate.tokens.output,
            estimate.tokens.cache_read,
            estimate.tokens.cache_write,
        )
    ]
    calls, seconds = (value * cap // estimate.cost for value in (estimate.calls, estimate.seconds))
    return Estimate(calls, Tokens(*part), cap, seconds)


def _together(plan: Plan, estimates: list[Estimate]) -> Estimate:
    seconds = {agent.id: estimate.seconds for agent, estimate in zip(plan.agents, estimates, strict=True)}
    return Estimate(
        calls=sum(estimate.calls for estimate in estimates),
        tokens=total(estimate.tokens for estimate in estimates),
        cost=sum(estimate.cost for estimate in estimates),
        seconds=sum(_wall([seconds[agent] for agent in batch], plan.max_parallel) for batch in plan.batches),
    )


def _wall(seconds: list[int], parallel: int) -> int:
    """How long agents take of which so many work at once, each beginning when a place is free."""
    places = [0] * parallel
    for taken in seconds:
        heapreplace(places, places[0] + taken)
    return max(places)


def _longest(plan: Plan, hours: float) -> int:
    """When every attempt of every agent takes all its time, or the session's time is over."""
    longest = {agent.id: agent.attempts * agent.timeout_minutes * 60 for agent in plan.agents}
    rounds = [
        ceil(len(batch) / plan.max_parallel) * max(longest[agent] for agent in batch) for batch in plan.batches
    ]
    return min(sum(rounds), int(hours * 3600))
