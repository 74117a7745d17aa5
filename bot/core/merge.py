"""The merge of a session as the base branch's history tells it."""

from collections.abc import Mapping, Sequence
from typing import Protocol, TypeVar

E = TypeVar("E", bound="Entry")


class Entry(Protocol):
    """A commit of a history."""

    @property
    def commit(self) -> str: ...

    @property
    def parents(self) -> tuple[str, ...]: ...

    @property
    def message(self) -> str: ...


def merge_message(session: str, more: Sequence[str] = ()) -> str:
    """The message of the commit that merges a session; its trailer is what the merge is found by.

    `more` are further trailers.
    """
    return "\n".join([f"Merge session {session}", "", f"Swarm-Session: {session}", *more, ""])


def is_merge_of(entry: Entry, session: str) -> bool:
    """Whether a commit merged the session: two parents, and the trailer."""
    trailer = f"Swarm-Session: {session}"
    return len(entry.parents) == 2 and trailer in entry.message.splitlines()


def merge_of(history: Sequence[E], session: str, holds: Mapping[str, bool]) -> E | None:
    """The commit of the base branch's history (newest first) that merged the session; None when none did.

    People leave messages of their own: `holds` says of commits whether the session is in them, and one that holds
    it while its first parent does not has brought it, if it has two parents.
    """
    ours = next((entry for entry in history if is_merge_of(entry, session)), None)
    if ours:
        return ours
    two = (entry for entry in history if len(entry.parents) == 2)
    return next((e for e in two if holds.get(e.commit) and not holds.get(e.parents[0])), None)
