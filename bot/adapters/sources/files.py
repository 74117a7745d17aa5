"""`file:` sources: files of the user's repository, and nothing outside of it."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from bot.adapters.sources.archive import Content
from bot.adapters.sources.select import matching, newest
from bot.adapters.sources.state import MB, Caps, Unusable
from bot.adapters.sources.uri import FileUri


def read(uri: FileUri, root: Path, caps: Caps) -> list[tuple[str, Content]]:
    """The files that a URI names, by path in the repository. Raises Unusable for none, or for one outside."""
    try:
        return _read(uri, root, caps)
    except (OSError, RuntimeError) as error:  # a name that is too long, a folder that is closed, a circle of links
        raise Unusable("unreadable", f"{uri.path[:100]}: {getattr(error, 'strerror', None) or error}") from error


def _read(uri: FileUri, root: Path, caps: Caps) -> list[tuple[str, Content]]:
    base, wanted = root.resolve(), PurePosixPath(uri.path).as_posix()
    literal = _literal(wanted)
    place = _inside(base, literal)
    paths = [literal] if literal == wanted and place.is_file() else _below(base, place, wanted)
    if not paths:
        raise Unusable("dead", f"no file {uri.path} in the repository")
    if len(paths) > caps.package_files:
        raise Unusable("unreadable", f"{uri.path} names more than {caps.package_files:,} files")
    files = [(path, _inside(base, path)) for path in paths]
    return list(_contents(files, caps))


def _below(base: Path, place: Path, wanted: str) -> list[str]:
    if not place.is_relative_to(base) or not place.is_dir():
        return []
    files = (file.relative_to(base).as_posix() for file in sorted(place.rglob("*")) if file.is_file())
    every = [path for path in files if not _hidden(path)]
    return newest(every if wanted == "." else matching(every, wanted))


def _contents(files: list[tuple[str, Path]], caps: Caps) -> Iterator[tuple[str, Content]]:
    """All of them together hold no more than one file may."""
    left = caps.file_bytes
    for path, file in files:
        content = _content(file, left, caps)
        left -= len(content) if isinstance(content, bytes) else 0
        yield path, content


def _literal(path: str) -> str:
    """The part of a path before its first wildcard."""
    parts = PurePosixPath(path).parts
    wild = next((n for n, part in enumerate(parts) if set(part) & set("*?")), len(parts))
    return PurePosixPath(*parts[:wild]).as_posix() if parts else "."


def _inside(base: Path, path: str) -> Path:
    """The real file of a path; links are followed and must end inside of the repository."""
    if _hidden(path) or "\0" in path:
        raise Unusable("blocked", f"{path!r} is not a file of the repository's own")
    real = (base / path).resolve()
    if not real.is_relative_to(base) or _hidden(real.relative_to(base).as_posix()):
        raise Unusable("blocked", f"{path} lies outside of the repository")
    return real


def _hidden(path: str) -> bool:
    return ".git" in (part.lower() for part in PurePosixPath(path).parts)


def _content(file: Path, most: int, caps: Caps) -> Content:
    try:
        with file.open("rb") as content:
            data = content.read(most + 1)
    except OSError as error:
        return Unusable("unreadable", error.strerror or str(error))
    if len(data) > most:
        return Unusable("unreadable", f"larger than {caps.file_bytes / MB:g} MB, with the files before it")
    return data
