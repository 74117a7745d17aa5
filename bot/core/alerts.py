"""When to say that the money runs out: over 50, 75 and 90 per cent of what a session may spend, and at the end."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.core.records import AgentRecord

STEPS = (50, 75, 90)
NEAR = 90
"""Per cent of its own cap above which an agent is named."""


@dataclass(frozen=True, slots=True)
class Alert:
    """`over` is the highest step that is passed, in per cent: 100 when all is spent, 0 when none is. `agents` are
    those near their own cap, in the order of the records."""

    over: int
    agents: tuple[str, ...]


def alert(records: Iterable[AgentRecord], caps: Mapping[str, int], cap: int) -> Alert | None:
    """What is to be said of the money; None as long as there is nothing.

    `caps` are those of the agents, `cap` is the session's, in millionths of a US dollar.
    """
    made = list(records)
    over = step(sum(record.spent for record in made), cap)
    near = tuple(r.agent for r in made if r.spent * 100 > caps.get(r.agent, 0) * NEAR and r.agent in caps)
    return Alert(over, near) if over or near else None


def step(spent: int, cap: int) -> int:
    """The highest step that is passed; nothing spent passes none."""
    if spent and spent >= cap:
        return 100
    return max((step for step in STEPS if spent * 100 > cap * step), default=0)
