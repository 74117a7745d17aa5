"""Conversations for the shared contract: in each, issue 1 has the label swarm:launch, and people may differ."""

from typing import Protocol

from bot.adapters.memory.conversation import MemoryConversation
from bot.ports import Conversation
from tests.adapters.github.site import Site
from tests.clocks import VirtualClock

ROLES = {"ann": "write", "mia": "maintain", "tri": "triage", "eve": "read"}
BOT = "github-actions[bot]"


class Office(Protocol):
    """Where people and the bot meet."""

    @property
    def ours(self) -> Conversation: ...

    def comment(self, body: str, login: str = "ann") -> int:
        """Somebody comments; the comment's id."""
        ...

    def delete(self, comment: int) -> None: ...

    def bodies(self) -> list[str]:
        """What the comments say, oldest first."""
        ...

    def labels(self) -> list[str]: ...

    def closed(self) -> bool: ...

    def reactions(self, comment: int) -> list[str]: ...


class GitHubOffice:
    """The test GitHub."""

    def __init__(self, site: Site) -> None:
        self.ours, self.github = site.issues, site.github
        for login, role in ROLES.items():
            self.github.user(login, role)  # type: ignore[arg-type]
        self.github.open_issue("Research widgets", "Please", "ann", ["swarm:launch"])

    def comment(self, body: str, login: str = "ann") -> int:
        return self.github.comment(1, body, login).id

    def delete(self, comment: int) -> None:
        del self.github.state.comments[comment]

    def bodies(self) -> list[str]:
        return [comment.body for comment in self.github.comments(1)]

    def labels(self) -> list[str]:
        return self.github.state.issues[1].labels

    def closed(self) -> bool:
        return self.github.state.issues[1].state == "closed"

    def reactions(self, comment: int) -> list[str]:
        return [it.content for it in self.github.state.reactions if it.comment == comment]


class MemoryOffice:
    """Issues in memory."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.ours = MemoryConversation(self.clock, ROLES)
        self.ours.open("swarm:launch")

    def comment(self, body: str, login: str = "ann") -> int:
        return self.ours.comment(1, login, body)

    def delete(self, comment: int) -> None:
        self.ours.delete(comment)

    def bodies(self) -> list[str]:
        return self.ours.bodies(1)

    def labels(self) -> list[str]:
        return self.ours.issues[1].labels

    def closed(self) -> bool:
        return self.ours.issues[1].closed is not None

    def reactions(self, comment: int) -> list[str]:
        return list(self.ours.comments[comment].reactions)
