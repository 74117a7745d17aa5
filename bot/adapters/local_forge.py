"""A forge on one machine: the base branch of a local repository is what pull requests merge into elsewhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from filelock import FileLock, Timeout

from bot.adapters.git import Git, GitRepository
from bot.errors import LostRace, Refused, SwarmError
from bot.ports import RefUpdate

# A merge must not run what lies in the user's repository, and must not ask anybody anything.
QUIET = ("-c", "core.hooksPath=/dev/null", "-c", "advice.diverging=false", "-c", "merge.verifySignatures=false")


class LocalForge:
    """`Forge` over the base branch of a repository on this machine.

    Where the base branch is checked out, it moves as `git merge --ff-only` moves it: new files appear in the work
    tree, and git refuses before it would overwrite anything that is not committed.
    """

    def __init__(self, directory: Path, *, patience: float = 600) -> None:
        """`patience`: how many seconds to wait for another session's turn to end."""
        self.git = Git(directory)
        self.patience = patience
        self.common = (directory / self.git.text("rev-parse", "--git-common-dir")).resolve()

    def advance(self, branch: str, expected: str, new: str) -> None:
        """Moves a branch from `expected` to its descendant `new`. Raises LostRace when it is elsewhere by now."""
        ref = f"refs/heads/{branch}"
        with self._lock("advance", wait=60):
            if self.git.text("rev-parse", "--verify", "--quiet", ref, ok=(0, 1)) != expected:
                raise LostRace(f"{branch} moved in the meantime", "read again and decide anew")
            tree = self._checked_out(ref)
            if tree is None:
                self.git.run("update-ref", ref, new, expected)
            else:
                _fast_forward(tree, branch, new)

    def delete(self, branch: str, expected: str) -> None:
        """Deletes a branch, unless it is checked out somewhere."""
        ref = f"refs/heads/{branch}"
        if self._checked_out(ref) is None:
            GitRepository(self.git.directory).update([RefUpdate(ref, None, expected)])

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

    def _checked_out(self, ref: str) -> Path | None:
        """The work tree that has the ref checked out, if there is one."""
        for block in self.git.text("worktree", "list", "--porcelain").split("\n\n"):
            lines = block.splitlines()
            if f"branch {ref}" in lines and "bare" not in lines:
                return Path(lines[0].removeprefix("worktree "))
        return None


def _fast_forward(tree: Path, branch: str, new: str) -> None:
    try:
        Git(tree).run(*QUIET, "merge", "--ff-only", "--quiet", "--no-autostash", new)
    except SwarmError as error:
        raise Refused(
            f"{branch} is checked out, and moving it would overwrite what is not committed there ({error})",
            "commit or move those files, or check out another branch; then run again; nothing is lost",
        ) from error
