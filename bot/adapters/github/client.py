"""The one place where GitHub is called: what failed is repeated with care, and explained to people."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from json import JSONDecodeError
from typing import Any, TypeVar

from github import Auth, Github, GithubException
from github.Repository import Repository
from github.Requester import Requester
from requests import RequestException

from bot.adapters.github.errors import explain, message_of
from bot.core.redaction import Redactor, strings
from bot.core.retrying import PATIENCE, Failure, GiveUp, after
from bot.ports import Clock

T = TypeVar("T")


class Client:
    """GitHub for one repository, with the token of one job."""

    def __init__(
        self,
        api_url: str,
        repository: str,
        token: str,
        agent: str,
        clock: Clock,
        *,
        paced: bool = True,
        jitter: Callable[[], float] = random.random,
        redactor: Redactor | None = None,
    ) -> None:
        """`repository` is owner/name; `agent` tells servers who calls. `paced`: a second between writes and a
        quarter between calls, as GitHub asks for; `jitter` gives numbers between 0 and 1. What `redactor` takes
        out, without one the token, is posted nowhere."""
        self.name = repository
        self.clock = clock
        self.jitter = jitter
        self.installation = token.startswith("ghs_")
        self._github = Github(
            auth=Auth.Token(token) if token else None,
            base_url=api_url,
            user_agent=agent,
            per_page=100,
            timeout=30,
            retry=None,
            lazy=True,
            seconds_between_requests=0.25 if paced else None,
            seconds_between_writes=1.0 if paced else None,
        )
        self._deadline: datetime | None = None
        self.redactor = redactor or Redactor([token])
        _keep_to_itself(self._github.requester, self.redactor)

    @property
    def repo(self) -> Repository:
        """The repository; nothing is asked of GitHub before something of it is needed."""
        return self._github.get_repo(self.name)

    @property
    def owner(self) -> str:
        return self.name.partition("/")[0]

    def me(self) -> str:
        """The login that the token stands for, one call; not for the token of an installation."""
        return self.read(lambda: self._github.get_user().login, "ask whose token this is")

    def read(self, call: Callable[[], T], doing: str) -> T:
        """A call that may be made any number of times. Raises CallFailed when it does not succeed.

        `doing` says what it does, as in "read the comments of issue 7". Lazy objects are unfolded within `call`.
        """
        return self._made(call, doing, None)

    write = read
    """A write that does nothing more when it is repeated: an edit, a deletion, a status."""

    def create(self, call: Callable[[], T], find: Callable[[], T | None], doing: str) -> T:
        """A create, made once: when its answer is lost, `find` looks whether it happened (G11).

        Raises CallFailed when it does not succeed.
        """
        return self._made(call, doing, find)

    def _made(self, call: Callable[[], T], doing: str, find: Callable[[], T | None] | None) -> T:
        outermost = self._deadline is None
        self._deadline = self._deadline or self.clock.now() + PATIENCE
        try:
            return self._tried(call, doing, find, self._deadline)
        finally:
            if outermost:
                self._deadline = None

    def _tried(
        self, call: Callable[[], T], doing: str, find: Callable[[], T | None] | None, deadline: datetime
    ) -> T:
        attempt, unsure = 0, False
        while True:
            attempt += 1
            try:
                return call()
            except (GithubException, RequestException, JSONDecodeError) as error:
                failure, cause = failure_of(error), error
            unsure = unsure or failure.ambiguous
            step = after(failure, attempt, self.clock.now(), deadline, self.jitter())
            if not isinstance(step, GiveUp):
                self.clock.sleep(step.seconds)
            if find and unsure and (found := find()) is not None:
                return found
            if isinstance(step, GiveUp):
                until = f"{step.until + timedelta(seconds=59):%H:%M} UTC" if step.until else ""
                raise explain(failure, doing, until) from cause


def _keep_to_itself(requester: Requester, redactor: Redactor) -> None:
    """Whatever is asked, by any method of any object, goes through one method: there secrets go (G25).

    Whoever answers from another host is not followed: the token would go along (A21).
    """
    request = requester.requestJson

    def discreet(
        verb: str,
        url: str,
        parameters: Any = None,
        headers: Any = None,
        input: Any = None,  # noqa: A002  its callers name it so
        *rest: Any,
        **more: Any,
    ) -> tuple[int, dict[str, Any], str]:
        cleaned = strings(input, redactor.clean)
        try:
            status, answered, text = request(verb, url, parameters, headers, cleaned, *rest, **more)
        except RuntimeError as error:  # how a 301 to another host is refused
            raise GithubException(301, {"message": str(error)}) from error
        if status // 100 == 3 and status != 304:  # others are taken for success, and their missing answers read
            raise GithubException(status, {"message": answered.get("location", "")}, answered)
        return status, answered, text

    requester.requestJson = discreet  # type: ignore[method-assign]


def failure_of(error: GithubException | RequestException | JSONDecodeError) -> Failure:
    """A failed call as the retry rules see it; an answer that broke off is a lost connection."""
    if not isinstance(error, GithubException):
        return Failure(None, type(error).__name__)
    headers = {str(name).lower(): str(value) for name, value in (error.headers or {}).items()}
    return Failure(error.status, message_of(error.data) or error.message or "", headers)
