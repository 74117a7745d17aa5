"""A repository in memory: commits share their trees, refs are one dictionary, and nothing takes any time.

It does as the repository on GitHub does where that is stricter than git: a branch only ever moves to a
descendant, and reading a commit that is not there is an error. All files are plain ones (mode 100644).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from bot.adapters.conflicts import conflicting
from bot.adapters.git import AUTHOR
from bot.adapters.memory.history import History, by_date, first_parents
from bot.adapters.memory.refs import Refs
from bot.adapters.memory.trees import EMPTY, differences, files
from bot.core.changes import Change
from bot.errors import LostRace, Refused, SwarmError
from bot.ports import LogEntry, RefUpdate

OURS, SOMEBODY = AUTHOR.partition(" <")[0], "Somebody"
MODE, GONE = "100644", "000000"
NO_REF = re.compile(r"(?!refs/.)|.*(?:\.\.|@\{|//|[\0- ~^:?*\[\\\x7f]|/\.|\.lock(?:/|$)|[/.]$)", re.DOTALL)
"""What no ref may be called (git's check-ref-format)."""


@dataclass(slots=True)
class Store:
    """What all clones see. What was asked of commits is kept: commits never change."""

    history: History = field(default_factory=History)
    refs: Refs = field(default_factory=Refs)
    listed: dict[tuple[str, tuple[str, ...]], dict[str, bytes]] = field(default_factory=dict)
    compared: dict[tuple[str, str], list[Change]] = field(default_factory=dict)


class MemoryRepository:
    """`Repository` over a store in memory."""

    def __init__(self, store: Store | None = None) -> None:
        """Begins an empty store when none is given; `clone` gives more handles on it."""
        self.store = store or Store()
        self._look: Refs | None = None

    def clone(self) -> "MemoryRepository":
        """Another handle on the same store, as another machine has it: with a view of its own within `still`."""
        return MemoryRepository(self.store)

    def seed(self, content: Mapping[str, str | bytes], when: datetime, branch: str = "main") -> str:
        """Somebody commits files onto a branch, which is begun if need be; the commit's name."""
        ref = f"refs/heads/{branch}"
        before = self.store.refs.commits.get(ref)
        encoded = {path: text.encode() if isinstance(text, str) else text for path, text in content.items()}
        parents = [before] if before else []
        made = self.store.history.make(parents, encoded, "Seed", when, None, SOMEBODY)
        self.update([RefUpdate(ref, made.id, before)])
        return made.id

    # --- refs ---

    def refs(self, prefix: str) -> dict[str, str]:
        seen, name = self._look or self.store.refs, prefix.rstrip("/")
        if commit := seen.commits.get(name):
            return {name: commit}
        return seen.below(f"{name}/")

    @contextmanager
    def still(self) -> Iterator[None]:
        """Within it refs are as they were when it began, with this clone's own updates; a lost race looks anew.
        Within another it changes nothing."""
        if self._look is not None:
            yield
            return
        self._look = self.store.refs
        try:
            yield
        finally:
            self._look = None

    def update(self, updates: Sequence[RefUpdate]) -> None:
        """All of the updates or none. Raises LostRace when a ref is not what was expected, Refused when a branch
        would be rewritten, or a ref takes the place of a folder, and SwarmError for what no repository takes."""
        now = self.store.refs
        if moved := [update.ref for update in updates if now.commits.get(update.ref) != update.expected]:
            if self._look is not None:
                self._look = now
            raise LostRace(f"{', '.join(moved)} moved in the meantime", "read again and decide anew")
        if len({update.ref for update in updates}) < len(updates):
            raise SwarmError("a ref is to be moved twice at once", "move it once")
        for update in updates:
            self._check(update)
        after = now.moved(updates)
        _check_folders(after, updates)
        self.store.refs = after
        if self._look is not None:
            self._look = after if self._look is now else self._look.moved(updates)

    def _check(self, update: RefUpdate) -> None:
        if NO_REF.match(update.ref):
            raise SwarmError(f"no ref can be called {update.ref!r}", "choose another name")
        if update.new is None:
            return
        new = self.store.history[update.new]
        if update.expected is None or not update.ref.startswith("refs/heads/"):
            return
        if not new.contains(self.store.history[update.expected]):
            raise Refused(
                f"{new.id[:12]} does not come after {update.expected[:12]}, which {update.ref} is at",
                "nothing is written over what others have written: read again and decide anew",
            )

    # --- commits ---

    def files(self, commit: str, prefixes: Sequence[str] = ()) -> dict[str, bytes]:
        known, key = self.store.listed, (commit, tuple(prefixes))
        if key not in known:
            known[key] = files(self.store.history[commit].tree, prefixes)
        return dict(known[key])

    def read(self, wanted: Sequence[tuple[str, str]]) -> dict[tuple[str, str], bytes]:
        history, found = self.store.history, {}
        here, tree = None, EMPTY
        for place in wanted:
            commit, path = place
            if commit != here:
                here, tree = commit, history[commit].tree
            if (content := tree.get(path)) is not None:
                found[place] = content
        return found

    def paths(self, commit: str) -> dict[str, str]:
        return dict.fromkeys(self.files(commit), MODE)

    def commit(
        self,
        parents: Sequence[str],
        files: Mapping[str, bytes | None],
        message: str,
        when: datetime,
        *,
        tree: str | None = None,
    ) -> str:
        """A commit named by what it says: the same again is the same commit. Times are kept in whole seconds.

        `tree` names a commit whose tree is taken instead of the first parent's.
        """
        return self.store.history.make(parents, files, message, when, tree, OURS).id

    def changes(self, base: str, tip: str) -> list[Change]:
        known = self.store.compared
        if (base, tip) not in known:
            known[base, tip] = self._changes(base, tip)
        return list(known[base, tip])

    def _changes(self, base: str, tip: str) -> list[Change]:
        history = self.store.history
        one, other = history[base], history[tip]
        start = history.fork(one, other)
        found = sorted(differences(start.tree if start else EMPTY, other.tree))
        return [_change(path, before, after) for path, before, after in found]

    def conflicts(self, base: str, tip: str) -> tuple[str, ...]:
        return conflicting(self, base, tip)

    def contains(self, tip: str, commit: str) -> bool:
        return self.store.history[tip].contains(self.store.history[commit])

    def log(self, tip: str, *, since: str = "", first_parent: bool = True) -> list[LogEntry]:
        walk = first_parents if first_parent else by_date
        history = self.store.history
        found = walk(history[tip], history[since].line if since else 0)
        return [
            LogEntry(it.id, tuple(parent.id for parent in it.parents), it.time, it.message, it.author)
            for it in found
        ]


def _check_folders(refs: Refs, updates: Sequence[RefUpdate]) -> None:
    """Raises Refused when a new ref lies below another, or another below it."""
    for update in updates:
        if update.new is None or update.expected is not None:
            continue
        parts = update.ref.split("/")
        above = next((name for n in range(3, len(parts)) if (name := "/".join(parts[:n])) in refs.commits), "")
        if other := above or next(iter(refs.below(f"{update.ref}/")), ""):
            raise Refused(
                f"{update.ref} cannot be made beside {other}", "choose another name, or delete the other"
            )


def _change(path: str, before: bytes | None, after: bytes | None) -> Change:
    if after is None:
        return Change(path, "deleted", GONE)
    return Change(path, "added" if before is None else "modified", MODE)
