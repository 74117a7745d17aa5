"""Which files of a package or a directory are read.

- A glob selects by path: `*` and `?` stay within a directory, `**` crosses them, a directory's name selects what
  is below it.
- Without a glob: documentation, Python modules, TypeScript declarations and API descriptions; tests, vendored
  and minified files, and the asynchronous twins of Python clients are left out.
- Where directories named by a date hold versions of the same API, the newest is read, unless one is named.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import PurePosixPath

from bot.core.source_uris import tells_of_its_package

_LEFT_OUT = re.compile(
    r"(?:^|/)(?:tests?|testing|__tests__|node_modules|_?vendor(?:ed)?|third_party|samples?|__pycache__|aio|asyncio|\.git|\.github)/"
    r"|(?:^|/)(?:test_[^/]*|conftest|async_client|_async_client)\.py$|\.min\.|(?:^|/)[^/]*\.(?:test|spec)\.d\.ts$"
)
_READ = re.compile(
    r"\.(?:py|d\.ts|d\.mts|d\.cts|md|markdown|rst)$"
    r"|(?:^|/)(?:service-\d+|[^/]*(?:openapi|swagger)[^/]*)\.(?:json|ya?ml)(?:\.gz)?$"
    r"|(?:^|/)discovery_cache/documents/[^/]*\.json$",
    re.IGNORECASE,
)
_TWIN = re.compile(r"\.d\.[cm]ts$")  # of a `.d.ts` beside it
_DATED = re.compile(r"v?(\d{4})[-_](\d{2})[-_](\d{2})(?:[-_]?(?:preview|beta|alpha))?", re.IGNORECASE)


def selected(paths: Iterable[str], glob: str) -> list[str]:
    """The paths to read, sorted; what tells about the package is always among them, and first."""
    every = sorted(paths)
    about = [path for path in every if tells_of_its_package(path)]
    chosen = matching(every, glob) if glob else _by_default(every)
    return about + [path for path in newest(chosen) if path not in set(about)]


def _by_default(paths: list[str]) -> list[str]:
    there = set(paths)
    read = (path for path in paths if _READ.search(path) and not _LEFT_OUT.search(path))
    return [path for path in read if _TWIN.sub(".d.ts", path) == path or _TWIN.sub(".d.ts", path) not in there]


def matching(paths: Iterable[str], glob: str) -> list[str]:
    """Those that a glob names, in their order."""
    pattern = _compiled(glob.strip("/"))
    return [path for path in paths if pattern.fullmatch(path)]


@lru_cache(maxsize=256)
def _compiled(glob: str) -> re.Pattern[str]:
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", glob)
    meaning = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return re.compile("".join(meaning.get(part) or re.escape(part) for part in parts) + "(?:/.*)?", re.DOTALL)


def newest(paths: list[str]) -> list[str]:
    """Without the files of older versions of an API, where the versions are directories named by a date."""
    latest: dict[str, str] = {}
    for path in paths:
        for parent, date in _dates(path):
            latest[parent] = max(latest.get(parent, ""), date)
    return [path for path in paths if all(date == latest[parent] for parent, date in _dates(path))]


def _dates(path: str) -> list[tuple[str, str]]:
    folders = PurePosixPath(path).parts[:-1]
    found = ((n, _DATED.fullmatch(folder)) for n, folder in enumerate(folders))
    return [("/".join(folders[:n]), "-".join(match.groups())) for n, match in found if match]
