"""What a REST or GraphQL call goes through: token, limits, description, permission, handler, description."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.github import graphql
from tests.github.faults import Fault, Limits, When
from tests.github.openapi import Description
from tests.github.permissions import actor_of, demand, token_of
from tests.github.state import Token
from tests.github.web import Answer, Call, Failure, Route, meet
from tests.github.world import REPOSITORY, World


@dataclass
class Made:
    """One REST or GraphQL call. `path` is without the prefix `/api/v3`.

    `status` is 0 when the answer was lost: a fault dropped the connection, or took the answer's place afterwards.
    """

    method: str
    path: str
    query: dict[str, str]
    body: Any
    job: str
    user_agent: str
    token: str
    status: int = 0


@dataclass
class Service:
    """What the handlers of one server share."""

    world: World
    description: Description
    limits: Limits = field(default_factory=Limits)
    faults: list[Fault] = field(default_factory=list)
    calls: list[Made] = field(default_factory=list)

    def fault(self, method: str, path: str, when: When) -> Fault | None:
        """The first fault that fits; it is used up by one."""
        with self.world.changing():
            found = next((each for each in self.faults if each.fits(method, path, when)), None)
            if found:
                found.met += 1
            return found

    def answer(self, made: Made, authorization: str) -> Answer:
        """The answer to a REST or GraphQL call."""
        with self.world.changing():
            try:
                return self._answer(made, authorization)
            except Failure as failure:
                return Answer(failure.status, failure.body, failure.headers)

    def _answer(self, made: Made, authorization: str) -> Answer:
        if made.path != "/graphql":
            met = self._known(made)
            template = met[0].template
        token = token_of(self.world.state, authorization)
        if token is None:
            raise Failure(401, "Bad credentials" if authorization else "Requires authentication")
        if made.path != "/rate_limit":
            self.limits.meet("GET" if made.path == "/graphql" else made.method, self.world.now())
        if made.path == "/graphql":
            return graphql.answer(self.world, self._call(made, token, {}))
        return self._rest(made, self._call(made, token, met[1]), met[0], template)

    def _known(self, made: Made) -> tuple[Route, Any]:
        met = meet(made.method, made.path)
        if met is None:
            known = self.description.find(made.method, made.path)
            why = "the test server does not answer it yet" if known else "GitHub's description has no such call"
            raise self.violation(f"{made.method} {made.path}: {why}")
        return met

    def violation(self, text: str) -> Failure:
        self.world.violations.append(text)
        return Failure(500, f"The test GitHub objects: {text}")

    def _call(self, made: Made, token: Token, parts: Mapping[str, str]) -> Call:
        actor = actor_of(token, made.user_agent)
        return Call(made.method, made.path, made.query, made.body, token, actor, parts)

    def _rest(self, made: Made, call: Call, route: Route, template: str) -> Answer:
        listed = template.endswith("/labels") and isinstance(made.body, list)  # documented, but only in words
        body = {"labels": made.body} if listed else made.body
        problems = self.description.request(made.method, template, made.query, body)
        if problems:
            raise self.violation(f"{made.method} {made.path}: {'; '.join(problems)}")
        if call.parts.get("owner") and f"{call.parts['owner']}/{call.parts['repo']}".lower() != REPOSITORY:
            return self._checked(made, template, Failure(404, "Not Found"))
        try:
            demand(self.world, call, route)
            answer = route.handler(self.world, call)
        except Failure as failure:
            return self._checked(made, template, failure)
        problems = self.description.response(made.method, template, answer.status, answer.body)
        if problems:
            raise self.violation(f"the answer to {made.method} {made.path}: {'; '.join(problems)}")
        return answer

    def _checked(self, made: Made, template: str, failure: Failure) -> Answer:
        problems = self.description.response(made.method, template, failure.status, failure.body)
        if problems:
            raise self.violation(f"the answer to {made.method} {made.path}: {'; '.join(problems)}")
        return Answer(failure.status, failure.body, failure.headers)
