"""The refs of a repository at one moment, by name."""

from bisect import bisect_left, insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.ports import RefUpdate


@dataclass(frozen=True, slots=True, eq=False)
class Refs:
    """Commits by the names of refs, and the names in order. Never changed: whoever moves refs makes others."""

    commits: Mapping[str, str] = field(default_factory=dict)
    names: Sequence[str] = ()

    def below(self, folder: str) -> dict[str, str]:
        """The refs in a folder, in order; `folder` ends in a slash."""
        first = bisect_left(self.names, folder)
        last = bisect_left(self.names, f"{folder[:-1]}0", first)  # "0" comes right after "/"
        commits = self.commits
        return {name: commits[name] for name in self.names[first:last]}

    def moved(self, updates: Sequence[RefUpdate]) -> "Refs":
        """These with some moved, made or deleted, whatever was expected of them."""
        commits, names = dict(self.commits), list(self.names)
        for update in updates:
            if update.new is None:
                if commits.pop(update.ref, None):
                    del names[bisect_left(names, update.ref)]
                continue
            if update.ref not in commits:
                insort(names, update.ref)
            commits[update.ref] = update.new
        return Refs(commits, names)
