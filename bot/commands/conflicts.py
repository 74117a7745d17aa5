"""Reads what a session's branch and the base branch both changed out of git: whose it is, and who did it."""

from itertools import islice

from bot.core.changes import Change, in_the_way
from bot.core.conflicts import Conflict, Entry, conflict, last_changes, taken
from bot.core.mission import Mission
from bot.core.paths import documents_of, ground_of
from bot.core.session import SESSIONS, launch_path
from bot.core.snapshot import parse_launch
from bot.ports import Repository

LOOKED_AT = 100
"""Commits of the base in which is looked for who changed a file."""
NAMED = 20
"""Files for which that is done."""


def conflicts(repo: Repository, session: str, mission: Mission, base_tip: str, tip: str) -> tuple[Conflict, ...]:
    """What a merge of a session's branch would conflict in. `mission` is the one that was launched.

    Where there is a conflict, the documents are rendered again, also one that a person has deleted on the branch:
    what the base has in its place conflicts too.
    """
    found = repo.conflicts(base_tip, tip)
    if not found:
        return ()
    documents = [Change(path, "added", "100644") for path in documents_of(mission)]
    paths = tuple(sorted({*found, *in_the_way(repo.changes(tip, base_tip), documents)}))
    others, who = _taken(repo, mission, base_tip, tip), _who(repo, paths[:NAMED], base_tip, tip)
    return tuple(conflict(path, ground_of(session, mission), others, who.get(path)) for path in paths)


def _taken(repo: Repository, mission: Mission, base_tip: str, tip: str) -> frozenset[str]:
    """The documents that sessions of other missions brought onto the base since the branch left it."""
    came = {session: change.path for change in repo.changes(tip, base_tip) if (session := _launched(change.path))}
    files = repo.read([(base_tip, path) for path in came.values()])
    read = [parse_launch(session, files.get((base_tip, path)))[0] for session, path in came.items()]
    return taken([launch for launch in read if launch], mission)


def _launched(path: str) -> str:
    """The session whose launch a path is; empty for any other path."""
    session = path.removeprefix(SESSIONS).removesuffix("/launch.json")
    return session if path == launch_path(session) else ""


def _who(repo: Repository, paths: tuple[str, ...], base_tip: str, tip: str) -> dict[str, Entry]:
    """The commit of the base that changed each path last, as far as it is among the newest."""
    history = list(islice(repo.log(base_tip, since=tip), LOOKED_AT))
    sides = {side for entry in history for side in (entry.commit, *entry.parents[:1])}
    return dict(last_changes(paths, history, repo.read([(side, path) for side in sides for path in paths])))
