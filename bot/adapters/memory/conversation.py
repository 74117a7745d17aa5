"""Issues in memory: what people do with them, and the one comment of ours in each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from bot.adapters.comments import Comment, alike, kind_of, marked, replaced
from bot.errors import SwarmError
from bot.ports import Clock, Reaction, Say

Deed = Literal["comment", "edit", "delete", "unlabel", "react", "close"]


@dataclass(frozen=True, slots=True)
class Write:
    """One thing that was written: `to` is the number of an issue (comment, unlabel, close) or a comment's id."""

    deed: Deed
    to: int
    time: datetime


@dataclass(slots=True)
class MemoryIssue:
    """An issue with its labels."""

    number: int
    labels: list[str] = field(default_factory=list)
    closed: datetime | None = None


@dataclass(slots=True)
class MemoryComment:
    """A comment, and what reactions of ours are under it."""

    id: int
    issue: int
    login: str
    body: str
    reactions: list[Reaction] = field(default_factory=list)


class MemoryConversation:
    """`Conversation` over issues in memory. `writes` are what came through the port, in order, for the limits on
    writing (G18)."""

    def __init__(self, clock: Clock, roles: Mapping[str, str], *, login: str = "github-actions[bot]") -> None:
        """`roles`: what each login may do; others may do nothing. `login` is whose comments are ours."""
        self.clock = clock
        self.roles = dict(roles)
        self.login = login
        self.issues: dict[int, MemoryIssue] = {}
        self.comments: dict[int, MemoryComment] = {}
        self.writes: list[Write] = []
        self._ids = 0

    # --- what people do ---

    def open(self, *labels: str) -> int:
        """Somebody opens an issue; its number."""
        number = len(self.issues) + 1
        self.issues[number] = MemoryIssue(number, list(labels))
        return number

    def label(self, issue: int, label: str) -> None:
        """Somebody puts a label on."""
        labels = self._issue(issue).labels
        if label not in labels:
            labels.append(label)

    def comment(self, issue: int, login: str, body: str) -> int:
        """Somebody comments; the comment's id."""
        self._ids += 1
        self.comments[self._ids] = MemoryComment(self._ids, self._issue(issue).number, login, body)
        return self._ids

    def delete(self, comment: int) -> None:
        """Somebody deletes a comment."""
        del self.comments[comment]

    def bodies(self, issue: int) -> list[str]:
        """The comments of an issue, oldest first."""
        return [comment.body for comment in self.comments.values() if comment.issue == issue]

    # --- the port ---

    def permission(self, login: str) -> str:
        return self.roles.get(login, "none")

    def say(self, issue: int, kind: Say, body: str) -> int:
        text = marked(kind, body)
        same = replaced(self._ours(issue), kind)
        if not same:
            self._wrote("comment", issue)
            return self.comment(issue, self.login, text)
        kept, *doubles = same
        for double in doubles:
            self._wrote("delete", double.id)
            self.delete(double.id)
        if not alike(kept.body, text):
            self._write(kept.id, text)
        return kept.id

    def edit(self, comment: int, body: str) -> bool:
        """Writes the status comment; False when it is gone."""
        text = marked("status", body)
        if comment not in self.comments:
            return False
        self._write(comment, text)
        return True

    def unlabel(self, issue: int, label: str) -> None:
        labels = self._issue(issue).labels
        if label in labels:
            self._wrote("unlabel", issue)
            labels.remove(label)

    def react(self, comment: int, reaction: Reaction) -> None:
        known = self.comments.get(comment)
        if known:
            self._wrote("react", comment)
            if reaction not in known.reactions:
                known.reactions.append(reaction)

    def close(self, issue: int) -> None:
        known = self._issue(issue)
        self._wrote("close", issue)
        known.closed = known.closed or self.clock.now()

    # --- parts ---

    def _issue(self, number: int) -> MemoryIssue:
        if number not in self.issues:
            raise SwarmError(f"there is no issue {number}", "open it first")
        return self.issues[number]

    def _ours(self, issue: int) -> list[Comment]:
        number = self._issue(issue).number
        return [
            Comment(comment.id, kind, comment.body)
            for comment in self.comments.values()
            if comment.issue == number and comment.login == self.login and (kind := kind_of(comment.body))
        ]

    def _write(self, comment: int, text: str) -> None:
        self._wrote("edit", comment)
        self.comments[comment].body = text

    def _wrote(self, deed: Deed, to: int) -> None:
        self.writes.append(Write(deed, to, self.clock.now()))
