"""What an event of GitHub asks for: all branching on events is here.

A payload is read as data that anybody may have written: of any shape, any size, with any text in it. Who did
something is the payload's `sender`; nothing else that carries a name is believed (A8).
"""

import json
import re
from collections.abc import Collection
from dataclasses import dataclass

from bot.core.ids import ID_MAX, ID_PATTERN
from bot.core.yaml_tree import at

PREFIX = "swarm:"
"""What our labels start with: `swarm:launch`, or `swarm:` and a mission. GitHub does not tell cases apart here."""
COMMAND = "/swarm"
"""What a comment begins with that tells a session something."""
SESSION_WORKFLOW = "swarm-session.yml"
STATUS_WORKFLOW = "swarm-status.yml"
MAX_BODY = 65_536
MAX_TEXT = 1_000
MAX_LABELS = 100

_LOGIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}(?:\[bot\])?")
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_COMMANDED = re.compile(rf"{COMMAND}(?!\S)", re.IGNORECASE)
_BRANCH = re.compile(r"[^\x00-\x20\x7f\ud800-\udfff]{1,1000}")
_PULL_ACTIONS = frozenset({"opened", "synchronize", "reopened", "ready_for_review"})
_REVIEW_ACTIONS = frozenset({"submitted", "edited", "dismissed"})


@dataclass(frozen=True, slots=True)
class LaunchAsked:
    """An issue was labelled with one of our labels. Texts are those of that moment (A6), whoever wrote them.

    `sender` set the label, `author` opened the issue (empty: the account is gone). `sender_is_bot`: not a person.
    """

    issue: int
    label: str
    sender: str
    sender_is_bot: bool
    author: str
    title: str
    body: str
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LaunchDispatched:
    """The session workflow was started by hand; what was left out is empty, or None.

    `queue` is what its run waits for: the runs of one queue come one after the other.
    """

    mission: str
    budget: str
    backend: str
    issue: int | None
    sender: str
    queue: str


@dataclass(frozen=True, slots=True)
class ContinueSession:
    """The session workflow was started to go on with a session."""

    session: str
    sender: str
    queue: str


@dataclass(frozen=True, slots=True)
class RefreshStatus:
    """The state files are to be brought up to date, and what is stuck is to be repaired.

    `completed` is the title of the run whose end is the occasion; empty when it is another one.
    """

    completed: str = ""


@dataclass(frozen=True, slots=True)
class PullChanged:
    """A pull request has something new to look at. `same_repository`: its head is no fork's (A9).

    `head` and `base` are branches without `refs/heads/`, named as freely as git lets people (`-x` too);
    `author` is empty when the account is gone.
    """

    number: int
    head: str
    head_sha: str
    base: str
    base_sha: str
    same_repository: bool
    author: str


@dataclass(frozen=True, slots=True)
class CommandAsked:
    """Somebody told the session of an issue something. `text` is the line that says it, as it was written; what
    stands below it in the comment (an id) is for people."""

    issue: int
    comment: int
    text: str
    sender: str
    sender_is_bot: bool


@dataclass(frozen=True, slots=True)
class Ignored:
    """Nothing is to be done, and why, in words for a person."""

    reason: str


Intent = LaunchAsked | LaunchDispatched | ContinueSession | RefreshStatus | PullChanged | CommandAsked | Ignored


class _Unusable(Exception):
    """The payload lacks what the event needs."""


def intent(event: str, payload: object) -> Intent:
    """What an event asks for, by its name and its payload (any JSON value). Raises nothing (A26)."""
    try:
        return _intent(event, payload)
    except _Unusable as reason:
        return Ignored(f"the payload of {_quoted(event)} cannot be used: {reason}")


def _intent(event: str, payload: object) -> Intent:
    match event:
        case "issues":
            return _issue(payload)
        case "issue_comment":
            return _comment(payload)
        case "workflow_dispatch":
            return _dispatch(payload)
        case "pull_request":
            return _pull(payload, _PULL_ACTIONS, "a pull request")
        case "pull_request_review":
            return _pull(payload, _REVIEW_ACTIONS, "a review")
        case "workflow_run":
            return _run(payload)
        case "schedule":
            return RefreshStatus()
        case _:
            return Ignored(f"nothing is done at the event {_quoted(event)}")


def _issue(payload: object) -> Intent:
    action = at(payload, ("action",))
    if action != "labeled":
        return Ignored(f"an issue was {_done(action)}; only a label that starts with {PREFIX} starts something")
    label = at(payload, ("label", "name"))
    if not isinstance(label, str):
        raise _Unusable(f"the label's name is {_shown(label)}")
    if not label.casefold().startswith(PREFIX):
        return Ignored(f"the label {_quoted(label)} is not one of ours; they start with {PREFIX}")
    if at(payload, ("issue", "pull_request")) is not None:
        return Ignored(f"the label {_quoted(label)} was set on a pull request; sessions start from issues")
    return LaunchAsked(
        issue=_number(payload, "issue"),
        label=_text(label),
        sender=_sender(payload),
        sender_is_bot=_is_bot(payload),
        author=_login(payload, "issue", "user", "login"),
        title=_text(at(payload, ("issue", "title"))),
        body=_text(at(payload, ("issue", "body")), MAX_BODY),
        labels=_labels(at(payload, ("issue", "labels"))),
    )


def _comment(payload: object) -> Intent:
    action = at(payload, ("action",))
    if action != "created":
        return Ignored(f"a comment was {_done(action)}; only a new one tells a session something")
    if at(payload, ("issue", "pull_request")) is not None:
        return Ignored("a pull request was commented on; sessions are told something in their issues")
    lines = _text(at(payload, ("comment", "body")), MAX_BODY).splitlines()
    line = next((found for line in lines if (found := line.strip())), "")
    if not _COMMANDED.match(line):
        return Ignored(f"the comment does not begin with {COMMAND}")
    return CommandAsked(
        issue=_number(payload, "issue"),
        comment=_number(payload, "comment", "id"),
        text=line[:MAX_TEXT],
        sender=_sender(payload),
        sender_is_bot=_is_bot(payload),
    )


def _dispatch(payload: object) -> Intent:
    workflow = _text(at(payload, ("workflow",)))
    name = workflow.rpartition("/")[2]
    if name == STATUS_WORKFLOW:
        return RefreshStatus()
    if name != SESSION_WORKFLOW:
        return Ignored(f"the workflow {_quoted(workflow)} is not one of ours")
    sender, session, mission = _sender(payload), _input(payload, "session"), _input(payload, "mission")
    if session:
        if len(session) > ID_MAX or not re.fullmatch(ID_PATTERN, session):
            raise _Unusable(f"the input session is {_quoted(session)}, which is no session's id")
        return ContinueSession(session, sender, _queue(payload))
    if not mission:
        raise _Unusable("neither the input mission nor the input session says what to run")
    issue = _input(payload, "issue").removeprefix("#")
    number = _count(issue, "issue") if issue else None
    budget, backend = _input(payload, "budget"), _input(payload, "backend")
    return LaunchDispatched(mission, budget, backend, number or None, sender, _queue(payload))


def _run(payload: object) -> Intent:
    action = at(payload, ("action",))
    if action == "completed":
        return RefreshStatus(_text(at(payload, ("workflow_run", "display_title"))))
    return Ignored(f"a run was {_done(action)}; the status is refreshed when one is completed")


def _pull(payload: object, actions: Collection[str], what: str) -> Intent:
    action = at(payload, ("action",))
    if not isinstance(action, str) or action not in actions:
        return Ignored(f"{what} was {_done(action)}; that changes nothing that the gate looks at")
    ours, theirs = (at(payload, ("pull_request", side, "repo", "full_name")) for side in ("base", "head"))
    return PullChanged(
        number=_number(payload, "pull_request"),
        head=_branch(payload, "head"),
        head_sha=_commit(payload, "head"),
        base=_branch(payload, "base"),
        base_sha=_commit(payload, "base"),
        same_repository=isinstance(ours, str) and ours != "" and ours == theirs,
        author=_login(payload, "pull_request", "user", "login"),
    )


# --- parts of a payload ------------------------------------------------------------------------------------


def _sender(payload: object) -> str:
    login = _login(payload, "sender", "login")
    if not login:
        raise _Unusable("it does not say who caused it (sender)")
    return login


def _is_bot(payload: object) -> bool:
    """Whoever is not said to be a person is none."""
    return at(payload, ("sender", "type")) != "User" or _sender(payload).endswith("[bot]")


def _login(payload: object, *path: str) -> str:
    """A name on GitHub; empty when there is none, or when it cannot be one."""
    login = at(payload, path)
    return login if isinstance(login, str) and _LOGIN.fullmatch(login) else ""


def _number(payload: object, what: str, name: str = "number") -> int:
    number = at(payload, (what, name))
    if type(number) is not int or not 0 < number < 2**53:
        raise _Unusable(f"the {name} of the {what.replace('_', ' ')} is {_shown(number)}")
    return number


def _branch(payload: object, side: str) -> str:
    name = at(payload, ("pull_request", side, "ref"))
    if not isinstance(name, str) or not _BRANCH.fullmatch(name):
        raise _Unusable(f"the {side} branch is {_shown(name)}")
    return name


def _commit(payload: object, side: str) -> str:
    commit = at(payload, ("pull_request", side, "sha"))
    if not isinstance(commit, str) or not _COMMIT.fullmatch(commit):
        raise _Unusable(f"the commit of the {side} branch is {_shown(commit)}")
    return commit


def _labels(labels: object) -> tuple[str, ...]:
    names = [at(label, ("name",)) for label in labels[:MAX_LABELS]] if isinstance(labels, list) else []
    return tuple(_text(name) for name in names if isinstance(name, str))


def _input(payload: object, name: str) -> str:
    """An input of a workflow, which is text whatever its type was declared to be; empty when left out."""
    return _raw(payload, name).strip()


def _raw(payload: object, name: str) -> str:
    value = at(payload, ("inputs", name))
    return _text(str(value) if type(value) is int else value)


def _queue(payload: object) -> str:
    """The queue of a run that was started by hand, letter by letter as its workflow names it (`concurrency`)."""
    return queue_of(_raw(payload, "issue"), _raw(payload, "mission"))


def queue_of(issue: int | str | None, mission: str) -> str:
    """The queue that the runs of an issue, or of a mission that no issue has asked for, wait in."""
    return f"issue-{issue}" if issue else f"mission-{mission}"


def _count(text: str, name: str) -> int:
    if not re.fullmatch("[0-9]{1,9}", text):
        raise _Unusable(f"the input {name} is {_quoted(text)}, which is no number")
    return int(text)


def _text(value: object, limit: int = MAX_TEXT) -> str:
    """A text that can be written to a file (no half characters), cut at `limit` characters; empty for others."""
    return value[:limit].encode("utf-8", "replace").decode() if isinstance(value, str) else ""


def _done(action: object) -> str:
    return _quoted(action) if isinstance(action, str) else "changed in a way that is not said"


def _shown(value: object) -> str:
    return _quoted(value) if isinstance(value, str) else "missing" if value is None else "of the wrong kind"


def _quoted(text: str) -> str:
    """In a line of its own at most, whatever stands in it."""
    cut = text if len(text) <= 60 else f"{text[:60]}…"
    return json.dumps(cut, ensure_ascii=not cut.isprintable())
