"""Trees of files: the content by path. A tree is never changed once it is made; commits share the contents."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

Tree: TypeAlias = "Mapping[str, bytes]"
EMPTY: Tree = {}


def written(tree: Tree, files: Mapping[str, bytes | None]) -> tuple[Tree, set[str]]:
    """The tree with some files written (None: removed), and the paths that may say something else in it.

    A file takes the place of a folder, and the other way round; removing a folder's name removes all that is in
    it. What is deeper comes later.
    """
    made, touched = dict(tree), set(files)
    listed = "\n".join(["", *tree])
    for path, content in sorted(files.items(), key=_depth):
        if path not in made and f"\n{path}/" in listed:
            below = [other for other in made if other.startswith(f"{path}/")]
            touched.update(below)
            for other in below:
                del made[other]
        if content is None:
            made.pop(path, None)
            continue
        if path not in made:
            for above in _folders(path):
                if made.pop(above, None) is not None:
                    touched.add(above)
        made[path] = content
    return made, touched


def files(tree: Tree, prefixes: Sequence[str] = ()) -> dict[str, bytes]:
    """All files, or those below any of `prefixes`, which are whole names of files or folders; in git's order."""
    if not prefixes:
        return dict(sorted(tree.items()))
    names = {prefix.rstrip("/") for prefix in prefixes}
    folders = tuple(f"{name}/" for name in names)
    return dict(sorted((path, it) for path, it in tree.items() if path.startswith(folders) or path in names))


def differences(old: Tree, new: Tree) -> Iterator[tuple[str, bytes | None, bytes | None]]:
    """Each path whose file differs, with its old and its new content (None: not there), in no order."""
    for path, after in new.items():
        before = old.get(path)
        if before is not after and before != after:
            yield path, before, after
    for path in old.keys() - new.keys():
        yield path, old[path], None


def differences_at(old: Tree, new: Tree, paths: Iterable[str]) -> Iterator[tuple[str, bytes | None, bytes | None]]:
    """The same where it is known that no other paths differ."""
    for path in paths:
        before, after = old.get(path), new.get(path)
        if before != after:
            yield path, before, after


def _depth(file: tuple[str, bytes | None]) -> int:
    return file[0].count("/")


def _folders(path: str) -> Iterator[str]:
    while path := path.rpartition("/")[0]:
        yield path
