"""How a call is told apart, refused and answered."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from tests.github.openapi import pattern, vagueness
from tests.github.state import Actor, Json, Token
from tests.github.world import World

DOCUMENTATION = "https://docs.github.com/rest"


class Failure(Exception):
    """An answer that says no. `more` goes into the body."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None, **more: Any) -> None:
        super().__init__(message)
        self.status, self.message = status, message
        self.headers, self.more = dict(headers or {}), more

    @property
    def body(self) -> Json:
        described = {"message": self.message, "documentation_url": DOCUMENTATION}
        return described | ({} if self.status == 422 else {"status": str(self.status)}) | self.more


def missing() -> Failure:
    return Failure(404, "Not Found")


def forbidden(actor: Actor) -> Failure:
    """What a token without the permission is told."""
    return Failure(
        403, "Resource not accessible by integration" if actor.is_job else "Must have admin rights to Repository."
    )


def invalid(why: str, **fields: str) -> Failure:
    """A 422; `fields` are those of its one error."""
    return Failure(422, why, errors=[{"code": "custom", **fields}]) if fields else Failure(422, why)


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Call:
    """A request that was understood: who calls what, with which parameters."""

    method: str
    path: str
    query: Mapping[str, str]
    body: Any
    token: Token
    actor: Actor
    parts: Mapping[str, str] = field(default_factory=dict)

    def number(self, name: str) -> int:
        text = self.parts[name]
        if not text.isdigit():
            raise missing()
        return int(text)

    def given(self, name: str, default: Any = None) -> Any:
        return self.body.get(name, default) if isinstance(self.body, dict) else default


Handler = Callable[[World, Call], Answer]


@dataclass(frozen=True)
class Route:
    """`needs` is a permission ("issues:write") or several of which one is enough, empty for none."""

    method: str
    template: str
    needs: tuple[str, ...]
    handler: Handler
    pattern: re.Pattern[str]


ROUTES: list[Route] = []


def route(method: str, template: str, *needs: str) -> Callable[[Handler], Handler]:
    """Registers what answers a call. Templates below `/repos/{owner}/{repo}` are written without that."""
    full = template if template in ("/user", "/rate_limit") else f"/repos/{{owner}}/{{repo}}{template}"

    def register(handler: Handler) -> Handler:
        ROUTES.append(Route(method, full, needs, handler, pattern(full)))
        return handler

    return register


def meet(method: str, path: str) -> tuple[Route, Mapping[str, str]] | None:
    """The route of a call and the parts of its path."""
    found = [(each, match) for each in ROUTES if each.method == method and (match := each.pattern.fullmatch(path))]
    if not found:
        return None
    best, match = min(found, key=lambda item: vagueness(item[0].template))
    return best, match.groupdict()


def page(world: World, call: Call, items: Sequence[Any], show: Callable[[Any], Any], key: str = "") -> Answer:
    """One page of a list with its Link header; below `key` with a total where GitHub wraps the list."""
    size, at = min(int(call.query.get("per_page", 30)), 100), int(call.query.get("page", 1))
    last = max(1, -(-len(items) // size))
    links = {"prev": at - 1, "next": at + 1, "last": last, "first": 1}
    offered = [name for name in links if (at > 1 if name in ("prev", "first") else at < last)]
    header = ", ".join(f'<{_address(world, call, links[name])}>; rel="{name}"' for name in offered)
    shown = [show(item) for item in items[(at - 1) * size : at * size]]
    body = {"total_count": len(items), key: shown} if key else shown
    return Answer(200, body, {"Link": header} if header else {})


def _address(world: World, call: Call, number: int) -> str:
    return f"{world.url}/api/v3{call.path}?{urlencode({**call.query, 'page': number})}"
