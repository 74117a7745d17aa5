"""The merge of a session as the base branch's history tells it."""

from typing import Protocol


class Entry(Protocol):
    """A commit of a history."""

    @property
    def parents(self) -> tuple[str, ...]: ...

    @property
    def message(self) -> str: ...


def merge_message(session: str) -> str:
    """The message of the commit that merges a session; its trailer is what the merge is found by."""
    return f"Merge session {session}\n\nSwarm-Session: {session}\n"


def is_merge_of(entry: Entry, session: str) -> bool:
    """Whether a commit merged the session: two parents, and the trailer."""
    trailer = f"Swarm-Session: {session}"
    return len(entry.parents) == 2 and trailer in entry.message.splitlines()
