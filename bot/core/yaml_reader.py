"""YAML as plain values, with the place of every value; bounded, and without what YAML has beyond data.

The text is read as a stream of events, so that nothing is built before it is known to be small, flat and plain:
no anchors, aliases, merge keys, tags, second documents, duplicate keys, or keys that are no text.
"""

from dataclasses import dataclass
from itertools import islice
from typing import Any

import yaml

from bot.core.characters import invisible
from bot.core.yaml_scalars import is_not_finite, plain
from bot.core.yaml_tree import Path, Place, Tree
from bot.errors import Problem

MAX_BYTES = 1_000_000
MAX_DEPTH = 20
MAX_VALUES = 100_000
MAX_UNSEEN = 100
# libyaml's, where PyYAML was built with it: 10 times faster
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Stop(Exception):
    """The rest of the document is not worth reading."""


@dataclass(slots=True)
class _Frame:
    """A collection that is being read; `key` is the key whose value comes next (mappings only)."""

    path: Path
    items: dict[str, object] | list[object]
    key: str | None = None

    def next_path(self) -> Path:
        return (*self.path, len(self.items) if self.key is None else self.key)

    @property
    def wants_key(self) -> bool:
        return isinstance(self.items, dict) and self.key is None


def read(content: bytes, file: str) -> Tree:
    """The document as far as it can be read; whatever is wrong stands in its `problems`. Raises nothing."""
    tree = Tree()
    if len(content) > MAX_BYTES:
        what = "the file is larger than 1 MB"
        tree.problems.append(Problem(file, 1, 1, what, "split it into several missions"))
        return tree
    text = _decoded(content, file, tree)
    if text is not None and not _unseen(text, file, tree):
        _Reader(file, tree).read(text)
    return tree


def _decoded(content: bytes, file: str, tree: Tree) -> str | None:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        place = _place_in(content[: error.start].decode("utf-8", "replace"))
        what = f"byte 0x{error.object[error.start]:02x} is not UTF-8"
        tree.problems.append(Problem(file, place.line, place.column, what, "save the file as UTF-8"))
        return None


def _unseen(text: str, file: str, tree: Tree) -> bool:
    """Characters that a reviewer cannot see are refused wherever they stand, also in comments."""
    for offset, name in islice(invisible(text), MAX_UNSEEN):
        place = _place_in(text[:offset])
        what = f"an invisible or control character ({name})"
        tree.problems.append(Problem(file, place.line, place.column, what, "remove it"))
    return bool(tree.problems)


def _place_in(before: str) -> Place:
    return Place(before.count("\n") + 1, len(before) - before.rfind("\n"))


class _Reader:
    """Builds the tree from the events of a YAML parser; keeps its own stack, so that depth cannot overflow."""

    def __init__(self, file: str, tree: Tree) -> None:
        self.file = file
        self.tree = tree
        self.stack: list[_Frame] = []
        self.documents = 0

    def read(self, text: str) -> None:
        try:
            for event in yaml.parse(text, Loader=_LOADER):
                self._take(event)
        except _Stop:
            pass
        except yaml.YAMLError as error:
            self._syntax(error)

    def _syntax(self, error: yaml.YAMLError) -> None:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        place = Place(mark.line + 1, mark.column + 1) if mark else Place()
        what = getattr(error, "problem", None) or getattr(error, "context", None) or "it cannot be parsed"
        self.tree.spoilt.add(())
        self._problem(place, f"not YAML: {what}", "look at the indentation, colons and quotes around here")

    def _take(self, event: yaml.Event) -> None:
        match event:
            case yaml.ScalarEvent():
                self._scalar(event)
            case yaml.MappingStartEvent():
                self._open(event, {})
            case yaml.SequenceStartEvent():
                self._open(event, [])
            case yaml.CollectionEndEvent():
                self._close()
            case yaml.AliasEvent():
                self._alias(event)
            case yaml.DocumentStartEvent():
                self._document(event)
            case _:
                pass

    def _document(self, event: yaml.DocumentStartEvent) -> None:
        self.documents += 1
        if self.documents > 1:
            self._problem(_at(event), "a second document starts here", "keep one in a file; remove `---`")
            raise _Stop

    def _alias(self, event: yaml.AliasEvent) -> None:
        self._problem(_at(event), f"`*{event.anchor}` is an alias", "aliases are not read; write the value out")
        if self.stack and self.stack[-1].wants_key:
            raise _Stop
        self._place(event, spoilt=True)
        self._add(None)

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        if self.stack and self.stack[-1].wants_key:
            self._key(event)
            return
        path = self._place(event, spoilt=self._tagged(event))
        value: object = event.value
        if event.implicit[0] and is_not_finite(event.value):
            self._problem(_at(event), f"{event.value} is not a number that can be used", "write a finite number")
            self.tree.spoilt.add(path)
        elif event.implicit[0]:
            value = plain(event.value)
        self._seen(event, path)
        self._add(value)

    def _seen(self, event: yaml.ScalarEvent, path: Path) -> None:
        """Escapes such as `\\u202e` bring in what the text itself does not show."""
        for _, name in invisible(event.value):
            self._problem(_at(event), f"an invisible or control character ({name})", "remove it")
            self.tree.spoilt.add(path)

    def _key(self, event: yaml.ScalarEvent) -> None:
        frame = self.stack[-1]
        assert isinstance(frame.items, dict)
        self._tagged(event)
        if event.implicit[0] and (event.value == "<<" or not isinstance(plain(event.value), str)):
            what = f"the key `{event.value}` is not text"
            todo = "merge keys are not read; write the keys out" if event.value == "<<" else "put it in quotes"
            self._problem(_at(event), what, todo)
        frame.key = event.value
        path = frame.next_path()
        if frame.key in frame.items:
            first = self.tree.keys[path]
            what = f"the key `{frame.key}` stands here for the second time (first in line {first.line})"
            self._problem(_at(event), what, "remove one")
        else:
            self.tree.keys[path] = _at(event)
            frame.items[frame.key] = None
        self._seen(event, path)

    def _open(self, event: yaml.CollectionStartEvent, items: dict[str, object] | list[object]) -> None:
        if self.stack and self.stack[-1].wants_key:
            self._problem(_at(event), "a key is a collection", "a key is text; put templates' braces in quotes")
            self.tree.spoilt.add(())
            raise _Stop
        if len(self.stack) >= MAX_DEPTH:
            self._problem(_at(event), f"nested more than {MAX_DEPTH} levels deep", "a mission needs 7")
            self.tree.spoilt.add(())
            raise _Stop
        path = self._place(event, spoilt=self._tagged(event))
        self.stack.append(_Frame(path, items))

    def _close(self) -> None:
        items = self.stack.pop().items
        self._add(tuple(items) if isinstance(items, list) else items)

    def _add(self, value: object) -> None:
        if not self.stack:
            self.tree.value = value
            return
        frame = self.stack[-1]
        if isinstance(frame.items, list):
            frame.items.append(value)
        else:
            assert frame.key is not None
            frame.items[frame.key] = value
            frame.key = None

    def _place(self, event: yaml.Event, *, spoilt: bool) -> Path:
        path = self.stack[-1].next_path() if self.stack else ()
        if len(self.tree.values) >= MAX_VALUES:
            self._problem(_at(event), f"more than {MAX_VALUES:,} values", "split the file into several missions")
            self.tree.spoilt.add(())
            raise _Stop
        self.tree.values[path] = _at(event)
        if spoilt:
            self.tree.spoilt.add(path)
        return path

    def _tagged(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> bool:
        tag = event.tag
        if tag is None or tag == "!":
            return False
        self._problem(_at(event), f"the tag `{tag}` is not read", "the file is plain data; remove the tag")
        return True

    def _problem(self, place: Place, what: str, todo: str) -> None:
        self.tree.problems.append(Problem(self.file, place.line, place.column, what, todo))


def _at(event: yaml.Event) -> Place:
    mark = event.start_mark
    assert mark is not None
    return Place(mark.line + 1, mark.column + 1)
