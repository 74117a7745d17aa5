"""Hands attempts out to runs, records those whose runs are over without a record, remembers what was set going.

(G15, G23, A24)

What is handed out is written down first: a machine that is lost may have spent all that it was given, and no
attempt is ever given to two runs.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import ValidationError

from bot.commands.continuation import going_on_in
from bot.commands.files import json_bytes
from bot.commands.load import load_session
from bot.commands.record import fold, record_files
from bot.core.artifacts import Failure
from bot.core.continuation import give_up
from bot.core.continuing import LOST, Turn
from bot.core.dispatches import Dispatch, Dispatches, handed_out, lost
from bot.core.mission import AgentSpec
from bot.core.recording import Attempt, failed
from bot.core.records import AgentRecord, FindingsFile
from bot.core.session import SessionData, dispatch_ref, record_ref
from bot.core.snapshot import value_of
from bot.errors import LostRace, Refused
from bot.ports import Clock, RefUpdate, Repository

TRIES = 5
FILE = "dispatches.json"
Edit = Callable[[Dispatches], Dispatches]


@dataclass(frozen=True, slots=True)
class Standing:
    """A session as its branch has it now, and what was set going for it."""

    data: SessionData
    commit: str
    known: Dispatches


def take_stock(repo: Repository, clock: Clock, branch: str, session: str, run: str) -> Standing:
    """The session with everything folded, and with the attempts recorded that other runs have lost.

    Raises Refused when others keep writing: then another run of the session is at work.
    """

    def dead(data: SessionData, known: Dispatches, now: datetime) -> list[tuple[AgentRecord, FindingsFile]]:
        return [_lost(data, dispatch, now) for dispatch in lost(known, data.mission, data.records, run)]

    return _recorded(repo, clock, branch, session, dead)


def end_work(repo: Repository, clock: Clock, branch: str, session: str) -> Standing:
    """The session with every assignment that is not done yet recorded as given up: its time is over.

    Where the mission wants a session to go on, the records say which: `hand_over` then opens it.
    """

    def unfinished(data: SessionData, known: Dispatches, now: datetime) -> list[tuple[AgentRecord, FindingsFile]]:
        # Whoever ends the work is the only one at work: what was handed out and never came back may be spent.
        if dead := [_lost(data, one, now) for one in lost(known, data.mission, data.records, "")]:
            return dead
        return give_up(data, now, going_on_in(repo, data))

    return _recorded(repo, clock, branch, session, unfinished)


def _recorded(
    repo: Repository,
    clock: Clock,
    branch: str,
    session: str,
    missing: Callable[[SessionData, Dispatches, datetime], list[tuple[AgentRecord, FindingsFile]]],
) -> Standing:
    """The session with everything folded, and with the records that are missing, each on its own ref."""
    for _ in range(TRIES):
        fold(repo, clock, branch, session)
        tip = repo.refs(branch)[branch]
        data, known = load_session(repo, tip, session), read_dispatches(repo, session)[0]
        made = missing(data, known, clock.now())
        if not made:
            return Standing(data, tip, known)
        try:
            _keep(repo, clock, session, made)
        except LostRace:
            continue  # a record came after all: look again
    raise _busy(session)


def hand_out(repo: Repository, clock: Clock, session: str, turns: Sequence[Turn], run: str) -> None:
    """Writes down that `run` is given these attempts. Raises Refused when another run is given some now."""
    first = read_dispatches(repo, session)[0].dispatches

    def edit(known: Dispatches) -> Dispatches:
        if known.dispatches != first:
            raise _busy(session)
        return handed_out(known, turns, run, clock.now())

    note(repo, clock, session, edit, f"Hand out {len(turns)} attempts of session {session} to run {run}")


def note(repo: Repository, clock: Clock, session: str, edit: Edit, message: str) -> bool:
    """Changes what is written down of a session; whether there was something to change.

    Raises Refused when others keep changing it, and what `edit` raises.
    """
    for _ in range(TRIES):
        known, before = read_dispatches(repo, session)
        told = edit(known)
        if told == known:
            return False
        files: dict[str, bytes | None] = {FILE: json_bytes(told.model_dump(mode="json"))}
        commit = repo.commit([], files, f"{message}\n", clock.now())
        try:
            repo.update([RefUpdate(dispatch_ref(session), commit, before)])
        except LostRace:
            continue
        return True
    raise _busy(session)


def read_dispatches(repo: Repository, session: str) -> tuple[Dispatches, str | None]:
    """What was set going for a session, and the commit that says so; None: nothing was yet."""
    ref = dispatch_ref(session)
    commit = repo.refs(ref).get(ref)
    if commit is None:
        return Dispatches(session=session), None
    return parse_dispatches(session, repo.read([(commit, FILE)]).get((commit, FILE), b"")), commit


def parse_dispatches(session: str, content: bytes) -> Dispatches:
    """The same from the file. Raises Refused when it cannot be read."""
    try:
        return value_of(Dispatches, content)
    except ValidationError as error:
        raise Refused(
            f"which attempts of {session} were handed out cannot be read",
            f"look at {dispatch_ref(session)}, and restore it",
        ) from error


def _lost(data: SessionData, dispatch: Dispatch, now: datetime) -> tuple[AgentRecord, FindingsFile]:
    spec = next(spec for spec in data.mission.agents if spec.id == dispatch.agent)
    return failed(_attempt(data, spec, dispatch.attempt), dispatch.time, now, Failure(LOST))


def _attempt(data: SessionData, spec: AgentSpec, number: int) -> Attempt:
    return Attempt(data.launch, spec, number, data.records.get(spec.id), data.findings.get(spec.id))


def _keep(repo: Repository, clock: Clock, session: str, made: Sequence[tuple[AgentRecord, FindingsFile]]) -> None:
    """Records attempts that nobody else will, each on its own ref, all with one push.

    Raises LostRace when one came after all.
    """
    files: dict[str, bytes | None] = {}
    for record, file in made:
        files |= record_files(record, file)
    commit = repo.commit([], files, f"Record {len(made)} attempts of session {session}\n", clock.now())
    refs = [record_ref(session, record.agent, record.attempt) for record, _ in made]
    repo.update([RefUpdate(ref, commit, None) for ref in refs])


def _busy(session: str) -> Refused:
    return Refused(
        f"another run of session {session} is at work", "let it finish, then set the label again if need be"
    )
