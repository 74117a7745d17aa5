"""`https:` sources: one page each."""

from dataclasses import dataclass

from bot.adapters.sources.state import Caps, Unusable


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it was answered: `url` is the final one."""

    url: str
    content: bytes
    mime: str = ""
    encoding: str = ""

    @property
    def name(self) -> str:
        """The last part of the path, for what it says about the format."""
        return self.url.partition("?")[0].rpartition("/")[2]


class Web:
    """Fetches pages."""

    def __init__(self, caps: Caps) -> None:
        self._caps = caps

    def fetch(self, url: str) -> Page:
        raise Unusable("blocked", "https: sources are not read yet")
