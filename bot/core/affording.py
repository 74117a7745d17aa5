"""Whether it is known what every model of a mission costs, and whether its agents can afford to ask it (G23)."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from bot.core.allowance import allowance
from bot.core.loading import LoadedMission, bounded
from bot.core.mission import Provider
from bot.core.money import usd
from bot.core.plan import Plan, PlannedAgent, make_plan
from bot.core.pricing import Prices, key, worst_case
from bot.core.yaml_tree import Path
from bot.errors import InvalidInput, Problem

FIRST_CALL = (12_000, 2_000)
"""Tokens in and out of an agent's first call, at most: an agent that cannot afford it would find nothing."""
Lookup = Callable[[Provider, str], Prices | None]
_HOW = (
    "write beside the model what it costs, in US dollars for a million tokens, such as "
    "`prices: {input: 1.00, output: 5.00, cache_read: 0.10, cache_write: 1.25}`"
)


def paid(plan: Plan) -> tuple[PlannedAgent, ...]:
    """The agents that ask a model, and so spend money."""
    return tuple(agent for agent in plan.agents if agent.backend == "claude")


def hard_bound(plan: Plan) -> int:
    """What a session can cost at most, in millionths of a US dollar."""
    return sum(agent.cap for agent in paid(plan))


def session_prices(loaded: LoadedMission, known: Lookup) -> dict[str, Prices]:
    """What the models of a mission's agents cost, by `pricing.key`: as the mission says, or else as is known.

    `known` is asked only for models that are used. Raises InvalidInput with everything that is in the way: a model
    without prices or with two, an agent whose first attempt could not pay for its first call.
    """
    agents = paid(make_plan(loaded.mission))
    stated = {key(a.provider, a.model): a.prices for a in reversed(agents) if a.prices}
    models = {key(a.provider, a.model): a for a in reversed(agents)}
    found = {name: stated.get(name) or known(a.provider, a.model) for name, a in models.items()}
    prices = {name: price for name, price in found.items() if price}
    problems = (
        *_unknown(loaded, [agent for name, agent in models.items() if name not in prices]),
        *_two_prices(loaded, agents, stated),
        *_poor(loaded, agents, prices),
    )
    if problems:
        raise InvalidInput(problems=bounded(problems, loaded.file))
    return prices


def _unknown(loaded: LoadedMission, agents: Sequence[PlannedAgent]) -> Iterator[Problem]:
    for agent in agents:
        what = f"{agent.id} asks {agent.model} through {agent.provider}, and it is not known what that costs"
        yield _problem(loaded, agent, "model", what, _HOW)


def _two_prices(
    loaded: LoadedMission, agents: Sequence[PlannedAgent], stated: Mapping[str, Prices]
) -> Iterator[Problem]:
    for agent in agents:
        if agent.prices and agent.prices != stated[key(agent.provider, agent.model)]:
            what = (
                f"{agent.id} has other prices for {agent.model} through {agent.provider} than an agent before it"
            )
            yield _problem(
                loaded, agent, "prices", what, "a model has one price in a session: correct one of them"
            )


def _poor(
    loaded: LoadedMission, agents: Sequence[PlannedAgent], prices: Mapping[str, Prices]
) -> Iterator[Problem]:
    for agent in agents:
        price = prices.get(key(agent.provider, agent.model))
        needed = worst_case(price, *FIRST_CALL) if price else 0
        if allowance(agent.cap, 0, agent.attempts) < needed:
            call = f"a first call of {agent.model} may cost {usd(needed)}"
            what = f"{agent.id} has {usd(agent.cap)} USD for {agent.attempts} attempts, and {call}"
            todo = f"give it at least {usd(needed * agent.attempts)} USD (`max_usd`, its own and that of `limits`)"
            yield _problem(loaded, agent, "max_usd", what, todo)


def _problem(loaded: LoadedMission, agent: PlannedAgent, name: str, what: str, todo: str) -> Problem:
    place = loaded.tree.place(setting_path(loaded, agent.id, name))
    return Problem(loaded.file, place.line, place.column, what, todo)


def setting_path(loaded: LoadedMission, agent: str, name: str) -> Path:
    """Where an agent's setting stands: in the agent itself, or in what holds for all."""
    for t, team in enumerate(loaded.mission.teams):
        for a, spec in enumerate(team.agents):
            if spec.id == agent and getattr(spec, name) is not None:
                return ("teams", t, "agents", a, name)
    return ("agent", name)
