"""Hands attempts out to runs, and records those whose runs are over without a record of them (G15, G23).

What is handed out is written down first: a machine that is lost may have spent all that it was given, and no
attempt is ever given to two runs.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from bot.commands.files import json_bytes
from bot.commands.load import load_session
from bot.commands.record import fold, record_files
from bot.core.artifacts import Failure
from bot.core.continuing import Turn
from bot.core.dispatches import LOST, Dispatch, Dispatches, handed_out, lost
from bot.core.recording import Attempt, failed
from bot.core.session import SessionData, dispatch_ref, record_ref
from bot.errors import LostRace, Refused
from bot.ports import Clock, RefUpdate, Repository

TRIES = 5
FILE = "dispatches.json"


@dataclass(frozen=True, slots=True)
class Standing:
    """A session as its branch has it now."""

    data: SessionData
    commit: str


def take_stock(repo: Repository, clock: Clock, branch: str, session: str, run: str) -> Standing:
    """The session with everything folded, and with the attempts recorded that other runs have lost.

    Raises Refused when others keep writing: then another run of the session is at work.
    """
    for _ in range(TRIES):
        fold(repo, clock, branch, session)
        tip = repo.refs(branch)[branch]
        data = load_session(repo, tip, session)
        dead = lost(_read(repo, session)[0], data.mission, data.records, run)
        if not dead:
            return Standing(data, tip)
        try:
            _give_up(repo, clock, data, dead)
        except LostRace:
            continue  # a record came after all: look again
    raise _busy(session)


def hand_out(repo: Repository, clock: Clock, session: str, turns: Sequence[Turn], run: str) -> None:
    """Writes down that `run` is given these attempts. Raises Refused when another run is given some now."""
    known, before = _read(repo, session)
    told = handed_out(known, turns, run, clock.now())
    if told == known:
        return
    files: dict[str, bytes | None] = {FILE: json_bytes(told.model_dump(mode="json"))}
    message = f"Hand out {len(turns)} attempts of session {session} to run {run}\n"
    commit = repo.commit([], files, message, clock.now())
    try:
        repo.update([RefUpdate(dispatch_ref(session), commit, before)])
    except LostRace as error:
        raise _busy(session) from error


def _read(repo: Repository, session: str) -> tuple[Dispatches, str | None]:
    """What was handed out, and the commit that says so; None: nothing was yet."""
    ref = dispatch_ref(session)
    commit = repo.refs(ref).get(ref)
    if commit is None:
        return Dispatches(session=session), None
    try:
        return Dispatches.model_validate_json(repo.read([(commit, FILE)]).get((commit, FILE), b"")), commit
    except ValidationError as error:
        raise Refused(
            f"which attempts of {session} were handed out cannot be read", f"look at {ref}, and restore it"
        ) from error


def _give_up(repo: Repository, clock: Clock, data: SessionData, dead: Sequence[Dispatch]) -> None:
    """Records lost attempts, each on its own ref, all with one push. Raises LostRace when one came after all."""
    files: dict[str, bytes | None] = {}
    specs = {spec.id: spec for spec in data.mission.agents}
    for dispatch in dead:
        spec, agent = specs[dispatch.agent], dispatch.agent
        attempt = Attempt(data.launch, spec, dispatch.attempt, data.records.get(agent), data.findings.get(agent))
        files |= record_files(*failed(attempt, dispatch.time, clock.now(), Failure(LOST)))
    commit = repo.commit([], files, f"Record {len(dead)} lost attempts of session {data.session}\n", clock.now())
    refs = [record_ref(data.session, dispatch.agent, dispatch.attempt) for dispatch in dead]
    repo.update([RefUpdate(ref, commit, None) for ref in refs])


def _busy(session: str) -> Refused:
    return Refused(
        f"another run of session {session} is at work", "let it finish, then set the label again if need be"
    )
