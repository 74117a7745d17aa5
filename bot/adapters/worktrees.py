"""Branches that somebody has checked out: they move together with their work tree, or not at all."""

from dataclasses import replace
from pathlib import Path

from bot.adapters.git_process import Git
from bot.errors import Refused, SwarmError

# A merge must not run what lies in the user's repository, and must not ask anybody anything.
QUIET = ("-c", "core.hooksPath=/dev/null", "-c", "advice.diverging=false", "-c", "merge.verifySignatures=false")


def checked_out(git: Git, ref: str) -> Path | None:
    """The work tree that has a branch checked out, if there is one.

    Raises Refused when the branch is being rebased: giving the rebase up would put it back to where it was.
    """
    for block in git.text("worktree", "list", "--porcelain").split("\n\n"):
        lines = block.splitlines()
        tree = Path(lines[0].removeprefix("worktree ")) if lines else Path()
        if not lines or "bare" in lines or not tree.is_dir():
            continue
        if f"branch {ref}" in lines:
            return tree
        if "detached" in lines and _rebases(git, tree, ref):
            name = ref.removeprefix("refs/heads/")
            raise Refused(
                f"{name} is being rebased in {tree}",
                "end that with `git rebase --continue` or `--abort`, then run again; nothing is lost",
            )
    return None


def _rebases(git: Git, tree: Path, ref: str) -> bool:
    folder = tree / replace(git, directory=tree).text("rev-parse", "--git-dir")
    names = (folder / kind / "head-name" for kind in ("rebase-merge", "rebase-apply"))
    return any(name.is_file() and name.read_text().strip() == ref for name in names)


def fast_forward(git: Git, tree: Path, ref: str, new: str) -> None:
    """Moves a branch with the work tree that has it checked out, as `git merge --ff-only` does.

    New files appear there, and git refuses before it would overwrite anything that is not committed.
    """
    try:
        replace(git, directory=tree).run(*QUIET, "merge", "--ff-only", "--quiet", "--no-autostash", new)
    except SwarmError as error:
        words = error.problems[0].what.partition(": ")[2]
        raise Refused(
            f"{ref.removeprefix('refs/heads/')} is checked out in {tree}, and git does not move it ({words})",
            "commit or move what is in the way, or check out another branch; then run again; nothing is lost",
        ) from error
