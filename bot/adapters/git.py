"""A git repository through git's own plumbing: objects and refs, never an index or a work tree.

Commits are made with one `git fast-import`, refs move in one `git update-ref` transaction, and files are read
with one `git cat-file --batch`, however many there are.
"""

import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from pathlib import Path

from bot.adapters.committing import refuse_secrets
from bot.adapters.conflicts import conflicting
from bot.adapters.git_memory import Memory
from bot.adapters.git_process import Git
from bot.adapters.worktrees import checked_out, fast_forward
from bot.core.changes import Change, ChangeStatus
from bot.core.leaks import Known
from bot.errors import LostRace, SwarmError
from bot.ports import LogEntry, RefUpdate

AUTHOR = "Swarm Sessions <swarm-sessions@users.noreply.github.com>"
MANY = 100  # files of one commit from which on its whole tree is listed first
STATUS: dict[str, ChangeStatus] = {"A": "added", "M": "modified", "T": "modified", "D": "deleted"}


def open_repository(directory: Path, known: Known | None = None) -> "GitRepository":
    """The repository that a folder lies in. Raises SwarmError when there is none."""
    try:
        git = Git(directory)
        if git.text("rev-parse", "--is-bare-repository") == "true":
            return GitRepository(directory, known)
        return GitRepository(Path(git.text("rev-parse", "--show-toplevel")), known)
    except SwarmError as error:
        if "not a git repository" not in str(error):
            raise
        raise SwarmError(
            f"{directory} is no git repository", "run `git init` there, or name one with --repo"
        ) from error


def base_branch(repo: "GitRepository") -> str:
    """The branch that is checked out. Raises SwarmError when none is, or one that a session writes on."""
    branch = repo.git.text("symbolic-ref", "--quiet", "--short", "HEAD", ok=(0, 1))
    if not branch:
        raise SwarmError("no branch is checked out (detached HEAD)", "name the branch to merge into with --base")
    folders = repo.git.text("ls-tree", "--name-only", "HEAD", "sessions/", ok=(0, 128)).splitlines()
    if session := next((name for path in folders if branch.endswith(name := path[9:])), ""):
        raise SwarmError(
            f"the branch that is checked out, {branch}, is that of session {session}",
            "check out the branch to merge into, or name it with --base",
        )
    return branch


class GitRepository:
    """`Repository` over a repository on this machine. Nothing that holds a `known` secret is committed (G25)."""

    def __init__(self, directory: Path, known: Known | None = None) -> None:
        self.git = Git(directory)
        self.known = known or Known()
        self._kept: tuple[str, Mapping[str, str]] = ("", {})
        self._memory = Memory()

    def refs(self, prefix: str) -> dict[str, str]:
        lines = self.git.text("for-each-ref", "--format=%(refname) %(objectname)", prefix.rstrip("/")).splitlines()
        return dict(line.split(" ", 1) for line in lines)

    def still(self) -> AbstractContextManager[None]:
        """Refs on this machine are read as they are: a look costs next to nothing."""
        return nullcontext()

    def paths(self, commit: str) -> dict[str, str]:
        return {path: mode for mode, _, path in self._tree(commit, ())}

    def files(self, commit: str, prefixes: Sequence[str] = ()) -> dict[str, bytes]:
        entries = [(blob, path) for mode, blob, path in self._tree(commit, prefixes) if mode != "160000"]
        blobs = self._blobs([blob for blob, _ in entries])
        return {path: blobs[blob] for blob, path in entries}

    def read(self, wanted: Sequence[tuple[str, str]]) -> dict[tuple[str, str], bytes]:
        asked = [(commit, path) for commit, path in wanted if "\n" not in path]
        names = self._names(asked)
        blobs = self._blobs(list(dict.fromkeys(names.values())))
        return {key: blobs[name] for key in asked if (name := names.get(key)) in blobs}

    def commit(
        self,
        parents: Sequence[str],
        files: Mapping[str, bytes | None],
        message: str,
        when: datetime,
        *,
        tree: str | None = None,
    ) -> str:
        refuse_secrets(self.known, files, message)
        root = self.git.text("rev-parse", "--verify", f"{tree}^{{tree}}") if tree else ""
        ref = f"refs/swarm/tmp/{uuid.uuid4().hex}"
        stream = b"".join(_commit_stream(parents, root, files, message, when, ref))
        done = self.git.run("fast-import", "--quiet", "--date-format=raw", "--done", stdin=stream)
        made = done.stdout.decode().strip()
        self._memory.made(made, parents)
        return made

    def update(self, updates: Sequence[RefUpdate]) -> None:
        if not updates:
            return
        if len(updates) == 1 and self._with_its_tree(updates[0]):
            return
        lines = ["start", *(_transaction_line(update) for update in updates), "prepare", "commit", ""]
        try:
            self.git.run("update-ref", "--stdin", stdin="\n".join(lines).encode())
        except SwarmError as error:
            moved = [update.ref for update in updates if self._value(update.ref) != update.expected]
            if moved:
                raise LostRace(
                    f"{', '.join(moved)} moved in the meantime", "read again and decide anew"
                ) from error
            raise

    def changes(self, base: str, tip: str) -> list[Change]:
        return self._differences(self._fork(base, tip) or self._empty_tree(), tip)

    def conflicts(self, base: str, tip: str) -> tuple[str, ...]:
        return conflicting(self, base, tip)

    def contains(self, tip: str, commit: str) -> bool:
        if self._memory.follows(tip, commit):
            return True
        return self.git.run("merge-base", "--is-ancestor", commit, tip, ok=(0, 1)).returncode == 0

    def log(self, tip: str, *, since: str = "", first_parent: bool = True) -> list[LogEntry]:
        options = [*(["--first-parent"] if first_parent else []), *([f"^{since}"] if since else [])]
        out = self.git.text("log", "-z", "--format=%H%n%P%n%ct%n%an%n%B", *options, tip)
        return [_log_entry(entry) for entry in out.split("\0") if entry.strip()]

    def _with_its_tree(self, update: RefUpdate) -> bool:
        """Moves a branch that somebody has checked out; False when nobody has, and nothing was done."""
        if update.new is None or update.expected is None or not update.ref.startswith("refs/heads/"):
            return False
        tree = checked_out(self.git, update.ref)
        if tree is None:
            return False
        if self._value(update.ref) != update.expected:
            raise LostRace(f"{update.ref} moved in the meantime", "read again and decide anew")
        fast_forward(self.git, tree, update.ref, update.new)
        return True

    def _value(self, ref: str) -> str | None:
        return self.git.text("rev-parse", "--verify", "--quiet", ref, ok=(0, 1)) or None

    def _names(self, asked: Sequence[tuple[str, str]]) -> dict[tuple[str, str], str]:
        """How `cat-file` is asked for files: by blob where many are wanted of one commit, since git would read the
        folders above each path anew; by commit and path elsewhere."""
        often = {commit for commit, count in Counter(commit for commit, _ in asked).items() if count > MANY}
        trees = {commit: self._whole_tree(commit) for commit in often}
        return {
            (commit, path): trees[commit][path] if commit in often else f"{commit}:{path}"
            for commit, path in asked
            if commit not in often or path in trees[commit]
        }

    def _whole_tree(self, commit: str) -> Mapping[str, str]:
        """The blobs of a commit by path; the last one is kept, since a large one is asked for again and again."""
        kept, blobs = self._kept
        if kept != commit:
            blobs = {path: blob for mode, blob, path in self._tree(commit, ()) if mode != "160000"}
            self._kept = commit, blobs
        return blobs

    def _tree(self, commit: str, prefixes: Sequence[str]) -> Iterator[tuple[str, str, str]]:
        out = self.git.text("ls-tree", "-r", "-z", "--full-tree", commit, "--", *(p.rstrip("/") for p in prefixes))
        for entry in filter(None, out.split("\0")):
            facts, path = entry.split("\t", 1)
            mode, _, blob = facts.split(" ")
            yield mode, blob, path

    def _blobs(self, names: Sequence[str]) -> dict[str, bytes]:
        return self._memory.files(names, self._unknown_blobs)

    def _unknown_blobs(self, names: Sequence[str]) -> dict[str, bytes]:
        out = self.git.run(
            "cat-file", "--batch", stdin="".join(f"{n}\n" for n in names).encode(errors="surrogateescape")
        ).stdout
        return dict(_batch(names, out))

    def _fork(self, base: str, tip: str) -> str:
        """Where two histories parted; empty when they have nothing in common."""
        return self._asked("merge-base", base, tip, ok=(0, 1))

    def _asked(self, *args: str, ok: Sequence[int] = (0,)) -> str:
        """What a command prints that tells nothing but how commits are related."""
        return self._memory.text(args, lambda: self.git.text(*args, ok=ok))

    def _differences(self, start: str, tip: str) -> list[Change]:
        out = self._asked("diff-tree", "-r", "-z", "--no-renames", start, tip)
        words = [word for word in out.split("\0") if word]
        pairs = zip(words[::2], words[1::2], strict=True)
        return [Change(path, STATUS[facts.split(" ")[4]], facts.split(" ")[1]) for facts, path in pairs]

    def _empty_tree(self) -> str:
        return self.git.run("hash-object", "-t", "tree", "-w", "--stdin").stdout.decode().strip()


def _commit_stream(
    parents: Sequence[str],
    root: str,
    files: Mapping[str, bytes | None],
    message: str,
    when: datetime,
    ref: str,
) -> Iterator[bytes]:
    """A fast-import stream for one commit that leaves no ref behind and prints the commit's name."""
    text = message.encode()
    yield f"commit {ref}\nmark :1\ncommitter {AUTHOR} {int(when.timestamp())} +0000\ndata {len(text)}\n".encode()
    yield text + b"\n"
    for keyword, parent in zip(["from", *["merge"] * len(parents)], parents, strict=False):
        yield f"{keyword} {parent}\n".encode()
    if root:
        yield f'M 040000 {root} ""\n'.encode()
    for path, content in sorted(files.items()):
        quoted = _quote(path)
        if content is None:
            yield f"D {quoted}\n".encode()
        else:
            yield f"M 100644 inline {quoted}\ndata {len(content)}\n".encode() + content + b"\n"
    zero = "0" * len(parents[0]) if parents else "0" * 40
    yield f"get-mark :1\nreset {ref}\nfrom {zero}\n\ndone\n".encode()


def _quote(path: str) -> str:
    escaped = path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _transaction_line(update: RefUpdate) -> str:
    if update.new is None:
        return f"delete {update.ref} {update.expected or ''}".rstrip()
    if update.expected is None:
        return f"create {update.ref} {update.new}"
    return f"update {update.ref} {update.new} {update.expected}"


def _batch(names: Sequence[str], out: bytes) -> Iterator[tuple[str, bytes]]:
    """The objects of `cat-file --batch`'s answer that are blobs."""
    position = 0
    for name in names:
        end = out.index(b"\n", position)
        header = out[position:end].rsplit(b" ", 2)
        position = end + 1
        if header[-1] in (b"missing", b"ambiguous"):
            continue
        size = int(header[-1])
        if header[-2] == b"blob":
            yield name, out[position : position + size]
        position += size + 1


def _log_entry(entry: str) -> LogEntry:
    commit, parents, seconds, author, message = entry.lstrip("\n").split("\n", 4)
    time = datetime.fromtimestamp(int(seconds), UTC)
    return LogEntry(commit, tuple(parents.split()), time, message.strip(), author)
