"""What a mission will run: every agent with what it runs with, and the batches that a matrix can hold."""

from dataclasses import dataclass

from bot.core.budget import divide
from bot.core.mission import AgentSpec, Backend, Mission, Provider, Team
from bot.core.pricing import Prices
from bot.core.remembered import itself, remembered

MATRIX = 256
"""GitHub runs at most this many jobs of one matrix."""


@dataclass(frozen=True, slots=True)
class PlannedAgent:
    """One agent. `cap` is in millionths of a US dollar, over all its attempts; a timeout is for one attempt.

    `credential` is the sealed credential that it reaches its model with, None where the environment has the key;
    `prices` are those that the mission states for the agent's model, None where it leaves them to the price list.
    """

    id: str
    team: str
    subjects: tuple[str, ...]
    backend: Backend
    provider: Provider
    model: str
    prices: Prices | None
    review: bool
    credential: str | None
    cap: int
    attempts: int
    timeout_minutes: int


@dataclass(frozen=True, slots=True)
class Plan:
    """`batches` are agents' ids, at most 256 in each, one after the other; `cap` is the session's."""

    agents: tuple[PlannedAgent, ...]
    batches: tuple[tuple[str, ...], ...]
    cap: int
    max_parallel: int


@remembered(1, itself)  # every agent asks for its own part of it
def make_plan(mission: Mission) -> Plan:
    """The plan of a valid mission; the same mission gives the same plan."""
    requests = {agent.id: _request(mission, agent) for agent in mission.agents}
    caps = divide(mission.limits.max_usd, requests)
    agents = tuple(
        _planned(mission, team, agent, caps[agent.id]) for team in mission.teams for agent in team.agents
    )
    ids = tuple(agent.id for agent in agents)
    batches = tuple(ids[start : start + MATRIX] for start in range(0, len(ids), MATRIX))
    return Plan(agents, batches, mission.limits.max_usd, mission.limits.max_parallel)


def _request(mission: Mission, agent: AgentSpec) -> int:
    return mission.agent.max_usd if agent.max_usd is None else agent.max_usd


def _planned(mission: Mission, team: Team, agent: AgentSpec, cap: int) -> PlannedAgent:
    usual = mission.agent
    return PlannedAgent(
        id=agent.id,
        team=team.name,
        subjects=tuple(subject.name for subject in agent.subjects),
        backend=agent.backend or usual.backend,
        provider=agent.provider or usual.provider,
        model=agent.model or usual.model,
        prices=agent.prices or (None if agent.model else usual.prices),
        review=usual.review if agent.review is None else agent.review,
        credential=_credential(mission, agent),
        cap=cap,
        attempts=agent.attempts or usual.attempts,
        timeout_minutes=agent.timeout_minutes or usual.timeout_minutes,
    )


def _credential(mission: Mission, agent: AgentSpec) -> str | None:
    """The mission's credential is for the mission's provider: an agent with another one has to name its own."""
    usual = mission.agent
    same = agent.provider in (None, usual.provider)
    return agent.credential or (usual.credential if same else None)
