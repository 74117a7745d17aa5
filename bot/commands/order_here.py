"""What a person tells a session on one machine: the order is written down, and the next `swarm run` goes by it."""

from bot.commands.close import session_branch
from bot.commands.load import load_session
from bot.commands.ordering import give
from bot.commands.outcome import Outcome
from bot.commands.record import fold
from bot.commands.trail import note_facts
from bot.core.chatops import Ordering
from bot.core.commanding import given, order_of
from bot.core.orders import Order
from bot.ports import Clock, Repository

BY = "local"
"""Who gives the orders of this machine."""


def order_here(repo: Repository, clock: Clock, session: str, command: Ordering, most: int) -> Outcome:
    """Gives an order to an open session. Raises Refused when it cannot be given, and then nothing has changed.

    `most` is what a session of the repository may spend, in millionths of a US dollar.
    """
    branch, now = session_branch(repo, session), clock.now()
    fold(repo, clock, branch, session)
    data = load_session(repo, repo.refs(branch)[branch], session)
    number = len(data.orders) + 1  # two may come within a second
    name = f"{BY}-{type(command).__name__.lower()}-{now:%Y%m%dt%H%M%S}-{number}"
    order = order_of(command, data, most, name, BY, now)
    give(repo, clock, branch, session, order)
    data = load_session(repo, repo.refs(branch)[branch], session)
    note_facts(repo, clock, data)
    report = {"session": session, "order": order.model_dump(mode="json", exclude_defaults=True)}
    return Outcome(report, f"{session}: {given(order, data)}\n{_next(order, session)}")


def _next(order: Order, session: str) -> str:
    """Nothing is started by an order here: what to call."""
    if order.kind == "stop":
        return f"a run that is at work ends after the attempts that it has begun; `swarm resume {session}` goes on"
    return "`swarm run MISSION` goes on with it"
