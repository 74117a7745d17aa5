"""`agent`: one attempt at one assignment. What it leaves behind is untrusted data, and never a failed job."""

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.commands.files import model_bytes
from bot.commands.record import Handover
from bot.core.allowance import attempt_allowance
from bot.core.continuing import attempts_left
from bot.core.mission import AgentSpec
from bot.core.plan import PlannedAgent, make_plan
from bot.core.pricing import key
from bot.core.redaction import Redactor
from bot.core.session import SessionData
from bot.errors import MachineError, SwarmError
from bot.ports import Agent, Brief, Clock

Backends = Callable[[PlannedAgent], Agent]
"""Builds the backend of an agent; supplied by the command line."""
NOTHING_KNOWN = Redactor()


def agent(
    backends: Backends,
    clock: Clock,
    data: SessionData,
    spec: AgentSpec,
    attempt: int,
    progress: Callable[[str], None],
    redactor: Redactor = NOTHING_KNOWN,
) -> Handover:
    """The handover of one attempt. A backend that fails leaves its reason instead of an artifact.

    Neither holds what the redactor takes out (G25). A quote that was changed by that stands in no source any more,
    so its finding is recorded as unsupported, with what is left of it.

    Raises MachineError when this machine is in the way: that is no failure of the agent, and uses up no attempt.
    """
    started = clock.now()
    planned = next(agent for agent in make_plan(data.mission).agents if agent.id == spec.id)
    try:
        result = backends(planned).research(_brief(data, spec, planned, attempt, started), progress)
    except MachineError:
        raise
    except SwarmError as error:
        return Handover(spec, attempt, started, failure=redactor.clean(str(error)))
    except Exception as error:
        return Handover(spec, attempt, started, failure=redactor.clean(f"{type(error).__name__}: {error}"))
    return Handover(
        spec,
        attempt,
        started,
        artifact=redactor.artifact(model_bytes(result)),
        halted=redactor.clean(result.unfinished) if result.halted else "",
    )


def _brief(data: SessionData, spec: AgentSpec, planned: PlannedAgent, attempt: int, started: datetime) -> Brief:
    launch, record = data.launch, data.records.get(spec.id)
    left = len(attempts_left(launch, spec, record))
    return Brief(
        mission=data.mission,
        session=launch.session,
        launched=launch.launched,
        agent=spec,
        attempt=attempt,
        cap=attempt_allowance(launch, spec, record),
        deadline=started + timedelta(minutes=planned.timeout_minutes),
        prices=launch.prices.get(key(planned.provider, planned.model)),
        earlier=data.findings.get(spec.id),
        last=left <= 1,
    )
