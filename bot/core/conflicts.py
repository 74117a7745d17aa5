"""Files that the base branch and a session's branch both changed: whose they are, and how a merge settled them."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.core.changes import Change
from bot.core.mission import Mission
from bot.core.paths import Ground, documents_of, is_own, trespass
from bot.core.records import Launch
from bot.core.session import SESSIONS

_TRAILER = re.compile(r"^Swarm-Resolved: (\S+) \(over ([0-9a-f]{40,64})\)$", re.MULTILINE)


class Entry(Protocol):
    """A commit of a history."""

    @property
    def commit(self) -> str: ...

    @property
    def parents(self) -> tuple[str, ...]: ...

    @property
    def time(self) -> datetime: ...

    @property
    def message(self) -> str: ...

    @property
    def author(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Conflict:
    """A path that a merge would conflict in. `own`: it is the session's, so that `close` settles it.

    `by`, `commit` and `time` say who changed it on the base branch last, as far as that is known.
    """

    path: str
    own: bool = False
    by: str = ""
    commit: str = ""
    time: datetime | None = None

    @property
    def who(self) -> str:
        """Who changed it on the base, in words; empty when nobody knows."""
        return " in ".join(filter(None, (self.by, self.commit[:12])))

    def __str__(self) -> str:
        return f"{self.path} ({self.who})" if self.who else self.path


@dataclass(frozen=True, slots=True)
class Resolution:
    """A path that was settled in the session's favour; `over` is the base's commit that holds the other side."""

    path: str
    over: str

    @property
    def how(self) -> str:
        return "kept as recorded" if self.path.startswith(SESSIONS) else "rendered again from the findings"


def conflict(path: str, ground: Ground, taken: Collection[str], entry: Entry | None) -> Conflict:
    """A conflicting path with whose it is; `entry` is the commit of the base that changed it last.

    A document that a session of another mission has written meanwhile (`taken`) is that session's.
    """
    own = path not in taken and is_own(path, ground)
    return Conflict(path, own, entry.author, entry.commit, entry.time) if entry else Conflict(path, own)


def taken(launches: Iterable[Launch], mission: Mission) -> frozenset[str]:
    """The documents of those launches that belong to other missions."""
    others = [launch.mission for launch in launches if launch.mission.mission != mission.mission]
    return frozenset(document for other in others for document in documents_of(other))


def last_changes(
    paths: Iterable[str], history: Sequence[Entry], texts: Mapping[tuple[str, str], bytes]
) -> Iterator[tuple[str, Entry]]:
    """The commit of a history (newest first) that changed each path last; `texts` has both sides of each step."""
    for path in paths:
        for entry in history:
            before = texts.get((entry.parents[0], path)) if entry.parents else None
            if texts.get((entry.commit, path)) != before:
                yield path, entry
                break


def needs_a_person(conflicts: Iterable[Conflict]) -> bool:
    """Whether there is a conflict that `close` does not settle."""
    return not all(one.own for one in conflicts)


def resolvable(conflicts: Sequence[Conflict], changes: Iterable[Change], ground: Ground) -> bool:
    """Whether a merge can be settled without a person: only files of the session's own are concerned, and its
    branch holds nothing else, which would be lost or carried along."""
    return not needs_a_person(conflicts) and not any(trespass(change, ground) for change in changes)


def resolve_message(session: str, base: str, base_tip: str, paths: Sequence[str]) -> str:
    """The message of the commit that merges the base into a session's branch; its trailers are the facts.

    It has no `Swarm-Session` trailer: that is how the merge of the session itself is found.
    """
    settled = [Resolution(path, base_tip) for path in paths]
    lines = [
        f"Resolve the conflict with {base} in {session}\n",
        "Both sides changed these files, which are the session's own:\n",
        *(f"- {one.path}: {one.how}" for one in settled),
        f"\nWhat {base} had of them stays in its history, at {base_tip}.\n",
        *map(trailer, settled),
    ]
    return "\n".join(lines) + "\n"


def trailer(resolution: Resolution) -> str:
    """The line of a commit's message that tells of a resolution."""
    return f"Swarm-Resolved: {resolution.path} (over {resolution.over})"


def resolutions(message: str) -> tuple[Resolution, ...]:
    """What a commit's message tells of."""
    return tuple(Resolution(path, over) for path, over in _TRAILER.findall(message))


def all_resolutions(history: Iterable[Entry]) -> tuple[Resolution, ...]:
    """What the merges in a branch's history (newest first) have settled, in the order in which it was."""
    merges = [entry for entry in history if len(entry.parents) == 2]
    return tuple(one for entry in reversed(merges) for one in resolutions(entry.message))
