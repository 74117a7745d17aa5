"""A forge in memory, like a tiny GitHub: pull requests, the merge, commit statuses, and turns at closing.

What GitHub itself would know is the `Hub`, one for all jobs. Each job has a `MemoryForge` of its own over the hub,
and its own repository: what dies with the job is then the job's alone.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.adapters.memory.repository import MemoryRepository
from bot.core.gate.verdict import Verdict, names
from bot.errors import LostRace, Refused, SwarmError
from bot.ports import Clock, Merged, Proposal, RefUpdate, Repository

LEASE = timedelta(seconds=900)
"""How long a turn lasts when its owner dies."""


@dataclass(slots=True)
class PullRequest:
    """A pull request; `edits` are the times at which its words were changed.

    Once it is over: `ended` is when, `tip` the commit of its branch then, and `commit` the merge commit, empty
    when somebody closed it.
    """

    number: int
    url: str
    branch: str
    base: str
    title: str
    body: str
    opened: datetime
    edits: list[datetime] = field(default_factory=list)
    ended: datetime | None = None
    tip: str = ""
    commit: str = ""


@dataclass(frozen=True, slots=True)
class Status:
    """A verdict that was reported at a commit."""

    commit: str
    verdict: Verdict
    time: datetime


@dataclass(slots=True)
class Hub:
    """What the forge knows, in the order in which it happened. `turns`: who closes into a branch, and until when.

    `repository` is a handle that belongs to the forge alone; `address` is what pull requests lie below.
    """

    repository: MemoryRepository
    address: str = "https://forge.test/swarm/rehearsal"
    pulls: list[PullRequest] = field(default_factory=list)
    statuses: list[Status] = field(default_factory=list)
    turns: dict[str, tuple[str, datetime]] = field(default_factory=dict)

    @property
    def merged(self) -> list[PullRequest]:
        """The pull requests that were merged."""
        return [pull for pull in self.pulls if pull.commit]

    def close(self, number: int, when: datetime) -> None:
        """Somebody closes a pull request without merging it."""
        pull = self.pulls[number - 1]
        pull.ended, pull.tip = when, self.tip(pull.branch) or ""

    def tip(self, branch: str) -> str | None:
        """Where a branch is now."""
        ref = f"refs/heads/{branch}"
        return self.repository.refs(ref).get(ref)


class MemoryForge:
    """`Forge` over a hub. A merge takes no time and needs no checks: it is never postponed."""

    def __init__(self, hub: Hub, repository: Repository, clock: Clock, *, owner: str = "swarm") -> None:
        """`repository` is the job's, through which it moves branches; `owner` says whose turn it is."""
        self.hub = hub
        self.repository = repository
        self.clock = clock
        self.owner = owner
        self._reported: set[tuple[str, Verdict]] = set()

    # --- branches ---

    @contextmanager
    def turn(self, branch: str) -> Iterator[None]:
        """Holds the turn. Raises Refused at once when another owner has it: in one thread nobody can wait.

        A machine that dies in its turn, which is whatever ends it with something that is no Exception, keeps it
        for the rest of its 15 minutes.
        """
        turns, now = self.hub.turns, self.clock.now()
        owner, until = turns.get(branch, (self.owner, now))
        if owner != self.owner and until > now:
            raise Refused(f"another session is being closed into {branch} by {owner}", "run again when it is done")
        turns[branch] = mine = (self.owner, now + LEASE)
        try:
            yield
        except Exception:
            self._give_back(branch, mine)
            raise
        self._give_back(branch, mine)

    def _give_back(self, branch: str, mine: tuple[str, datetime]) -> None:
        if self.hub.turns.get(branch) == mine:
            del self.hub.turns[branch]

    def advance(self, branch: str, expected: str, new: str) -> None:
        self.repository.update([RefUpdate(f"refs/heads/{branch}", new, expected)])

    def delete(self, branch: str, expected: str) -> None:
        self.repository.update([RefUpdate(f"refs/heads/{branch}", None, expected)])

    # --- the verdict and the pull request ---

    def report(self, commit: str, verdict: Verdict) -> None:
        """Keeps the verdict as a status; this job says the same about a commit once."""
        if (commit, verdict) not in self._reported:
            self.hub.statuses.append(Status(commit, verdict, self.clock.now()))
            self._reported.add((commit, verdict))

    def propose(self, proposal: Proposal) -> str:
        return self._proposed(proposal).url

    def merge(self, proposal: Proposal) -> Merged:
        """Merges exactly the proposal's tip, once. Raises LostRace when the branch or the base moved since the
        verdict, Refused when there is a conflict, or the pull request ended in another way."""
        pull = self._proposed(proposal)
        if not pull.commit:
            pull.commit = self._merge(proposal)
            pull.tip, pull.ended = proposal.tip, self.clock.now()
        return Merged(pull.commit)

    def _proposed(self, proposal: Proposal) -> PullRequest:
        """The pull request that carries the proposal, with its words: the open one, else the one of this tip."""
        ours = [p for p in self.hub.pulls if (p.branch, p.base) == (proposal.branch, proposal.base)]
        pull = next((p for p in ours if not p.ended), None) or next(
            (p for p in ours if p.tip == proposal.tip), None
        )
        if pull is None:
            return self._opened(proposal)
        if pull.ended and not pull.commit:
            raise Refused(f"somebody closed {pull.url} without merging it", "reopen it, then run again")
        if not pull.ended and (pull.title, pull.body) != (proposal.title, proposal.body):
            pull.title, pull.body = proposal.title, proposal.body
            pull.edits.append(self.clock.now())
        return pull

    def _opened(self, proposal: Proposal) -> PullRequest:
        if self.hub.tip(proposal.branch) is None:
            raise SwarmError(f"there is no branch {proposal.branch}", "push it before it is proposed")
        number = len(self.hub.pulls) + 1
        url, said = f"{self.hub.address}/pull/{number}", (proposal.title, proposal.body)
        pull = PullRequest(number, url, proposal.branch, proposal.base, *said, self.clock.now())
        self.hub.pulls.append(pull)
        return pull

    def _merge(self, proposal: Proposal) -> str:
        repo, tip, base = self.hub.repository, proposal.tip, proposal.base_tip
        for branch, commit in ((proposal.branch, tip), (proposal.base, base)):
            if self.hub.tip(branch) != commit:
                raise LostRace(f"{branch} moved since the gate's verdict", "gate again")
        if paths := repo.conflicts(base, tip):
            raise Refused(
                f"the pull request has a conflict with {proposal.base} in {names(paths)}",
                "resolve it on its branch, then run again",
            )
        changed = [change.path for change in repo.changes(base, tip)]
        found = repo.read([(tip, path) for path in changed])
        files = {path: found.get((tip, path)) for path in changed}
        commit = repo.commit([base, tip], files, proposal.message, self.clock.now())
        repo.update([RefUpdate(f"refs/heads/{proposal.base}", commit, base)])
        return commit
