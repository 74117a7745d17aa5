"""Reading what an agent handed over: hostile bytes, until every check has passed (A11, A12, A13, A20)."""

import json
import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate

from pydantic import ValidationError

from bot.core.findings import AgentResult, Blocker, Finding, Gap
from bot.core.mission import Mission, Subject
from bot.core.money import usd
from bot.core.neutral import visible
from bot.core.source_uris import belongs
from bot.errors import InvalidInput, Problem, Refused

MAX_BYTES = 5_000_000
MAX_FAILURE = 20_000
MAX_DEPTH = 16
_SHOWN = 10
_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_STEPS = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
_NO_BRACKETS = bytes(set(range(256)) - _STEPS.keys())
_ESCAPED = re.compile(r"\\(?:u00[0189]|u007[fF]|[bf])|[\x7f-\x9f]")
"""What a text of JSON has in it when one of its strings holds a control character: most have not."""
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an attempt handed over no result. `halted`: because the access to the model was refused."""

    reason: str
    halted: bool = False


def parse_result(
    data: bytes, *, session: str, agent: str, attempt: int, mission: Mission, allowance: int
) -> AgentResult:
    """The result of one attempt of one agent, as far as it may claim anything at all.

    Raises InvalidInput when the bytes are no result, Refused when the result is not this attempt's or speaks of
    what the agent was not assigned. Nothing else is raised, whatever the bytes. A use of more than the
    attempt's `allowance` (millionths of a US dollar) is kept as it is and becomes a blocker.
    """
    result = _parsed(data)
    said, expected = (result.session, result.agent, result.attempt), (session, agent, attempt)
    if said != expected:
        raise Refused(f"the result is that of {_identity(*said)}, not of {_identity(*expected)}")
    if result.finished < result.started:
        raise Refused("the result says that the agent finished before it started")
    subjects = {subject.id: subject for spec in mission.agents if spec.id == agent for subject in spec.subjects}
    _refuse(_strays(result, subjects, mission))
    return _with_overspending(result, allowance)


def failure_of(data: bytes) -> Failure | None:
    """What a failed attempt leaves instead of a result; None for all else.

    That is `{"failure": "..."}`, with `"halted": true` in it when the access to the model was refused.

    It is the agent's own word: the reason is only ever shown, and a halt only ever makes a person look.
    """
    if len(data) > MAX_FAILURE or not _may_name(data, b"failure"):
        return None
    try:
        value = json.loads(_plain_json(data))
    except InvalidInput:
        return None
    match value:
        case {"failure": str(reason)} if len(value) == 1:
            return Failure(visible(reason)[:1_000])
        case {"failure": str(reason), "halted": bool(halted)} if len(value) == 2:
            return Failure(visible(reason)[:1_000], halted)
        case _:
            return None


def _parsed(data: bytes) -> AgentResult:
    if len(data) > MAX_BYTES:
        raise InvalidInput(f"the result has {len(data):,} bytes; at most {MAX_BYTES:,} are read")
    text = _plain_json(data)
    try:
        return AgentResult.model_validate_json(text, strict=True)
    except ValidationError as error:
        problems = [
            Problem(file="result", what=f"{_place(item['loc'])}: {item['msg']}")
            for item in error.errors(include_url=False, include_context=False, include_input=False)
        ]
        raise InvalidInput(problems=_first(problems)) from error


def _may_name(data: bytes, key: bytes) -> bool:
    """Whether JSON can have a key in it: most results have not, and need not be read to see that they are none."""
    return key in data or b"\\u" in data


def _plain_json(data: bytes) -> str:
    """The text, when it is JSON as the standard has it: no duplicate keys, no NaN, not deep, nothing hidden."""
    try:
        text = data.decode()
        if (depth := _depth(text)) > MAX_DEPTH:
            raise InvalidInput(f"the result nests {depth} levels deep; at most {MAX_DEPTH} are read")
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except ValueError as error:
        raise InvalidInput(f"the result is no JSON: {error}") from error
    if _may_hide(text) and any(_CONTROL.search(string) for string in _strings(value)):
        raise InvalidInput("the result holds control characters")
    return text


def _may_hide(text: str) -> bool:
    """Whether a text of JSON may have a control character in one of its strings; most hold nothing to look at."""
    if text.isascii() and "\\" not in text and "\x7f" not in text:
        return False
    return _ESCAPED.search(text) is not None


def _depth(text: str) -> int:
    """How deep the brackets nest, known before a parser recurses into them."""
    # Where nothing is escaped, a string begins or ends at every quotation mark.
    outside = _STRING.sub("", text) if "\\" in text else "".join(text.split('"')[::2])
    brackets = outside.encode().translate(None, _NO_BRACKETS)
    return max(accumulate(map(_STEPS.__getitem__, brackets), initial=0))


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    values = dict(pairs)
    if len(values) == len(pairs):
        return values
    seen, names = set[str](), (name for name, _ in pairs)
    while (name := next(names)) not in seen:
        seen.add(name)
    raise ValueError(f"the key {name[:80]!r} appears twice")


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no number")


def _strings(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for key, item in value.items():
                yield key
                yield from _strings(item)
        case list():
            for item in value:
                yield from _strings(item)


def _strays(result: AgentResult, subjects: dict[str, Subject], mission: Mission) -> Iterator[Problem]:
    """Everything that the result says about what isn't this agent's."""
    fields = {field.id for field in mission.fields}
    seen: set[tuple[str, str]] = set()
    items: list[tuple[str, Finding | Gap]] = [(f"findings[{n}]", item) for n, item in enumerate(result.findings)]
    items += [(f"gaps[{n}]", item) for n, item in enumerate(result.gaps)]
    for place, item in items:
        if item.subject not in subjects:
            yield _stray(place, f"subject {item.subject!r} is not assigned to {result.agent}")
        elif item.field not in fields:
            yield _stray(place, f"the mission has no field {item.field!r}")
        else:
            yield from _foreign(place, item, subjects[item.subject], mission.allow_domains, seen)
    for index, blocker in enumerate(result.blockers):
        if blocker.subject is not None and blocker.subject not in subjects:
            yield _stray(f"blockers[{index}]", f"subject {blocker.subject!r} is not assigned to {result.agent}")
    yield from _opinions(result, subjects)


def _opinions(result: AgentResult, subjects: Container[str]) -> Iterator[Problem]:
    """Opinions about what is not the agent's, more than one about a subject, and those that rest on nothing."""
    found = {(finding.subject, finding.field) for finding in result.findings}
    held = Counter(opinion.subject for opinion in result.opinions)
    for index, opinion in enumerate(result.opinions):
        subject, place = opinion.subject, f"opinions[{index}]"
        if subject not in subjects:
            yield _stray(place, f"subject {subject!r} is not assigned to {result.agent}")
        elif held[subject] > 1:
            yield _stray(place, f"{subject} has {held[subject]} opinions; one is read")
        for field in opinion.because:
            if (subject, field) not in found:
                yield _stray(place, f"it rests on {field!r}, for which there is no finding about {subject!r}")


def _foreign(
    place: str, item: Finding | Gap, subject: Subject, domains: tuple[str, ...], seen: set[tuple[str, str]]
) -> Iterator[Problem]:
    """Documents that are none of the subject's sources; each is told once."""
    named = (
        [item.citation.source] if isinstance(item, Finding) else [searched.source for searched in item.searched]
    )
    for document in named:
        if (subject.id, document) in seen:
            continue
        if not any(belongs(document, source, domains) for source in subject.sources):
            yield _stray(place, f"{document[:200]!r} is not among the sources of {subject.id}")
        seen.add((subject.id, document))


def _stray(place: str, what: str) -> Problem:
    return Problem(file="result", what=f"{place}: {what}")


def _refuse(strays: Iterable[Problem]) -> None:
    if problems := list(strays):
        raise Refused(problems=_first(problems))


def _first(problems: list[Problem]) -> tuple[Problem, ...]:
    more = len(problems) - _SHOWN
    return (*problems[:_SHOWN], *([Problem(file="result", what=f"and {more} more")] if more > 0 else []))


def _with_overspending(result: AgentResult, allowance: int) -> AgentResult:
    used = result.usage.micro_usd
    if used <= allowance:
        return result
    spent = f"Agent {result.agent} used {usd(used)} US dollars; the attempt's allowance was {usd(allowance)}."
    blocker = Blocker(
        title="More money used than allowed",
        impact="High",
        description=spent,
        recommendation="Look at the agent's backend before it is started again.",
    )
    return result.model_copy(update={"blockers": (*result.blockers, blocker)})


def _identity(session: str, agent: str, attempt: int) -> str:
    return f"attempt {attempt} of {agent} in session {session}"


def _place(location: tuple[int | str, ...]) -> str:
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part[:80]}" for part in location)
    return path.lstrip(".") or "the whole"
