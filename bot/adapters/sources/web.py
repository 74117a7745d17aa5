"""`https:` sources: one page each, from the public internet only, within caps of redirects, size and time."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

import requests
from urllib3.exceptions import HTTPError

from bot.adapters.sources import pinned
from bot.adapters.sources.inflate import inflate
from bot.adapters.sources.reach import Reach
from bot.adapters.sources.state import MB, Caps, Unusable

_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_DEAD = frozenset((404, 410))
_CHUNK = 1 << 16
_TEXT = ("text/", "json", "yaml", "xml", "javascript", "markdown")


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it was answered: `url` is the final one, `content` is unpacked."""

    url: str
    content: bytes
    mime: str = ""
    encoding: str = ""

    @property
    def name(self) -> str:
        """The last part of the path, for what it says about the format."""
        return urlsplit(self.url).path.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Web:
    """Fetches pages. `ca`: a file of certificate authorities instead of the usual ones."""

    caps: Caps
    reach: Reach = field(default_factory=Reach)
    ca: str | None = None

    def fetch(self, url: str, within: Callable[[str], bool] | None = None) -> Page:
        """The page, redirects followed and each checked like the first. Raises Unusable.

        `within`: which URLs a redirect may lead to; all of them without it.
        """
        deadline = time.monotonic() + self.caps.page_seconds
        here = url
        for _ in range(self.caps.redirects + 1):
            try:
                with closing(self._get(here, deadline)) as answer:
                    if answer.status_code not in _REDIRECTS:
                        return self._page(url, here, answer, deadline)
                    here = urljoin(here, answer.headers.get("Location", "")).partition("#")[0]
                if within and not within(here):
                    raise Unusable("blocked", f"it leads to another site, {_host(here)}")
            except (
                requests.RequestException,
                HTTPError,
                OSError,
                ValueError,
            ) as error:  # ValueError: a broken URL
                raise Unusable("blocked", f"{_host(here)} cannot be reached: {_cause(error)}") from None
        raise Unusable("blocked", f"more than {self.caps.redirects} redirects")

    def _get(self, url: str, deadline: float) -> requests.Response:
        seconds = max(deadline - time.monotonic(), 0.1)
        return pinned.get(url, self.reach.target(url), ca=self.ca, seconds=seconds)

    def _page(self, asked: str, url: str, answer: requests.Response, deadline: float) -> Page:
        _refuse_status(answer)
        mime, encoding = _content_type(answer.headers.get("Content-Type", ""))
        if mime and not any(word in mime for word in _TEXT) and mime != "application/octet-stream":
            raise Unusable("unreadable", f"{mime} is not text")
        if urlsplit(url).path.strip("/") == "" and urlsplit(asked).path.strip("/") and _host(url) == _host(asked):
            raise Unusable("dead", "the page is gone: its address leads to the front page")
        return Page(url, self._body(answer, deadline), mime, encoding)

    def _body(self, answer: requests.Response, deadline: float) -> bytes:
        packing = answer.headers.get("Content-Encoding", "identity").strip().lower()
        chunks = self._chunks(answer, deadline)
        if packing in ("gzip", "x-gzip", "deflate"):
            return inflate(chunks, self.caps.page_bytes)
        if packing not in ("identity", ""):
            raise Unusable("unreadable", f"packed as {packing}, which was not asked for")
        return b"".join(chunks)

    def _chunks(self, answer: requests.Response, deadline: float) -> Iterator[bytes]:
        size = 0
        while chunk := answer.raw.read1(_CHUNK, decode_content=False):
            size += len(chunk)
            if size > self.caps.page_bytes:
                raise Unusable("unreadable", f"larger than {self.caps.page_bytes / MB:g} MB")
            if time.monotonic() > deadline:
                raise Unusable("blocked", f"took longer than {self.caps.page_seconds:g} seconds")
            yield chunk


def _refuse_status(answer: requests.Response) -> None:
    code = answer.status_code
    if code in _DEAD:
        raise Unusable("dead", f"answered {code} {answer.reason}")
    if "cf-mitigated" in answer.headers:
        raise Unusable("blocked", f"answered {code} with a test for robots")
    if code != 200:
        raise Unusable("blocked", f"answered {code} {answer.reason}")


def _content_type(header: str) -> tuple[str, str]:
    mime, _, rest = header.partition(";")
    _, _, charset = rest.lower().partition("charset=")
    return mime.strip().lower(), charset.partition(";")[0].strip(" \"'")


def _host(url: str) -> str:
    return urlsplit(url).hostname or url


def _cause(error: Exception) -> str:
    """The innermost cause: what a person can act on."""
    seen: BaseException = error
    while inner := (getattr(seen, "reason", None) or (seen.args[0] if seen.args else None)):
        if not isinstance(inner, BaseException):
            break
        seen = inner
    return f"{type(seen).__name__}: {str(seen).rpartition('>: ')[2]}"
