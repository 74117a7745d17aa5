"""The forge on GitHub: a session is proposed as a pull request, and merged through it (G1 to G9)."""

import re
from collections.abc import Sequence
from contextlib import AbstractContextManager

from bot.adapters.github.client import Client
from bot.adapters.github.errors import CallFailed
from bot.adapters.github.merging import AGAIN, Merger
from bot.adapters.github.pulls import CONTEXT, Pull, Pulls, chosen
from bot.adapters.turns import Turns
from bot.core.gate.verdict import Verdict, VerdictState
from bot.core.neutral import unlinked
from bot.errors import Refused
from bot.ports import Clock, Merged, Postponed, Proposal, RefUpdate, Repository

DESCRIPTION = 140
STATES: dict[VerdictState, str] = {"pass": "success", "fail": "failure", "waiting": "pending"}
PROTECTED = re.compile(r"GH006|GH013|protected branch|repository rule|hook declined", re.IGNORECASE)
MAY_PROPOSE = (
    "switch on Settings > Actions > General > Allow GitHub Actions to create and approve pull requests, " + AGAIN
)


class GitHubForge:
    """`Forge` over pull requests. Nothing is ever approved here: the commit status carries the verdict (G8)."""

    def __init__(
        self,
        client: Client,
        repository: Repository,
        clock: Clock,
        required_checks: Sequence[str] = (),
        *,
        owner: str = "swarm",
        details: str = "",
    ) -> None:
        """`owner` says whose turn it is, `details` is the address that the commit status leads to."""
        self.client = client
        self.repository = repository
        self.clock = clock
        self.required_checks = required_checks
        self.owner = owner
        self.details = details
        self.pulls = Pulls(client)
        self._numbers: dict[str, int] = {}
        self._reported: set[tuple[str, str, str]] = set()

    # --- git ---

    def turn(self, branch: str) -> AbstractContextManager[None]:
        return Turns(self.repository, self.clock, self.owner).turn(branch)

    def advance(self, branch: str, expected: str, new: str) -> None:
        try:
            self.repository.update([RefUpdate(f"refs/heads/{branch}", new, expected)])
        except Refused as error:
            if PROTECTED.search(str(error)):
                raise Refused(
                    f"{branch} is protected and takes no push: {error.problems[0].what}",
                    "name another branch for the state files, as `state_branch` in .github/swarm.yml",
                ) from error
            raise

    def delete(self, branch: str, expected: str) -> None:
        self.repository.update([RefUpdate(f"refs/heads/{branch}", None, expected)])

    # --- the verdict and the pull request ---

    def report(self, commit: str, verdict: Verdict) -> None:
        said = (commit, STATES[verdict.state], described(verdict))
        if said in self._reported:
            return
        handle, address = self.client.repo.get_commit(commit), self.details
        more = {"target_url": address} if address else {}
        self.client.write(
            lambda: handle.create_status(said[1], description=said[2], context=CONTEXT, **more),
            f"report the gate's verdict on {commit[:12]}",
        )
        self._reported.add(said)

    def propose(self, proposal: Proposal) -> str:
        pull = self._found(proposal)
        if pull is None:
            pull = self._opened(proposal)
        elif pull.open:
            self.pulls.update(pull, proposal)
        elif not pull.merged:
            raise Refused(f"somebody closed {pull.url} without merging it", f"reopen it, {AGAIN}")
        self._numbers[proposal.branch] = pull.number
        return pull.url

    def _found(self, proposal: Proposal) -> Pull | None:
        return chosen(self.pulls.find(proposal.branch, proposal.base), proposal.tip)

    def _opened(self, proposal: Proposal) -> Pull:
        try:
            return self.pulls.open(proposal)
        except CallFailed as error:
            if "not permitted to create" in error.reason:
                raise Refused("this repository does not let its jobs open pull requests", MAY_PROPOSE) from error
            if error.status == 422 and (pull := self._found(proposal)):
                return pull  # another run was faster
            raise

    def merge(self, proposal: Proposal) -> Merged | Postponed:
        if proposal.branch not in self._numbers:
            self.propose(proposal)
        merger = Merger(self.pulls, self.repository, self.clock, self.required_checks)
        return merger.merge(proposal, self._numbers[proposal.branch])


def described(verdict: Verdict) -> str:
    """The verdict in the 140 characters that a commit status has."""
    passing = sum(result.state == "pass" for result in verdict.criteria)
    counted = [result for result in verdict.criteria if result.state != "skipped"]
    rest = [f"{result.title}: {result.measured}" for result in counted if result.state != "pass"]
    text = unlinked("; ".join([f"{passing} of {len(counted)} criteria pass", *rest]))
    return text if len(text) <= DESCRIPTION else text[: DESCRIPTION - 1].rstrip() + "…"
