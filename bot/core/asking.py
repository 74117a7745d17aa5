"""What somebody asks for: a mission, and what is to be different from what the mission says."""

import json
import re
import unicodedata
from dataclasses import dataclass, field, replace
from typing import get_args

from bot.core.characters import invisible, lookalikes
from bot.core.configuration import PATH, Configuration
from bot.core.events import PREFIX, LaunchAsked, LaunchDispatched
from bot.core.ids import ID_PATTERN
from bot.core.issue_form import read_form
from bot.core.mission import Backend, Mission
from bot.core.money import micro_usd, usd
from bot.errors import InvalidInput, Problem

LAUNCH = "launch"
"""The label `swarm:launch` leaves it to the form to name the mission."""
CONFIRM = "confirm"
"""The label `swarm:confirm` lets a session be launched that may cost more than the configuration's
`confirm_above_usd`. Only the event that sets it counts, as only then it is known who did."""
MISSION_ID_MAX = 56
_AMOUNT = re.compile(r"\$?\s?(?P<dollars>[0-9]{1,9}(?:\.[0-9]{1,9})?)\s?(?:usd|\$)?", re.IGNORECASE)
_BACKENDS: tuple[Backend, ...] = get_args(Backend)


@dataclass(frozen=True, slots=True)
class Request:
    """`max_usd` (millionths of a US dollar) and `backend` are None where the mission's own are to hold."""

    mission: str
    max_usd: int | None = None
    backend: Backend | None = None
    sender: str = field(default="", compare=False)
    """Whose request it is: no part of what is asked for."""


def from_issue(asked: LaunchAsked) -> Request:
    """What a labelled issue asks for: the label or the form names the mission, the form says the rest.

    Raises InvalidInput with everything that is wrong, in words for the issue's author.
    """
    answers, problems = read_form(asked.body), _Problems()
    problems.found += answers.problems
    named = _id(asked.label[len(PREFIX) :], "the label", problems)
    mission = _id(answers.mission, "the form's Mission", problems)
    if named not in ("", LAUNCH):
        if mission not in ("", named):
            what = f"the label {_quoted(asked.label)} and the form's Mission {_quoted(mission)} name two missions"
            problems.add(what, "correct one of them")
        mission = named
    names = ("the form's Budget", "the form's Backend")
    return replace(_request(mission, answers.budget, answers.backend, names, problems), sender=asked.sender)


def confirms(label: str) -> bool:
    """Whether a label confirms what another one asks for."""
    return label.casefold() == f"{PREFIX}{CONFIRM}"


def meant(asked: LaunchAsked) -> LaunchAsked:
    """What is asked for: with a label that confirms, what the issue's other label of ours asks for.

    Raises InvalidInput when there is none.
    """
    if not confirms(asked.label):
        return asked
    for label in asked.labels:
        if label.casefold().startswith(PREFIX) and not confirms(label):
            return replace(asked, label=label)
    what = f"{asked.label} confirms what another label asks for, and there is none"
    raise InvalidInput(what, f"set {PREFIX}{LAUNCH} first, then {PREFIX}{CONFIRM} again")


def from_dispatch(asked: LaunchDispatched) -> Request:
    """What the inputs of a run ask for. Raises InvalidInput with everything that is wrong."""
    problems = _Problems()
    mission = _id(asked.mission, "the input mission", problems)
    names = ("the input budget", "the input backend")
    return replace(_request(mission, asked.budget, asked.backend, names, problems), sender=asked.sender)


def check(request: Request, configuration: Configuration, mission: Mission) -> None:
    """Raises InvalidInput when the session could spend more than the repository's configuration allows."""
    cap = mission.limits.max_usd if request.max_usd is None else request.max_usd
    if cap <= configuration.max_usd:
        return
    who = "the mission allows" if request.max_usd is None else "the request asks for"
    what = f"{who} {usd(cap)} USD; a session of this repository may spend at most {usd(configuration.max_usd)}"
    raise InvalidInput(what, f"ask for less, or have a maintainer raise max_usd in {PATH}")


class _Problems:
    """What is wrong with a request so far."""

    def __init__(self) -> None:
        self.found: tuple[Problem, ...] = ()

    def add(self, what: str, todo: str) -> None:
        self.found += (Problem(what=what, todo=todo),)


def _request(mission: str, budget: str, backend: str, names: tuple[str, str], problems: _Problems) -> Request:
    if not mission and not problems.found:
        problems.add("no mission is named", "write its id under Mission, such as cloud-providers")
    request = Request(mission, _budget(budget, names[0], problems), _backend(backend, names[1], problems))
    if problems.found:
        raise InvalidInput(problems=problems.found)
    return request


def _id(text: str, where: str, problems: _Problems) -> str:
    """A mission's id, normalised; empty when there is none or it cannot be one (A5, A19)."""
    name = _plain(text, where, problems)
    if name and (len(name) > MISSION_ID_MAX or not re.fullmatch(ID_PATTERN, name)):
        todo = f"write a mission's id: at most {MISSION_ID_MAX} lower-case letters, digits and single hyphens, "
        problems.add(f"{where} says {_quoted(text)}", f"{todo}such as cloud-providers")
        return ""
    return name


def _budget(text: str, where: str, problems: _Problems) -> int | None:
    amount = _plain(text, where, problems)
    if not amount:
        return None
    found = _AMOUNT.fullmatch(amount)
    try:
        if found:
            return micro_usd(found["dollars"])
        reason = "write an amount in US dollars such as 2.50"
    except ValueError as error:
        reason = str(error)
    problems.add(f"{where} says {_quoted(text)}", reason)
    return None


def _backend(text: str, where: str, problems: _Problems) -> Backend | None:
    name = _plain(text, where, problems)
    for backend in _BACKENDS:
        if name == backend:
            return backend
    if name:
        problems.add(f"{where} says {_quoted(text)}", f"choose {', '.join(_BACKENDS)}, or nothing")
    return None


def _plain(text: str, where: str, problems: _Problems) -> str:
    """Compatibility forms become plain characters, capitals small ones; empty, with a problem, where one hides."""
    hidden = next(invisible(text), None)
    if hidden:
        problems.add(f"{where} holds an invisible or control character ({hidden[1]})", "write it again by hand")
        return ""
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    if reason := lookalikes(plain):
        problems.add(f"{where} says {_quoted(text)}: {reason}", "write it in Latin letters")
        return ""
    return plain


def _quoted(text: str) -> str:
    """In one line, cut short."""
    line = " ".join(text.split())
    return json.dumps(line if len(line) <= 60 else f"{line[:60]}…", ensure_ascii=False)
