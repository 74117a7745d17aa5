"""What is fuzzed of the readers of sources: whatever somebody publishes is read within the caps, or is a state."""

import contextlib
import zlib
from pathlib import Path
from tempfile import TemporaryDirectory

# Each converter is imported when it is needed; here all of them are, so that they are instrumented.
import bot.adapters.sources.convert.html
import bot.adapters.sources.convert.json
import bot.adapters.sources.convert.markdown
import bot.adapters.sources.convert.metadata
import bot.adapters.sources.convert.package_json
import bot.adapters.sources.convert.python
import bot.adapters.sources.convert.rst
import bot.adapters.sources.convert.text
import bot.adapters.sources.convert.typescript
import bot.adapters.sources.convert.yaml  # noqa: F401
from bot.adapters.sources.archive import opened
from bot.adapters.sources.convert import convert
from bot.adapters.sources.draft import LOCATOR_MAX, PARAGRAPH_MAX
from bot.adapters.sources.inflate import inflate
from bot.adapters.sources.state import Caps, Unusable
from bot.adapters.sources.uri import parse

CAPS = Caps(file_bytes=200_000, package_files=50, package_unpacked_bytes=500_000)


def read(path: str, data: bytes) -> None:
    """Passages that can be cited, or a state with its reason."""
    try:
        drafts = convert(path, data, CAPS)
    except Unusable as problem:
        assert problem.reason
        return
    assert all(draft.text.strip() and len(draft.text) <= PARAGRAPH_MAX for draft in drafts)
    assert all(len(draft.locator) <= LOCATOR_MAX for draft in drafts)
    assert len({draft.locator for draft in drafts}) == len(drafts)


def html(data: bytes) -> None:
    read("page.html", data)


def markdown(data: bytes) -> None:
    read("guide.md", data)


def rst(data: bytes) -> None:
    read("guide.rst", data)


def python(data: bytes) -> None:
    read("client.py", data)


def typescript(data: bytes) -> None:
    read("index.d.ts", data)


def descriptions(data: bytes) -> None:
    """JSON and YAML, by the first byte."""
    read("openapi.yaml" if data[:1] == b"y" else "service-2.json", data[1:])


def abouts(data: bytes) -> None:
    """What tells about a package, and plain text."""
    read({b"m": "METADATA", b"p": "package.json"}.get(data[:1], "notes.txt"), data[1:])


def archives(data: bytes) -> None:
    """A wheel, or a tarball (given before it is compressed): nothing leads out, nothing exceeds the caps."""
    wheel = data[:2] == b"PK"
    with TemporaryDirectory() as folder, contextlib.suppress(Unusable):
        file = Path(folder) / ("a.whl" if wheel else "a.tgz")
        file.write_bytes(data if wheel else zlib.compress(data, 1, wbits=31))
        archive = opened(file, CAPS)
        paths = archive.paths()
        assert not any(path.startswith("/") or ".." in path.split("/") for path in paths)
        for path, content in archive.read(paths):
            assert path in paths
            assert isinstance(content, Unusable) or len(content) <= CAPS.file_bytes


def deflated(data: bytes) -> None:
    """Compressed data, or data that is compressed here first."""
    for chunk in (data, zlib.compress(data, 1, wbits=31)):
        with contextlib.suppress(Unusable):
            assert len(inflate((chunk[:5], chunk[5:]), 10_000)) <= 10_000


def addresses(data: bytes) -> None:
    """The URI of a source is one of the kinds that are read, or a state."""
    with contextlib.suppress(Unusable):
        parse(data.decode(errors="replace"))
