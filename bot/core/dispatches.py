"""Which attempts were handed out to which run, so that one whose job is lost is known, and counted (G23)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime
from pydantic import Field as Constraint

from bot.core.continuing import MAX_ATTEMPT, Turn
from bot.core.ids import Id
from bot.core.mission import Mission
from bot.core.models import Model
from bot.core.records import AgentRecord

LOST = "its job was lost: the run that was to do it is over and left no record of it"
"""The reason in the record of an attempt that was handed out and never came back."""


class Dispatch(Model):
    """An attempt that a run was given to do. `run` names the run and which attempt at the run it was."""

    agent: Id
    attempt: Annotated[int, Constraint(ge=1, le=10)]
    run: str
    time: AwareDatetime
    by: str = ""
    """The backup agent that does it; empty: the agent itself."""


class Dispatches(Model):
    """refs/swarm/dispatches/<session>, dispatches.json: of each agent the attempt that was handed out last."""

    session: Id
    dispatches: tuple[Dispatch, ...] = ()


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
            latest[turn.agent] = Dispatch(agent=turn.agent, attempt=turn.attempt, run=run, time=now)
    return Dispatches(session=known.session, dispatches=tuple(latest.values()))
