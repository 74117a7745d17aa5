"""The merge of a session's pull request: once, exactly what was gated, or a reason why not yet (G1 to G9)."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from github.CommitStatus import CommitStatus
from github.PaginatedList import PaginatedList

from bot.adapters.github.errors import CallFailed
from bot.adapters.github.pulls import CONTEXT, Merging, Pull, Pulls
from bot.core.gate.verdict import names
from bot.core.required_checks import CheckRun, CheckStatus, Unmet, unmet
from bot.errors import LostRace, Refused
from bot.ports import Clock, Merged, Postponed, Proposal, Repository

PAUSES = (1.0, 2.0, 4.0, 8.0, 15.0)
"""Seconds between two looks at a pull request that GitHub has not made up its mind about."""
AGAIN = "then take the label off and set it again, or start swarm-session.yml with the session's id"
NOT_READY = {
    "unknown": ("GitHub has not found out whether it can be merged", f"wait a little, {AGAIN}"),
    "unstable": ("not every check of its commit has passed", f"see to the checks at the pull request, {AGAIN}"),
    "behind": ("the base demands branches that are up to date", f"update the branch at the pull request, {AGAIN}"),
    "draft": ("it is a draft", f"mark it as ready for review, {AGAIN}"),
    "late": ("it does not show the commit that was gated", f"wait a little, {AGAIN}"),
}


@dataclass(frozen=True, slots=True)
class Merger:
    """What merging works with."""

    pulls: Pulls
    repository: Repository
    clock: Clock
    required_checks: Sequence[str]

    def merge(self, proposal: Proposal, number: int) -> Merged | Postponed:
        """Merges the proposal through pull request `number`; see `Forge.merge`."""
        merging, state = self._settled(proposal, number)
        if over := _over(merging.pull, proposal):
            return over
        if merging.base != proposal.base:
            raise Refused(
                f"{merging.pull.url} leads to {merging.base} and not to {proposal.base}",
                f"change its base, {AGAIN}",
            )
        if state == "conflict":
            paths = self.repository.conflicts(proposal.base_tip, proposal.tip)
            place = f" in {names(paths)}" if paths else ""
            raise Refused(
                f"{merging.pull.url} has a conflict with {proposal.base}{place}",
                f"resolve it on its branch, {AGAIN}",
            )
        if state in NOT_READY:
            return _postponed(state)
        if missing := self._unmet(proposal.tip):
            return Postponed(
                f"required checks have not passed: {names(map(str, missing))}", f"see to them, {AGAIN}"
            )
        self._expect(proposal.base, proposal.base_tip)
        return self._arm(merging, proposal) if state == "blocked" else self._merge(merging, proposal)

    # --- how it stands ---

    def _settled(self, proposal: Proposal, number: int) -> tuple[Merging, str]:
        """The pull request once GitHub knows how it stands, or after a bounded time (G3).

        Blocked counts when it is seen twice: a status that was just reported takes a moment to be counted.
        """
        blocked = 0
        for pause in PAUSES:
            merging = self.pulls.read(number)
            state = self._state(merging, proposal)
            blocked += state == "blocked"
            if state not in ("unknown", "unstable", "late", "blocked") or blocked > 1:
                return merging, state
            self.clock.sleep(pause)
        merging = self.pulls.read(number)
        return merging, self._state(merging, proposal)

    def _state(self, merging: Merging, proposal: Proposal) -> str:
        """Its readiness; "over" when it is not open, and "late" when it has yet to show the push that was gated.

        Raises LostRace when another push came since then (G1).
        """
        if not merging.pull.open:
            return "over"
        if merging.pull.tip == proposal.tip:
            return merging.readiness
        self._expect(proposal.branch, proposal.tip)
        return "late"

    def _expect(self, branch: str, commit: str) -> None:
        """Raises LostRace when a branch is elsewhere."""
        ref = f"refs/heads/{branch}"
        if self.repository.refs(ref).get(ref) != commit:
            raise LostRace(f"{branch} moved since the gate's verdict", "gate again")

    def _unmet(self, commit: str) -> tuple[Unmet, ...]:
        if not self.required_checks:
            return ()
        client = self.pulls.client
        runs = client.read(lambda: self._runs(commit), f"read the checks of {commit[:12]}")
        statuses = client.read(lambda: self._statuses(commit), f"read the statuses of {commit[:12]}")
        return unmet(self.required_checks, commit, runs, statuses)

    def _runs(self, commit: str) -> list[CheckRun]:
        found = self.pulls.client.repo.get_commit(commit).get_check_runs()
        return [
            CheckRun(run.id, run.name, run.head_sha, run.app.slug if run.app else "", run.conclusion or "")
            for run in found
        ]

    def _statuses(self, commit: str) -> list[CheckStatus]:
        """The newest status of each context, from all pages."""
        repo = self.pulls.client.repo
        url = f"{repo.url}/commits/{commit}/status"
        found = PaginatedList(CommitStatus, repo.requester, url, None, list_item="statuses")
        return [CheckStatus(status.context, status.state) for status in found]

    # --- what is done about it ---

    def _arm(self, merging: Merging, proposal: Proposal) -> Merged | Postponed:
        """Leaves a blocked pull request to GitHub, or says what would help.

        Once armed, GitHub merges whatever passes: so it is armed only where the base takes nothing that has no
        verdict of the gate (G1).
        """
        demands = f"the base branch {proposal.base} still demands a review or a check"
        meet = "meet the demand at the pull request"
        if not self._gate_is_required(proposal.base):
            return Postponed(
                f"{demands}; auto-merge is not armed, since it would take commits that no gate has seen",
                f"{meet}, {AGAIN}; or make `{CONTEXT}` a required check of {proposal.base}",
            )
        try:
            if not merging.armed:
                self.pulls.arm(merging, proposal)
        except CallFailed as error:
            words = error.reason.lower()
            if "clean status" in words:  # nothing blocks it any more (G9)
                return self._merge(merging, proposal)
            if "unstable status" in words:
                return _postponed("unstable")
            if "not allowed" in words:
                switch = "or switch on Settings > General > Allow auto-merge"
                return Postponed(f"{demands}, and auto-merge is not allowed", f"{meet}, {AGAIN}; {switch}")
            self._expect(proposal.branch, proposal.tip)
            raise
        return Postponed(f"auto-merge is armed: {demands}", f"{meet}; GitHub merges it then")

    def _gate_is_required(self, base: str) -> bool:
        """Whether the base takes only commits with the gate's status; False where GitHub does not say."""
        client, name = self.pulls.client, quote(base, safe="")
        try:
            return client.read(lambda: self._demanded(name), f"read what {base} demands")
        except CallFailed as error:
            if error.status in (403, 404):
                return False
            raise

    def _demanded(self, base: str) -> bool:
        repo = self.pulls.client.repo
        _, branch = repo.requester.requestJsonAndCheck("GET", f"{repo.url}/branches/{base}")
        checks = (branch.get("protection") or {}).get("required_status_checks") or {}
        if CONTEXT in checks.get("contexts", ()):
            return True
        _, rules = repo.requester.requestJsonAndCheck("GET", f"{repo.url}/rules/branches/{base}")
        parameters = [rule.get("parameters") or {} for rule in rules]
        return any(
            check.get("context") == CONTEXT for of in parameters for check in of.get("required_status_checks", ())
        )

    def _merge(self, merging: Merging, proposal: Proposal) -> Merged:
        """What a refused merge means: it happened elsewhere, something moved, or GitHub forbids it (G4)."""
        try:
            return Merged(self.pulls.merge(merging, proposal))
        except CallFailed as error:
            if error.status not in (405, 409):
                raise
            if over := _over(self.pulls.read(merging.pull.number).pull, proposal):
                return over
            if error.status == 409 or "was modified" in error.reason:
                raise LostRace(f"GitHub did not merge: {error.reason}", "gate again") from error
            self._expect(proposal.base, proposal.base_tip)
            raise Refused(
                f"GitHub does not merge {merging.pull.url}: {error.reason}", _todo(error.reason)
            ) from error


def _over(pull: Pull, proposal: Proposal) -> Merged | None:
    """How a pull request ended; None while it is open. Raises Refused when it ended in another way than gated."""
    if pull.open:
        return None
    if not pull.merged:
        raise Refused(f"somebody closed {pull.url} without merging it", f"reopen it, {AGAIN}")
    if pull.tip != proposal.tip:
        raise Refused(
            f"{pull.url} was merged at {pull.tip[:12]}, and the gate passed {proposal.tip[:12]}",
            f"look at what is on {proposal.base} now",
        )
    return Merged(pull.commit)


def _postponed(state: str) -> Postponed:
    reason, todo = NOT_READY[state]
    return Postponed(f"the pull request is not merged: {reason}", todo)


def _todo(reason: str) -> str:
    if "merge commits are not allowed" in reason.lower():
        return f"switch on Settings > General > Allow merge commits, {AGAIN}"
    return f"see to what it names, {AGAIN}"
