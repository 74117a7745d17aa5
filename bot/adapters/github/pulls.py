"""Pull requests of one repository: found, opened, read, merged. Those of forks are never seen (A9)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from github.PullRequest import PullRequest

from bot.adapters.github.client import Client
from bot.ports import Proposal

CONTEXT = "swarm/gate"
"""The commit status that carries the gate's verdict."""
TITLE = 256
Readiness = Literal["ready", "blocked", "conflict", "unstable", "behind", "draft", "unknown"]
_READINESS: dict[str, Readiness] = {
    "clean": "ready",
    "has_hooks": "ready",
    "blocked": "blocked",
    "dirty": "conflict",
    "unstable": "unstable",
    "behind": "behind",
    "draft": "draft",
}


@dataclass(frozen=True, slots=True)
class Pull:
    """A pull request as it was listed; `commit` is the merge commit once it is merged."""

    number: int
    url: str
    title: str
    body: str
    tip: str
    open: bool
    merged: bool
    commit: str


@dataclass(frozen=True, slots=True)
class Merging:
    """A pull request on the way into its base; `armed`: GitHub merges it by itself when nothing blocks it."""

    pull: Pull
    base: str
    readiness: Readiness
    armed: bool
    handle: PullRequest


def readiness(mergeable: bool | None, state: str | None) -> Readiness:
    """What GitHub's two answers mean together: what is not known, or not known to us, is never ready (G3)."""
    if mergeable is None:
        return "draft" if state == "draft" else "unknown"
    if not mergeable:
        return "conflict"
    return _READINESS.get(state or "", "unknown")


def chosen(pulls: list[Pull], tip: str) -> Pull | None:
    """The pull request that carries a branch: the open one, else one that ended with exactly this tip."""
    return next((p for p in pulls if p.open), None) or next((p for p in pulls if p.tip == tip), None)


class Pulls:
    """The calls."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def find(self, branch: str, base: str) -> list[Pull]:
        """All that lead from this repository's branch to the base, newest first, open or not."""

        def listed() -> list[Pull]:
            head = f"{self.client.owner}:{branch}"
            return [
                _pull(raw)
                for raw in self.client.repo.get_pulls(state="all", head=head, base=base)
                if self._is_own(raw, branch) and raw.base.ref == base
            ]

        return self.client.read(listed, f"look for the pull request of {branch}")

    def _is_own(self, raw: PullRequest, branch: str) -> bool:
        """Another repository of the same owner may have a branch of that name; a deleted fork is null."""
        home = raw.head.repo.full_name if raw.head.repo else ""
        return raw.head.ref == branch and home.lower() == self.client.name.lower()

    def open(self, proposal: Proposal) -> Pull:
        """Opens the pull request. Raises CallFailed."""
        repo, title = self.client.repo, proposal.title[:TITLE]
        return self.client.create(
            lambda: _pull(
                repo.create_pull(proposal.base, proposal.branch, title=title, body=proposal.body, draft=False)
            ),
            lambda: next((p for p in self.find(proposal.branch, proposal.base) if p.open), None),
            f"open the pull request of {proposal.branch}",
        )

    def update(self, pull: Pull, proposal: Proposal) -> None:
        """Brings title and body up to date, when they are not."""
        clean = self.client.redactor.clean  # as it is posted: what is there already may be the same
        title, body = clean(proposal.title[:TITLE]), clean(proposal.body)
        if (pull.title.strip(), _plain(pull.body)) != (title.strip(), _plain(body)):
            handle = self.client.repo.get_pull(pull.number)
            self.client.write(lambda: handle.edit(title=title, body=body), f"edit pull request {pull.number}")

    def read(self, number: int) -> Merging:
        """How it stands now; one call."""
        return self.client.read(
            lambda: _merging(self.client.repo.get_pull(number).complete()), f"read pull request {number}"
        )

    def merge(self, merging: Merging, proposal: Proposal) -> str:
        """Merges exactly the proposal's tip, once; the merge commit (G1, G5). Raises CallFailed."""
        headline, message = _message(proposal)

        def merge() -> str:
            done = merging.handle.merge(message, headline, merge_method="merge", sha=proposal.tip)
            return done.sha

        return self.client.create(
            merge,
            lambda: self._landed(merging.pull.number, proposal.tip),
            f"merge pull request {merging.pull.number}",
        )

    def _landed(self, number: int, tip: str) -> str | None:
        pull = self.read(number).pull
        return pull.commit if pull.merged and pull.tip == tip else None

    def arm(self, merging: Merging, proposal: Proposal) -> None:
        """Lets GitHub merge it as soon as nothing blocks it any more. Raises CallFailed."""
        headline, message = _message(proposal)
        self.client.write(
            lambda: merging.handle.enable_automerge(
                "MERGE", commit_headline=headline, commit_body=message, expected_head_oid=proposal.tip
            ),
            f"let pull request {merging.pull.number} merge by itself",
        )


def _pull(raw: PullRequest) -> Pull:
    merged_at: datetime | None = raw.merged_at
    return Pull(
        number=raw.number,
        url=raw.html_url,
        title=raw.title,
        body=raw.body or "",
        tip=raw.head.sha,
        open=raw.state == "open",
        merged=merged_at is not None,
        commit=raw.merge_commit_sha or "" if merged_at else "",
    )


def _merging(raw: PullRequest) -> Merging:
    state = "draft" if raw.draft else raw.mergeable_state
    armed = bool(raw.raw_data.get("auto_merge"))
    return Merging(_pull(raw), raw.base.ref, readiness(raw.mergeable, state), armed, raw)


def _message(proposal: Proposal) -> tuple[str, str]:
    """The merge commit's first line, and the rest."""
    headline, _, message = proposal.message.partition("\n")
    return headline, message.strip()


def _plain(body: str) -> str:
    return body.replace("\r\n", "\n").strip()
