"""`log`: the audit trail of a session, as it is written down and as facts in git say it goes on."""

from collections.abc import Iterator
from itertools import pairwise

from bot.commands.close import session_branch
from bot.commands.load import load_session
from bot.commands.outcome import Exit, Outcome
from bot.commands.trail import FILE, facts
from bot.core.session import trail_ref
from bot.core.trail import TrailEvent, as_line, chronological, is_append_only, parse_trail
from bot.errors import Refused, SwarmError
from bot.ports import Repository
from bot.render.trail_text import trail_data, trail_text

FETCH = 'git fetch origin "+refs/swarm/*:refs/swarm/*"'


def log(repo: Repository, session: str, *, jsonl: bool) -> Outcome:
    """Every decision by time; `jsonl` prints one object a line instead of text.

    What happened since a command last wrote the trail is shown too, as it will be written. Raises Refused when
    nothing is known of the session here.
    """
    versions = _versions(repo, session)
    trail = parse_trail(versions[-1][1] if versions else b"")
    written = {event.identity for event in trail.events}
    ahead = [event for event in _facts(repo, session) if event.identity not in written]
    events = chronological((*trail.events, *ahead))
    if not events and not versions:
        raise _unknown(repo, session)
    problems = [*_cuts(session, versions), *(_unreadable(session, line) for line in trail.unreadable)]
    text = "\n".join(map(as_line, events)) if jsonl else "\n".join([trail_text(events), *problems])
    data = {"session": session, "events": trail_data(events), "problems": problems}
    return Outcome(data, text, Exit.ACT if problems else Exit.DONE)


def _versions(repo: Repository, session: str) -> list[tuple[str, bytes]]:
    """The file at every commit of the chain, oldest first."""
    ref = trail_ref(session)
    tip = repo.refs(ref).get(ref)
    chain = [entry.commit for entry in reversed(repo.log(tip))] if tip else []
    found = repo.read([(commit, FILE) for commit in chain])
    return [(commit, found.get((commit, FILE), b"")) for commit in chain]


def _facts(repo: Repository, session: str) -> tuple[TrailEvent, ...]:
    """What follows from a session that is open here; a merged one has all of it in its trail."""
    try:
        branch = session_branch(repo, session)
        return facts(repo, load_session(repo, repo.refs(branch)[branch], session))
    except SwarmError:  # there is none, or it cannot be read, which `status` says
        return ()


def _cuts(session: str, versions: list[tuple[str, bytes]]) -> Iterator[str]:
    for (before, old), (commit, new) in pairwise(versions):
        if not is_append_only(old, new):
            show = f"`git show {before[:12]}:{FILE}` shows it as it was"
            yield f"commit {commit[:12]} of {trail_ref(session)} changed what was written down before; {show}"


def _unreadable(session: str, line: int) -> str:
    show = f"`git show {trail_ref(session)}:{FILE}` shows it"
    return f"line {line} of the trail is no event that this version of swarm knows; {show}"


def _unknown(repo: Repository, session: str) -> Refused:
    if not repo.refs("refs/swarm"):
        what = f"there is no trail of session {session} here: a clone does not have refs/swarm"
        return Refused(what, f"`{FETCH}` fetches them from the repository that it was cloned from")
    what = f"there is no trail of session {session}"
    return Refused(what, f"`swarm status` lists the sessions; in a clone, `{FETCH}` brings what is new")
