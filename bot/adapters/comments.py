"""Comments of ours: told apart by their first line, and one of each kind however often something is said."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.errors import SwarmError
from bot.ports import Say

MARKERS: dict[Say, str] = {
    "status": "<!-- swarm-sessions: status -->",
    "refusal": "<!-- swarm-sessions: refusal -->",
    "answer": "<!-- swarm-sessions: answer -->",
}
ROOM = 65_536
"""How many characters GitHub lets a comment have, with its marker and the line's end."""


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment of ours."""

    id: int
    kind: Say
    body: str


def marked(kind: Say, body: str) -> str:
    """What is written for a body. Raises SwarmError when it is too long."""
    text = f"{MARKERS[kind]}\n{body}"
    if len(text) > ROOM:
        raise SwarmError(
            f"a comment would have {len(text):,} characters, and GitHub takes {ROOM:,}", "report this as a bug"
        )
    return text


def kind_of(body: str | None) -> Say | None:
    """Which of our comments this is, if it is one."""
    first = (body or "").partition("\n")[0].strip()
    return next((kind for kind, marker in MARKERS.items() if marker == first), None)


def replaced(ours: Sequence[Comment], kind: Say) -> list[Comment]:
    """Those that a new comment takes the place of, oldest first: the first is rewritten, the others are doubles.

    A status takes the place of all others, never the other way round.
    """
    same = [comment for comment in ours if comment.kind == kind]
    return sorted(same or (ours if kind == "status" else ()), key=lambda comment: comment.id)


def alike(one: str, other: str) -> bool:
    """Whether two bodies say the same; GitHub changes the ends of lines."""
    return _plain(one) == _plain(other)


def _plain(body: str) -> str:
    return body.replace("\r\n", "\n").strip()
