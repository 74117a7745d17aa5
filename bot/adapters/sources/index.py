"""The passages of one source on the disk, with a full-text index (SQLite FTS5).

An index is built in a file of its own and renamed when it is complete: whoever sees it, sees all of it. It never
changes after that, so every reading opens its own short connection, and threads share nothing.
"""

import hashlib
import re
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bot.adapters.sources.draft import Draft
from bot.core.evidence import Passage, PassageKind
from bot.errors import MachineError

_SCHEMA = """
CREATE TABLE facts (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE documents (id INTEGER PRIMARY KEY, uri TEXT NOT NULL UNIQUE, sha256 TEXT NOT NULL);
CREATE TABLE passages (id INTEGER PRIMARY KEY, document INTEGER NOT NULL, locator TEXT NOT NULL,
                       kind TEXT NOT NULL, text TEXT NOT NULL, UNIQUE (document, locator));
CREATE INDEX kinds ON passages (kind, id);
CREATE VIRTUAL TABLE words USING fts5(text, place, content='', tokenize='porter unicode61');
"""
_PASSAGE = (
    "SELECT d.uri, p.locator, p.kind, p.text, d.sha256 FROM passages p JOIN documents d ON d.id = p.document"
)
_BELOW = "p.kind = ? AND substr(p.locator, 1, ?) = ?"
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_CAMEL_WORD = re.compile(r"\w*[a-z0-9][A-Z]\w*")
_WORD = re.compile(r"\w+")
_PAGE = 1_000  # passages read at a time


@dataclass(frozen=True, slots=True)
class Index:
    """One source as it was read. Methods raise sqlite3.DatabaseError for a file that is no complete index."""

    file: Path

    def facts(self) -> dict[str, str]:
        """What `build` was told about the source, and `sha256`, `documents`, `passages`."""
        with closing(self._connect()) as db:
            return dict(db.execute("SELECT key, value FROM facts").fetchall())

    def search(self, query: str, kinds: Sequence[PassageKind], limit: int) -> list[Passage]:
        """Best first. A query that is no FTS5 syntax is taken as plain words."""
        with closing(self._connect()) as db:
            try:
                return _matches(db, query, kinds, limit)
            except sqlite3.OperationalError:
                words = " OR ".join(f'"{word}"' for word in _WORD.findall(query))
                return _matches(db, words, kinds, limit) if words else []

    def passages(self, kind: PassageKind, below: str) -> Iterator[Passage]:
        """In document order, some at a time."""
        last = 0
        while True:
            with closing(self._connect()) as db:
                sql = f"SELECT p.id FROM passages p WHERE {_BELOW} AND p.id > ? ORDER BY p.id LIMIT {_PAGE}"  # noqa: S608
                ids = [row[0] for row in db.execute(sql, (kind, len(below), below, last))]
                if not ids:
                    return
                sql = f"{_PASSAGE} WHERE {_BELOW} AND p.id BETWEEN ? AND ? ORDER BY p.id"
                rows = db.execute(sql, (kind, len(below), below, ids[0], ids[-1])).fetchall()
            yield from (Passage(*row) for row in rows)
            last = ids[-1]

    def count(self, kind: PassageKind, below: str) -> int:
        with closing(self._connect()) as db:
            sql = f"SELECT count(*) FROM passages p WHERE {_BELOW}"  # noqa: S608
            return int(db.execute(sql, (kind, len(below), below)).fetchone()[0])

    def document_sha256(self, document: str) -> str | None:
        """None when there is no such document in the source."""
        with closing(self._connect()) as db:
            row = db.execute("SELECT sha256 FROM documents WHERE uri = ?", (document,)).fetchone()
        return str(row[0]) if row else None

    def text_at(self, document: str, locator: str) -> str:
        """The text at a place; empty when there is no such place."""
        with closing(self._connect()) as db:
            row = db.execute(f"{_PASSAGE} WHERE d.uri = ? AND p.locator = ?", (document, locator)).fetchone()
        return str(row[3]) if row else ""

    def document_text(self, document: str) -> str:
        """All texts of a document, in its order: what its sha256 is taken over."""
        with closing(self._connect()) as db:
            rows = db.execute(f"{_PASSAGE} WHERE d.uri = ? ORDER BY p.id", (document,)).fetchall()
        return _joined(row[3] for row in rows)

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(f"{self.file.as_uri()}?mode=ro&immutable=1", uri=True)


Documents = Iterable[tuple[str, Sequence[Draft]]]


def build(file: Path, documents: Documents, facts: Callable[[], dict[str, str]]) -> Index:
    """Writes the index of (document URI, drafts) pairs to `file`, whole or not at all.

    `facts` is asked when the documents are at their end, so that it can tell how reading them went.
    Raises MachineError when the disk does not take it.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="index-", dir=file.parent) as scratch:
            built = Path(scratch) / file.name
            with closing(sqlite3.connect(built, isolation_level=None)) as db:
                _fill(db, documents, facts)
            built.replace(file)
    except (OSError, sqlite3.OperationalError) as error:
        raise cannot_write(file.parent, error) from error
    return Index(file)


def cannot_write(folder: Path, error: Exception) -> MachineError:
    """The error of a cache that does not take what was read."""
    return MachineError(
        f"cannot write the cache of sources at {folder}: {error}",
        "make room there, or name another folder with --cache; then run again",
    )


def _fill(db: sqlite3.Connection, documents: Documents, facts: Callable[[], dict[str, str]]) -> None:
    db.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN;" + _SCHEMA)
    passages = 0
    hashes: dict[str, str] = {}
    for number, (uri, drafts) in enumerate(documents, 1):
        hashes[uri] = sha256(_joined(draft.text for draft in drafts))
        db.execute("INSERT INTO documents VALUES (?, ?, ?)", (number, uri, hashes[uri]))
        first = passages + 1
        rows = ((row, number, d.locator, d.kind, d.text) for row, d in enumerate(drafts, first))
        db.executemany("INSERT INTO passages VALUES (?, ?, ?, ?, ?)", rows)
        words = ((row, _searchable(d), _split(d.locator)) for row, d in enumerate(drafts, first))
        db.executemany("INSERT INTO words (rowid, text, place) VALUES (?, ?, ?)", words)
        passages += len(drafts)
    whole = sha256("\n".join(f"{uri} {hashes[uri]}" for uri in sorted(hashes)))
    counted = {"sha256": whole, "documents": str(len(hashes)), "passages": str(passages)}
    db.executemany("INSERT INTO facts VALUES (?, ?)", (facts() | counted).items())
    db.execute("COMMIT")


def _matches(db: sqlite3.Connection, query: str, kinds: Sequence[PassageKind], limit: int) -> list[Passage]:
    wanted = f"AND p.kind IN ({', '.join('?' * len(kinds))})" if kinds else ""
    found = f"{_PASSAGE} JOIN words w ON w.rowid = p.id WHERE words MATCH ? {wanted} ORDER BY w.rank, p.id LIMIT ?"
    return [Passage(*row) for row in db.execute(found, (query, *kinds, limit))]


def _searchable(draft: Draft) -> str:
    """A name is found by its words too: `signatureVersion` by `signature version`."""
    names = _split(" ".join(_CAMEL_WORD.findall(draft.text)))
    return f"{draft.text} {names}" if names else draft.text


def _split(text: str) -> str:
    return _CAMEL.sub(" ", text).replace("_", " ")


def _joined(texts: Iterable[str]) -> str:
    return "\n\n".join(texts)


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
