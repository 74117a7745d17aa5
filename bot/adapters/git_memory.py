"""What git has said of commits and files that were named by their ids: it stays true, so it is asked once.

A process costs some milliseconds, and a job asks the same of the same commits many times.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
OF_ID = re.compile(rf"{ID.pattern}(?::.*)?", re.DOTALL)
MOST = 500
"""Answers of each kind, after which all are forgotten."""
LONGEST = 64 * 1024
"""Bytes of a file, and characters of another answer, up to which it is kept."""


Key = TypeVar("Key")
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Memory:
    """Belongs to one repository, whose objects are never removed."""

    _parents: dict[str, frozenset[str]] = field(default_factory=dict)
    _files: dict[str, bytes] = field(default_factory=dict)
    _texts: dict[tuple[str, ...], str] = field(default_factory=dict)

    def made(self, commit: str, parents: Sequence[str]) -> None:
        """A commit was made here."""
        self._parents[commit] = frozenset(parents)

    def follows(self, commit: str, parent: str) -> bool:
        """Whether a commit is known to come right after another; False when it is not known."""
        return parent in self._parents.get(commit, ())

    def text(self, args: tuple[str, ...], ask: Callable[[], str]) -> str:
        """What a command prints, which is run only when this is not known, or names anything but ids."""
        if not all(ID.fullmatch(word) for word in args[1:] if not word.startswith("-")):
            return ask()
        known = self._texts.get(args)
        if known is None:
            known = ask()
            if len(known) <= LONGEST:
                _keep(self._texts, args, known)
        return known

    def files(self, names: Sequence[str], ask: Callable[[Sequence[str]], Mapping[str, bytes]]) -> dict[str, bytes]:
        """The contents of those files that there are, named as `<id of the blob>` or `<id of a commit>:<path>`."""
        known = {name: kept for name in names if (kept := self._files.get(name)) is not None}
        unknown = [name for name in names if name not in known]
        found = ask(unknown) if unknown else {}
        for name, content in found.items():
            if OF_ID.fullmatch(name) and len(content) <= LONGEST:
                _keep(self._files, name, content)
        return known | dict(found)


def _keep(known: dict[Key, Value], key: Key, value: Value) -> None:
    if len(known) >= MOST:
        known.clear()
    known[key] = value
