"""The issues of a repository on GitHub: one comment of ours each, found by its first line and kept current."""

from functools import cached_property
from urllib.parse import quote

from github.IssueComment import IssueComment

from bot.adapters.comments import Comment, alike, kind_of, marked, replaced
from bot.adapters.github.client import Client
from bot.adapters.github.errors import CallFailed
from bot.ports import Reaction, Say

GONE = (404, 410)
"""How GitHub answers about a comment that was deleted."""
ROLES = ("admin", "maintain", "write", "triage", "read", "none")


class Issues:
    """`Conversation` over the issues of a repository."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def permission(self, login: str) -> str:
        """What somebody may do here; a role that the owner has made up counts as the one that it builds on."""
        repo = self.client.repo
        url = f"{repo.url}/collaborators/{quote(login, safe='')}/permission"
        try:
            _, data = self.client.read(
                lambda: repo.requester.requestJsonAndCheck("GET", url), f"read what {login} may do here"
            )
        except CallFailed as error:
            if error.status == 404:
                return "none"
            raise
        role = data.get("role_name")
        return str(role if role in ROLES else data.get("permission", "none"))

    def say(self, issue: int, kind: Say, body: str) -> int:
        text = marked(kind, self.client.redactor.clean(body))  # so that the same is not written over and over
        same = replaced(self._ours(issue), kind)
        if not same:
            return self._create(issue, kind, text)
        kept, *doubles = same
        for double in doubles:
            self._delete(double.id)
        if not alike(kept.body, text) and not self._write(kept.id, text):
            return self._create(issue, kind, text)
        return kept.id

    def edit(self, comment: int, body: str) -> bool:
        """Writes the status comment; False when it is gone."""
        return self._write(comment, marked("status", body))

    def unlabel(self, issue: int, label: str) -> None:
        handle = self.client.repo.get_issue(issue)
        url = f"{handle.url}/labels/{quote(label, safe='')}"
        try:
            self.client.write(
                lambda: handle.requester.requestJsonAndCheck("DELETE", url), f"take a label off issue {issue}"
            )
        except CallFailed as error:
            if error.status != 404:
                raise

    def react(self, comment: int, reaction: Reaction) -> None:
        """Puts a reaction of ours under a comment; GitHub keeps one of a kind, however often it is put there."""
        repo = self.client.repo
        url = f"{repo.url}/issues/comments/{comment}/reactions"
        try:
            self.client.write(
                lambda: repo.requester.requestJsonAndCheck("POST", url, input={"content": reaction}),
                f"react to comment {comment}",
            )
        except CallFailed as error:
            if error.status not in GONE:
                raise

    def close(self, issue: int) -> None:
        handle = self.client.repo.get_issue(issue)
        self.client.write(lambda: handle.edit(state="closed", state_reason="completed"), f"close issue {issue}")

    @cached_property
    def _login(self) -> str:
        """Whose comments are ours; empty: any bot's, since an installation's token does not say its name."""
        if self.client.installation:
            return ""
        try:
            return self.client.me()
        except CallFailed as error:
            if error.status == 403:
                return ""
            raise

    def _ours(self, issue: int) -> list[Comment]:
        """Our comments of an issue, from all pages."""
        handle = self.client.repo.get_issue(issue)
        return self.client.read(
            lambda: [
                Comment(comment.id, kind, comment.body)
                for comment in handle.get_comments()
                if (kind := kind_of(comment.body)) and self._wrote(comment)
            ],
            f"read the comments of issue {issue}",
        )

    def _wrote(self, comment: IssueComment) -> bool:
        user = comment.user
        return bool(user) and (user.login == self._login if self._login else user.type == "Bot")

    def _create(self, issue: int, kind: Say, text: str) -> int:
        handle = self.client.repo.get_issue(issue)
        return self.client.create(
            lambda: handle.create_comment(text).id,
            lambda: next((c.id for c in self._ours(issue) if c.kind == kind), None),
            f"comment on issue {issue}",
        )

    def _write(self, comment: int, text: str) -> bool:
        url = f"{self.client.repo.url}/issues/comments/{comment}"
        handle = IssueComment(self.client.repo.requester, url=url)
        try:
            self.client.write(lambda: handle.edit(text), f"edit comment {comment}")
        except CallFailed as error:
            if error.status in GONE:
                return False
            raise
        return True

    def _delete(self, comment: int) -> None:
        url = f"{self.client.repo.url}/issues/comments/{comment}"
        handle = IssueComment(self.client.repo.requester, url=url)
        try:
            self.client.write(handle.delete, f"delete comment {comment}")
        except CallFailed as error:
            if error.status != 404:
                raise
