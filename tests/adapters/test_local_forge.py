"""The forge on one machine, on real repositories."""

import shutil
import subprocess
from pathlib import Path

import pytest

from bot.adapters.git import GitRepository
from bot.adapters.local_forge import LocalForge
from bot.errors import LostRace, Refused
from bot.ports import RefUpdate
from tests.builders import NOW
from tests.clocks import StillClock
from tests.repos import git, repository, tip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return repository(tmp_path / "repo")


def child(folder: Path, **files: str) -> str:
    contents: dict[str, bytes | None] = {name: text.encode() for name, text in files.items()}
    return GitRepository(folder).commit([tip(folder)], contents, "child", NOW)


def test_a_base_that_is_checked_out_comes_along(folder: Path) -> None:
    new = child(folder, added="1\n")
    LocalForge(folder, StillClock()).advance("main", tip(folder), new)
    assert tip(folder) == new
    assert (folder / "added").read_text() == "1\n"
    assert git(folder, "status", "--porcelain") == ""


def test_a_base_that_is_not_checked_out_moves_alone(folder: Path) -> None:
    new = child(folder, added="1\n")
    start = tip(folder)
    git(folder, "checkout", "--quiet", "-b", "mine")
    LocalForge(folder, StillClock()).advance("main", start, new)
    assert tip(folder) == new
    assert not (folder / "added").exists()


def test_a_bare_repository_has_no_work_tree(tmp_path: Path, folder: Path) -> None:
    bare = tmp_path / "bare.git"
    git(tmp_path, "clone", "--quiet", "--bare", str(folder), str(bare))
    new = GitRepository(bare).commit([tip(bare)], {"added": b"1"}, "child", NOW)
    LocalForge(bare, StillClock()).advance("main", tip(bare), new)
    assert tip(bare) == new


def test_a_linked_work_tree_comes_along(tmp_path: Path, folder: Path) -> None:
    git(folder, "checkout", "--quiet", "-b", "mine")
    git(folder, "worktree", "add", "--quiet", str(tmp_path / "linked"), "main")
    LocalForge(folder, StillClock()).advance("main", tip(folder), child(folder, added="1\n"))
    assert (tmp_path / "linked" / "added").exists()
    assert not (folder / "added").exists()


def test_a25_what_is_not_committed_is_never_overwritten(folder: Path) -> None:
    start, new = tip(folder), child(folder, **{"README.md": "theirs\n"})
    (folder / "README.md").write_text("mine\n")
    with pytest.raises(Refused, match=r"does not move it .*README\.md"):
        LocalForge(folder, StillClock()).advance("main", start, new)
    assert ((folder / "README.md").read_text(), tip(folder)) == ("mine\n", start)


def test_hooks_of_the_repository_are_not_run(folder: Path) -> None:
    hook = folder / ".git" / "hooks" / "post-merge"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\ntouch ran\n")
    hook.chmod(0o755)
    LocalForge(folder, StillClock()).advance("main", tip(folder), child(folder, added="1\n"))
    assert not (folder / "ran").exists()


def test_a_merged_branch_is_deleted_unless_somebody_looks_at_it(tmp_path: Path, folder: Path) -> None:
    git(folder, "branch", "one")
    git(folder, "branch", "two")
    git(folder, "worktree", "add", "--quiet", str(tmp_path / "linked"), "two")
    LocalForge(folder, StillClock()).delete("one", tip(folder))
    LocalForge(folder, StillClock()).delete("two", tip(folder))
    assert list(GitRepository(folder).refs("refs/heads")) == ["refs/heads/main", "refs/heads/two"]


def test_g01_one_session_at_a_time_is_closed_into_a_branch(folder: Path) -> None:
    with LocalForge(folder, StillClock()).turn("main"):
        with LocalForge(folder, StillClock()).turn("feature/elsewhere"):
            pass  # another branch is another queue
        late = LocalForge(folder, StillClock(), patience=0).turn("main")
        with pytest.raises(Refused, match="another session is being closed into main"), late:
            pass
    with LocalForge(folder, StillClock(), patience=0).turn("main"):
        pass


def test_a25_a_branch_that_is_being_rebased_is_not_moved(folder: Path) -> None:
    """`git rebase --abort` would put it back to where it was, and the merge would be lost."""
    git(folder, "switch", "--quiet", "--create", "other")
    (folder / "README.md").write_text("theirs\n")
    git(folder, "commit", "--quiet", "--all", "--message", "theirs")
    git(folder, "switch", "--quiet", "main")
    (folder / "README.md").write_text("mine\n")
    git(folder, "commit", "--quiet", "--all", "--message", "mine")
    start, new = tip(folder), child(folder, added="1\n")
    with pytest.raises(subprocess.CalledProcessError):
        git(folder, "rebase", "other")
    with pytest.raises(Refused, match=r"main is being rebased in .*--abort"):
        LocalForge(folder, StillClock()).advance("main", start, new)
    git(folder, "rebase", "--abort")
    assert tip(folder) == start
    LocalForge(folder, StillClock()).advance("main", start, new)
    assert tip(folder) == new


def test_a25_a_session_branch_that_somebody_looks_at_comes_along(tmp_path: Path, folder: Path) -> None:
    seen = tmp_path / "linked"
    git(folder, "worktree", "add", "--quiet", "-b", "session", str(seen))
    new = child(folder, added="1\n")
    GitRepository(folder).update([RefUpdate("refs/heads/session", new, tip(folder))])
    assert (tip(folder, "session"), git(seen, "status", "--porcelain")) == (new, "")
    assert (seen / "added").read_text() == "1\n"
    with pytest.raises(LostRace):
        GitRepository(folder).update([RefUpdate("refs/heads/session", new, tip(folder))])


def test_a25_a_work_tree_that_was_deleted_is_in_nobodys_way(tmp_path: Path, folder: Path) -> None:
    git(folder, "worktree", "add", "--quiet", "-b", "session", str(tmp_path / "linked"))
    shutil.rmtree(tmp_path / "linked")
    new = child(folder, added="1\n")
    GitRepository(folder).update([RefUpdate("refs/heads/session", new, tip(folder))])
    assert tip(folder, "session") == new
