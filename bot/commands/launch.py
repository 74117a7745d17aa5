"""`launch`: opens a session's branch and reserves its subjects, in one transaction (G12, G30)."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import ValidationError

from bot.commands.files import json_bytes
from bot.core.affording import session_prices
from bot.core.credential_checks import check_credentials, named
from bot.core.credentials import MANIFEST
from bot.core.launching import Decision, Ground, Reservation, decide, number_of
from bot.core.loading import LoadedMission, load
from bot.core.mission import Mission
from bot.core.money import usd
from bot.core.plan import make_plan
from bot.core.pricing import Prices
from bot.core.quote import Quote, quote
from bot.core.records import Continues, FindingsFile, Launch
from bot.core.session import (
    SESSIONS,
    branch_ref,
    findings_path,
    launch_path,
    mission_path,
    reservation_ref,
    side_refs,
)
from bot.errors import InvalidInput, LostRace, Refused
from bot.ports import Clock, PriceList, RefUpdate, Repository

TRIES = 5


@dataclass(frozen=True, slots=True)
class Launched:
    """A session that is open (or merged already): its id, its branch's ref, and the mission as launched."""

    session: str
    branch: str
    mission: Mission
    created: bool
    merged: bool


@dataclass(frozen=True, slots=True)
class Opening:
    """What a launch is made of. `continues`: the session that it goes on from, and what that one has `found`."""

    content: bytes
    loaded: LoadedMission
    by: str
    asked: tuple[str, str]
    issue: int | None
    base: str
    base_commit: str
    continues: Continues | None = None
    found: Mapping[str, FindingsFile] = field(default_factory=dict)

    @property
    def mission(self) -> Mission:
        return self.loaded.mission


class Unconfirmed(Refused):
    """A session may cost so much that a person has to confirm it first."""

    def __init__(self, mission: Mission, quoted: Quote, above: int) -> None:
        self.mission, self.quoted, self.above = mission, quoted, above
        what = f"a session of {mission.mission} may cost {usd(quoted.cap)} USD, and above {usd(above)} USD"
        super().__init__(f"{what} a person has to confirm it")


def launch(
    repo: Repository,
    clock: Clock,
    prices: PriceList,
    *,
    mission: bytes,
    file: str,
    base: str,
    by: str,
    asked: tuple[str, str] = ("", ""),
    issue: int | None = None,
    confirm_above: int | None = None,
    ready: Callable[[Mission], None] | None = None,
) -> Launched:
    """Opens the session of a mission file, or finds the one that this launcher opened before.

    `asked` is the login of whoever asked for it, and in which run, where there is one.
    `confirm_above`, in millionths of a US dollar, is what a new session can cost at most when nobody has confirmed
    it; None: somebody has. What models cost is looked up for a new session only: an open one keeps its prices.
    `ready` is asked about a new session too, and raises Refused where its agents could not work.

    Raises InvalidInput for a bad mission, among others one whose models or agents cannot be paid for, Refused when
    it may not be launched, and Unconfirmed; then nothing has changed.
    """
    loaded = load(mission, file)
    for _ in range(TRIES):
        refs = repo.refs("refs/")
        tip = refs.get(f"refs/heads/{base}")
        if tip is None:
            raise Refused(
                f"the branch {base} has no commit", "make a first commit on it, or name another with --base"
            )
        opening = Opening(mission, loaded, by, asked, issue, base, tip)
        decision = decide(loaded.mission, sha256(mission), by, _ground(repo, loaded.mission, refs, tip))
        if decision.create:
            _check_credentials(repo, loaded, tip)
        costs = _costs(loaded, prices, confirm_above) if decision.create else {}
        if decision.create and ready:
            ready(loaded.mission)
        try:
            _apply(repo, clock, opening, decision, refs, costs)
        except LostRace:
            continue  # somebody else moved a ref: look again who has won
        branch = branch_ref(loaded.mission, decision.session)
        return Launched(decision.session, branch, loaded.mission, decision.create, decision.merged)
    raise Refused("other launches kept moving the same refs", "run again in a minute")


def _check_credentials(repo: Repository, loaded: LoadedMission, tip: str) -> None:
    manifest = repo.read([(tip, MANIFEST)]).get((tip, MANIFEST)) if named(loaded.mission) else None
    if problems := check_credentials(loaded, manifest):
        raise InvalidInput(problems=problems)


def _costs(loaded: LoadedMission, prices: PriceList, confirm_above: int | None) -> dict[str, Prices]:
    known = session_prices(loaded, prices)
    if confirm_above is not None and (quoted := quote(loaded.mission, known)).cap > confirm_above:
        raise Unconfirmed(loaded.mission, quoted, confirm_above)
    return known


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _ground(repo: Repository, mission: Mission, refs: dict[str, str], tip: str) -> Ground:
    launched = (path for path in repo.paths(tip) if path.startswith(SESSIONS) and path.endswith("/launch.json"))
    merged = frozenset(path.split("/")[1] for path in launched)
    prefix, suffix = branch_ref(mission, "\0").split("\0")
    names = {ref: ref[len(prefix) : len(ref) - len(suffix)] for ref in refs if ref.startswith(prefix)}
    branches = {
        ref: session for ref, session in names.items() if number_of(mission, session) and session not in merged
    }
    launches = repo.read([(refs[ref], launch_path(session)) for ref, session in branches.items()])
    return Ground(
        open={
            s: Launch.model_validate_json(text)
            for (_, path), text in launches.items()
            if (s := path.split("/")[1])
        },
        merged=merged,
        reservations={
            subject: held
            for subject, held in held_subjects(repo, mission, refs).items()
            if held.session in merged or f"refs/heads/{held.branch}" in refs
        },
    )


def held_subjects(repo: Repository, mission: Mission, refs: Mapping[str, str]) -> dict[str, Reservation]:
    """Who holds a mission's subjects, by subject. Raises Refused when that cannot be read."""
    held = {s.id: refs[ref] for s in mission.subjects if (ref := reservation_ref(s.id)) in refs}
    notes = repo.read([(commit, "reservation.json") for commit in set(held.values())])
    return {s: _note(s, notes.get((commit, "reservation.json"), b"")) for s, commit in held.items()}


def _note(subject: str, content: bytes) -> Reservation:
    try:
        return Reservation.model_validate_json(content)
    except ValidationError as error:
        raise Refused(
            f"the reservation of {subject} cannot be read",
            f"look at {reservation_ref(subject)}, and delete it if nobody researches the subject",
        ) from error


def _apply(
    repo: Repository,
    clock: Clock,
    opening: Opening,
    decision: Decision,
    refs: dict[str, str],
    prices: dict[str, Prices],
) -> None:
    session, now = decision.session, clock.now()
    # The branch comes first in the transaction: no reservation is ever seen without the branch it is for.
    updates = opened(repo, opening, session, refs, now, prices) if decision.create else []
    if decision.reserve:
        updates += reserved(repo, opening, session, decision.reserve, refs, now)
    repo.update(updates)


def opened(
    repo: Repository,
    opening: Opening,
    session: str,
    refs: Mapping[str, str],
    now: datetime,
    prices: Mapping[str, Prices],
) -> list[RefUpdate]:
    """What opens a session's branch."""
    commit = _launch_commit(repo, opening, session, now, prices)
    # What an abandoned session of the same name has left would be taken for this one's records and attempts.
    gone = [RefUpdate(ref, None, value) for ref, value in side_refs(refs, session).items()]
    return [RefUpdate(branch_ref(opening.mission, session), commit, None), *gone]


def reserved(
    repo: Repository,
    opening: Opening,
    session: str,
    subjects: Iterable[str],
    refs: Mapping[str, str],
    now: datetime,
) -> list[RefUpdate]:
    """What reserves subjects for a session, whoever has them until then."""
    note = Reservation(
        session=session,
        mission=opening.mission.mission,
        branch=branch_ref(opening.mission, session).removeprefix("refs/heads/"),
        mission_sha256=sha256(opening.content),
        **({"written_sha256": opening.continues.mission_sha256} if opening.continues else {}),
    )
    files: dict[str, bytes | None] = {
        "reservation.json": json_bytes(note.model_dump(mode="json", exclude_unset=True))
    }
    commit = repo.commit([], files, f"Reserve the subjects of session {session}\n", now)
    return [RefUpdate(ref, commit, refs.get(ref)) for ref in map(reservation_ref, subjects)]


def _launch_commit(
    repo: Repository, opening: Opening, session: str, now: datetime, prices: Mapping[str, Prices]
) -> str:
    actor, run = opening.asked
    launched = Launch(
        session=session,
        mission=opening.mission,
        mission_sha256=sha256(opening.content),
        launched=now,
        by=opening.by,
        **({"actor": actor} if actor else {}),
        **({"run": run} if run else {}),
        **({"issue": opening.issue} if opening.issue else {}),
        **({"continues": opening.continues} if opening.continues else {}),
        base=opening.base,
        base_commit=opening.base_commit,
        caps={agent.id: agent.cap for agent in make_plan(opening.mission).agents},
        **({"prices": dict(prices)} if prices else {}),
    )
    files: dict[str, bytes | None] = {
        mission_path(session): opening.content,
        launch_path(session): json_bytes(launched.model_dump(mode="json", round_trip=True, exclude_unset=True)),
        **{
            findings_path(session, agent): json_bytes(f.model_dump(mode="json"))
            for agent, f in opening.found.items()
        },
    }
    message = f"Launch session {session}\n\nSwarm-Session: {session}\n"
    return repo.commit([opening.base_commit], files, message, now)
