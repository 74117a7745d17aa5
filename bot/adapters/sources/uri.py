"""The URIs of sources: what they mean, and the canonical URIs of the documents inside."""

import re
from dataclasses import dataclass
from typing import Literal

from bot.adapters.sources.state import Unusable

Registry = Literal["pypi", "npm"]

_NAMES = {
    "pypi": re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?"),
    "npm": re.compile(r"(?:@[a-z0-9~-][a-z0-9._~-]{0,98}/)?[a-z0-9~][a-z0-9._~-]{0,98}", re.IGNORECASE),
}
_VERSION = re.compile(r"[0-9][A-Za-z0-9.!+_-]{0,80}")
_PIN = {"pypi": "==", "npm": "@"}


@dataclass(frozen=True, slots=True)
class PackageUri:
    """`pypi:NAME==VERSION#glob` or `npm:NAME@VERSION#glob`; an empty glob means the default selection."""

    registry: Registry
    name: str
    version: str
    glob: str = ""

    @property
    def package(self) -> str:
        return f"{self.registry}:{self.name}{_PIN[self.registry]}{self.version}"

    def document(self, path: str) -> str:
        """The canonical URI of one file of the package."""
        return f"{self.package}#{path}"


@dataclass(frozen=True, slots=True)
class FileUri:
    """`file:PATH`, relative to the repository: a file, a directory or a glob."""

    path: str


@dataclass(frozen=True, slots=True)
class WebUri:
    """`https://...`, without its fragment."""

    url: str


Uri = PackageUri | FileUri | WebUri


def scheme(uri: str) -> str:
    """What stands before the first colon, in lower case."""
    return uri.partition(":")[0].lower()


def parse(uri: str) -> Uri:
    """Raises Unusable for a URI that is of no known kind, or names a package without its version."""
    kind, _, rest = uri.partition(":")
    match kind.lower():
        case "https":
            return WebUri(url=uri.partition("#")[0])
        case "file":
            return FileUri(path=rest)
        case "pypi":
            return _package("pypi", rest)
        case "npm":
            return _package("npm", rest)
        case _:
            raise Unusable("blocked", f"{kind}: is not read; use https:, file:, pypi: or npm:")


def _package(registry: Registry, rest: str) -> PackageUri:
    pinned, _, glob = rest.partition("#")
    pin = _PIN[registry]
    scope = "@" if pinned.startswith("@") else ""  # also the character that stands before npm's versions
    name, _, version = pinned.removeprefix(scope).partition(pin)
    name = scope + name
    if not version:
        raise Unusable("unreadable", f"{registry}:{pinned} is not pinned; write {registry}:{name}{pin}VERSION")
    if not _NAMES[registry].fullmatch(name):
        raise Unusable("unreadable", f"{name!r} is not a name of a package")
    if not _VERSION.fullmatch(version):
        raise Unusable("unreadable", f"{version!r} is not a version; name one exactly, such as {name}{pin}1.2.3")
    return PackageUri(registry, name, version, glob)
