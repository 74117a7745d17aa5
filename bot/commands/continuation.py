"""Opens the session that goes on with what another one had no time for (G12, G29, G30).

What was given up says which session that is and what goes on, so that whoever comes by opens the same one, once:
its branch appears in the push that takes the reservations over, and no subject is ever held by two or by nobody.
"""

from collections.abc import Mapping

from bot.commands.discovery import endings, find_sessions
from bot.commands.launch import Opening, held_subjects, opened, reserved
from bot.core.continuation import FILE, continues, goes_on_in, mission_file, next_session, parts
from bot.core.launching import number_of
from bot.core.loading import load
from bot.core.records import Launch
from bot.core.session import SESSIONS, SessionData, branch_ref, launch_path
from bot.errors import LostRace, Refused
from bot.ports import Clock, Repository

TRIES = 5


def going_on_in(repo: Repository, data: SessionData) -> str:
    """The id of the session that would go on with what a session leaves; empty where none would."""
    refs = repo.refs("refs/heads/")
    branches = [ending for ref in refs for ending in endings(ref)]
    tip = refs.get(f"refs/heads/{data.launch.base}")
    folders = [path.split("/")[1] for path in repo.paths(tip) if path.startswith(SESSIONS)] if tip else []
    return next_session(data, [*branches, *folders])


def hand_over(repo: Repository, clock: Clock, data: SessionData, run: str = "") -> str:
    """Opens the session that goes on with what this one has given up, unless it is there; its id, or empty.

    Raises Refused when somebody else has taken its name or its subjects.
    """
    session = goes_on_in(data)
    if not session:
        return ""
    for _ in range(TRIES):
        refs = repo.refs("refs/")
        if _is_there(repo, refs, data, session):
            return session
        try:
            _open(repo, clock, data, session, refs, run)
        except LostRace:
            continue  # somebody else opened it, or moved a reservation: look again
        return session
    raise Refused("other launches kept moving the same refs", "run again in a minute")


def later_open(repo: Repository, data: SessionData) -> bool:
    """Whether a later session of the mission is open."""
    mission, own = data.mission, number_of(data.mission, data.session)
    prefix, _ = branch_ref(mission, "\0").split("\0")
    return any(number_of(mission, ref.removeprefix(prefix)) > own for ref in repo.refs("refs/heads/"))


def still_open(repo: Repository, data: SessionData) -> tuple[str, ...]:
    """The other sessions of the same issue that are not merged: those that this one goes on from or that go on."""
    issue = data.launch.issue
    if issue is None or not (data.launch.continues or goes_on_in(data)):
        return ()
    refs = repo.refs("refs/")
    tip = refs[f"refs/heads/{data.launch.base}"]
    places, _ = find_sessions(repo, refs, tip, repo.paths(tip))
    mine = (one for one in places if one.launch.issue == issue and not one.merged)
    return tuple(sorted(one.session for one in mine if one.session != data.session))


def _is_there(repo: Repository, refs: Mapping[str, str], data: SessionData, session: str) -> bool:
    """Whether it is open or merged already."""
    ref = branch_ref(data.mission, session)
    commit = refs.get(ref) or refs[f"refs/heads/{data.launch.base}"]
    content = repo.read([(commit, launch_path(session))]).get((commit, launch_path(session)))
    before = Launch.model_validate_json(content).continues if content else None
    if before and before.session == data.session:
        return True
    if content or ref in refs:
        branch = ref.removeprefix("refs/heads/")
        raise Refused(
            f"session {session} is to go on with work of {data.session}, and {branch} is something else",
            "rename that branch, then close the session again",
        )
    return False


def _open(
    repo: Repository, clock: Clock, data: SessionData, session: str, refs: Mapping[str, str], run: str
) -> None:
    launch, now, going_on = data.launch, clock.now(), parts(data)
    tip = refs[f"refs/heads/{launch.base}"]
    content = mission_file(data, session, _taken(repo, refs, tip))
    opening = Opening(
        content,
        load(content, FILE),
        launch.by,
        (launch.actor, run),
        launch.issue,
        launch.base,
        tip,
        continues(launch),
        {part.agent.id: part.found for part in going_on},
    )
    subjects = [subject.id for part in going_on for subject in part.agent.subjects]
    holders = {held.session for held in held_subjects(repo, opening.mission, refs).values()}
    if others := sorted(holders - {data.session}):
        raise Refused(
            f"session {session} is to go on with subjects of {data.session} that {', '.join(others)} holds now",
            "look at refs/swarm/reservations, and let one session have each subject",
        )
    updates = opened(repo, opening, session, refs, now, launch.prices)
    repo.update([*updates, *reserved(repo, opening, session, subjects, refs, now)])


def _taken(repo: Repository, refs: Mapping[str, str], tip: str) -> set[str]:
    """The documents that are there, or that some session writes."""
    tree = repo.paths(tip)
    places, _ = find_sessions(repo, refs, tip, tree)
    documents = {path for path in tree if path.startswith("INTEGRATIONS-")}
    documents |= {place.launch.mission.deliverable for place in places}
    return {path.removesuffix(".csv") + ".md" if path.endswith(".csv") else path for path in documents}
