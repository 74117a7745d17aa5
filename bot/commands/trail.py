"""Writes down what was decided in a session: commits on a ref of its own, each of which only adds lines.

The trail never stands in a session's way. What cannot be written now, because others keep writing or the ref
cannot be reached, is left out: what follows from facts in git is found again by whoever comes next. Only a
decision that leaves no other trace (a late attempt that is refused) would then be missing.
"""

import random
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

from pydantic import ValidationError

from bot.core.conflicts import Resolution
from bot.core.dispatches import Dispatches
from bot.core.gate.verdict import Verdict
from bot.core.merge import is_merge_of
from bot.core.records import AgentRecord, Launch
from bot.core.recovery import Stand
from bot.core.session import RECORDS, SessionData, agent_path, dispatch_ref, trail_ref
from bot.core.snapshot import value_of
from bot.core.trail import (
    Kind,
    TrailEvent,
    appended,
    decided,
    gated,
    implied,
    merged,
    refused,
    resolved,
)
from bot.errors import LostRace, SwarmError
from bot.ports import Clock, RefUpdate, Repository

FILE = "trail.jsonl"
TRIES = 10
LONGEST_PAUSE = 5.0  # seconds between two tries


def note(repo: Repository, clock: Clock, session: str, events: Sequence[TrailEvent]) -> None:
    """Appends the events that are not in the session's trail yet, with at most one push that counts.

    Raises nothing: after ten lost races, or where the ref cannot be written, they are left out.
    """
    with suppress(SwarmError):
        for lost in range(TRIES):
            try:
                _append(repo, clock, session, events)
                return
            except LostRace:
                clock.sleep(random.uniform(0, min(0.1 * 2**lost, LONGEST_PAUSE)))  # noqa: S311


def facts(repo: Repository, data: SessionData) -> tuple[TrailEvent, ...]:
    """What follows from the session, from what was handed out, and from the records of all its attempts."""
    return implied(data, _dispatches(repo, data.session), _kept(repo, data.session))


def note_facts(repo: Repository, clock: Clock, data: SessionData, *more: TrailEvent) -> None:
    """Writes down what the facts of a session say was decided, and `more`."""
    with suppress(SwarmError), repo.still():
        note(repo, clock, data.session, (*facts(repo, data), *more))


def note_refused(
    repo: Repository, clock: Clock, launch: Launch, attempt: tuple[str, int], why: str, run: str
) -> None:
    """Writes down that an attempt (agent and number) came too late."""
    note(repo, clock, launch.session, [refused(launch, *attempt, clock.now(), why, run)])


def note_gated(
    repo: Repository,
    clock: Clock,
    data: SessionData,
    verdict: Verdict,
    tip: str,
    run: str,
    settled: Sequence[Resolution] = (),
) -> None:
    """Writes down the verdict on a commit before anything follows from it, and which conflicts were `settled`."""
    now = clock.now()
    note_facts(
        repo, clock, data, *resolved(data.launch, settled, now, run), gated(data.launch, verdict, tip, now, run)
    )


def note_merged(repo: Repository, clock: Clock, data: SessionData, commit: str, tip: str, run: str) -> None:
    """Writes down the merge of a branch at its tip, before the facts that are not needed any more go."""
    with suppress(SwarmError):
        entry = repo.log(commit, since=tip)[0]
        ours = is_merge_of(entry, data.session)
        note_facts(repo, clock, data, merged(data.launch, commit, entry.time, ours=ours, run=run))


def note_decided(
    repo: Repository, clock: Clock, data: SessionData, kind: Kind, what: str, reason: str, run: str
) -> None:
    """Writes down what the bot has just decided about a session; see `decided`."""
    note_facts(repo, clock, data, decided(data.launch, kind, what, clock.now(), reason, run=run))


def note_stand(
    repo: Repository, clock: Clock, data: SessionData, known: Dispatches, stand: Stand, run: str
) -> None:
    """Writes down that a session stands still until a person acts; an order to stop is written down as such."""
    kinds: dict[str, Kind] = {"halted": "stopped", "broken": "broken"}
    if kind := kinds.get(stand.how):
        note_decided(repo, clock, data, kind, f"{len(known.starts)}-{len(data.orders)}", stand.why, run)


def _append(repo: Repository, clock: Clock, session: str, events: Sequence[TrailEvent]) -> None:
    tip = _tip(repo, session)
    before = _content(repo, tip)
    after = appended(before, events)
    if after == before:
        return
    added = after.count(b"\n") - before.count(b"\n")
    message = f"Note what was decided in session {session} ({added})\n\nSwarm-Session: {session}\n"
    commit = repo.commit([tip] if tip else [], {FILE: after}, message, clock.now())
    repo.update([RefUpdate(trail_ref(session), commit, tip)])


def _tip(repo: Repository, session: str) -> str | None:
    ref = trail_ref(session)
    return repo.refs(ref).get(ref)


def _content(repo: Repository, commit: str | None) -> bytes:
    return repo.read([(commit, FILE)]).get((commit, FILE), b"") if commit else b""


def _dispatches(repo: Repository, session: str) -> Dispatches:
    """What was handed out, from the one file that says it; nothing, where it cannot be read: a launch says so."""
    ref = dispatch_ref(session)
    commit = repo.refs(ref).get(ref)
    with suppress(ValidationError):
        for content in repo.files(commit).values() if commit else ():
            return value_of(Dispatches, content)
    return Dispatches(session=session)


def _kept(repo: Repository, session: str) -> tuple[AgentRecord, ...]:
    """The records of all attempts that have refs of their own."""
    refs = repo.refs(f"{RECORDS}{session}/")
    wanted = [(commit, agent_path(session, ref.split("/")[-2])) for ref, commit in refs.items()]
    return tuple(_readable(repo.read(wanted)))


def _readable(found: Mapping[tuple[str, str], bytes]) -> Iterable[AgentRecord]:
    for content in found.values():
        with suppress(ValidationError):
            yield value_of(AgentRecord, content)
