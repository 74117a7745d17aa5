"""What was set going for a session: attempts that were handed out, runs that were started, how the gate judged.

So an attempt whose job is lost is known and counted (G23), and what leads nowhere is not started for ever (A24).
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime
from pydantic import Field as Constraint

from bot.core.continuing import MAX_ATTEMPT, Turn
from bot.core.gate.verdict import VerdictState
from bot.core.ids import Id
from bot.core.mission import Mission
from bot.core.models import Model
from bot.core.records import AgentRecord, CommitId


class Dispatch(Model):
    """An attempt that a run was given to do. `run` names the run and which attempt at the run it was."""

    agent: Id
    attempt: Annotated[int, Constraint(ge=1, le=10)]
    run: str
    time: AwareDatetime
    by: str = ""
    """The backup agent that does it; empty: the agent itself."""


class Start(Model):
    """A run that was started because there was something to do; `run` is the one that started it."""

    time: AwareDatetime
    why: str
    run: str


class Judged(Model):
    """What the gate last said of the session's branch, at which of its commits.

    `settled`: it will say the same when it is asked again; a person has to do something. `times`: how often it was
    asked at this commit.
    """

    tip: CommitId
    verdict: VerdictState
    settled: bool
    times: Annotated[int, Constraint(ge=1)] = 1
    time: AwareDatetime


class Dispatches(Model):
    """refs/swarm/dispatches/<session>, dispatches.json.

    `dispatches`: of each agent the attempt that was handed out last. `starts`: the runs that nobody
    asked for. `told`: what its issue was told last of why it stands still.
    """

    session: Id
    dispatches: tuple[Dispatch, ...] = ()
    starts: tuple[Start, ...] = ()
    judged: Judged | None = None
    told: str = ""


def lost(
    known: Dispatches, mission: Mission, records: Mapping[str, AgentRecord], run: str
) -> tuple[Dispatch, ...]:
    """The attempts without a record that other runs were given.

    Only one run of a session is at work at a time, so when `run` is, all others are over.
    """
    recorded = {spec.id: records[spec.id].attempt if spec.id in records else 0 for spec in mission.agents}
    return tuple(
        dispatch
        for dispatch in known.dispatches
        if dispatch.run != run and dispatch.attempt > recorded.get(dispatch.agent, MAX_ATTEMPT)
    )


def handed_out(known: Dispatches, turns: Iterable[Turn], run: str, now: datetime) -> Dispatches:
    """The same with the attempts that `run` is given; those that it was given before are not told again."""
    latest = {dispatch.agent: dispatch for dispatch in known.dispatches}
    for turn in turns:
        before = latest.get(turn.agent)
        if before is None or (before.attempt, before.run) != (turn.attempt, run):
            made = Dispatch(agent=turn.agent, attempt=turn.attempt, run=run, time=now, by=turn.by)
            latest[turn.agent] = made
    return known.model_copy(update={"dispatches": tuple(latest.values())})
