"""Packages, made on the spot."""

import io
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path


def wheel(folder: Path, files: Mapping[str, str | bytes], name: str = "acme", version: str = "1.0") -> Path:
    """A wheel that pip takes."""
    info = f"{name}-{version}.dist-info"
    about = f"Metadata-Version: 2.4\nName: {name}\nVersion: {version}\nLicense-Expression: MIT\n"
    every = {
        **files,
        f"{info}/METADATA": files.get("METADATA", about),
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": "",
    }
    path = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in every.items():
            if member != "METADATA":
                archive.writestr(member, content)
    return path


def sdist(folder: Path, name: str = "acme", version: str = "1.0") -> Path:
    """A source distribution whose build script would leave a mark."""
    setup = (
        f"open({str(folder / 'executed')!r}, 'w').close()\nfrom setuptools import setup\nsetup(name={name!r})\n"
    )
    path = folder / f"{name}-{version}.tar.gz"
    return tarball(path, {f"{name}-{version}/setup.py": setup, f"{name}-{version}/PKG-INFO": f"Name: {name}\n"})


def tarball(path: Path, files: Mapping[str, str | bytes], links: Mapping[str, str] | None = None) -> Path:
    """A gzipped tar with files, and with symbolic links."""
    with tarfile.open(path, "w:gz") as archive:
        for name, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
        for name, target in (links or {}).items():
            member = tarfile.TarInfo(name)
            member.type, member.linkname = tarfile.SYMTYPE, target
            archive.addfile(member)
    return path
