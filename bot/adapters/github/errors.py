"""What GitHub's refusals mean, for people."""

from typing import Any

from bot.core.retrying import Failure, is_limit
from bot.errors import SwarmError

PERMISSIONS = "x-accepted-github-permissions"


class CallFailed(SwarmError):
    """A call that GitHub refused or did not answer. `status` is None when the connection failed."""

    def __init__(self, what: str, todo: str, failure: Failure) -> None:
        super().__init__(what, todo)
        self.status = failure.status
        self.reason = failure.message


def explain(failure: Failure, doing: str, until: str = "") -> CallFailed:
    """An error that says what could not be done and what helps; `doing` reads on from "could not".

    `until` is when a limit is lifted that is too far away to wait for.
    """
    what, todo = _words(failure, until)
    return CallFailed(f"could not {doing}: {what}", todo, failure)


def _words(failure: Failure, until: str) -> tuple[str, str]:
    status, message = failure.status, failure.message
    if is_limit(failure):
        when, then = (f" until {until}", "then") if until else ("", "in an hour")
        return f"GitHub takes no more calls for now{when}", f"run again {then}; nothing is lost"
    if status is None:
        return f"no connection to GitHub ({message})", "run again; nothing is lost"
    if failure.ambiguous:
        return f"GitHub answered {status} time and again", "run again when GitHub is well; nothing is lost"
    if 300 <= status < 400:
        return (
            f"the answer is to go elsewhere ({message or 'without an address'}), and a token goes nowhere else",
            "compare the address of the API and the repository's name with what they are now",
        )
    if status == 401:
        return (
            "GitHub does not accept the token",
            "hand the job one that is valid, such as `github.token`",
        )
    if status == 403:
        return f"the token may not ({message or 'no reason given'})", _permission(failure)
    if status == 404:
        return (
            "GitHub knows no such thing, or hides it from this token",
            "look at the name and the permissions",
        )
    return f"GitHub says {message or 'nothing more'} ({status})", "see the reason"


def _permission(failure: Failure) -> str:
    """Which `permissions:` the job lacks, as GitHub names them: sets that each would do."""
    accepted = failure.headers.get(PERMISSIONS, "")
    sets = [", ".join(_entry(name) for name in group.split(",")) for group in accepted.split(";") if group.strip()]
    if sets:
        return f"give the job `permissions:` with {' or '.join(dict.fromkeys(sets))}"
    return "compare the job's `permissions:` with those of the installed workflows"


def _entry(text: str) -> str:
    name, _, level = text.strip().partition("=")
    return f"`{name.replace('_', '-')}: {level or 'write'}`"


def message_of(data: Any) -> str:
    """GitHub's own words in an answer: its message, and what it says about single fields or in GraphQL."""
    if not isinstance(data, dict):
        return ""
    errors = data.get("errors")
    listed = [_error(error) for error in errors] if isinstance(errors, list) else []
    return ": ".join(filter(None, [str(data.get("message") or ""), "; ".join(filter(None, listed))]))


def _error(error: Any) -> str:
    if not isinstance(error, dict):
        return str(error)
    return str(error.get("message") or " ".join(str(error[key]) for key in ("field", "code") if key in error))
