"""Reading the documents of a source one after the other, within its caps, remembering what was left out."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from bot.adapters.sources.archive import Content
from bot.adapters.sources.convert import convert
from bot.adapters.sources.draft import Draft
from bot.adapters.sources.state import MB, REASON_MAX, Caps, Unusable


@dataclass
class Reading:
    """One pass over the files of a source; what it counts is complete when `documents` is at its end."""

    caps: Caps
    left_out: list[str] = field(default_factory=list)
    characters: int = 0
    passages: int = 0

    def documents(self, files: Iterable[tuple[str, str, Content]]) -> Iterator[tuple[str, list[Draft]]]:
        """From (document URI, path, content) to (document URI, passages); a second copy of a file is left out.

        Raises Unusable at the end when there was nothing that could be read.
        """
        seen: set[bytes] = set()
        for uri, path, content in files:
            if isinstance(content, bytes) and _is_known(content, seen):
                continue
            try:
                drafts = self._converted(path, content)
            except Unusable as problem:
                self.left_out.append(f"{path}: {problem.reason}")
                continue
            if self._is_full(path, drafts):
                break
            if drafts:
                yield uri, drafts
        if not self.passages:
            raise Unusable("unreadable", self.reason or "no text in it")

    def _converted(self, path: str, content: Content) -> list[Draft]:
        if isinstance(content, Unusable):
            raise content
        return convert(path, content, self.caps)

    def _is_full(self, path: str, drafts: list[Draft]) -> bool:
        self.passages += len(drafts)
        self.characters += sum(len(draft.text) for draft in drafts)
        if self.passages <= self.caps.passages and self.characters <= self.caps.text_characters:
            return False
        most = f"{self.caps.text_characters / MB:g} MB of text, {self.caps.passages:,} passages"
        self.left_out.insert(0, f"{path} and what follows, beyond what a source may hold ({most})")
        return True

    @property
    def reason(self) -> str:
        """What was left out; empty when everything was read."""
        if not self.left_out:
            return ""
        others = len(self.left_out) - 1
        return f"left out: {self.left_out[0]}{f'; and {others} other files' if others else ''}"[:REASON_MAX]


def _is_known(content: bytes, seen: set[bytes]) -> bool:
    """Whether the same content was met before; remembers it."""
    mark = hashlib.sha256(content).digest()
    known = mark in seen
    seen.add(mark)
    return known
