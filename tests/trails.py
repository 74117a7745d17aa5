"""What the audit trail of a session says, for tests that compare trails of different runs."""

import re
from pathlib import Path

from bot.commands.trail import FILE
from bot.core.session import trail_ref
from bot.core.trail import TrailEvent, is_append_only, parse_trail
from bot.ports import Repository
from tests.repos import git


def read_trail(repo: Repository, session: str = "widgets-1") -> tuple[TrailEvent, ...]:
    """The events that are written down, in the order in which they were; none where there is no trail."""
    ref = trail_ref(session)
    tip = repo.refs(ref).get(ref)
    return parse_trail(repo.files(tip)[FILE] if tip else b"").events


def keys(folder: Path, session: str = "widgets-1") -> list[str]:
    """The trail's keys in the order in which they were written, checked commit by commit."""
    ref = f"refs/swarm/trail/{session}"
    chain = git(folder, "rev-list", "--reverse", ref).split()
    versions = [git(folder, "show", f"{commit}:trail.jsonl").encode() for commit in chain]
    assert all(map(is_append_only, versions, versions[1:]))
    trail = parse_trail(versions[-1])
    assert trail.unreadable == ()
    assert len({event.identity for event in trail.events}) == len(trail.events), "every event is there once"
    return [event.key for event in trail.events]


def decisions(folder: Path, session: str = "widgets-1") -> list[str]:
    """The same without commits, sorted: what must not depend on where a run was cut off."""
    return sorted(re.sub(r"[0-9a-f]{40}", "(commit)", key) for key in keys(folder, session))
