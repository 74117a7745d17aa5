"""256 simulated agents through `swarm run`, next to bare git for the same commits."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.measure import SWARM, row, timed, used

AGENTS = 256
MISSION = """\
mission: rehearsal
session: 1
phase: {{number: 1, name: Rehearsal}}
title: Rehearsal
domain: BENCH
deliverable: INTEGRATIONS-REHEARSAL.md
agent: {{backend: simulated, max_usd: 0.01}}
limits: {{max_usd: 2.56, max_parallel: 256}}
criteria: {{required_field_gaps: {agents}}}
teams:
  - id: 1
    name: Everybody
    agents:
"""
AGENT = '      - {{id: agent-{n}, subjects: [{{name: "Subject {n}", sources: ["file:docs/guide.md"]}}]}}\n'
IDENTITY = {f"GIT_{who}_{what}": "bench" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit to make again: its parents, and the files that it changed."""

    name: str
    parents: tuple[str, ...]
    files: dict[str, bytes | None]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        repo, mission = Path(folder, "repo"), Path(folder, "mission.yml")
        prepare(repo)
        agents = "".join(AGENT.format(n=n) for n in range(AGENTS))
        mission.write_text(MISSION.format(agents=4 * AGENTS) + agents)
        options = ("--repo", str(repo), "--agents", "8", "--json", "--cache", str(Path(folder, "cache")))
        run = used((*SWARM, "run", str(mission), *options))
        commits = list(made(repo))
        bare = Path(folder, "bare")
        git(Path(folder), "init", "--quiet", str(bare))
        seconds = timed(lambda: replay(bare, commits))
    ratio = run.seconds / seconds
    measured = f"{run.seconds:.1f} s, {ratio:.2f} × bare git for the same {len(commits)} commits"
    print(row(f"{AGENTS} simulated agents through `swarm run`", measured, "3 ×", ratio <= 3))
    print(row("its memory", f"{run.megabytes:.0f} MB", "300 MB", run.megabytes < 300))


def prepare(repo: Path) -> None:
    (repo / "docs").mkdir(parents=True)
    paragraphs = (f"The service answers question {n} about itself in this paragraph." for n in range(40))
    (repo / "docs" / "guide.md").write_text("# Guide\n\n" + "\n\n".join(paragraphs) + "\n")
    git(repo, "init", "--quiet", "--initial-branch=main")
    git(repo, "add", "--all")
    git(repo, "commit", "--quiet", "--message", "Begin")


def made(repo: Path) -> Iterator[Commit]:
    """Every commit in the object store, on a branch or not, parents first."""
    objects = git(repo, "cat-file", "--batch-all-objects", "--batch-check=%(objectname) %(objecttype)").decode()
    names = [line.split()[0] for line in objects.splitlines() if line.endswith(" commit")]
    order = git(repo, "rev-list", "--topo-order", "--reverse", "--parents", *names).decode().splitlines()
    for line in order:
        name, *parents = line.split()
        yield Commit(name, tuple(parents), changed(repo, name))


def changed(repo: Path, name: str) -> dict[str, bytes | None]:
    out = git(repo, "diff-tree", "--root", "-m", "--first-parent", "-r", "--no-commit-id", "-z", name).decode()
    words = [word for word in out.split("\0") if word]
    entries = zip(words[::2], words[1::2], strict=True)
    return {path: content(repo, facts.split()[3]) for facts, path in entries}


def content(repo: Path, blob: str) -> bytes | None:
    return git(repo, "cat-file", "blob", blob) if set(blob) != {"0"} else None


def replay(repo: Path, commits: list[Commit]) -> None:
    """The same commits with git's plumbing, as a careful script would make them."""
    names: dict[str, str] = {}
    for number, commit in enumerate(commits):
        parents = [names[parent] for parent in commit.parents]
        git(repo, "read-tree", *(parents[:1] or ["--empty"]))
        git(repo, "update-index", "--index-info", stdin="".join(entries(repo, commit)).encode())
        tree = git(repo, "write-tree").decode().strip()
        options = [word for parent in parents for word in ("-p", parent)]
        names[commit.name] = git(repo, "commit-tree", tree, *options, "-m", "message").decode().strip()
        git(repo, "update-ref", f"refs/bench/{number}", names[commit.name])


def entries(repo: Path, commit: Commit) -> Iterator[str]:
    """What the commit changes, as `update-index --index-info` reads it."""
    for path, text in commit.files.items():
        if text is None:
            yield f"0 {'0' * 40}\t{path}\n"
        else:
            blob = git(repo, "hash-object", "-w", "--stdin", stdin=text).decode().strip()
            yield f"100644 {blob}\t{path}\n"


def git(folder: Path, *args: str, stdin: bytes = b"") -> bytes:
    environment = {**os.environ, **IDENTITY}
    command = ["git", "-C", str(folder), *args]
    return subprocess.run(command, input=stdin, check=True, capture_output=True, env=environment).stdout


if __name__ == "__main__":
    main()
