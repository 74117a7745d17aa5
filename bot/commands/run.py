"""`run`: the whole session on one machine: launch, agents side by side, record, close.

Every step looks at what is in git and does what is missing, so that a run that was interrupted or killed goes on
where it was when it is called again (G10), and repeats no agent that is recorded.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, replace
from threading import Event

from bot.commands.agent import NOTHING_KNOWN, Backends, agent
from bot.commands.close import Closed, Closing, close
from bot.commands.dispatching import end_work
from bot.commands.launch import Launched, launch
from bot.commands.load import load_findings, load_session
from bot.commands.ordering import give
from bot.commands.record import fold, record
from bot.commands.trail import note_facts
from bot.core.continuation import goes_on_in
from bot.core.continuing import attempts_left
from bot.core.mission import AgentSpec, Mission
from bot.core.orders import Order, deadline, held
from bot.core.records import AgentRecord
from bot.core.redaction import Redactor
from bot.core.session import SessionData, branch_ref, orders_path, record_ref
from bot.core.snapshot import parse_orders
from bot.errors import MachineError, Refused
from bot.ports import Display, PriceList, Repository


class Stopped(BaseException):  # not an Exception: no backend may take it for a failure of its own
    """The person at the keyboard wants the run to end."""


@dataclass(frozen=True, slots=True)
class Running:
    """What a run needs besides what closing needs. `ready` raises Refused where its agents could not work."""

    closing: Closing
    backends: Backends
    prices: PriceList
    ready: Callable[[Mission], None]
    display: Display
    parallel: int
    redactor: Redactor = NOTHING_KNOWN


def run(parts: Running, *, mission: bytes, file: str, by: str, merge: bool) -> Closed:
    """Launches the mission or goes on with it, and closes it.

    Raises what `launch` and `close` do, and Refused when somebody has stopped the session, also meanwhile.
    """
    repo, clock, base = parts.closing.repo, parts.closing.clock, parts.closing.base
    launched = launch(repo, clock, parts.prices, mission=mission, file=file, base=base, by=by, ready=parts.ready)
    if not launched.merged:
        parts.display.note(_opening(launched, file))
        _refuse_held(repo, launched)
        _go_on(parts, launched, by, merge=merge)
        _research(parts, launched)
        _refuse_held(repo, launched)
        _end(parts, launched)
    return close(parts.closing, launched.session, merge=merge)


def _held(repo: Repository, launched: Launched) -> Order | None:
    """The order by which the session stands still, as its branch has it now."""
    tip, path = repo.refs(launched.branch).get(launched.branch), orders_path(launched.session)
    content = repo.read([(tip, path)]).get((tip, path)) if tip else None
    return held(parse_orders(launched.session, content, []).orders)


def _refuse_held(repo: Repository, launched: Launched) -> None:
    if order := _held(repo, launched):
        what = f"{order.by} stopped {launched.session} at {order.time:%Y-%m-%d %H:%M} UTC"
        raise Refused(what, f"what is recorded is kept; `swarm resume {launched.session}` lets it go on")


def _opening(launched: Launched, file: str) -> str:
    branch = launched.branch.removeprefix("refs/heads/")
    verb = "launched from" if launched.created else "goes on with"
    return f"{launched.session} {verb} {file} on branch {branch}"


def _load(repo: Repository, launched: Launched) -> SessionData:
    return load_session(repo, repo.refs(launched.branch)[launched.branch], launched.session)


def _go_on(parts: Running, launched: Launched, by: str, *, merge: bool) -> None:
    """What comes before the agents of a session that was begun before."""
    fold(parts.closing.repo, parts.closing.clock, launched.branch, launched.session)
    data = _load(parts.closing.repo, launched)
    _close_before(parts, data, merge=merge)
    if _unfinished(data) and _over(parts, data) and data.mission.limits.when_over == "blockers":
        _resume(parts, launched, by)


def _close_before(parts: Running, data: SessionData, *, merge: bool) -> None:
    """Closes the session that this one goes on from, where that was interrupted or did not pass."""
    before = data.launch.continues
    ref = branch_ref(data.mission, before.session) if before else ""
    if before and ref in parts.closing.repo.refs(ref):
        close(parts.closing, before.session, merge=merge)


def _unfinished(data: SessionData) -> list[AgentSpec]:
    return [spec for spec in data.mission.agents if _left(data, spec)]


def _resume(parts: Running, launched: Launched, by: str) -> None:
    """Whoever runs an interrupted session again the next day wants it to go on, and its time begins anew."""
    closing, now = parts.closing, parts.closing.clock.now()
    order = Order(id=f"run-{now:%Y%m%dt%H%M%S}", kind="resume", by=by, time=now)
    give(closing.repo, closing.clock, launched.branch, launched.session, order)


def _over(parts: Running, data: SessionData) -> bool:
    """Whether the session's time is over: then no agent begins."""
    return parts.closing.clock.now() > deadline(data.launch, data.orders)


def _end(parts: Running, launched: Launched) -> None:
    """Gives up what is unfinished when the time is over, and says who goes on with it."""
    closing, data = parts.closing, _load(parts.closing.repo, launched)
    if not _unfinished(data) or not _over(parts, data):
        return
    data = end_work(closing.repo, closing.clock, launched.branch, launched.session).data
    into = goes_on_in(data)
    todo = f"{into} goes on with it: run the same command again" if into else "it is written down as blockers"
    parts.display.note(f"the time of {launched.session} is over; what is unfinished: {todo}")


def _research(parts: Running, launched: Launched) -> None:
    repo, clock = parts.closing.repo, parts.closing.clock
    data = _load(repo, launched)
    note_facts(repo, clock, data)
    for made in data.records.values():
        parts.display.recorded(made)
    missing = [] if _over(parts, data) else _unfinished(data)
    if missing:
        parts.ready(data.mission)
    with _pool(min(parts.parallel, data.mission.limits.max_parallel)) as (pool, stop):
        working = {pool.submit(_attempts, parts, launched, data, spec, stop) for spec in missing}
        while working:
            finished, working = wait(working, return_when=FIRST_COMPLETED)
            for future in finished:
                future.result()
            for made in fold(repo, clock, launched.branch, launched.session):
                parts.display.recorded(made)


@contextmanager
def _pool(workers: int) -> Iterator[tuple[ThreadPoolExecutor, Event]]:
    """A pool that ends soon after an interruption: agents stop at their next sign of progress."""
    stop = Event()
    pool = ThreadPoolExecutor(workers, thread_name_prefix="agent")
    try:
        yield pool, stop
    except BaseException:
        stop.set()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _attempts(parts: Running, launched: Launched, data: SessionData, spec: AgentSpec, stop: Event) -> None:
    """Tries the assignment until an attempt is recorded that did not fail, or all of them are used up; begins none
    once somebody has stopped the session."""
    closing = parts.closing

    def progress(what: str) -> None:
        if stop.is_set():
            raise Stopped
        parts.display.doing(spec.id, what)

    for attempt in _left(data, spec):
        if stop.is_set() or _over(parts, data) or _held(closing.repo, launched):
            return
        parts.display.started(spec.id, attempt)
        try:
            handed = agent(parts.backends, closing.clock, data, spec, attempt, progress, parts.redactor)
        except Stopped:
            return
        made = record(closing.repo, closing.library, closing.clock, data.mission, data.launch, handed)
        if handed.halted:
            raise MachineError(handed.halted, "mend that and run the same command again; it goes on from here")
        if made.state != "failed":
            return
        data = _with(closing.repo, data, made)


def _with(repo: Repository, data: SessionData, made: AgentRecord) -> SessionData:
    """The session with a record that is not folded yet: the next attempt goes on from it."""
    ref = record_ref(made.session, made.agent, made.attempt)
    found = load_findings(repo, repo.refs(ref)[ref], [(made.session, made.agent)])
    findings = {agent: file for (_, agent), file in found.items()}
    return replace(data, records={**data.records, made.agent: made}, findings={**data.findings, **findings})


def _left(data: SessionData, spec: AgentSpec) -> range:
    return attempts_left(data.launch, spec, data.records.get(spec.id))
