"""Wheels and npm tarballs, read in memory: nothing is unpacked to the disk, followed or executed."""

import gzip
import io
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from stat import S_ISLNK
from typing import IO, Protocol

from bot.adapters.sources.state import MB, Caps, Unusable

Content = bytes | Unusable
"""A file's content, or why it cannot be had."""

_BROKEN = (
    *(zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError),
    *(ValueError, LookupError, struct.error, OverflowError),  # what both modules let through of what is hostile
)


class Archive(Protocol):
    """A downloaded package. Both methods raise Unusable for what is no archive or exceeds a cap."""

    def paths(self) -> list[str]:
        """Of all regular files inside; links, and names that lead out of the package, are left out."""
        ...

    def read(self, wanted: Collection[str]) -> Iterator[tuple[str, Content]]:
        """The wanted files."""
        ...


def opened(file: Path, caps: Caps) -> Archive:
    """A wheel or an npm tarball, by the file's name."""
    return _Wheel(file, caps) if file.suffix == ".whl" else _Tarball(file, caps)


class _Wheel:
    def __init__(self, file: Path, caps: Caps) -> None:
        self._file, self._caps = file, caps

    def paths(self) -> list[str]:
        with _readable(), zipfile.ZipFile(self._file) as wheel:
            members = wheel.infolist()
            _refuse_crowd(len(members), self._caps)
            return [m.filename for m in members if not m.is_dir() and not _is_link(m) and _is_inside(m.filename)]

    def read(self, wanted: Collection[str]) -> Iterator[tuple[str, Content]]:
        with _readable(), zipfile.ZipFile(self._file) as wheel:
            for path in wanted:
                try:
                    with wheel.open(path) as member:
                        content = _capped(member, self._caps)
                except _BROKEN as error:
                    content = Unusable("unreadable", f"broken in the package: {error}")
                yield path, content


class _Tarball:
    """Everything in an npm package lies below one directory, whose name is left out of the paths."""

    def __init__(self, file: Path, caps: Caps) -> None:
        self._file, self._caps = file, caps

    def paths(self) -> list[str]:
        with self._open() as tarball:
            return [path for path, _ in self._members(tarball)]

    def read(self, wanted: Collection[str]) -> Iterator[tuple[str, Content]]:
        names = set(wanted)
        with self._open() as tarball:
            for path, member in self._members(tarball):
                content = tarball.extractfile(member) if path in names else None
                if content:
                    yield path, _capped(content, self._caps)

    @contextmanager
    def _open(self) -> Iterator[tarfile.TarFile]:
        bounded = _Bounded(self._file, self._caps.package_unpacked_bytes)
        with _readable(), bounded, tarfile.open(fileobj=bounded, mode="r|") as tarball:
            yield tarball

    def _members(self, tarball: tarfile.TarFile) -> Iterator[tuple[str, tarfile.TarInfo]]:
        for number, member in enumerate(tarball, 1):
            _refuse_crowd(number, self._caps)
            path = PurePosixPath(*PurePosixPath(member.name).parts[1:]).as_posix()
            if member.isreg() and _is_inside(member.name) and path != ".":
                yield path, member


class _Bounded(io.RawIOBase):
    """The content of a gzip file, refused beyond a number of bytes."""

    def __init__(self, file: Path, cap: int) -> None:
        self._gzip, self._cap, self._left = gzip.GzipFile(file), cap, cap

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        content = self._gzip.read(size)
        self._left -= len(content)
        if self._left < 0:
            raise Unusable("unreadable", f"the package is larger than {self._cap // MB} MB when unpacked")
        return content

    def close(self) -> None:
        self._gzip.close()
        super().close()


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except _BROKEN as error:
        raise Unusable("unreadable", f"the package is broken: {error}") from None


def _capped(content: IO[bytes], caps: Caps) -> Content:
    data = content.read(caps.file_bytes + 1)
    if len(data) > caps.file_bytes:
        return Unusable("unreadable", f"larger than {caps.file_bytes // MB} MB")
    return data


def _refuse_crowd(files: int, caps: Caps) -> None:
    if files > caps.package_files:
        raise Unusable("unreadable", f"the package holds more than {caps.package_files:,} files")


def _is_link(member: zipfile.ZipInfo) -> bool:
    return S_ISLNK(member.external_attr >> 16)


def _is_inside(name: str) -> bool:
    return not name.startswith("/") and "\\" not in name and ".." not in PurePosixPath(name).parts
