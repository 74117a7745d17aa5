"""Commits in memory, and what follows from who descends from whom."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha1
from heapq import heappop, heappush
from itertools import count

from bot.adapters.memory.trees import EMPTY, Tree, differences, differences_at, written
from bot.errors import SwarmError

_NONE = frozenset(("", ".", "..", ".git"))
"""What no file or folder can be called."""


@dataclass(frozen=True, slots=True, eq=False)
class Commit:
    """A commit. `number` counts from 0 in the order of making; bit n of `line` says that commit n is this one or
    an ancestor of it. `time` is in whole seconds, UTC."""

    id: str
    number: int
    parents: tuple["Commit", ...]
    line: int
    tree: Tree
    message: str
    time: datetime
    author: str

    def contains(self, other: "Commit") -> bool:
        """Whether the other one is this one or an ancestor of it."""
        return bool(self.line >> other.number & 1)


class History:
    """All commits of one store, named by what they say: the same again is the same commit."""

    def __init__(self) -> None:
        self._commits: dict[str, Commit] = {}
        self._numbered: list[Commit] = []

    def __getitem__(self, commit: str) -> Commit:
        """The commit of that name. Raises SwarmError when there is none."""
        try:
            return self._commits[commit]
        except KeyError:
            raise SwarmError(f"there is no commit {commit or '(empty)'}", "name one that was made here") from None

    def make(
        self,
        parents: Sequence[str],
        files: Mapping[str, bytes | None],
        message: str,
        when: datetime,
        tree: str | None,
        author: str,
    ) -> Commit:
        """A commit on the first parent's tree, or on that of the commit `tree`. Raises SwarmError for a parent or
        a path that cannot be."""
        for path in files:
            _check(path)
        before = tuple(self[parent] for parent in parents)
        start = before[0].tree if before else EMPTY
        whole, touched = written(self[tree].tree if tree else start, files)
        changed = differences(start, whole) if tree else differences_at(start, whole, touched)
        time = datetime.fromtimestamp(int(when.timestamp()), UTC)
        name = _name(parents, sorted(changed), (author, message), time)
        if name not in self._commits:
            number = len(self._numbered)
            line = 1 << number
            for parent in before:
                line |= parent.line
            made = Commit(name, number, before, line, whole, message.strip(), time, author)
            self._commits[name] = made
            self._numbered.append(made)
        return self._commits[name]

    def fork(self, one: Commit, other: Commit) -> Commit | None:
        """Where two commits have left each other: the last common ancestor that was made."""
        common = one.line & other.line
        return self._numbered[common.bit_length() - 1] if common else None


def first_parents(tip: Commit, without: int) -> Iterator[Commit]:
    """What came onto a branch itself, newest first; `without` is the line of what is left out."""
    here = tip
    while not without >> here.number & 1:
        yield here
        if not here.parents:
            return
        here = here.parents[0]


def by_date(tip: Commit, without: int) -> Iterator[Commit]:
    """The whole history, newest first, as `git log` goes through it."""
    turns, seen = count(), without
    waiting: list[tuple[float, int, Commit]] = []
    found: Sequence[Commit] = (tip,)
    while found or waiting:
        for commit in found:
            if not seen >> commit.number & 1:
                seen |= 1 << commit.number
                heappush(waiting, (-commit.time.timestamp(), next(turns), commit))
        found = ()
        if waiting:
            _, _, here = heappop(waiting)
            yield here
            found = here.parents


def _name(
    parents: Sequence[str],
    changed: Sequence[tuple[str, bytes | None, bytes | None]],
    words: Sequence[str],
    time: datetime,
) -> str:
    """40 hexadecimal digits of what the commit says. Its parents stand for all that it does not change."""
    digest = sha1(usedforsecurity=False)
    head = "\0".join([*parents, time.isoformat(), *(f"{len(word)}\0{word}" for word in words)])
    digest.update(head.encode(errors="surrogateescape"))
    for path, _, content in changed:
        size = -1 if content is None else len(content)
        digest.update(f"\0{path}\0{size}\0".encode(errors="surrogateescape"))
        digest.update(content or b"")
    return digest.hexdigest()


def _check(path: str) -> None:
    if not _NONE.isdisjoint(path.split("/")):
        raise SwarmError(f"no file can be called {path!r}", "name it by its place in the repository")
