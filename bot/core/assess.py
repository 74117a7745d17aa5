"""Complexity, hours and priority of a subject, from counted facts alone. See docs/rubric.md."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.core.fields import Field
from bot.core.findings import CheckedFinding
from bot.core.ids import slug
from bot.core.rubric import (
    BASE_HOURS,
    EVENTS_HOURS,
    LOW_HOURS,
    MEDIUM_HOURS,
    NO_SDK_HOURS,
    OPEN_FIELD_HOURS,
    OTHER_SCHEME_HOURS,
    P0_READINESS,
    P1_READINESS,
    READINESS,
    SCHEMES,
    UNKNOWN_LIMITS_HOURS,
    UNKNOWN_OPERATIONS_HOURS,
    UNKNOWN_PRICING_HOURS,
    operation_hours,
)

Complexity = Literal["Low", "Medium", "High"]
Priority = Literal["P0", "P1", "P2"]
COMPLEXITIES: tuple[Complexity, ...] = ("Low", "Medium", "High")
PRIORITIES: tuple[Priority, ...] = ("P0", "P1", "P2")

_NONE = frozenset({"no", "none", "0", "not available", "unsupported"})
_NUMBER = re.compile(r"\d[\d,]*")
_FIELD_OF = {name: slug(name) for name, _ in READINESS}


@dataclass(frozen=True, slots=True)
class Input:
    """A counted fact: what it is, its value, and the hours that it adds."""

    name: str
    value: str
    hours: int


@dataclass(frozen=True, slots=True)
class Assessment:
    """What a subject will take. `hours` is the sum of the inputs' hours; `readiness` of `FULL_READINESS`."""

    complexity: Complexity
    hours: int
    priority: Priority
    inputs: tuple[Input, ...]
    readiness: int
    ready: tuple[tuple[str, int], ...]
    dependencies: tuple[str, ...]


def assess(findings: Sequence[CheckedFinding], fields: Sequence[Field]) -> Assessment | None:
    """The assessment of one subject; None without a verified finding, since nothing is known then.

    `findings` of other states than verified are disregarded. A required field without a verified claim counts as
    open, whether or not its gap was said.
    """
    verified = [finding for finding in findings if finding.state == "verified"]
    if not verified:
        return None
    known: dict[str, list[CheckedFinding]] = {}
    for finding in verified:
        known.setdefault(finding.field, []).append(finding)
    inputs = tuple(_inputs(known, fields))
    hours = sum(entry.hours for entry in inputs)
    ready = tuple((name, points) for name, points in READINESS if _FIELD_OF[name] in known)
    readiness = sum(points for _, points in ready)
    return Assessment(
        complexity=_complexity(hours),
        hours=hours,
        priority=_priority(readiness),
        inputs=inputs,
        readiness=readiness,
        ready=ready,
        dependencies=sdk_names(known.get("sdks", ())),
    )


def _complexity(hours: int) -> Complexity:
    return "Low" if hours <= LOW_HOURS else "Medium" if hours <= MEDIUM_HOURS else "High"


def _priority(readiness: int) -> Priority:
    return "P0" if readiness >= P0_READINESS else "P1" if readiness >= P1_READINESS else "P2"


def _inputs(known: dict[str, list[CheckedFinding]], fields: Sequence[Field]) -> Iterable[Input]:
    asked = {field.id for field in fields}
    yield Input("base", "", BASE_HOURS)
    yield _operations(known.get("operations", ()))
    yield _authentication(known.get("authentication", ()))
    if "webhooks" in known:
        events = not _says_no(known["webhooks"])
        yield Input("webhooks or events", "yes" if events else "no", EVENTS_HOURS if events else 0)
    if not known.get("sdks") or _says_no(known["sdks"]):
        yield Input("official SDK", "none known", NO_SDK_HOURS)
    if "rate-limits" in asked - known.keys():
        yield Input("rate limits", "unknown", UNKNOWN_LIMITS_HOURS)
    if "pricing" in asked - known.keys():
        yield Input("pricing", "unknown", UNKNOWN_PRICING_HOURS)
    unanswered = [field for field in fields if _is_open(field, known)]
    if unanswered:
        yield Input("required fields open", str(len(unanswered)), OPEN_FIELD_HOURS * len(unanswered))


def _is_open(field: Field, known: dict[str, list[CheckedFinding]]) -> bool:
    return field.required and field.kind == "claim" and field.id not in known


def _says_no(findings: Sequence[CheckedFinding]) -> bool:
    return all(finding.value.strip().casefold() in _NONE for finding in findings)


def _operations(findings: Sequence[CheckedFinding]) -> Input:
    """The largest count: two SDKs of one API would be counted twice in a sum."""
    counted = max((_count(finding) for finding in findings if finding.citation.method == "counted"), default=0)
    number = counted or len(findings)
    value = f"{number:,}" if counted else f"{number:,} quoted" if number else "unknown"
    return Input("operations", value, operation_hours(number) if number else UNKNOWN_OPERATIONS_HOURS)


def _count(finding: CheckedFinding) -> int:
    numbers = _NUMBER.findall(finding.value) or _NUMBER.findall(finding.claim)
    digits = re.sub(r"\D", "", numbers[0])[:9] if numbers else ""
    return int(digits or 0)


def _authentication(findings: Sequence[CheckedFinding]) -> Input:
    if not findings:
        return Input("authentication", "unknown", OTHER_SCHEME_HOURS)
    text = " ".join(f"{finding.value} {finding.claim}" for finding in findings)
    kind, hours = next(
        ((name, hours) for name, hours, words in SCHEMES if re.search(rf"\b(?:{words})", text, re.IGNORECASE)),
        ("another", OTHER_SCHEME_HOURS),
    )
    return Input("authentication", kind, hours)


def sdk_names(findings: Iterable[CheckedFinding]) -> tuple[str, ...]:
    """What an integration will depend on: the SDKs, by their short form or by the package that is cited."""
    names = (finding.value.strip() or package(finding.citation.source) for finding in findings)
    return tuple(dict.fromkeys(name for name in names if name and name.casefold() not in _NONE))


def package(source: str) -> str:
    """The name of a cited package with its version, `botocore 1.44.5`; empty for a source that is none."""
    scheme, _, rest = source.partition(":")
    separator = {"pypi": "==", "npm": "@"}.get(scheme)
    if separator is None:
        return ""
    name, _, version = rest.partition("#")[0].rpartition(separator)
    return f"{name} {version}" if name and version else ""
