"""Writes down what people tell a session, on its branch, each order once."""

from bot.commands.files import json_bytes
from bot.core.orders import Order, Orders
from bot.core.session import orders_path
from bot.core.snapshot import parse_orders
from bot.errors import LostRace, Problem, Refused, SwarmError
from bot.ports import Clock, RefUpdate, Repository

TRIES = 20


def give(repo: Repository, clock: Clock, branch: str, session: str, order: Order) -> bool:
    """Writes an order down; False when it was there already. Raises Refused when the branch kept moving."""
    path = orders_path(session)
    for _ in range(TRIES):
        tip = repo.refs(branch).get(branch)
        if tip is None:
            raise Refused(f"the branch of session {session} is gone", "launch the mission again")
        problems: list[Problem] = []
        known = parse_orders(session, repo.read([(tip, path)]).get((tip, path)), problems).orders
        if problems:
            raise SwarmError(problems=tuple(problems))
        if any(one.id == order.id for one in known):
            return False
        content = json_bytes(Orders(orders=(*known, order)).model_dump(mode="json", exclude_defaults=True))
        message = f"Order {order.kind} of {order.by}\n\nSwarm-Session: {session}\n"
        commit = repo.commit([tip], {path: content}, message, clock.now())
        try:
            repo.update([RefUpdate(branch, commit, tip)])
        except LostRace:
            continue
        return True
    raise Refused(f"{branch} kept moving", "run again in a minute")
