"""Answers of GitHub, one call at a time: what unit tests of the forge talk to."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import responses

from bot.adapters.git import GitRepository
from bot.adapters.github.client import Client
from bot.ports import Proposal
from tests.builders import NOW
from tests.clocks import VirtualClock
from tests.repos import git, repository, tip

API = "https://api.forge.test"
REPO = "/repos/acme/widgets"
BRANCH = "swarm/widgets-1"
Json = dict[str, Any]


class Hub:
    """Registers answers by method and path, in the order in which they are given; remembers what was asked."""

    def __init__(self, mock: responses.RequestsMock) -> None:
        self.mock = mock
        self.clock = VirtualClock(NOW)

    def client(self, token: str = "ghs_installation") -> Client:
        return Client(
            API, "acme/widgets", token, "swarm-sessions/test (job)", self.clock, paced=False, jitter=lambda: 0.0
        )

    def on(
        self,
        method: str,
        path: str,
        answer: Any = None,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        match: Any = (),
    ) -> None:
        """`answer`: what it says as JSON, or the exception that the connection ends in. Paths begin below the
        repository, or with two slashes below the interface."""
        url = f"{API}:443" + (path[1:] if path.startswith("//") else REPO + path)
        if isinstance(answer, Exception):
            self.mock.add(method, url, body=answer, match=match)
        else:
            body = "" if answer is None else json.dumps(answer)
            self.mock.add(method, url, body=body, status=status, headers=headers, match=match)

    @property
    def asked(self) -> list[str]:
        """The calls: method and path below the repository."""
        return [f"{call.request.method} {self._path(call.request.url or '')}" for call in self.mock.calls]

    def _path(self, url: str) -> str:
        return url.partition("?")[0].removeprefix(f"{API}:443").removeprefix(REPO)

    def sent(self, number: int = -1) -> Json:
        """The body of a call."""
        body = self.mock.calls[number].request.body
        sent = json.loads(body or "{}")
        assert isinstance(sent, dict)
        return sent


class Bench:
    """A repository with a session's branch that was gated, and the proposal that follows."""

    def __init__(self, folder: Path) -> None:
        self.folder = repository(folder)
        self.repo = GitRepository(self.folder)
        self.base = tip(self.folder)
        self.tip = self.commit(self.base, "sessions/widgets-1/launch.json")
        git(self.folder, "branch", BRANCH, self.tip)

    def commit(self, parent: str, path: str) -> str:
        return self.repo.commit([parent], {path: b"{}"}, f"Write {path}", NOW)

    @property
    def proposal(self) -> Proposal:
        return Proposal(
            session="widgets-1",
            branch=BRANCH,
            tip=self.tip,
            base="main",
            base_tip=self.base,
            title="Widget services",
            body="What to review\n",
            message="Merge session widgets-1\n\nSwarm-Session: widgets-1\n",
        )

    def move(self, branch: str) -> str:
        """Somebody else pushes."""
        new = self.commit(tip(self.folder, branch), "elsewhere")
        git(self.folder, "update-ref", f"refs/heads/{branch}", new)
        return new

    def pull(self, number: int = 7, **changes: Any) -> Json:
        """A pull request as GitHub describes it, as far as we look at it."""
        head = {"ref": BRANCH, "sha": self.tip, "repo": {"full_name": "acme/widgets"}} | changes.pop("head", {})
        return {
            "url": f"{API}{REPO}/pulls/{number}",
            "html_url": f"https://forge.test/acme/widgets/pull/{number}",
            "number": number,
            "node_id": f"PR_{number}",
            "state": "open",
            "draft": False,
            "title": "Widget services",
            "body": "What to review",
            "merged_at": None,
            "merge_commit_sha": None,
            "mergeable": True,
            "mergeable_state": "clean",
            "auto_merge": None,
            "head": head,
            "base": {"ref": "main", "sha": self.base, "repo": {"full_name": "acme/widgets"}},
        } | changes

    def merged(self, **changes: Any) -> Json:
        done = {"state": "closed", "merged_at": "2026-11-22T16:05:00Z", "merge_commit_sha": "d" * 40}
        return self.pull(**(done | changes))
