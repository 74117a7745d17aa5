"""What the audit trail of a session says, for tests that compare trails of different runs."""

import re
from pathlib import Path

from bot.core.trail import is_append_only, parse_trail
from tests.repos import git


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
