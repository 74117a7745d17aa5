"""`status`: how all sessions stand, from what is in git; writes the state files."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from bot.commands.discovery import HEADS, sessions_on
from bot.commands.load import Loaded, load_findings, load_overview
from bot.commands.outcome import Outcome
from bot.core.overview import Overview
from bot.errors import LostRace, Refused
from bot.ports import Clock, RefUpdate, Repository
from bot.render.status_text import status_data, status_text

TRIES = 10
LONGEST_PAUSE = 5.0  # seconds between two tries
Advance = Callable[[str, str], None]
"""Moves the base branch from the expected commit to the new one; raises LostRace when it is elsewhere by now."""


@dataclass(frozen=True, slots=True)
class Written:
    """The commit that holds the state files, its branch, and those that say something new in it."""

    commit: str
    files: tuple[str, ...]
    branch: str


@dataclass(frozen=True, slots=True)
class _Shelf:
    """Where the state files are: the base branch, which `advance` moves, or a branch of their own.

    `address` is what a link to a file of the base branch begins with; empty beside that file, None: no link.
    """

    base: str
    branch: str
    advance: Advance
    address: str | None

    @property
    def apart(self) -> bool:
        return self.branch != self.base


def status(
    repo: Repository,
    clock: Clock,
    *,
    base: str,
    write: bool,
    advance: Advance,
    session: str | None = None,
    state_branch: str | None = None,
    base_files: str = "",
) -> Outcome:
    """How the sessions (or one of them) stand; `write` also brings the state files up to date.

    `state_branch` and `base_files` as for `write_state_files`. Raises Refused when there is no such base branch or
    session, or when the branch kept moving.
    """
    if not write:
        now = clock.now()
        found = load_overview(repo, now, base=base, session=session, state_branch=state_branch)
        return _outcome(found.overview, None)
    loaded, written = _refresh(repo, clock, _shelf(base, advance, state_branch, base_files))
    return _outcome(_only(loaded.overview, session), written)


def write_state_files(
    repo: Repository,
    clock: Clock,
    *,
    base: str,
    advance: Advance,
    state_branch: str | None = None,
    base_files: str = "",
) -> Written | None:
    """Brings the state files up to date; None when nothing but the time has changed, and nothing was written.

    With a `state_branch` they are written there, on a branch that begins without any history, and the base branch
    is never moved. `base_files` is the address below which the files of the base branch are found, for links from
    there (`https://github.com/owner/name/blob/main/`); without it there are no such links. Raises Refused when the
    branch kept moving, or is that of a session.
    """
    return _refresh(repo, clock, _shelf(base, advance, state_branch, base_files))[1]


def _shelf(base: str, advance: Advance, state_branch: str | None, base_files: str) -> _Shelf:
    branch = state_branch or base
    return _Shelf(base, branch, advance, "" if branch == base else base_files or None)


def _refresh(repo: Repository, clock: Clock, shelf: _Shelf) -> tuple[Loaded, Written | None]:
    for lost in range(TRIES):
        loaded = load_overview(repo, clock.now(), base=shelf.base, state_branch=shelf.branch)
        try:
            return loaded, _write(repo, clock, loaded, shelf)
        except LostRace:
            # Somebody merged or wrote in the meantime: read again, so that it says what is true now.
            clock.sleep(random.uniform(0, min(0.1 * 2**lost, LONGEST_PAUSE)))  # noqa: S311
    raise Refused(f"{shelf.branch} kept moving", "run swarm status --write again; nothing was overwritten")


def _write(repo: Repository, clock: Clock, loaded: Loaded, shelf: _Shelf) -> Written | None:
    from bot.core.roadmap import compile_roadmap
    from bot.render.state_files import expected_state_files

    overview = loaded.overview
    merged = [facts.data for facts in loaded.facts.values() if facts.merge]
    roadmap = compile_roadmap(merged, partial(load_findings, repo, overview.commit))
    expected = expected_state_files(overview, roadmap, shelf.address)
    found = repo.read([(loaded.state, path) for path in expected]) if loaded.state else {}
    changed = _changed(expected, {path: content for (_, path), content in found.items()})
    if not changed:
        return None
    # One that changes takes the others along, so that all of them say the same time.
    files: dict[str, bytes | None] = {path: text.encode() for path, text in expected.items()}
    parents = [loaded.state] if loaded.state else []
    commit = repo.commit(parents, files, _message(overview, changed), clock.now())
    if shelf.apart:
        _move(repo, HEADS + shelf.branch, loaded.state, commit)
    else:
        shelf.advance(overview.commit, commit)
    return Written(commit, changed, shelf.branch)


def _move(repo: Repository, ref: str, tip: str | None, commit: str) -> None:
    """Moves the branch of the state files, or creates it; nobody reviews it, so no forge is asked."""
    if tip and (sessions := sessions_on(repo, ref, tip)):
        raise Refused(
            f"the branch for the state files, {ref.removeprefix(HEADS)}, is that of session {sessions[0]}",
            "name another as state_branch in .github/swarm.yml",
        )
    repo.update([RefUpdate(ref, commit, tip)])


def _changed(expected: Mapping[str, str], found: Mapping[str, bytes]) -> tuple[str, ...]:
    from bot.render.state_files import same_but_for_the_time

    return tuple(
        path
        for path, text in expected.items()
        if path not in found or not same_but_for_the_time(text, found[path].decode(errors="replace"))
    )


def _message(overview: Overview, changed: tuple[str, ...]) -> str:
    by_phase = [
        f"{count} {phase}"
        for phase in ("launched", "running", "complete", "merged")
        if (count := sum(state.phase == phase for state in overview.sessions))
    ]
    why = ", ".join(by_phase) or "no session"
    return f"Refresh the state files: {why}\n\nThey say something new: {', '.join(changed)}\n"


def _only(overview: Overview, session: str | None) -> Overview:
    if session is None:
        return overview
    kept = tuple(state for state in overview.sessions if state.session == session)
    if not kept:
        raise Refused(f"there is no session {session}", "`swarm status` lists the sessions")
    return replace(overview, sessions=kept)


def _outcome(overview: Overview, written: Written | None) -> Outcome:
    data = status_data(overview)
    data["written"] = (
        {"commit": written.commit, "branch": written.branch, "files": list(written.files)} if written else None
    )
    text = status_text(overview)
    if written:
        text += f"\nwrote {', '.join(written.files)} in {written.commit[:7]} on {written.branch}"
    return Outcome(data, text)
