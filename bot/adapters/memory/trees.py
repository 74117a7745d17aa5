"""Trees of files that share what they have in common, like git's. A tree is never changed once it is made."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

Tree: TypeAlias = "dict[str, Tree | bytes]"
"""The entries of a folder: files as their content, folders as trees, none of them empty."""
Entry: TypeAlias = "Tree | bytes | None"
"""What may be at a path."""
EMPTY: Tree = {}


def written(tree: Tree, files: Mapping[str, bytes | None]) -> Tree:
    """The tree with some files written (None: removed). A file takes the place of a folder, and the other way
    round; removing a folder's name removes all that is in it."""
    made, inner = dict(tree), dict[str, dict[str, bytes | None]]()
    for path, content in files.items():
        name, slash, rest = path.partition("/")
        if slash:
            inner.setdefault(name, {})[rest] = content
        elif content is None:
            made.pop(name, None)
        else:
            made[name] = content
    for name, below in inner.items():
        grown = written(_folder(made.get(name)), below)
        if grown:
            made[name] = grown
        elif isinstance(made.get(name), dict):
            del made[name]
    return made


def at(tree: Tree, path: str) -> Entry:
    """What is at a path."""
    found: Entry = tree
    for name in path.split("/"):
        if not isinstance(found, dict):
            return None
        found = found.get(name)
    return found


def files(tree: Tree, prefixes: Sequence[str] = ()) -> dict[str, bytes]:
    """All files, or those below any of `prefixes`, which are whole names of files or folders; in git's order."""
    if not prefixes:
        return dict(sorted(_walk(tree, "")))
    found: dict[str, bytes] = {}
    for prefix in prefixes:
        path = prefix.rstrip("/")
        entry = at(tree, path)
        if isinstance(entry, dict):
            found.update(_walk(entry, f"{path}/"))
        elif entry is not None:
            found[path] = entry
    return dict(sorted(found.items()))


def differences(old: Tree, new: Tree, folder: str = "") -> Iterator[tuple[str, bytes | None, bytes | None]]:
    """Each path whose file differs, with its old and its new content (None: not there), in no order."""
    for name in old.keys() | new.keys():
        before, after = old.get(name), new.get(name)
        if before is after:
            continue
        if isinstance(before, dict) or isinstance(after, dict):
            yield from differences(_folder(before), _folder(after), f"{folder}{name}/")
        was, now = _file(before), _file(after)
        if was != now:
            yield f"{folder}{name}", was, now


def _folder(entry: Entry) -> Tree:
    return entry if isinstance(entry, dict) else EMPTY


def _file(entry: Entry) -> bytes | None:
    return entry if isinstance(entry, bytes) else None


def _walk(tree: Tree, folder: str) -> Iterator[tuple[str, bytes]]:
    for name, entry in tree.items():
        if isinstance(entry, dict):
            yield from _walk(entry, f"{folder}{name}/")
        else:
            yield f"{folder}{name}", entry
