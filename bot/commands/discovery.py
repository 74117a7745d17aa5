"""Finds the sessions of a repository: those merged into the base branch, and those whose branch exists."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.core.ids import ID_MAX, ID_PATTERN
from bot.core.records import Launch
from bot.core.session import SESSIONS, branch_ref, launch_path
from bot.core.snapshot import parse_launch
from bot.errors import Problem
from bot.ports import Repository

HEADS = "refs/heads/"
_ID = re.compile(ID_PATTERN)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a session's files are read: at its branch's `tip`, or at the base's commit once it is merged."""

    session: str
    launch: Launch
    commit: str
    tip: str | None
    merged: bool


@dataclass(frozen=True, slots=True)
class _Found:
    """A folder of a session at a commit; `ref` is the branch, None for the base."""

    session: str
    commit: str
    ref: str | None


def find_sessions(
    repo: Repository, refs: Mapping[str, str], tip: str, tree: Mapping[str, str]
) -> tuple[list[Place], list[Problem]]:
    """Every session with its launch. `tip` is the base's commit, `tree` its paths.

    A branch that only contains another session's files, such as one that a person cut from it, is no session: the
    mission's own pattern has to name the branch.
    """
    folders = {parts[1] for path in tree if len(parts := path.split("/")) > 2 and parts[0] == "sessions"}
    opened = _open(repo, refs, frozenset(session for session in folders if launch_path(session) in tree))
    # A part of a session that lies on the base without its launch does not hide the branch that has all of it.
    based = sorted(folders - {one.session for one in opened})
    found = [_Found(session, tip, None) for session in based if _is_id(session)] + opened
    places, problems = _read_launches(repo, refs, found)
    unique: dict[str, Place] = {}
    for place in places:
        if unique.setdefault(place.session, place) is not place:
            what, todo = f"session {place.session} has two branches", "delete the one that is not its own"
            problems.append(Problem(f"{SESSIONS}{place.session}", what=what, todo=todo))
    return list(unique.values()), problems


def sessions_on(repo: Repository, ref: str, commit: str) -> list[str]:
    """The sessions whose branch a ref is, by what one commit of it holds; more than one is forged."""
    places, _ = _read_launches(repo, {ref: commit}, _open(repo, {ref: commit}, frozenset()))
    return [place.session for place in places]


def _open(repo: Repository, refs: Mapping[str, str], merged: frozenset[str]) -> list[_Found]:
    """Branches that hold the launch of a session whose id ends the branch's name."""
    heads = {ref: commit for ref, commit in refs.items() if ref.startswith(HEADS)}
    guesses = [(ref, session) for ref in sorted(heads) for session in endings(ref) if session not in merged]
    launches = repo.read([(heads[ref], launch_path(session)) for ref, session in guesses])
    return [
        _Found(session, heads[ref], ref)
        for ref, session in guesses
        if (heads[ref], launch_path(session)) in launches
    ]


def endings(ref: str) -> Iterator[str]:
    """The ids that a branch's name may end with: `claude/cloud-a-1` gives `cloud-a-1`, `a-1` and `1`.

    A mission's pattern for branches sets the session's id after a slash or a hyphen.
    """
    words = ref.rpartition("/")[2].split("-")
    for start in range(len(words)):
        ending = "-".join(words[start:])
        if _is_id(ending):
            yield ending


def _is_id(text: str) -> bool:
    return len(text) <= ID_MAX and _ID.fullmatch(text) is not None


def _read_launches(
    repo: Repository, refs: Mapping[str, str], found: Sequence[_Found]
) -> tuple[list[Place], list[Problem]]:
    files = repo.read([(f.commit, launch_path(f.session)) for f in found])
    places: list[Place] = []
    problems: list[Problem] = []
    for f in found:
        launch, wrong = parse_launch(f.session, files.get((f.commit, launch_path(f.session))))
        problems.extend(wrong)
        branch = branch_ref(launch.mission, f.session) if launch else None
        if launch and branch and f.ref in (None, branch):
            places.append(Place(f.session, launch, f.commit, refs.get(branch), f.ref is None))
    return places, problems
