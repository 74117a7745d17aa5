"""Reading the documents of a source one after the other, within its caps, remembering what was left out."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from bot.adapters.sources.archive import Content
from bot.adapters.sources.convert import convert
from bot.adapters.sources.draft import Draft
from bot.adapters.sources.state import MB, REASON_MAX, Caps, Unusable


@dataclass(frozen=True, slots=True)
class Raw:
    """A document before it is read: its URI, its path or name, its content, what a server said of it."""

    uri: str
    path: str
    content: Content
    mime: str = ""
    encoding: str = ""


@dataclass
class Reading:
    """One pass over the files of a source; what it counts is complete when `documents` is at its end."""

    caps: Caps
    left_out: list[tuple[str, Unusable]] = field(default_factory=list)
    characters: int = 0
    passages: int = 0
    kept: int = 0

    def documents(self, files: Iterable[Raw]) -> Iterator[tuple[str, list[Draft]]]:
        """(document URI, passages) of each; what was read before under another name is left out.

        Raises Unusable at the end when there was nothing that could be read.
        """
        seen: set[bytes] = set()
        for raw in files:
            if _is_known(raw.content, seen):
                continue
            try:
                drafts = _converted(raw, self.caps)
                self._refuse_excess(drafts)
            except Unusable as problem:
                self.left_out.append((raw.path, problem))
                if self._is_full():
                    break
                continue
            if drafts:
                self.kept += 1
                yield raw.uri, drafts
        if not self.kept:
            raise self._nothing()

    def _refuse_excess(self, drafts: list[Draft]) -> None:
        self.passages += len(drafts)
        self.characters += sum(len(draft.text) for draft in drafts)
        if self._is_full():
            most = f"{self.caps.text_characters / MB:g} MB of text or {self.caps.passages:,} passages"
            raise Unusable("unreadable", f"this and what follows, because a source may hold {most}")

    def _is_full(self) -> bool:
        return self.passages > self.caps.passages or self.characters > self.caps.text_characters

    def _nothing(self) -> Unusable:
        match self.left_out:
            case []:
                return Unusable("unreadable", "no text in it")
            case [(_, only)]:
                return only
            case _:
                return Unusable("unreadable", self.reason)

    @property
    def reason(self) -> str:
        """What was left out; empty when everything was read."""
        if not self.left_out:
            return ""
        path, problem = self.left_out[-1] if self._is_full() else self.left_out[0]
        others = f" ({len(self.left_out)} files in all)" if len(self.left_out) > 1 else ""
        return f"left out{others}: {path}: {problem.reason}"[:REASON_MAX]


def _converted(raw: Raw, caps: Caps) -> list[Draft]:
    if isinstance(raw.content, Unusable):
        raise raw.content
    return convert(raw.path, raw.content, caps, mime=raw.mime, encoding=raw.encoding)


def _is_known(content: Content, seen: set[bytes]) -> bool:
    """Whether the same content was met before; remembers it."""
    if isinstance(content, Unusable):
        return False
    mark = hashlib.sha256(content).digest()
    known = mark in seen
    seen.add(mark)
    return known
