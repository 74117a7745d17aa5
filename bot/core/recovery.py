"""What becomes of a session that no run is at work on, and of a run that has fallen silent (G14, G15, G20, A24).

Facts alone decide: what is recorded, what was handed out to whom and when, which runs are not over. The same
function is asked by the end of each run, by `status`, and by whoever is told to go on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Literal

from bot.core.allowance import PAID
from bot.core.continuing import Turn, halted, next_agents
from bot.core.dispatches import Dispatches
from bot.core.gate.verdict import names
from bot.core.mission import Mission
from bot.core.money import usd
from bot.core.orders import deadline, held, last_word
from bot.core.records import AgentRecord
from bot.core.runs import ActiveRun
from bot.core.session import SessionData

FAILURES = 3
"""After so many runs in a row that brought nothing, nobody starts another one before a person has had a look."""
LISTED = timedelta(minutes=3)
"""How long a run that was started may take to appear in the forge's list."""
AROUND = timedelta(minutes=60)
"""What the jobs around an attempt may take: set-up, hand-over, and the record job with its time limit."""
ASK_AGAIN = timedelta(minutes=20)
"""How long after a verdict that waits for something the gate is asked again; twice as long each time."""
LONGEST = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Situation:
    """A session at one moment: what its branch says at `tip`, what was set going, the runs at work for it."""

    data: SessionData
    tip: str
    known: Dispatches
    runs: tuple[ActiveRun, ...]
    now: datetime


@dataclass(frozen=True, slots=True)
class Work:
    """A run has something to do: these attempts, or with none of them closing the session. `over`: its time is up,
    what is unfinished becomes blockers. `again`: the gate is asked again, which is no failure."""

    turns: tuple[Turn, ...]
    why: str
    over: bool = False
    again: bool = False


@dataclass(frozen=True, slots=True)
class End:
    """This run is to be ended, and why."""

    run: str
    why: str


@dataclass(frozen=True, slots=True)
class Stand:
    """Nothing is to be done now, and why. `busy`: a run is at work or comes. `judged`: the gate has spoken, and a
    person or the forge is next. `held`, `halted` and `broken` wait for a person: told to stop, access to the model
    refused, the breaker is open."""

    how: Literal["busy", "judged", "held", "halted", "broken"]
    why: str


Step = Work | End | Stand


def next_step(situation: Situation, *, completed: bool = False) -> Step:
    """What to do about a session. `completed`: one of its runs has just ended, so none is on its way."""
    if situation.runs:
        return _watch(situation)
    if not completed and _coming(situation):
        return Stand("busy", "a run was just started")
    data, known = situation.data, situation.known
    step = next_work(data, situation.tip, known, situation.now)
    if isinstance(step, Work) and not step.again:
        return breaker(data, known) or step
    return step


def next_work(data: SessionData, tip: str, known: Dispatches, now: datetime) -> Work | Stand:
    """What a run of a session has to do. Before another one is started for it, `breaker` is asked too."""
    if order := held(data.orders):
        return Stand("held", f"{order.by} stopped it")
    if refused := halted(data.launch, data.records, last_word(data.launch, data.orders)):
        return Stand("halted", f"{refused[0].agent} was refused access to its model: {refused[0].reason}")
    turns = next_agents(data.launch, data.records)
    if not turns:
        return _close(tip, known, now)
    if spent := _spent(data, turns):
        return Stand("broken", spent)
    if now > deadline(data.launch, data.orders):
        return Work((), "its time is over", over=True)
    return Work(turns, f"not done yet: {names(turn.agent for turn in turns)}")


def breaker(data: SessionData, known: Dispatches) -> Stand | None:
    """Whether too many runs in a row brought nothing since a person last wanted the session to go on (A24)."""
    progress = [record.recorded for record in data.records.values() if record.state != "failed"]
    since = max([last_word(data.launch, data.orders), *progress])
    if sum(start.time > since for start in known.starts) < FAILURES:
        return None
    return Stand("broken", f"{FAILURES} runs in a row brought nothing")


def _watch(situation: Situation) -> Step:
    """A session that runs work for: they are ended when they should not go on, and left alone otherwise."""
    run = min(situation.runs, key=lambda run: run.started)
    data, now = situation.data, situation.now
    if order := held(data.orders):
        return End(run.id, f"{order.by} stopped the session")
    if now > deadline(data.launch, data.orders) and next_agents(data.launch, data.records):
        return End(run.id, "the session's time is over")
    if silent := _silent(situation, run):
        return End(run.id, f"{names(silent)} fell silent")
    return Stand("busy", "a run is at work")


def _silent(situation: Situation, run: ActiveRun) -> list[str]:
    """The agents of a run that ought to have a record by now, from when their attempts were handed out (G15)."""
    data = situation.data
    given = [d for d in situation.known.dispatches if d.run.partition("/")[0] == run.id]
    due = longest(data.mission, len(given))
    late = [dispatch for dispatch in given if situation.now > dispatch.time + due]
    return [d.agent for d in late if d.attempt > _attempt(data.records.get(d.agent))]


def longest(mission: Mission, agents: int) -> timedelta:
    """How long a run of so many agents may take: rounds of as many as run at once, each as long as the longest."""
    minutes = max(spec.timeout_minutes or mission.agent.timeout_minutes for spec in mission.agents)
    rounds = ceil(max(agents, 1) / mission.limits.max_parallel)
    return rounds * (timedelta(minutes=minutes) + AROUND)


def _attempt(record: AgentRecord | None) -> int:
    return record.attempt if record else 0


def _coming(situation: Situation) -> bool:
    """Whether a run was started a moment ago of which nothing has been seen yet."""
    known = situation.known
    if not known.starts or situation.now > known.starts[-1].time + LISTED:
        return False
    seen = [dispatch.time for dispatch in known.dispatches] + ([known.judged.time] if known.judged else [])
    return all(time <= known.starts[-1].time for time in seen)


def _close(tip: str, known: Dispatches, now: datetime) -> Work | Stand:
    judged = known.judged
    if judged is None or judged.tip != tip:
        return Work((), "every agent is recorded")
    pause = min(ASK_AGAIN * 2 ** min(judged.times - 1, 10), LONGEST)
    if judged.settled or now < judged.time + pause:
        return Stand("judged", f"the gate says {judged.verdict}")
    return Work((), f"the gate said {judged.verdict}", again=True)


def _spent(data: SessionData, turns: Sequence[Turn]) -> str:
    """Whether the money is gone that those who are left would need; empty while it is not."""
    spent, cap = sum(record.spent for record in data.records.values()), data.mission.limits.max_usd
    backends = {spec.id: spec.backend or data.mission.agent.backend for spec in data.mission.agents}
    if spent < cap or not all(backends[turn.agent] in PAID for turn in turns):
        return ""
    return f"all of its money is spent: {usd(spent)} of {usd(cap)} USD"
