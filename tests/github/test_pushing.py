"""Git through the test GitHub: who may push what, and what a push does."""

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.github.server import GitHub
from tests.github.state import Level, Protection
from tests.repos import git

QUIET = os.environ | {"GIT_TERMINAL_PROMPT": "0", "GIT_ASKPASS": "true", "GIT_CONFIG_GLOBAL": os.devnull}
WRITE: dict[str, Level] = {"contents": "write"}


def clone(github: GitHub, folder: Path, token: str, *options: str) -> Path:
    git(folder, "clone", "--quiet", *options, github.clone_url(token), "work")
    return folder / "work"


def push(work: Path, *args: str) -> str:
    """What git says of a push that must fail."""
    done = subprocess.run(["git", "-C", str(work), "push", *args], capture_output=True, text=True)
    assert done.returncode, done.stderr
    return done.stderr


def commit(work: Path, path: str = "new.txt", text: str = "new\n") -> str:
    (work / path).parent.mkdir(parents=True, exist_ok=True)
    (work / path).write_text(text)
    git(work, "add", "--all")
    git(work, "commit", "--quiet", "--message", f"Write {path}")
    return git(work, "rev-parse", "HEAD")


def test_a_job_pushes_and_no_run_starts(github: GitHub, tmp_path: Path) -> None:
    work = clone(github, tmp_path, github.token(permissions=WRITE))
    made = commit(work)
    git(work, "push", "--quiet", "origin", "HEAD:refs/heads/swarm/x")
    assert github.tip("swarm/x") == made
    assert [(it.name, it.payload["after"], it.starts_runs) for it in github.events] == [("push", made, False)]
    assert [(it.ref, it.old, it.new, it.forced) for it in github.pushes] == [
        ("refs/heads/swarm/x", None, made, False)
    ]


def test_git_without_a_token_or_permission_is_refused(github: GitHub, tmp_path: Path) -> None:
    for token in (github.token(permissions={"contents": "none"}), "ghs_unknown"):
        url = github.clone_url(token)
        done = subprocess.run(["git", "ls-remote", url], capture_output=True, text=True, env=QUIET)
        assert done.returncode
    work = clone(github, tmp_path, github.token(permissions={"contents": "read"}))
    commit(work)
    assert "403" in push(work, "origin", "HEAD:refs/heads/x")


def test_the_job_in_the_user_agent_decides(github: GitHub, tmp_path: Path) -> None:
    github.jobs_may |= {"run": {"contents": "read"}, "record": {"contents": "write"}}
    work = clone(github, tmp_path, github.token())
    commit(work)
    git(work, "config", "http.userAgent", "git/2.0 swarm-sessions/0.1.0 (run)")
    assert "403" in push(work, "origin", "HEAD:refs/heads/x")
    git(work, "config", "http.userAgent", "git/2.0 swarm-sessions/0.1.0 (record)")
    git(work, "push", "--quiet", "origin", "HEAD:refs/heads/x")
    assert github.pushes[0].actor.job == "record"


def test_force_is_recorded_where_it_is_allowed(github: GitHub, tmp_path: Path) -> None:
    work = clone(github, tmp_path, github.token(permissions=WRITE))
    commit(work)
    git(work, "push", "--quiet", "origin", "HEAD:refs/heads/x")
    git(work, "commit", "--quiet", "--amend", "--message", "Otherwise")
    assert "non-fast-forward" in push(work, "origin", "HEAD:refs/heads/x")
    git(work, "push", "--quiet", "--force", "origin", "HEAD:refs/heads/x")
    assert [it.forced for it in github.pushes] == [False, True]
    assert github.events[-1].payload["forced"]


@pytest.mark.parametrize("ruleset", [False, True])
def test_a_protected_branch_takes_no_push(github: GitHub, tmp_path: Path, ruleset: bool) -> None:
    github.state.protections["main"] = Protection(checks=("ci",), ruleset=ruleset)
    work = clone(github, tmp_path, github.token(permissions=WRITE))
    made = commit(work)
    why = "push declined due to repository rule violations" if ruleset else "protected branch hook declined"
    assert f"! [remote rejected] HEAD -> main ({why})" in push(work, "origin", "HEAD:main")
    assert github.pushes == []
    git(work, "push", "--quiet", "origin", "HEAD:refs/heads/side")
    github.status(made, "ci")
    git(work, "push", "--quiet", "origin", "HEAD:main")
    assert github.tip() == made
    assert "remote rejected" in push(work, "--force", "origin", "HEAD~1:main")
    assert "remote rejected" in push(work, "origin", ":main")


def test_an_administrator_passes_unless_included(github: GitHub, tmp_path: Path) -> None:
    github.user("root", "admin")
    github.state.protections["main"] = Protection(reviews=1)
    work = clone(github, tmp_path, github.token(login="root"))
    commit(work)
    git(work, "push", "--quiet", "origin", "HEAD:main")
    github.state.protections["main"] = Protection(reviews=1, admins_too=True)
    commit(work, "again.txt")
    assert "protected branch hook declined" in push(work, "origin", "HEAD:main")


def test_a_job_pushes_no_workflow(github: GitHub, tmp_path: Path) -> None:
    github.seed({".github/workflows/ci.yml": "on: push\n"})
    work = clone(github, tmp_path, github.token(permissions=WRITE))
    commit(work)
    git(work, "push", "--quiet", "origin", "HEAD:refs/heads/fine")
    commit(work, ".github/workflows/ci.yml", "on: pull_request\n")
    told = push(work, "--atomic", "origin", "HEAD:refs/heads/bad", "HEAD~1:refs/heads/good")
    path = "`.github/workflows/ci.yml`"
    reason = f"refusing to allow a GitHub App to create or update workflow {path} without `workflows` permission"
    assert f"! [remote rejected] HEAD -> bad ({reason})" in told
    assert github.tip("good") is None
    git(work, "push", "--quiet", github.clone_url(github.token(login="ann")), "HEAD:refs/heads/bad")


def test_a_blob_may_be_reserved_atomically(github: GitHub, tmp_path: Path) -> None:
    work = clone(github, tmp_path, github.token(permissions=WRITE))
    (tmp_path / "mine").write_text("me\n")
    blob = git(work, "hash-object", "-w", str(tmp_path / "mine"))
    ref = "refs/swarm/reservations/stripe"
    lease = ("--atomic", f"--force-with-lease={ref}:", "origin", f"{blob}:{ref}")
    git(work, "push", "--quiet", *lease)
    (tmp_path / "mine").write_text("you\n")
    other = git(work, "hash-object", "-w", str(tmp_path / "mine"))
    assert "stale info" in push(work, *lease[:-1], f"{other}:{ref}")
    assert github.events == []
    assert "hidden ref" in push(work, "origin", f"{blob}:refs/pull/1/head")


def test_twenty_push_at_once(github: GitHub, tmp_path: Path) -> None:
    work = clone(github, tmp_path, github.token(permissions=WRITE))
    commit(work)

    def one(number: int) -> None:
        git(work, "push", "--quiet", "--no-verify", "origin", f"HEAD:refs/heads/swarm/{number}")

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(one, range(20)))
    assert sorted(it.ref for it in github.pushes) == sorted(f"refs/heads/swarm/{number}" for number in range(20))


def test_a_clone_may_leave_out_blobs(github: GitHub, tmp_path: Path) -> None:
    work = clone(
        github, tmp_path, github.token(permissions={"contents": "read"}), "--filter=blob:none", "--no-checkout"
    )
    assert "?" in git(work, "rev-list", "--objects", "--all", "--missing=print")
    assert git(work, "show", "HEAD:README.md") == "# Widgets"


def test_a_large_push_arrives(github: GitHub, tmp_path: Path) -> None:
    work = clone(github, tmp_path, github.token(permissions=WRITE))
    git(work, "config", "core.compression", "0")
    commit(work, "large.txt", "0123456789abcdef" * 150_000)
    git(work, "push", "--quiet", "origin", "HEAD:refs/heads/large")
    assert github.tip("large") == git(work, "rev-parse", "HEAD")


def test_a_push_whose_answer_is_lost_happened(github: GitHub, tmp_path: Path) -> None:
    work = clone(github, tmp_path, github.token(permissions=WRITE))
    made = commit(work)
    github.fault("POST", r"git-receive-pack$", when="after", drop=True)
    push(work, "origin", "HEAD:refs/heads/x")
    assert github.tip("x") == made
    github.fault("POST", r"git-receive-pack$", status=503)
    assert "503" in push(work, "origin", "HEAD:refs/heads/y")
    assert github.tip("y") is None
