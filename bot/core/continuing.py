"""Which agents of a session run next."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import cycle

from bot.core.mission import AgentSpec, Mission
from bot.core.plan import MATRIX
from bot.core.records import AgentRecord, Launch

SET_UP_MINUTES = 10
JOB_MINUTES = 360
"""GitHub ends a job after six hours."""
HAND_OVER_MINUTES = 5
"""What a job keeps for the steps around the agent's, so that what an agent has left can be handed over."""
MAX_ATTEMPT = 10
"""The highest number that an attempt can have."""
LOST = "its job was lost: the run that was to do it is over and left no record of it"
"""The reason in the record of an attempt that was handed out and never came back."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One attempt of one agent: a step of a job that is ended after this many minutes.

    `by` is the backup agent that does it, empty for the agent itself.
    """

    agent: str
    attempt: int
    minutes: int
    by: str = ""


def attempts_left(launch: Launch, spec: AgentSpec, record: AgentRecord | None) -> range:
    """The attempts that an agent still has: none when it is done or blocked, unless a person wants another one.

    When another session goes on with its work it has none in any case.
    """
    if record and record.goes_on_in:
        return range(0)
    if record and record.state != "failed" and record.attempt >= launch.again.get(spec.id, 0):
        return range(0)
    return range(record.attempt + 1 if record else 1, attempts_allowed(launch, spec, record) + 1)


def attempts_allowed(launch: Launch, spec: AgentSpec, record: AgentRecord | None) -> int:
    """The number of an agent's last attempt: those that were halted use up none of the mission's."""
    own = _attempts(launch.mission, spec) + (record.halts if record else 0)
    return min(max(own, launch.again.get(spec.id, 0)), MAX_ATTEMPT)


def halted(
    launch: Launch, records: Mapping[str, AgentRecord], since: datetime | None = None
) -> tuple[AgentRecord, ...]:
    """The agents whose access to the model was refused and who have attempts left: a person has to act first.

    `since`: when a person last did.
    """
    latest = [(spec, records[spec.id]) for spec in launch.mission.agents if spec.id in records]
    return tuple(
        record
        for spec, record in latest
        if record.halted and attempts_left(launch, spec, record) and (since is None or record.recorded >= since)
    )


def next_agents(launch: Launch, records: Mapping[str, AgentRecord]) -> tuple[Turn, ...]:
    """The agents that the next matrix runs, at most 256: those tried least first, in the mission's order (G22).

    An assignment whose agent fell silent goes to one of the mission's backup agents, in turns.
    """
    mission, backups = launch.mission, cycle(launch.mission.agent.backups or ("",))
    turns = []
    for spec in mission.agents:
        record = records.get(spec.id)
        if left := attempts_left(launch, spec, record):
            by = next(backups) if record and record.reason == LOST else ""
            turns.append(Turn(spec.id, left[0], _minutes(mission, spec), by))
    return tuple(sorted(turns, key=lambda turn: turn.attempt)[:MATRIX])


def max_parallel(mission: Mission) -> int:
    """How many jobs of a matrix run at the same time."""
    return mission.limits.max_parallel


def matrix_json(turns: Sequence[Turn]) -> str:
    """The matrix as a workflow reads it; under 40 kB for 256 turns."""
    entries = [
        {
            "agent": turn.agent,
            "attempt": turn.attempt,
            "minutes": turn.minutes,
            "name": f"{turn.agent} (by {turn.by})" if turn.by else turn.agent,
        }
        for turn in turns
    ]
    return json.dumps(entries, separators=(",", ":"))


def _attempts(mission: Mission, spec: AgentSpec) -> int:
    return spec.attempts or mission.agent.attempts


def _minutes(mission: Mission, spec: AgentSpec) -> int:
    own = spec.timeout_minutes or mission.agent.timeout_minutes
    return min(own + SET_UP_MINUTES, JOB_MINUTES - HAND_OVER_MINUTES)
