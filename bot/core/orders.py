"""What people tell a session after its launch: stop, go on, try again, here is more money.

Orders lie on the session's branch, so that every command, the gate among them, goes by them; who may give them is
asked before they are written down.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import AwareDatetime
from pydantic import Field as Constraint

from bot.core.ids import Id
from bot.core.models import Model
from bot.core.records import AgentRecord, Launch

OrderKind = Literal["stop", "resume", "retry", "budget", "merge"]


class Order(Model):
    """One order. `id` names the comment or the run that it came with, so that it is never carried out twice.

    `attempts`: up to which attempt an agent may go (retry). `caps`: by how many millionths of a US dollar the cap
    of an agent grows (budget).
    """

    id: Id
    kind: OrderKind
    by: str
    time: AwareDatetime
    attempts: dict[Id, Annotated[int, Constraint(ge=1, le=10)]] = Constraint(default_factory=dict)
    caps: dict[Id, Annotated[int, Constraint(ge=0)]] = Constraint(default_factory=dict)


class Orders(Model):
    """sessions/<session>/orders.json: all orders, in the order in which they were written down."""

    orders: tuple[Order, ...] = ()


def held(orders: Iterable[Order]) -> Order | None:
    """The order by which a session stands still; None while it may go on."""
    last = [order for order in orders if order.kind in ("stop", "resume")][-1:]
    return last[0] if last and last[0].kind == "stop" else None


def last_word(launch: Launch, orders: Iterable[Order]) -> datetime:
    """When a person last wanted the session to go on: its time begins then, failures are counted from there."""
    return max([launch.launched, *(order.time for order in orders if order.kind != "stop")])


def deadline(launch: Launch, orders: Iterable[Order]) -> datetime:
    """When a session's time is over: so many hours after its launch, or after a person last let it go on."""
    return last_word(launch, orders) + timedelta(hours=launch.mission.limits.session_timeout_hours)


def merge_wanted(orders: Iterable[Order], records: Iterable[AgentRecord]) -> bool:
    """Whether a person wants the session merged as it is recorded now: since the order nothing was recorded, and
    nobody has stopped it. It counts where merging is left to people; the gate is asked all the same."""
    last = [order for order in orders if order.kind in ("stop", "merge")][-1:]
    if not last or last[0].kind != "merge":
        return False
    return all(record.recorded <= last[0].time for record in records)


def moment(now: datetime, records: Iterable[AgentRecord]) -> datetime:
    """The time of an order that is given now: after all that is recorded, if only by a second."""
    return max([now, *(record.recorded + timedelta(seconds=1) for record in records)])


def earliest(order: Order) -> datetime:
    """When an order can have been given at the earliest: `moment` puts it off by a second at most.

    In whole seconds, in which GitHub says when runs began.
    """
    return order.time.replace(microsecond=0) - timedelta(seconds=1)


def amended(launch: Launch, orders: Iterable[Order]) -> Launch:
    """The launch with what people have added to it: money, and attempts beyond the mission's."""
    caps, again = dict(launch.caps), dict(launch.again)
    added = 0
    for order in orders:
        again |= {agent: max(most, again.get(agent, 0)) for agent, most in order.attempts.items()}
        for agent, more in order.caps.items():
            if agent in caps:
                caps[agent] += more
                added += more
    if not added and again == launch.again:
        return launch
    limits = launch.mission.limits
    mission = launch.mission.model_copy(
        update={"limits": limits.model_copy(update={"max_usd": limits.max_usd + added})}
    )
    return launch.model_copy(update={"caps": caps, "again": again, "mission": mission})
