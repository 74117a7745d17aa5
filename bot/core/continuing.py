"""Which agents of a session run next, and whether another run may follow this one."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from bot.core.mission import AgentSpec, Mission
from bot.core.plan import MATRIX
from bot.core.records import AgentRecord

SET_UP_MINUTES = 10
JOB_MINUTES = 360
"""GitHub ends a job after six hours."""
MAX_ATTEMPT = 10
"""The highest number that an attempt can have."""
HAND_OVER_MINUTES = 5
"""What a job keeps for the steps around the agent's, so that what an agent has left can be handed over."""
SPARE_RUNS = 2
"""The run that finds the last attempts lost, and one whose own machine was lost before it handed any out."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One attempt of one agent: a step of a job that is ended after this many minutes."""

    agent: str
    attempt: int
    minutes: int


def attempts_left(mission: Mission, spec: AgentSpec, record: AgentRecord | None) -> range:
    """The attempts that an agent still has: none when it is done, all but the failed ones otherwise."""
    if record and record.state != "failed":
        return range(0)
    return range(record.attempt + 1 if record else 1, attempts_allowed(mission, spec, record) + 1)


def attempts_allowed(mission: Mission, spec: AgentSpec, record: AgentRecord | None) -> int:
    """The number of an agent's last attempt: those that were halted use up none of the mission's."""
    return min(_attempts(mission, spec) + (record.halts if record else 0), MAX_ATTEMPT)


def halted(mission: Mission, records: Mapping[str, AgentRecord]) -> tuple[AgentRecord, ...]:
    """The agents whose access to the model was refused and who have attempts left: a person has to act first."""
    latest = [(spec, records[spec.id]) for spec in mission.agents if spec.id in records]
    return tuple(record for spec, record in latest if record.halted and attempts_left(mission, spec, record))


def next_agents(mission: Mission, records: Mapping[str, AgentRecord]) -> tuple[Turn, ...]:
    """The agents that the next matrix runs, at most 256: those tried least first, in the mission's order (G22)."""
    turns = [
        Turn(spec.id, left[0], _minutes(mission, spec))
        for spec in mission.agents
        if (left := attempts_left(mission, spec, records.get(spec.id)))
    ]
    return tuple(sorted(turns, key=lambda turn: turn.attempt)[:MATRIX])


def max_parallel(mission: Mission) -> int:
    """How many jobs of a matrix run at the same time."""
    return mission.limits.max_parallel


def max_runs(mission: Mission) -> int:
    """How many runs a session may take: every batch of agents with every attempt, and some that were lost."""
    batches = ceil(len(mission.agents) / MATRIX)
    return batches * max(_attempts(mission, spec) for spec in mission.agents) + SPARE_RUNS


def may_continue(mission: Mission, depth: int) -> bool:
    """Whether a run with `depth` runs before it may start another one; a bound, whatever happens (A24)."""
    return depth + 1 < max_runs(mission)


def matrix_json(turns: Sequence[Turn]) -> str:
    """The matrix as a workflow reads it; under 40 kB for 256 turns."""
    entries = [{"agent": turn.agent, "attempt": turn.attempt, "minutes": turn.minutes} for turn in turns]
    return json.dumps(entries, separators=(",", ":"))


def _attempts(mission: Mission, spec: AgentSpec) -> int:
    return spec.attempts or mission.agent.attempts


def _minutes(mission: Mission, spec: AgentSpec) -> int:
    own = spec.timeout_minutes or mission.agent.timeout_minutes
    return min(own + SET_UP_MINUTES, JOB_MINUTES - HAND_OVER_MINUTES)
