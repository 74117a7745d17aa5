"""The bare repository of the test GitHub."""

import os
import re
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_KEPT = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
ENVIRONMENT = _KEPT | {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "LC_ALL": "C"}
_CONFIG = {
    "http.receivepack": "true",
    "http.uploadpack": "true",
    "uploadpack.allowFilter": "true",
    "uploadpack.allowAnySHA1InWant": "true",
    "receive.autogc": "false",
    "receive.advertisePushOptions": "true",
    "receive.denyDeleteCurrent": "refuse",
    "gc.auto": "0",
    "core.fsync": "none",
    "user.name": "GitHub",
    "user.email": "noreply@github.com",
}
ID = re.compile(r"[0-9a-f]{40}")
_OF_IDS = re.compile(rf"{ID.pattern}(\.{{2,3}}{ID.pattern}|\^*\^\{{tree\}}|:.*)?")
_READING = {"show": (0,), "diff": (0,), "rev-list": (0,), "ls-tree": (0,), "cat-file": (0,),
            "merge-base": (0, 1), "merge-tree": (0, 1)}  # fmt: skip
"""Commands whose answer stays the same when all that they name are ids, and the exit codes of such answers."""


class ConflictError(Exception):
    """A merge that git cannot make by itself."""


@dataclass(frozen=True)
class File:
    """What a comparison says of one path: status is git's letter."""

    status: str
    path: str
    blob: str
    additions: int
    deletions: int


class Bare:
    """git on the bare repository. Never slow: a few milliseconds a question."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._answers: dict[tuple[str, ...], subprocess.CompletedProcess[str]] = {}

    def create(self) -> None:
        self.path.mkdir(parents=True)
        self("init", "--quiet", "--bare", "--initial-branch=main", ".")
        lines = [
            f"[{'.'.join(key.split('.')[:-1])}]\n\t{key.split('.')[-1]} = {value}"
            for key, value in _CONFIG.items()
        ]
        with (self.path / "config").open("a") as config:
            config.write("\n".join(lines) + "\n")
        for hook in (self.path / "hooks").glob("*"):
            hook.unlink()

    def run(self, *args: str, given: str | None = None, who: str = "") -> subprocess.CompletedProcess[str]:
        """The finished process. What is asked of commits by their ids is asked once: they never change."""
        done = self._answers.get(args) or self._run(args, given, who)
        if done.returncode in _READING.get(args[0], ()) and _names_ids(args):
            self._answers[args] = done
        return done

    def _run(self, args: tuple[str, ...], given: str | None, who: str) -> subprocess.CompletedProcess[str]:
        name = who or "GitHub"
        address = f"{who or 'noreply'}@users.noreply.github.com"
        names = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER")
                 for key, value in (("NAME", name), ("EMAIL", address))}  # fmt: skip
        return subprocess.run(
            ["git", *args], cwd=self.path, input=given, capture_output=True, text=True, env=ENVIRONMENT | names
        )  # fmt: skip

    def __call__(self, *args: str, given: str | None = None, who: str = "") -> str:
        done = self.run(*args, given=given, who=who)
        if done.returncode:
            raise RuntimeError(f"git {' '.join(args)}: {done.stderr.strip()}")
        return done.stdout.rstrip("\n")

    def tip(self, ref: str) -> str | None:
        """What a full ref name (or a short branch name) points to."""
        full = ref if ref.startswith("refs/") else f"refs/heads/{ref}"
        with suppress(OSError, ValueError):  # most are files, which are read faster than git starts
            if ID.fullmatch(found := (self.path / full).read_text().strip()):
                return found
        return self.run("rev-parse", "--verify", "--quiet", full).stdout.strip() or None

    def branches(self) -> dict[str, str]:
        lines = self("for-each-ref", "--format=%(refname:lstrip=2) %(objectname)", "refs/heads").splitlines()
        return dict(line.rsplit(" ", 1) for line in lines)

    def commit_of(self, name: str) -> str | None:
        """The commit that a branch, a tag or a (shortened) id names."""
        for candidate in (f"refs/heads/{name}", f"refs/tags/{name}", name):
            found = self.run("rev-parse", "--verify", "--quiet", candidate + "^{commit}").stdout.strip()
            if found:
                return found
        return None

    def kind(self, name: str) -> str:
        return self("cat-file", "-t", name)

    def contains(self, tip: str, commit: str) -> bool:
        return self.run("merge-base", "--is-ancestor", commit, tip).returncode == 0

    def related(self, one: str, other: str) -> bool:
        return self.run("merge-base", one, other).returncode == 0

    def count(self, base: str, tip: str) -> int:
        return int(self("rev-list", "--count", f"{base}..{tip}"))

    def merge_tree(self, base: str, head: str) -> str:
        """The tree of a merge. Raises ConflictError."""
        done = self.run("merge-tree", "--write-tree", base, head)
        if done.returncode:
            raise ConflictError
        return done.stdout.splitlines()[0]

    def commit(self, tree: str, parents: list[str], message: str, who: str) -> str:
        flags = [flag for parent in parents for flag in ("-p", parent)]
        return self("commit-tree", tree, *flags, "-F", "-", given=message, who=who)

    def move(self, ref: str, new: str, old: str) -> bool:
        """Whether the ref was `old` and is now `new`."""
        return self.run("update-ref", ref, new, old).returncode == 0

    def files(self, base: str, tip: str) -> list[File]:
        """What `tip` changed since it left `base`."""
        done = self("diff", "--raw", "--numstat", "--no-renames", "--abbrev=40", "-z", f"{base}...{tip}")
        fields = iter(done.split("\0"))
        raw: dict[str, tuple[str, str]] = {}
        found = []
        for item in fields:
            if item.startswith(":"):
                _, _, _, blob, status = item.split(" ")
                raw[next(fields)] = (status, blob)
            elif item:
                plus, minus, path = item.split("\t")
                status, blob = raw[path]
                found.append(File(status, path, blob, _number(plus), _number(minus)))
        return found

    def text(self, commit: str, path: str) -> str | None:
        done = self.run("cat-file", "blob", f"{commit}:{path}")
        return done.stdout if done.returncode == 0 else None

    def seed(self, files: dict[str, str], branch: str = "main", message: str = "Begin") -> str:
        """A commit with these files added on top of the branch, which else begins at main; its id."""
        ref = f"refs/heads/{branch}"
        before = self.tip(ref) or self.tip("main")
        stream = [f"commit {ref}", "committer A Person <person@example.org> 1795363200 +0000"]
        stream += [f"data {len(message.encode())}", message]
        stream += [f"from {before}"] if before else []
        for path, text in files.items():
            stream += [f"M 100644 inline {path}", f"data {len(text.encode())}", text]
        self("fast-import", "--quiet", given="\n".join(stream) + "\n")
        found = self.tip(ref)
        assert found
        return found


def _names_ids(args: tuple[str, ...]) -> bool:
    """Whether a command names commits by their ids alone, with a path at the end for `ls-tree`."""
    named = [word for word in args[1:] if not word.startswith("-") and word != "blob"]
    if args[0] == "ls-tree":
        del named[1:]
    return bool(named) and all(map(_OF_IDS.fullmatch, named))


def _number(text: str) -> int:
    return 0 if text == "-" else int(text)
