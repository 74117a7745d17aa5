"""`agent`: one attempt at one assignment. What it leaves behind is untrusted data, and never a failed job."""

from collections.abc import Callable
from datetime import timedelta

from bot.commands.files import json_bytes
from bot.commands.record import Handover
from bot.core.mission import AgentSpec, Backend, Mission
from bot.core.records import Launch
from bot.errors import MachineError, SwarmError
from bot.ports import Agent, Brief, Clock

Backends = Callable[[Backend], Agent]
"""Builds a backend; supplied by the command line."""


def agent(
    backends: Backends,
    clock: Clock,
    mission: Mission,
    launch: Launch,
    spec: AgentSpec,
    attempt: int,
    progress: Callable[[str], None],
) -> Handover:
    """The handover of one attempt. A backend that fails leaves its reason instead of an artifact.

    Raises MachineError when this machine is in the way: that is no failure of the agent, and uses up no attempt.
    """
    started = clock.now()
    brief = Brief(
        mission=mission,
        session=launch.session,
        agent=spec,
        attempt=attempt,
        cap=launch.caps[spec.id],
        deadline=started + timedelta(minutes=spec.timeout_minutes or mission.agent.timeout_minutes),
    )
    try:
        result = backends(spec.backend or mission.agent.backend).research(brief, progress)
    except MachineError:
        raise
    except SwarmError as error:
        return Handover(spec, attempt, started, failure=str(error))
    except Exception as error:
        return Handover(spec, attempt, started, failure=f"{type(error).__name__}: {error}")
    return Handover(spec, attempt, started, artifact=json_bytes(result.model_dump(mode="json")))
