"""Who may do what: a job by the permissions that its workflow gives it, a person by the role."""

import base64
import binascii
import re
from collections.abc import Mapping

from tests.github.state import Actor, Level, Role, State, Token
from tests.github.web import Call, Failure, Route, forbidden, missing
from tests.github.world import World

_RANK: dict[str, int] = {"none": 0, "read": 1, "write": 2, "admin": 3}
_ROLES: tuple[Role, ...] = ("none", "read", "triage", "write", "maintain", "admin")
_AREAS = ("actions", "checks", "contents", "issues", "pull_requests", "statuses", "metadata")
_RESTRICTED: Mapping[str, Level] = {"contents": "read", "packages": "read"}
_CALLER = re.compile(r"swarm-sessions/\S+ \(([^()]+)\)")


def job_of(user_agent: str) -> str:
    """The job that a client says it runs in; empty when it does not say."""
    match = _CALLER.search(user_agent or "")
    return match[1] if match else ""


def token_of(state: State, authorization: str) -> Token | None:
    """The known token of an Authorization header (token, bearer or basic)."""
    scheme, _, rest = authorization.partition(" ")
    if scheme.lower() == "basic":
        try:
            rest = base64.b64decode(rest).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            return None
    return state.tokens.get(rest.strip())


def actor_of(token: Token, user_agent: str) -> Actor:
    return Actor(token.login, token.job, job_of(user_agent) if token.job else "")


def level(state: State, token: Token, actor: Actor, area: str) -> Level:
    """What the token may do in an area such as `pull_requests`."""
    if token.job:
        given = token.permissions
        if given is None:
            given = state.jobs_may.get(actor.job, _RESTRICTED)
        plain = {key.replace("-", "_"): value for key, value in given.items()}
        return plain.get(area, "read" if area == "metadata" else "none")
    return _of_role(state.user(token.login).role, area)


def _of_role(role: Role, area: str) -> Level:
    rank = _ROLES.index(role)
    if area in ("administration", "secrets"):
        return "admin" if role == "admin" else "none"
    if area not in _AREAS or rank == 0:
        return "none"
    writes = area in ("issues", "pull_requests") and rank >= 2
    return "write" if writes or rank >= 3 else "read"


def may(state: State, token: Token, actor: Actor, need: str) -> bool:
    area, _, wanted = need.partition(":")
    return _RANK[level(state, token, actor, area)] >= _RANK[wanted]


def demand(world: World, call: Call, route: Route) -> None:
    """Refuses the call when none of the route's permissions is given."""
    state = world.state
    if not call.token.job and state.user(call.token.login).role == "none" and "{owner}" in route.template:
        raise missing()
    if route.needs and not any(may(state, call.token, call.actor, need) for need in _needs(world, call, route)):
        raise forbidden(call.actor)
    if state.settings.archived and call.method != "GET":
        raise Failure(403, "Repository was archived so is read-only.")


def _needs(world: World, call: Call, route: Route) -> tuple[str, ...]:
    """On a pull request, the permission for pull requests does what that for issues does on an issue."""
    number = call.parts.get("issue_number", "")
    issue = world.state.issues.get(int(number)) if number.isdigit() else None
    if issue and issue.pull:
        return (*route.needs, *(need.replace("issues:", "pull_requests:") for need in route.needs))
    return route.needs
