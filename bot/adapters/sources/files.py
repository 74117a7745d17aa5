"""`file:` sources: files of the user's repository, and nothing outside of it."""

from pathlib import Path, PurePosixPath

from bot.adapters.sources.archive import Content
from bot.adapters.sources.select import matching, newest
from bot.adapters.sources.state import MB, Caps, Unusable
from bot.adapters.sources.uri import FileUri


def read(uri: FileUri, root: Path, caps: Caps) -> list[tuple[str, Content]]:
    """The files that a URI names, by path in the repository. Raises Unusable for none, or for one outside."""
    base = root.resolve()
    literal = _literal(uri.path)
    _inside(base, literal)
    place = base / literal
    if literal == uri.path and place.is_file():
        paths = [literal]
    else:
        folder = place if place.is_dir() else place.parent
        below = [file.relative_to(base).as_posix() for file in sorted(folder.rglob("*")) if file.is_file()]
        paths = newest([path for path in matching(below, uri.path) if not _hidden(path)])
    if not paths:
        raise Unusable("dead", f"no file {uri.path} in the repository")
    if len(paths) > caps.package_files:
        raise Unusable("unreadable", f"{uri.path} names more than {caps.package_files:,} files")
    return [(path, _content(_inside(base, path), caps)) for path in paths]


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


def _content(file: Path, caps: Caps) -> Content:
    if not file.is_file():
        return Unusable("unreadable", "not a regular file")
    try:
        with file.open("rb") as content:
            data = content.read(caps.file_bytes + 1)
    except OSError as error:
        return Unusable("unreadable", error.strerror or str(error))
    if len(data) > caps.file_bytes:
        return Unusable("unreadable", f"larger than {caps.file_bytes // MB} MB")
    return data
