"""Whether a mission may be launched, and as which session (G12, G30)."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.core.mission import Mission
from bot.core.models import Model
from bot.core.records import Launch
from bot.errors import Refused


class Reservation(Model):
    """What a reservation's ref points to (`reservation.json`): which session researches the subject."""

    session: str
    mission: str
    branch: str
    mission_sha256: str
    written_sha256: str = ""
    """Of the mission's file that a person wrote, where the session goes on from another one."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What the repository says before a launch.

    `open` are the launches of this mission whose branch exists; `merged` the ids of all sessions on the base
    branch; `reservations` who holds this mission's subjects, by subject: only sessions that are merged or whose
    branch exists, so that what an abandoned session held is free again.
    """

    open: Mapping[str, Launch]
    merged: frozenset[str]
    reservations: Mapping[str, Reservation]


@dataclass(frozen=True, slots=True)
class Decision:
    """The session to go on with. `create`: its branch does not exist yet. `reserve`: subjects to reserve."""

    session: str
    create: bool
    reserve: tuple[str, ...]
    merged: bool = False


def decide(mission: Mission, mission_sha256: str, by: str, ground: Ground) -> Decision:
    """Continues the mission's open session, or its merged one, or opens the next.

    Raises Refused when another launcher was first, when the mission was edited after its launch, or when a
    subject is reserved by another session and the mission does not say `refresh: true`.
    """
    if ground.open:
        session = max(ground.open, key=number)
        launch = ground.open[session]
        _same_launch(launch, mission_sha256, by)
        own_part = launch.mission if launch.continues else mission
        return Decision(session, create=False, reserve=_reserve(own_part, session, ground))
    own = [session for session in ground.merged if number_of(mission, session)]
    if own and not mission.refresh:
        session = max(own, key=number)
        _same_as_merged(session, mission_sha256, ground)
        return Decision(session, create=False, reserve=(), merged=True)
    session = f"{mission.mission}-{number(max(own, key=number)) + 1 if own else 1}"
    return Decision(session, create=True, reserve=_reserve(mission, session, ground))


def number_of(mission: Mission, session: str) -> int:
    """Which run of this mission a session is; 0 when it is one of another mission."""
    match = re.fullmatch(re.escape(mission.mission) + r"-([1-9][0-9]{0,5})", session)
    return int(match[1]) if match else 0


def number(session: str) -> int:
    """The run's number at the end of a session's id."""
    return int(session.rpartition("-")[2])


def _same_launch(launch: Launch, mission_sha256: str, by: str) -> None:
    if launch.by != by:
        raise Refused(
            f"session {launch.session} was launched by {launch.by} at {launch.launched:%Y-%m-%d %H:%M} UTC",
            "let it finish; nothing was started or spent here",
        )
    if launch.written_sha256 != mission_sha256:
        first = f"sessions/{launch.session}/mission.yml on its branch"
        if launch.continues:
            first = f"when session {launch.continues.session} was launched"
        raise Refused(
            f"the mission was edited after session {launch.session} was launched with it",
            f"finish that session with the file as it was ({first}), or delete its branch",
        )


def _same_as_merged(session: str, mission_sha256: str, ground: Ground) -> None:
    """What was added to a mission after its merge is not passed over in silence (G29)."""
    held = [r for r in ground.reservations.values() if r.session == session]
    if any((r.written_sha256 or r.mission_sha256) != mission_sha256 for r in held):
        raise Refused(
            f"the mission was edited after session {session} was merged",
            "set `refresh: true` to research all of it again, or write a mission of its own for what is new",
        )


def _reserve(mission: Mission, session: str, ground: Ground) -> tuple[str, ...]:
    """The subjects whose reservation is missing or, in a refresh, taken over from a session that is merged.

    Those that a later session of the mission goes on with stay with it.
    """
    names = {subject.id: subject.name for subject in mission.subjects}
    held = {
        s: r.session
        for s, r in ground.reservations.items()
        if s in names and r.session != session and number_of(mission, r.session) < number(session)
    }
    refused = [s for s in held if not (mission.refresh and held[s] in ground.merged)]
    if refused:
        raise Refused(_who_holds(sorted(refused), names, held, mission, ground.merged))
    return tuple(s.id for s in mission.subjects if s.id in held or s.id not in ground.reservations)


def _who_holds(
    subjects: Iterable[str],
    names: Mapping[str, str],
    held: Mapping[str, str],
    mission: Mission,
    merged: frozenset[str],
) -> str:
    said = ", ".join(f"{names.get(s, s)} (session {held[s]})" for s in subjects)
    done = all(held[s] in merged for s in subjects)
    todo = "set `refresh: true` to research again" if done else "wait for that session, or take the subjects out"
    return f"already researched or being researched: {said}; {todo}; nothing was started or spent"
