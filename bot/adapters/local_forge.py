"""A forge on one machine: the base branch of a local repository is what pull requests merge into elsewhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from filelock import FileLock, Timeout

from bot.adapters.git import GitRepository
from bot.adapters.git_process import Git
from bot.adapters.worktrees import checked_out
from bot.core.gate.verdict import Verdict
from bot.errors import Refused
from bot.ports import Clock, Merged, Proposal, RefUpdate


class LocalForge:
    """`Forge` over the base branch of a repository on this machine."""

    def __init__(self, directory: Path, clock: Clock, *, patience: float = 600) -> None:
        """`patience`: how many seconds to wait for another session's turn to end."""
        self.git = Git(directory)
        self.clock = clock
        self.patience = patience
        self.common = (directory / self.git.text("rev-parse", "--git-common-dir")).resolve()

    def advance(self, branch: str, expected: str, new: str) -> None:
        """Moves a branch from `expected` to its descendant `new`. Raises LostRace when it is elsewhere by now."""
        ref = f"refs/heads/{branch}"
        with self._lock("advance", wait=60):
            GitRepository(self.git.directory).update([RefUpdate(ref, new, expected)])

    def delete(self, branch: str, expected: str) -> None:
        """Deletes a branch, unless it is checked out somewhere."""
        ref = f"refs/heads/{branch}"
        if checked_out(self.git, ref) is None:
            GitRepository(self.git.directory).update([RefUpdate(ref, None, expected)])

    def report(self, commit: str, verdict: Verdict) -> None:
        """Nothing: who runs the gate here sees its verdict."""

    def propose(self, proposal: Proposal) -> str:
        """No pull request: who merges here is who would review it."""
        return ""

    def merge(self, proposal: Proposal) -> Merged:
        """Merges the gated commit into the gated base. Raises LostRace when the base is elsewhere by now."""
        repo, tip = GitRepository(self.git.directory), proposal.tip
        paths = [change.path for change in repo.changes(proposal.base_tip, tip)]
        content = {path: text for (_, path), text in repo.read([(tip, path) for path in paths]).items()}
        commit = repo.commit([proposal.base_tip, tip], dict(content), proposal.message, self.clock.now())
        self.advance(proposal.base, proposal.base_tip, commit)
        return Merged(commit)

    @contextmanager
    def turn(self, branch: str) -> Iterator[None]:
        """Lets one session at a time be gated and merged: each merge would make the others' verdicts void (G1)."""
        try:
            with self._lock(f"close-{sha256(branch.encode()).hexdigest()[:16]}", wait=self.patience):
                yield
        except Timeout as error:
            raise Refused(f"another session is being closed into {branch}", "run again when it is done") from error

    @contextmanager
    def running(self, mission: str) -> Iterator[None]:
        """Holds off a second run of the same mission on this machine. Raises Refused when there is one."""
        try:
            with self._lock(f"run-{mission}", wait=0):
                yield
        except Timeout as error:
            raise Refused(f"mission {mission} is being run in this repository right now", "wait for it") from error

    def _lock(self, name: str, wait: float) -> FileLock:
        folder = self.common / "swarm"
        folder.mkdir(exist_ok=True)
        return FileLock(folder / f"{name}.lock", timeout=wait)
