"""GraphQL, as much of it as merging needs."""

import re

from tests.github import pulls
from tests.github.permissions import may
from tests.github.state import Issue, Json
from tests.github.web import Answer, Call, Failure
from tests.github.world import World

_KEYS = {
    "enablePullRequestAutoMerge": {
        "pullRequestId", "mergeMethod", "commitHeadline", "commitBody", "authorEmail", "expectedHeadOid",
        "clientMutationId",
    },
    "disablePullRequestAutoMerge": {"pullRequestId", "clientMutationId"},
}  # fmt: skip


def answer(world: World, call: Call) -> Answer:
    """Carries out a mutation. Errors come with status 200 and `data: null` for it, as GitHub's do."""
    query = str(call.given("query", ""))
    given: Json = call.given("variables", {}).get("input", {})
    name = next((each for each in _KEYS if re.search(rf"\b{each}\s*\(\s*input:\s*\$\w+\s*\)", query)), None)
    unknown = sorted(given.keys() - _KEYS.get(name or "", set()))
    if name is None or unknown or "pullRequestId" not in given:
        world.violations.append(f"GraphQL that the test server does not know: {query} {given}")
        raise Failure(500, world.violations[-1])
    try:
        issue = _apply(world, call, name, given)
    except Failure as failure:
        kind = "FORBIDDEN" if failure.status == 403 else "NOT_FOUND" if failure.status == 404 else "UNPROCESSABLE"
        error = {"type": kind, "path": [name], "locations": [{"line": 1, "column": 1}], "message": failure.message}
        return Answer(200, {"data": {name: None}, "errors": [error]})
    shown = {"clientMutationId": given.get("clientMutationId"), "actor": {"login": call.actor.login}}
    pull = {"number": issue.number, "id": given["pullRequestId"], "state": issue.state.upper()}
    return Answer(200, {"data": {name: shown | {"pullRequest": pull}}})


def _apply(world: World, call: Call, name: str, given: Json) -> Issue:
    node = given["pullRequestId"]
    issue = next((it for it in world.state.pulls.values() if f"PR_{pulls.part(it).id}" == node), None)
    if issue is None:
        raise Failure(404, f"Could not resolve to a node with the global id of '{node}'.")
    for area in ("contents", "pull_requests"):
        if not may(world.state, call.token, call.actor, f"{area}:write"):
            raise Failure(403, "Resource not accessible by integration")
    if name.startswith("disable"):
        pulls.disarm(world, issue, call.actor)
        return issue
    texts = given.get("commitHeadline") or "", given.get("commitBody") or ""
    pulls.arm(world, issue, given.get("mergeMethod", "MERGE"), *texts, given.get("expectedHeadOid"), call.actor)
    return issue
