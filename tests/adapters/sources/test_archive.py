"""Packages that are broken in ways that the standard library answers with errors of all kinds (A20)."""

import gzip
import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from bot.adapters.sources.archive import opened
from bot.adapters.sources.state import Caps, Unusable


def wheel(name: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(name, "x")
    return content.getvalue()


def tarball(**headers: str) -> bytes:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w", format=tarfile.PAX_FORMAT) as archive:
        member = tarfile.TarInfo("package/a.md")
        member.size, member.pax_headers = 1, headers
        archive.addfile(member, io.BytesIO(b"x"))
    return gzip.compress(content.getvalue())


BROKEN = {
    "a name that is no UTF-8": ("a.whl", wheel("\u00e9.py").replace("\u00e9".encode(), b"\xff\xff")),
    "a member without a name": ("a.whl", wheel("a").replace(b"a", b"\0")),
    "a map that is no map": ("a.tgz", tarball(**{"GNU.sparse.map": "a"})),
    "a map without an end": ("a.tgz", tarball(**{"GNU.sparse.major": "1", "GNU.sparse.minor": "0"})),
    "a size that is no number": ("a.tgz", tarball(**{"GNU.sparse.size": "z"})),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a20_a_package_that_is_broken_on_purpose_is_unreadable(tmp_path: Path, what: str) -> None:
    name, data = BROKEN[what]
    file = tmp_path / name
    file.write_bytes(data)
    with pytest.raises(Unusable, match="the package is broken"):
        list(opened(file, Caps()).read(opened(file, Caps()).paths()))
