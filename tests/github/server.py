"""A strict stand-in for github.com on this machine. In short:

    with GitHub(tmp_path) as github:              # the fixture `github` is this, with one commit on main
        github.seed({"README.md": "Hello\\n"})     # a commit on main (or another branch=); its id
        github.user("ann", "write")               # none, read, triage, write, maintain, admin
        token = github.token(login="ann")         # a person's token
        token = github.token(permissions={"contents": "write"})   # a job's, with exactly these
        github.jobs_may["close"] = {"issues": "write"}   # a job's token without permissions of its own has these,
        token = github.token()                    # by the job in the User-Agent: swarm-sessions/1 (close)
        github.url, github.api_url, github.repository    # http://127.0.0.1:PORT, .../api/v3, "acme/widgets"
        github.clone_url(token)                   # for git; github.bare is the repository's path on disk
        github.open_issue("Title", "body", "ann", ["swarm"])      # as a person; so are label, comment, open_pull,
        github.label(1, "swarm:go", "ann")                        # status, review
        github.start_run(path, event)             # listed as queued; complete_run(id) fires workflow_run
        github.state.protections["main"] = Protection(checks=("swarm/gate",))
        github.state, .calls, .pushes, .events    # everything that it knows and was asked to do
        github.fault("POST", r"/comments$", when="after", status=502)    # or drop=True, delay=0.1; times=1
        github.meanwhile("PUT", r"/merge$", lambda: ...)          # before (or after) the call is carried out
        github.limits.on = True                   # GitHub's own limits; see faults.Limits for their form
        github.on_event = lambda name, payload, actor: ...        # "issues", ...; queue there, do not work there

REST, GraphQL (auto-merge) and git are answered. Every request and answer is checked against
GitHub's own description: what is wrong is in `.violations`, answered with 500, and raised at the end of the with.
Paths in calls and faults: `/repos/acme/widgets/issues/1`, `/graphql`, `/acme/widgets.git/git-receive-pack`.
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.github import (
    git_http,
    issues,
    pulls,
    rest_actions,
    rest_commits,
    rest_issues,
    rest_pulls,
    rest_repository,
    runs,
)
from tests.github.faults import Fault, Limits, When
from tests.github.openapi import description
from tests.github.plumbing import Bare
from tests.github.service import Made, Service
from tests.github.serving import Server
from tests.github.state import BOT, Actor, Comment, Issue, Level, Role, Run, State, Token, User
from tests.github.web import ROUTES
from tests.github.world import OWNER, REPOSITORY, Event, Listener, MachineClock, Now, Push, World

RESOURCES = (rest_actions, rest_commits, rest_issues, rest_pulls, rest_repository)


class Violations(AssertionError):
    """Calls or answers that GitHub's description does not have."""


class GitHub:
    """See the top of this module."""

    repository = REPOSITORY

    def __init__(self, folder: Path, clock: Now | None = None) -> None:
        described = description()
        if described is None:
            raise FileNotFoundError("GitHub's own description is missing: make build/npm/done")
        self.bare = folder / "widgets.git"
        self._bare = Bare(self.bare)
        self.world = World(self._bare, clock or MachineClock(), check_event=described.event)
        self.service = Service(self.world, described)
        self.world.rates = lambda: self.limits.rates(self.world.now())
        self._server = Server(self.service)
        self.url = self.world.url = self._server.url
        self.api_url = f"{self.url}/api/v3"
        self._bare.create()
        git_http.install(self.world)
        self.state.users[OWNER] = User(OWNER, 1, kind="Organization", role="admin")
        self.user(BOT, "none").kind = "Bot"

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.stop()
        if self.violations and not isinstance(error, Violations):
            raise Violations("\n".join(self.violations)) from error

    @property
    def state(self) -> State:
        return self.world.state

    @property
    def jobs_may(self) -> dict[str, Mapping[str, Level]]:
        return self.state.jobs_may

    @jobs_may.setter
    def jobs_may(self, permissions: dict[str, Mapping[str, Level]]) -> None:
        self.state.jobs_may = permissions

    @property
    def calls(self) -> list[Made]:
        return self.service.calls

    @property
    def pushes(self) -> list[Push]:
        return self.world.pushes

    @property
    def events(self) -> list[Event]:
        return self.world.events

    @property
    def violations(self) -> list[str]:
        return self.world.violations

    @property
    def limits(self) -> Limits:
        return self.service.limits

    @property
    def clock(self) -> Now:
        """Stamps what happens and counts for the limits; tests may set it."""
        return self.world.clock

    @clock.setter
    def clock(self, clock: Now) -> None:
        self.world.clock = clock

    @property
    def on_event(self) -> Listener | None:
        return self.world.on_event

    @on_event.setter
    def on_event(self, listener: Listener | None) -> None:
        self.world.on_event = listener

    def seed(self, files: dict[str, str], branch: str = "main", message: str = "Begin") -> str:
        """A commit with these files added to the branch, behind everybody's back (no event); its id."""
        return self._bare.seed(files, branch, message)

    def tip(self, ref: str = "main") -> str | None:
        """What a branch (or a full ref name) points to."""
        return self._bare.tip(ref)

    def user(self, login: str, role: Role = "write") -> User:
        known = self.state.user(login)
        known.role = role
        return known

    def token(self, *, login: str = "", permissions: Mapping[str, Level] | None = None) -> str:
        """A person's token when there is a login, otherwise a job's."""
        prefix, owner = ("ghp_", login) if login else ("ghs_", BOT)
        made = Token(f"{prefix}{'0' * 32}{next(self.state.ids):04}", owner, not login, permissions)
        if login and login not in self.state.users:
            self.user(login)
        self.state.tokens[made.value] = made
        return made.value

    def clone_url(self, token: str) -> str:
        return f"http://x-access-token:{token}@{self.url.removeprefix('http://')}/{REPOSITORY}.git"

    def fault(
        self, method: str, path: str, *, when: When = "before", status: int | None = 502, drop: bool = False,
        delay: float = 0.0, times: int = 1, headers: Mapping[str, str] | None = None, body: object = None,
    ) -> Fault:  # fmt: skip
        """The next `times` fitting calls fail; `when="after"`: they were carried out. `met` counts them."""
        said = None if drop or delay else status
        found = Fault(method, re.compile(path), when, times, said, drop, delay, None, headers or {}, body)
        self.service.faults.append(found)
        return found

    def meanwhile(
        self, method: str, path: str, action: Callable[[], object], *, when: When = "before", times: int = 1
    ) -> Fault:
        """Something else happens just before (or after) a fitting call is carried out."""
        found = Fault(method, re.compile(path), when, times, action=action)
        self.service.faults.append(found)
        return found

    def open_issue(self, title: str, body: str = "", login: str = "ann", labels: list[str] | None = None) -> Issue:
        with self.world.changing():
            return issues.open_issue(self.world, title, body, labels or [], self._person(login))

    def label(self, issue: int, name: str, login: str = "ann") -> None:
        with self.world.changing():
            issues.label(self.world, self.state.issues[issue], name, self._person(login))

    def comment(self, issue: int, body: str, login: str = "ann") -> Comment:
        with self.world.changing():
            return issues.comment(self.world, self.state.issues[issue], body, self._person(login))

    def comments(self, issue: int) -> list[Comment]:
        """The comments of an issue or a pull request, oldest first."""
        return [it for it in self.state.comments.values() if it.issue == issue]

    def open_pull(
        self, head: str, base: str = "main", login: str = "ann", title: str = "Change", body: str = "",
        fork: str = "", sha: str | None = None,
    ) -> Issue:  # fmt: skip
        """A pull request; `fork` names somebody whose fork's branch at `sha` it comes from."""
        more: dict[str, Any] = {"owner": fork, "sha": sha} if fork else {}
        with self.world.changing():
            return pulls.open_pull(self.world, title, body, head, base, self._person(login), **more)

    def status(self, sha: str, context: str, state: str = "success", login: str = "ann") -> None:
        """A commit status from elsewhere."""
        with self.world.changing():
            pulls.report(self.world, sha, context, state, {}, self._person(login))

    def review(self, pull: int, event: str = "APPROVE", login: str = "ann", body: str = "") -> None:
        """APPROVE, REQUEST_CHANGES or COMMENT."""
        with self.world.changing():
            pulls.review(self.world, pulls.found(self.world, pull), event, body, None, self._person(login))

    def start_run(self, workflow: str, event: str, branch: str = "main", login: str = "ann", sha: str = "") -> Run:
        """Lists a run of a workflow file (its path), queued."""
        with self.world.changing():
            return runs.start(self.world, workflow, event, branch, login, sha)

    def run_for(self, workflow: str, event: Event) -> Run:
        """Lists the run that an event starts, with the title that its workflow gives it."""
        with self.world.changing():
            return runs.begun(self.world, workflow, event)

    def complete_run(self, run: int, conclusion: str = "success") -> None:
        """Ends a run, whose completion is an event."""
        with self.world.changing():
            runs.complete(self.world, self.state.runs[run], conclusion)

    def _person(self, login: str) -> Actor:
        if login not in self.state.users:
            self.user(login)
        return Actor(login)


__all__ = ["RESOURCES", "ROUTES", "GitHub", "Violations"]
