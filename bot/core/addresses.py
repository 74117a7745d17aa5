"""Addresses on a forge for people to click: of commits, files, branches, runs, pull requests."""

import re
from dataclasses import dataclass
from urllib.parse import quote

_ORIGIN = re.compile(
    r"(?:(?P<scheme>https?)://(?:[^@/]+@)?(?P<web>[^/@]+)/|(?:ssh://)?git@(?P<ssh>[^/:@]+)(?::\d+/|[:/]))"
    r"(?P<name>[\w.-]+/[\w.-]+?)(?:\.git)?/?"
)


@dataclass(frozen=True, slots=True)
class Addresses:
    """`server` is an origin such as https://github.com, `repository` is owner/name."""

    server: str
    repository: str

    @property
    def home(self) -> str:
        return f"{self.server}/{self.repository}"

    def commit(self, commit: str) -> str:
        return f"{self.home}/commit/{commit}"

    def branch(self, name: str) -> str:
        return f"{self.home}/tree/{quote(name)}"

    def file(self, ref: str, path: str) -> str:
        return f"{self.home}/blob/{quote(ref)}/{quote(path)}"

    def run(self, number: str) -> str:
        return f"{self.home}/actions/runs/{number}"

    def pull(self, number: int) -> str:
        return f"{self.home}/pull/{number}"

    def issue(self, number: int) -> str:
        return f"{self.home}/issues/{number}"

    @property
    def api(self) -> str:
        """Where the forge's REST interface is."""
        return "https://api.github.com" if self.server == "https://github.com" else f"{self.server}/api/v3"


def addresses_of(origin: str) -> Addresses | None:
    """The repository that a remote's URL names, whether it is for the web or for SSH; None when it is none."""
    found = _ORIGIN.fullmatch(origin.strip())
    if not found:
        return None
    return Addresses(f"{found['scheme'] or 'https'}://{found['web'] or found['ssh']}", found["name"])
