"""GitRepository on real repositories."""

import os
import sys
from pathlib import Path

import pytest

from bot.adapters.git import GitRepository, base_branch, open_repository
from bot.errors import SwarmError
from bot.ports import RefUpdate
from tests.builders import NOW
from tests.repos import git, repository, tip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return repository(tmp_path / "repo")


@pytest.fixture
def repo(folder: Path) -> GitRepository:
    return GitRepository(folder)


def test_symbolic_links_and_modes_are_told(repo: GitRepository, folder: Path) -> None:
    start = tip(folder)
    (folder / "link").symlink_to("/etc/passwd")
    (folder / "tool").write_text("#!/bin/sh\n")
    (folder / "tool").chmod(0o755)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "more")
    assert {c.path: c.mode for c in repo.changes(start, tip(folder))} == {"link": "120000", "tool": "100755"}
    assert repo.files(tip(folder))["link"] == b"/etc/passwd"


def test_a_commit_may_take_the_tree_of_another_with_all_modes(repo: GitRepository, folder: Path) -> None:
    start = tip(folder)
    branch = repo.commit([start], {"mine": b"1", "left": b"1"}, "branch", NOW)
    (folder / "tool").write_text("#!/bin/sh\n")
    (folder / "tool").chmod(0o755)
    (folder / "link").symlink_to("tool")
    (folder / "README.md").unlink()
    git(folder, "add", "--all")
    git(folder, "update-index", "--add", "--cacheinfo", f"160000,{start},module")
    git(folder, "commit", "--quiet", "--message", "modes")
    made = repo.commit([branch, tip(folder)], {"mine": b"1", "gone": None}, "merge", NOW, tree=tip(folder))
    assert repo.paths(made) == {**repo.paths(tip(folder)), "mine": "100644"}
    assert repo.paths(made) == {"tool": "100755", "link": "120000", "module": "160000", "mine": "100644"}
    assert [entry.commit for entry in repo.log(made)] == [made, branch, start]


def test_a_commit_bears_a_name(repo: GitRepository, folder: Path) -> None:
    made = repo.commit([tip(folder)], {"a": b"1"}, "m\n\nmore\n", NOW)
    assert [(entry.author, entry.message) for entry in repo.log(made)] == [
        ("Swarm Sessions", "m\n\nmore"),
        ("A Person", "Begin"),
    ]


@pytest.mark.parametrize("variable", ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"])
def test_an_outer_git_does_not_lead_us_astray(
    repo: GitRepository, folder: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    before = tip(folder)
    monkeypatch.setenv(variable, "/nowhere")
    assert repo.refs("refs/heads") == {"refs/heads/main": before}


def test_a25_no_repository_is_said(tmp_path: Path) -> None:
    with pytest.raises(SwarmError, match=r"is no git repository; .*git init"):
        open_repository(tmp_path)


def test_a25_a_subfolder_of_a_repository_will_do(folder: Path) -> None:
    inner = folder / "docs"
    inner.mkdir()
    assert open_repository(inner).git.directory == folder


def test_a25_a_bare_repository_will_do(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", "bare.git")
    assert base_branch(open_repository(tmp_path / "bare.git")) == "main"


def test_a25_a_detached_head_needs_a_base(folder: Path) -> None:
    git(folder, "checkout", "--quiet", "--detach")
    with pytest.raises(SwarmError, match="--base"):
        base_branch(open_repository(folder))


def test_a25_git_that_is_missing_is_said(repo: GitRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(SwarmError, match="git is not installed"):
        repo.refs("refs/")


def test_a25_an_unwritable_object_store_is_said_and_nothing_is_lost(repo: GitRepository, folder: Path) -> None:
    before = repo.refs("refs/")
    objects = folder / ".git" / "objects"
    objects.rename(folder / ".git" / "objects-away")
    with pytest.raises(SwarmError, match="git fast-import failed"):
        repo.commit([], {"a": b"1"}, "m", NOW)
    (folder / ".git" / "objects-away").rename(objects)
    assert repo.refs("refs/") == before


def test_g10_git_is_in_a_group_of_its_own(
    tmp_path: Path, repo: GitRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What ends this process (Ctrl-C, `timeout`) must not cut git off in the middle: it would leave lock files."""
    (tmp_path / "git").write_text(f"#!{sys.executable}\nimport os; print(os.getpgrp() == os.getpid())\n")
    (tmp_path / "git").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert repo.git.text("merge") == "True"


def test_a25_a_session_is_not_merged_into_its_own_branch(repo: GitRepository, folder: Path) -> None:
    for branch in ("swarm/cloud-1", "claude/work-cloud-1"):
        files: dict[str, bytes | None] = {"sessions/cloud-1/launch.json": b"{}"}
        repo.update([RefUpdate(f"refs/heads/{branch}", repo.commit([tip(folder)], files, "Launch", NOW), None)])
        git(folder, "switch", "--quiet", branch)
        with pytest.raises(SwarmError, match=rf"{branch}, is that of session cloud-1; .*--base"):
            base_branch(repo)
    git(folder, "switch", "--quiet", "main")
    assert base_branch(repo) == "main"
