"""Gives the order that a comment asks for, once, and sees to what follows from it."""

from dataclasses import dataclass

from bot.commands.discovery import Place
from bot.commands.going_on import go_on
from bot.commands.looking import Chat, Seen, facts_of, look
from bot.commands.ordering import give
from bot.commands.trail import note_decided, note_facts
from bot.core.chatops import Ordering, Stop
from bot.core.commanding import given, order_of
from bot.core.events import CommandAsked
from bot.core.orders import Order, earliest, held
from bot.core.recovery import Stand, next_work
from bot.core.session import branch_ref


@dataclass(frozen=True, slots=True)
class Told:
    """What came of a command: whether it was carried out, what is said, whether a run was started for it."""

    done: bool
    said: tuple[str, ...]
    started: bool = False


def obey(parts: Chat, asked: CommandAsked, command: Ordering, place: Place) -> Told:
    """Gives the order, once, and sees to what follows from it."""
    closing = parts.finishing.closing
    data, name = facts_of(parts, place).data, f"comment-{asked.comment}"
    order = next((one for one in data.orders if one.id == name), None)
    if order is None:
        now = closing.clock.now()
        order = order_of(command, data, parts.configuration.max_usd, name, asked.sender, now)
        give(closing.repo, closing.clock, branch_ref(data.mission, data.session), data.session, order)
    seen = look(parts, place)
    if isinstance(command, Stop):
        said, started = _end_runs(parts, seen, order), False
    else:
        said, started = _let_go_on(parts, seen, order)
    note_facts(closing.repo, closing.clock, seen.data)
    return Told(True, (given(order, seen.data), said), started)


def _end_runs(parts: Chat, seen: Seen, order: Order) -> str:
    """Ends what is at work, unless somebody has let the session go on since."""
    if not held(seen.data.orders):
        return "it was let go on since"
    closing = parts.finishing.closing
    for run in seen.runs:
        why = f"{order.by} stopped the session"
        note_decided(closing.repo, closing.clock, seen.data, "cancelled", run.id, why, closing.run)
        parts.finishing.runs.cancel(run.id)
    return "runs that are at work for it are ended, and what is recorded is kept; `/swarm resume` goes on"


def _let_go_on(parts: Chat, seen: Seen, order: Order) -> tuple[str, bool]:
    """Starts a run when there is something to do and nobody is at work: what is said, and whether one goes on."""
    closing = parts.finishing.closing
    step = next_work(seen.data, seen.facts.tip or "", seen.known, closing.clock.now())
    if isinstance(step, Stand) and step.how == "held":
        return f"it stays stopped ({step.why}): `/swarm resume` goes on", False
    if any(run.started < earliest(order) for run in seen.runs):
        return "it comes after what is at work now", False
    if isinstance(step, Stand) and not seen.runs:
        return f"nothing is to be done now: {step.why}", False
    if not seen.runs:
        _start(parts, seen, order)
    return "a run goes on with it", True


def _start(parts: Chat, seen: Seen, order: Order) -> None:
    """Starts a run because of an order, unless one has come of it already.

    One that this very run has noted, before its machine was lost, may never have been started: twice is harmless,
    since runs of a session come one after the other.
    """
    known, closing = seen.known, parts.finishing.closing
    done = [one.time for one in known.dispatches] + ([known.judged.time] if known.judged else [])
    why = f"{order.by} said {order.kind}"
    noted = [start for start in known.starts if start.why == why and start.time >= earliest(order)]
    ours = any(_run(start.run) == _run(closing.run) for start in noted)
    if any(time > order.time for time in done) or (noted and not ours):
        return
    go_on(closing.repo, closing.clock, parts.finishing.runs, seen.data, known, why, closing.run, counted=not noted)


def _run(run: str) -> str:
    """The run's id, whichever attempt at it this is."""
    return run.partition("/")[0]
