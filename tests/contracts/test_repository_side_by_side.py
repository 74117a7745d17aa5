"""Git and memory, side by side: whatever is done to both in whatever order, both say the same."""

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import hypothesis.strategies as st
from hypothesis import HealthCheck, settings
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, rule

from bot.adapters.git import GitRepository
from bot.adapters.memory.repository import MemoryRepository
from bot.errors import LostRace, SwarmError
from bot.ports import LogEntry, RefUpdate, Repository
from tests.builders import NOW
from tests.repos import git

T = TypeVar("T")
PATHS = st.sampled_from(["a", "a/b", "a/b/c", "a-b", "é/ü.md", "sessions/x-1/launch.json", "sessions/x-1/z"])
CONTENT = st.none() | st.sampled_from([b"", b"1\n", b"2\0"])
FILES = st.dictionaries(PATHS, CONTENT, max_size=4)
MESSAGES = st.sampled_from(["Fold", "Fold\n\nSwarm-Session: x-1\n"])
REFS = st.sampled_from(["refs/swarm/x", "refs/swarm/x/y", "refs/swarm/xy", "refs/heads/a"])
PREFIXES = st.lists(st.sampled_from(["a", "a/", "a/b", "sessions/", "nothing"]), max_size=2)


class SideBySide(RuleBasedStateMachine):
    """A commit is a pair: its name in git, and its name in memory."""

    commits: Bundle[tuple[str, str]] = Bundle("commits")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        git(self.folder, "init", "--quiet", "--bare")
        self.git, self.memory = GitRepository(self.folder), MemoryRepository()
        self.both: tuple[Repository, Repository] = (self.git, self.memory)
        self.names: dict[str, str] = {}  # git's name of each commit, by memory's
        self.made = 0

    def teardown(self) -> None:
        shutil.rmtree(self.folder)

    # --- what is done ---

    @initialize(target=commits)
    def begin(self) -> tuple[str, str]:
        return self._commit([], {"a": b"0", "sessions/x-1/z": b"0"}, "Begin", 0)

    @rule(target=commits, parent=st.none() | commits, files=FILES, message=MESSAGES)
    def commit(
        self, parent: tuple[str, str] | None, files: dict[str, bytes | None], message: str
    ) -> tuple[str, str]:
        self.made += 1
        return self._commit([parent] if parent else [], files, message, self.made)

    @rule(target=commits, parents=st.lists(commits, min_size=2, max_size=3, unique=True), files=FILES)
    def merge(self, parents: list[tuple[str, str]], files: dict[str, bytes | None]) -> tuple[str, str]:
        self.made += 1
        return self._commit(parents, files, "Merge", self.made)

    @rule(target=commits, parent=commits, files=FILES, message=MESSAGES)
    def commit_twice(
        self, parent: tuple[str, str], files: dict[str, bytes | None], message: str
    ) -> tuple[str, str]:
        self.made += 1
        made = [self._commit([parent], files, message, self.made) for _ in range(2)]
        assert made[0] == made[1]
        return made[0]

    @rule(refs=st.lists(REFS, min_size=1, max_size=2), new=st.none() | commits, wrong=st.booleans(), other=commits)
    def update_refs(
        self, refs: list[str], new: tuple[str, str] | None, wrong: bool, other: tuple[str, str]
    ) -> None:
        """Moves refs from what they are, or one of them from what it may not be."""
        now = {ref: self.memory.refs(ref).get(ref) for ref in refs}
        if new is None:
            refs = [ref for ref in refs if now[ref]]  # deleting what is not there says nothing of a race
        if (
            any(ref.startswith("refs/heads/") and now[ref] for ref in refs)
            and new
            and not self._descends(new, now)
        ):
            return  # memory keeps to GitHub's rule for branches
        updates = [(ref, new, self._pair(now[ref])) for ref in refs]
        if wrong and updates:
            updates[-1] = (refs[-1], new, other)
        self._same(lambda n, repo: repo.update([_update(n, *one) for one in updates]))
        assert self.git.refs("refs/") == self._in_git(self.memory.refs("refs/"))

    # --- what is seen ---

    @rule(ref=REFS)
    def refs(self, ref: str) -> None:
        for prefix in (ref, f"{ref}/", ref.rpartition("/")[0]):
            assert self.git.refs(prefix) == self._in_git(self.memory.refs(prefix))

    @rule(commit=commits, prefixes=PREFIXES)
    def files(self, commit: tuple[str, str], prefixes: list[str]) -> None:
        found = self._same(lambda n, repo: list(repo.files(commit[n], prefixes).items()))
        assert prefixes or {path for path, _ in found or ()} == self.git.paths(commit[0]).keys()
        self._same(lambda n, repo: repo.paths(commit[n]))

    @rule(some=st.lists(st.tuples(commits, PATHS), max_size=4))
    def read(self, some: list[tuple[tuple[str, str], str]]) -> None:
        self._same(
            lambda n, repo: {
                key: content
                for commit, path in some
                for key, content in _named(n, repo.read([(commit[n], path)]), commit[0]).items()
            }
        )

    @rule(base=commits, tip=commits)
    def compare(self, base: tuple[str, str], tip: tuple[str, str]) -> None:
        self._same(lambda n, repo: repo.contains(tip[n], base[n]))
        self._same(lambda n, repo: repo.changes(base[n], tip[n]))
        self._same(lambda n, repo: repo.conflicts(base[n], tip[n]))

    @rule(tip=commits, since=commits, all_of_it=st.booleans(), first_parent=st.booleans())
    def log(self, tip: tuple[str, str], since: tuple[str, str], all_of_it: bool, first_parent: bool) -> None:
        def read(n: int, repo: Repository) -> list[LogEntry]:
            found = repo.log(tip[n], since="" if all_of_it else since[n], first_parent=first_parent)
            return found if n == 0 else [self._entry(entry) for entry in found]

        self._same(read)

    # --- parts ---

    def _same(self, ask: Callable[[int, Repository], T]) -> T | None:
        """Asks both; they answer the same, or raise the same kind of error (None)."""
        said: list[object] = []
        answers: list[T] = []
        for n, repo in enumerate(self.both):
            try:
                answers.append(ask(n, repo))
                said.append(answers[-1])
            except SwarmError as error:
                said.append(LostRace if isinstance(error, LostRace) else SwarmError)
        assert said[0] == said[1]
        return answers[0] if answers else None

    def _commit(
        self, parents: list[tuple[str, str]], files: dict[str, bytes | None], message: str, minute: int
    ) -> tuple[str, str]:
        when = NOW + timedelta(minutes=minute)
        one, two = (
            repo.commit([parent[n] for parent in parents], files, message, when)
            for n, repo in enumerate(self.both)
        )
        assert self.names.setdefault(two, one) == one, "what is the same in memory is the same in git"
        return one, two

    def _pair(self, name: str | None) -> tuple[str, str] | None:
        return (self.names[name], name) if name else None

    def _in_git(self, refs: dict[str, str]) -> dict[str, str]:
        return {ref: self.names[commit] for ref, commit in refs.items()}

    def _descends(self, new: tuple[str, str], now: dict[str, str | None]) -> bool:
        return all(self.memory.contains(new[1], commit) for commit in now.values() if commit)

    def _entry(self, entry: LogEntry) -> LogEntry:
        parents = tuple(self.names[parent] for parent in entry.parents)
        return replace(entry, commit=self.names[entry.commit], parents=parents)


def _update(n: int, ref: str, new: tuple[str, str] | None, expected: tuple[str, str] | None) -> RefUpdate:
    return RefUpdate(ref, new[n] if new else None, expected[n] if expected else None)


def _named(n: int, read: dict[tuple[str, str], bytes], name: str) -> dict[tuple[str, str], bytes]:
    return {(name, path): content for (_, path), content in read.items()}


SideBySide.TestCase.settings = settings(
    max_examples=30,
    stateful_step_count=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestSideBySide = SideBySide.TestCase
