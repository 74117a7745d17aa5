"""How the tests of the test GitHub call it."""

from dataclasses import dataclass
from typing import Any

import requests

from tests.github.server import GitHub
from tests.github.state import Level

EVERYTHING: dict[str, Level] = dict.fromkeys(
    ("actions", "checks", "contents", "issues", "pull-requests", "statuses"), "write"
)


@dataclass(frozen=True)
class Caller:
    """Calls the REST interface with one token; paths without a leading slash are the repository's."""

    github: GitHub
    token: str
    agent: str = "swarm-sessions/1"

    def __call__(self, method: str, path: str, body: object = None, **headers: str) -> requests.Response:
        full = path if path.startswith("/") else f"/repos/acme/widgets/{path}".rstrip("/")
        sent = {"Authorization": f"Bearer {self.token}", "User-Agent": self.agent} | headers
        return requests.request(method, f"{self.github.api_url}{full}", headers=sent, json=body, timeout=20)

    def json(self, method: str, path: str, body: object = None) -> Any:
        answer = self(method, path, body)
        assert answer.ok, answer.text
        return answer.json() if answer.content else None

    def refused(self, method: str, path: str, body: object = None) -> tuple[int, str]:
        answer = self(method, path, body)
        assert not answer.ok
        found = answer.json()
        inner = [each.get("message", each) if isinstance(each, dict) else each for each in found.get("errors", ())]
        return answer.status_code, "; ".join([found["message"], *map(str, inner)])

    def graphql(self, name: str, **given: object) -> Any:
        kind = f"{name[0].upper()}{name[1:]}Input!"
        query = f"mutation M($input: {kind}) {{ {name}(input: $input) {{ clientMutationId }} }}"
        answer = requests.post(
            f"{self.github.url}/api/graphql",
            json={"query": query, "variables": {"input": given}},
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=20,
        )
        return answer.json()


def person(github: GitHub, login: str = "ann") -> Caller:
    return Caller(github, github.token(login=login))


def job(github: GitHub, **permissions: Level) -> Caller:
    """A job that may do everything a job may, or just what is named."""
    return Caller(github, github.token(permissions=permissions or EVERYTHING))
