"""All sources of a mission: each fetched once, however many agents, threads and processes ask for it.

In the cache lie packages as they were downloaded (`packages/`) and the passages of every source (`indexes/`). The
name of an index is a hash over everything that its content depends on: the source, the package's pin or the bytes
that were read, the caps, the version of the converters. So an index is never stale, and never updated.
"""

import hashlib
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from threading import Lock

from filelock import FileLock

from bot.adapters.sources import archive, files, packages, select
from bot.adapters.sources.archive import Content
from bot.adapters.sources.convert import VERSION
from bot.adapters.sources.index import Index, build, cannot_write
from bot.adapters.sources.opened import Opened, readable, unopened
from bot.adapters.sources.reading import Raw, Reading
from bot.adapters.sources.state import Caps, Unusable
from bot.adapters.sources.uri import FileUri, PackageUri, WebUri, parse, scheme
from bot.adapters.sources.web import Page, Web
from bot.core.evidence import Evidence
from bot.core.findings import Method
from bot.ports import Clock


class Library:
    """Fulfils `SourceLibrary`. Safe to use from many threads, and from many processes on one cache.

    `root` is the directory that `file:` sources are below; `only` the schemes that may be read, None for all.
    """

    def __init__(
        self,
        cache: Path,
        root: Path,
        clock: Clock,
        only: frozenset[str] | None = None,
        *,
        caps: Caps | None = None,
        web: Web | None = None,
    ) -> None:
        self._cache, self._root, self._clock, self._only = cache.absolute(), root, clock, only
        self._caps = caps or Caps()
        self._web = web or Web(self._caps)
        self._locks: defaultdict[str, Lock] = defaultdict(Lock)
        self._guard = Lock()
        self._sources: dict[str, Opened] = {}
        self._documents: dict[str, Opened] = {}

    def open(self, uri: str, within: Callable[[str], bool] | None = None) -> Opened:
        """The source; one that cannot be read says why. A `file:` source is read anew every time.

        `within`: which URLs a page may lead to; another one is not asked for.
        """
        return self._once(uri, self._sources, whole=True, within=within)

    def evidence(self, source: str, locator: str, method: Method) -> Evidence:
        """What a source says today: of a document at a locator (quoted), or how much lies below it (counted)."""
        return self._counted(source, locator) if method == "counted" else self._quoted(source, locator)

    def _counted(self, uri: str, locator: str) -> Evidence:
        source = self.open(uri)
        first = next(iter(source.passages("operation", below=locator)), None)
        return Evidence(
            state=source.searched.state,
            reason=source.searched.reason,
            sha256=source.sha256,
            text=first.text if first else "",
            document_text=lambda: "\n\n".join(p.text for p in source.passages("operation", below=locator)),
            count=source.count("operation", below=locator),
        )

    def _quoted(self, document: str, locator: str) -> Evidence:
        source = self._owner(document) or self._once(document, self._documents, whole=False)
        index = source.index
        sha256 = index.document_sha256(document) if index else None
        if index is None or sha256 is None:
            state = source.searched.state if index is None else "dead"
            return Evidence(state=state, reason=source.searched.reason or f"{document} is not there any more")
        return Evidence(
            state="readable",
            sha256=sha256,
            text=index.text_at(document, locator),
            document_text=lambda: index.document_text(document),
        )

    def _owner(self, document: str) -> Opened | None:
        """The source, opened before, that a document belongs to; files are always read anew."""
        if scheme(document) == "file":
            return None
        package = document.partition("#")[0]
        for uri, source in list(self._sources.items()):
            candidate = scheme(uri) == "https" or uri.partition("#")[0] == package
            if candidate and source.index and source.index.document_sha256(document):
                return source
        return None

    def _once(
        self,
        uri: str,
        known: dict[str, Opened],
        *,
        whole: bool,
        within: Callable[[str], bool] | None = None,
    ) -> Opened:
        if uri in known:
            return known[uri]
        with self._guard:
            lock = self._locks[uri]
        with lock:
            if uri not in known:
                source = self._opened(uri, whole=whole, within=within)
                if scheme(uri) == "file" or (
                    within and source.searched.state == "blocked"
                ):  # for others it may not be
                    return source
                known[uri] = source
            return known[uri]

    def _opened(self, uri: str, *, whole: bool, within: Callable[[str], bool] | None) -> Opened:
        try:
            if self._only is not None and scheme(uri) not in self._only:
                raise Unusable("skipped", f"this run does not read {scheme(uri)}: sources")
            match parse(uri):
                case PackageUri() as package:
                    return self._package(uri, package, whole=whole)
                case FileUri() as file:
                    return self._file(uri, file)
                case WebUri(url):
                    return self._page(uri, self._web.fetch(url, within))
        except Unusable as problem:
            return unopened(uri, problem, self._clock.now())
        except OSError as error:  # what a source can do wrong is a state; what is left is the cache
            raise cannot_write(self._cache, error) from error

    def _package(self, uri: str, package: PackageUri, *, whole: bool) -> Opened:
        def read() -> Iterable[Raw]:
            with self._across_processes(package.package):
                file = packages.fetch(package, self._cache / "packages", self._caps)
            opened = archive.opened(file, self._caps)
            paths = opened.paths()
            named = [package.glob] if package.glob in paths else select.matching(paths, package.glob)
            if not named and package.glob:
                raise Unusable("dead", f"no file {package.glob} in {package.package}")
            wanted = select.selected(paths, package.glob) if whole else named
            return (Raw(package.document(path), path, content) for path, content in opened.read(wanted))

        return self._indexed(uri, self._key(uri, str(whole)), read)

    def _file(self, uri: str, file: FileUri) -> Opened:
        contents = files.read(file, self._root, self._caps)
        marks = [f"{path} {_mark(content)}" for path, content in contents]
        raws = [Raw(f"file:{path}", path, content) for path, content in contents]
        return self._indexed(uri, self._key(uri, *marks), lambda: raws)

    def _page(self, uri: str, page: Page) -> Opened:
        key = self._key(uri, page.url, page.mime, page.encoding, _mark(page.content))
        return self._indexed(uri, key, lambda: [Raw(page.url, page.name, page.content, page.mime, page.encoding)])

    def _indexed(self, uri: str, key: str, read: Callable[[], Iterable[Raw]]) -> Opened:
        """The index of that key, built unless it is there; one that is broken is built again."""
        file = self._cache / "indexes" / f"{key}.sqlite"
        with self._across_processes(key):
            if file.exists():
                try:
                    return readable(uri, Index(file))
                except (sqlite3.DatabaseError, KeyError):
                    file.unlink()
            reading = Reading(self._caps)
            retrieved = self._clock.now()
            documents = reading.documents(read())
            build(file, documents, lambda: {"reason": reading.reason, "retrieved": retrieved.isoformat()})
        return readable(uri, Index(file))

    def _key(self, *parts: str) -> str:
        return hashlib.sha256("\n".join((str(VERSION), repr(self._caps), *parts)).encode()).hexdigest()

    def _across_processes(self, name: str) -> FileLock:
        folder = self._cache / "locks"
        folder.mkdir(parents=True, exist_ok=True)
        return FileLock(folder / f"{hashlib.sha256(name.encode()).hexdigest()}.lock")


def _mark(content: Content) -> str:
    return hashlib.sha256(content).hexdigest() if isinstance(content, bytes) else content.reason
