"""`status`: how all sessions stand, from what is in git; writes the state files on the base branch."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from bot.commands.load import Loaded, load_findings, load_overview
from bot.commands.outcome import Outcome
from bot.core.overview import Overview
from bot.errors import LostRace, Refused
from bot.ports import Clock, Repository
from bot.render.status_text import status_data, status_text

TRIES = 10
Advance = Callable[[str, str], None]
"""Moves the base branch from the expected commit to the new one; raises LostRace when it is elsewhere by now."""


@dataclass(frozen=True, slots=True)
class Written:
    """The commit that holds the state files, and those that say something new in it."""

    commit: str
    files: tuple[str, ...]


def status(
    repo: Repository,
    clock: Clock,
    *,
    base: str,
    write: bool,
    advance: Advance,
    session: str | None = None,
) -> Outcome:
    """How the sessions (or one of them) stand; `write` also brings the state files up to date.

    Raises Refused when there is no such base branch or session, or when the base kept moving.
    """
    if not write:
        return _outcome(load_overview(repo, clock.now(), base=base, session=session).overview, None)
    loaded, written = _refresh(repo, clock, base, advance)
    return _outcome(_only(loaded.overview, session), written)


def write_state_files(repo: Repository, clock: Clock, *, base: str, advance: Advance) -> Written | None:
    """Brings the state files up to date; None when nothing but the time has changed, and nothing was written."""
    return _refresh(repo, clock, base, advance)[1]


def _refresh(repo: Repository, clock: Clock, base: str, advance: Advance) -> tuple[Loaded, Written | None]:
    for _ in range(TRIES):
        loaded = load_overview(repo, clock.now(), base=base)
        try:
            return loaded, _write(repo, clock, loaded, advance)
        except LostRace:
            continue  # somebody merged or wrote in the meantime: read again, so that it says what is true now
    raise Refused(f"{base} kept moving", "run swarm status --write again; nothing was overwritten")


def _write(repo: Repository, clock: Clock, loaded: Loaded, advance: Advance) -> Written | None:
    from bot.core.roadmap import compile_roadmap
    from bot.render.state_files import expected_state_files

    overview = loaded.overview
    merged = [facts.data for facts in loaded.facts.values() if facts.merge]
    expected = expected_state_files(
        overview, compile_roadmap(merged, partial(load_findings, repo, overview.commit))
    )
    found = repo.read([(overview.commit, path) for path in expected])
    changed = _changed(expected, {path: content for (_, path), content in found.items()})
    if not changed:
        return None
    # One that changes takes the others along, so that all of them say the same time.
    files: dict[str, bytes | None] = {path: text.encode() for path, text in expected.items()}
    commit = repo.commit([overview.commit], files, _message(overview, changed), clock.now())
    advance(overview.commit, commit)
    return Written(commit, changed)


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
    data["written"] = {"commit": written.commit, "files": list(written.files)} if written else None
    text = status_text(overview)
    if written:
        text += f"\nwrote {', '.join(written.files)} in {written.commit[:7]}"
    return Outcome(data, text)
