"""From what a person tells a session to an order, or to the reason why it cannot be given."""

from datetime import datetime
from typing import assert_never

from bot.core.allowance import PAID
from bot.core.budget import divide
from bot.core.chatops import AddBudget, Merge, Ordering, Resume, Retry, Stop
from bot.core.configuration import PATH
from bot.core.continuing import MAX_ATTEMPT
from bot.core.gate.verdict import names
from bot.core.mission import AgentSpec
from bot.core.money import usd
from bot.core.orders import Order, held, moment
from bot.core.session import SessionData
from bot.errors import Refused


def order_of(command: Ordering, data: SessionData, most: int, name: str, by: str, now: datetime) -> Order:
    """The order that a command gives to an open session. Raises Refused, in words for whoever gave it.

    `most` is what a session of the repository may spend, in millionths of a US dollar; `name` is the order's id.
    """
    time = moment(now, data.records.values())
    match command:
        case Stop():
            return Order(id=name, kind="stop", by=by, time=time)
        case Resume():
            return Order(id=name, kind="resume", by=by, time=time)
        case Retry(agent):
            return Order(id=name, kind="retry", by=by, time=time, attempts=_attempts(data, agent))
        case AddBudget(micro_usd):
            return Order(id=name, kind="budget", by=by, time=time, caps=_caps(data, micro_usd, most))
        case Merge():
            check_merge(data)
            return Order(id=name, kind="merge", by=by, time=time)
        case _:
            assert_never(command)


def given(order: Order, data: SessionData) -> str:
    """What an order does, in words for whoever gave it; `data` is the session that has it."""
    match order.kind:
        case "stop":
            return "nothing new starts until somebody resumes it"
        case "resume":
            return "the session goes on"
        case "retry":
            return f"tried once more: {names(f'`{agent}`' for agent in order.attempts)}"
        case "budget":
            agents = names(f"`{agent}`" for agent in order.caps)
            cap = usd(data.mission.limits.max_usd)
            return f"the session may spend {cap} USD now, {usd(sum(order.caps.values()))} more, for {agents}"
        case "merge":
            return "the gate is asked again, and what passes it is merged"
        case _:
            assert_never(order.kind)


def _attempts(data: SessionData, agent: str | None) -> dict[str, int]:
    """Up to which attempt the agents may go that are tried again."""
    if agent is not None:
        _check_retry(data, agent)
    failed = [one for one, record in data.records.items() if record.state == "failed"]
    chosen = [agent] if agent is not None else failed
    if not chosen:
        raise Refused("no agent has failed", "one that is blocked is tried again by its name")
    if spent := [one for one in chosen if data.records[one].attempt >= MAX_ATTEMPT]:
        raise Refused(f"an agent has at most {MAX_ATTEMPT} attempts, and {names(spent)} made all of them")
    return {one: data.records[one].attempt + 1 for one in chosen}


def _check_retry(data: SessionData, agent: str) -> None:
    known = [spec.id for spec in data.mission.agents]
    record = data.records.get(agent)
    if agent not in known:
        raise Refused(f"the mission has no agent {agent}", f"its agents are {names(known, 10)}")
    if record is None:
        raise Refused(f"{agent} has no record yet", "when nobody is at work, resume the session")
    if record.state == "done":
        raise Refused(f"{agent} is done", "nothing of it is tried again")


def _caps(data: SessionData, added: int, most: int) -> dict[str, int]:
    """The money for each agent that is not done, in equal parts, to the last millionth."""
    paid = [spec.id for spec in data.mission.agents if _backend(data, spec) in PAID]
    if not paid:
        backends = names(dict.fromkeys(_backend(data, spec) for spec in data.mission.agents))
        raise Refused(f"this session costs nothing ({backends})", "it needs no money")
    done = {one for one, record in data.records.items() if record.state == "done"}
    left = [one for one in paid if one not in done]
    if not left:
        raise Refused("all agents that cost money are done", "nobody would spend it")
    cap = data.mission.limits.max_usd + added
    if cap > most:
        what = f"the session could spend {usd(cap)} USD then, and one of this repository at most {usd(most)}"
        raise Refused(what, f"add less, or have a maintainer raise `max_usd` in `{PATH}`")
    return divide(added, dict.fromkeys(left, added))


def _backend(data: SessionData, spec: AgentSpec) -> str:
    return spec.backend or data.mission.agent.backend


def check_merge(data: SessionData) -> None:
    """Raises Refused when a session is not to be merged yet."""
    if order := held(data.orders):
        raise Refused(f"{order.by} stopped the session", "resume it first")
    if missing := [spec.id for spec in data.mission.agents if spec.id not in data.records]:
        raise Refused(f"not recorded yet: {names(missing)}", "it is merged without you when they are")
