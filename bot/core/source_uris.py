"""Whether a document is one of those that a mission's source names."""

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase
from urllib.parse import SplitResult, unquote, urlsplit

_WILD = re.compile(r"[*?\[]")
_ABOUT = re.compile(r"[^/]+\.dist-info/METADATA|package\.json|README(?:\.(?:md|markdown|rst|txt))?", re.IGNORECASE)


def belongs(document: str, source: str, allow_domains: Iterable[str] = ()) -> bool:
    """Whether the document at a URI is a part of a source.

    A package's file: the same name and version, and the path matches the source's, or it tells of the package
    as a whole. A file: the path matches. A
    page: on the same host at or below the folder of the source's page, or on an allowed domain.
    Any text can be given for a document; what is no URI belongs to nothing.
    """
    if document == source:
        return True
    scheme, _, rest = source.partition(":")
    if not document.startswith(f"{scheme}:") or not document.isprintable() or " " in document:
        return False
    wanted = document.partition(":")[2]
    match scheme:
        case "https":
            return _page(document, source, tuple(allow_domains))
        case "file":
            return _within(wanted, rest)
        case "pypi" | "npm":
            package, _, path = wanted.partition("#")
            owner, _, pattern = rest.partition("#")
            chosen = tells_of_its_package(path) or _within(path, pattern or "*")
            return chosen and _pinned(scheme, package) == _pinned(scheme, owner)
        case _:
            return False


def tells_of_its_package(path: str) -> bool:
    """Whether a file says what a package is, its version and its licence: read whatever a source's glob names."""
    return _ABOUT.fullmatch(path) is not None


def package_name(uri: str) -> str:
    """The name in the URI of a package or of one of its files, as it is written there; '' for any other source."""
    scheme, _, rest = uri.partition(":")
    if scheme not in ("pypi", "npm"):
        return ""
    return rest.partition("#")[0].rpartition("==" if scheme == "pypi" else "@")[0]


def _pinned(scheme: str, package: str) -> tuple[str, str]:
    """Name and version; the names of Python packages are compared as the registry does."""
    name, _, version = package.rpartition("==" if scheme == "pypi" else "@")
    return (re.sub(r"[-_.]+", "-", name).lower() if scheme == "pypi" else name), version


def _within(path: str, pattern: str) -> bool:
    """Whether a relative path matches a pattern, or lies below a folder that does."""
    if not path or path.startswith("/") or "\\" in path or ".." in path.split("/"):
        return False
    if not _WILD.search(pattern):
        return path == pattern or path.startswith(pattern.rstrip("/") + "/")
    # Here `*` crosses folders: reading more of the same pinned package than the pattern says harms nobody.
    return fnmatchcase(path, pattern.replace("**/", "*"))


def _page(document: str, source: str, allow_domains: tuple[str, ...]) -> bool:
    try:
        page, root = urlsplit(document), urlsplit(source)
        ports = page.port, root.port
    except ValueError:
        return False
    host = (page.hostname or "").rstrip(".")
    if not host or page.username is not None or ".." in unquote(unquote(page.path)).split("/"):
        return False
    if any(_on(host, domain) for domain in allow_domains) and ports[0] in (None, 443):
        return True
    return host == root.hostname and ports[0] == ports[1] and _below(page, root)


def _on(host: str, domain: str) -> bool:
    domain = domain.lower().removeprefix("*.").strip(".")
    return bool(domain) and (host == domain or host.endswith(f".{domain}"))


def _below(page: SplitResult, root: SplitResult) -> bool:
    folder = root.path[: root.path.rfind("/") + 1] or "/"
    return (page.path or "/").startswith(folder)
