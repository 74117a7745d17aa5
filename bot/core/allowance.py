"""What one attempt may spend: by construction all attempts of an agent together stay within its cap (G23).

An attempt whose machine is lost may have spent all that it was given, so it counts as having done so. So that
something is left for the next one, an attempt gets its share of what is left, and not all of it.
"""

from bot.core.continuing import attempts_left
from bot.core.mission import AgentSpec, Backend
from bot.core.records import AgentRecord, Launch

PAID: frozenset[Backend] = frozenset({"claude"})
"""The backends that cost money."""


def allowance(cap: int, spent: int, attempts_left: int) -> int:
    """Millionths of a US dollar for the next attempt.

    `spent` is what the attempts before it count for, `attempts_left` how many there are, the next one included.
    What an attempt leaves unspent is there for those after it; the last one may spend all that is left.
    """
    return max(cap - spent, 0) // max(attempts_left, 1)


def attempt_allowance(launch: Launch, spec: AgentSpec, record: AgentRecord | None) -> int:
    """The same for the attempt that follows an agent's latest record; None: it is the first one."""
    left = attempts_left(launch, spec, record)
    return allowance(launch.caps.get(spec.id, 0), record.spent if record else 0, len(left))


def at_stake(launch: Launch, spec: AgentSpec, record: AgentRecord | None) -> int:
    """What that attempt counts for when nobody knows what it used: all that it might have."""
    paid = (spec.backend or launch.mission.agent.backend) in PAID
    return attempt_allowance(launch, spec, record) if paid else 0
