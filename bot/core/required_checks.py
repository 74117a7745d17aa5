"""Which of the checks that a repository demands have passed on exactly the commit that is to be merged (G7).

A check is demanded by its name: it is a check run of GitHub Actions or a commit status of that name. A check run
of another app counts only when the app is named, as in `build@circleci-checks`.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

ACTIONS = "github-actions"
_OTHER_APP = re.compile(r"(?P<name>.+)@(?P<app>[a-z0-9][a-z0-9-]*)", re.DOTALL)
_FAILED = {"failure": "it failed", "timed_out": "it timed out", "action_required": "it waits for approval"}


@dataclass(frozen=True, slots=True)
class CheckRun:
    """What an app says about a commit; `conclusion` is empty while it runs, and ids grow with time."""

    id: int
    name: str
    commit: str
    app: str
    conclusion: str


@dataclass(frozen=True, slots=True)
class CheckStatus:
    """A commit status: the newest of its context."""

    context: str
    state: str


@dataclass(frozen=True, slots=True)
class Unmet:
    """A required check that has not passed, and why not."""

    name: str
    why: str

    def __str__(self) -> str:
        return f"{self.name} ({self.why})"


def unmet(
    required: Iterable[str], commit: str, runs: Sequence[CheckRun], statuses: Sequence[CheckStatus]
) -> tuple[Unmet, ...]:
    """The required checks that did not end in success on the commit; none when it may be merged."""
    found = ((name, _why(name, commit, runs, statuses)) for name in dict.fromkeys(required))
    return tuple(Unmet(name, why) for name, why in found if why)


def _why(required: str, commit: str, runs: Sequence[CheckRun], statuses: Sequence[CheckStatus]) -> str:
    """Why a check counts as not passed; empty when it has passed.

    A name that is reported in more than one way must have passed in each: nobody makes good by a second way what
    failed in the first.
    """
    name, app = _name_and_app(required, runs)
    named = [run for run in runs if run.name == name]
    here = [run for run in named if run.app == app and run.commit == commit]
    said = [status.state for status in statuses if status.context == required]
    answers = [_status(state) for state in said]
    if here:
        answers.append(_conclusion(max(here, key=lambda run: run.id).conclusion))
    if answers:
        return next((answer for answer in answers if answer), "")
    if others := sorted({run.app for run in named if run.commit == commit}):
        return f"reported by another app: {', '.join(others)}"
    return "reported for another commit only" if named else "not reported"


def _name_and_app(required: str, runs: Sequence[CheckRun]) -> tuple[str, str]:
    """A check whose very name has an @ in it is taken at its word."""
    match = _OTHER_APP.fullmatch(required)
    if match is None or any(run.name == required for run in runs):
        return required, ACTIONS
    return match["name"], match["app"]


def _conclusion(conclusion: str) -> str:
    if conclusion == "success":
        return ""
    return _FAILED.get(conclusion, f"it ended as {conclusion}") if conclusion else "it has not ended"


def _status(state: str) -> str:
    return {"success": "", "pending": "it has not ended"}.get(state, "it failed")
