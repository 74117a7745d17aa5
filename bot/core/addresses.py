"""Addresses on a forge for people to click: of commits, files, branches, runs, pull requests."""

from dataclasses import dataclass
from urllib.parse import quote


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
