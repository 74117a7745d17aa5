"""The audit trail of a session: every decision once, with when, by whom, in which run and why.

Most events follow from facts in git (`implied`), so that whoever comes by can write down what was not written yet.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, StringConstraints, ValidationError
from pydantic import Field as Constraint

from bot.core.conflicts import Resolution
from bot.core.dispatches import Dispatch, Dispatches, Start
from bot.core.gate.verdict import Verdict, names, plural
from bot.core.ids import Id
from bot.core.mission import Mission
from bot.core.models import Model
from bot.core.money import usd
from bot.core.neutral import visible
from bot.core.orders import Order, OrderKind
from bot.core.recording import TIME_OVER
from bot.core.records import AgentRecord, Launch
from bot.core.remembered import each, remembered
from bot.core.session import SessionData

SWARM = "swarm"
"""The actor of what the bot decides by itself."""
SOMEBODY = "somebody"
"""The actor where git does not say who it was."""
REASON_MAX = 300
NAME_MAX = 100

Kind = Literal[
    "launched",
    "reserved",
    "dispatched",
    "recorded",
    "refused",
    "reassigned",
    "started",
    "cancelled",
    "gated",
    "merged",
    "resolved",
    "stopped",
    "resumed",
    "funded",
    "retried",
    "expired",
    "broken",
]
_ORDERED: dict[OrderKind, tuple[Kind, str]] = {
    "stop": ("stopped", "nothing new starts until somebody says so"),
    "resume": ("resumed", "the session goes on"),
    "retry": ("retried", "one more attempt"),
    "budget": ("funded", "more money"),
    "merge": ("resumed", "the gate is asked again"),
}
"""What an order is in the trail."""


def _utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("this time does not exist in UTC") from error


Moment = Annotated[AwareDatetime, AfterValidator(_utc)]
Name = Annotated[str, StringConstraints(max_length=NAME_MAX), AfterValidator(visible)]


class TrailEvent(Model):
    """One decision. `run` is "<run id>/<attempt at the run>", empty where no run on another machine is involved.

    `launch` and `key` together make the event the one it is: it is written once. The time of the launch is in it
    because an abandoned session that is launched anew has the same id.
    """

    time: Moment
    kind: Kind
    actor: Annotated[Name, StringConstraints(min_length=1)]
    run: Name = ""
    agent: Id | None = None
    attempt: Annotated[int, Constraint(ge=1, le=10)] | None = None
    reason: Annotated[str, StringConstraints(min_length=1, max_length=REASON_MAX), AfterValidator(visible)]
    key: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,199}$")]
    launch: Moment

    @property
    def identity(self) -> tuple[datetime, str]:
        return self.launch, self.key


@dataclass(frozen=True, slots=True)
class Trail:
    """What a trail's file says; `unreadable` are the numbers of the lines that are no events, from 1."""

    events: tuple[TrailEvent, ...]
    unreadable: tuple[int, ...]


# --- the file ----------------------------------------------------------------------------------------------


def as_line(event: TrailEvent) -> str:
    """An event as one line of JSON, without a newline."""
    return json.dumps(event.model_dump(mode="json"), ensure_ascii=False)


def parse_trail(content: bytes) -> Trail:
    """The events of a trail's file. A line that cannot be read hides no other one."""
    events, unreadable = [], []
    for number, line in enumerate(content.split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            events.append(TrailEvent.model_validate_json(line))
        except ValidationError:
            unreadable.append(number)
    return Trail(tuple(events), tuple(unreadable))


def appended(content: bytes, events: Iterable[TrailEvent]) -> bytes:
    """The file with those of the events at its end that it does not have, by time; itself when it has all."""
    known = {event.identity for event in parse_trail(content).events}
    lines = []
    for event in chronological(events):
        if event.identity not in known:
            known.add(event.identity)
            lines.append(f"{as_line(event)}\n".encode())
    start = b"\n" if lines and content and not content.endswith(b"\n") else b""
    return content + start + b"".join(lines)


def is_append_only(before: bytes, after: bytes) -> bool:
    """Whether a version of the file has all that the one before it had, unchanged."""
    return after.startswith(before)


def chronological(events: Iterable[TrailEvent]) -> tuple[TrailEvent, ...]:
    """By time; what happened in the same second stays as it is."""
    return tuple(sorted(events, key=lambda event: event.time))


# --- decisions ---------------------------------------------------------------------------------------------


def decided(
    launch: Launch,
    kind: Kind,
    what: str,
    time: datetime,
    reason: str,
    *,
    actor: str = SWARM,
    run: str = "",
    agent: str | None = None,
    attempt: int | None = None,
) -> TrailEvent:
    """A decision about the session of a launch. `what` tells it from others of its kind; texts are cut short."""
    return TrailEvent(
        time=time,
        kind=kind,
        actor=_short(actor, NAME_MAX) or SWARM,
        run=_short(run, NAME_MAX),
        agent=agent,
        attempt=attempt,
        reason=_short(reason, REASON_MAX) or kind,
        key=f"{kind}/{what}" if what else kind,
        launch=launch.launched,
    )


def refused(launch: Launch, agent: str, attempt: int, time: datetime, reason: str, run: str = "") -> TrailEvent:
    """The result of an attempt was turned away because a newer one is recorded (G14)."""
    what = f"{agent}/{attempt}"
    return decided(launch, "refused", what, time, reason, run=run, agent=agent, attempt=attempt)


def gated(launch: Launch, verdict: Verdict, commit: str, time: datetime, run: str = "") -> TrailEvent:
    """The gate's verdict on a commit, with the criteria that it follows from."""
    open_ones = [one.id for one in verdict.criteria if one.state == verdict.state != "pass"]
    why = f": {names(open_ones)}" if open_ones else ""
    reason = f"{verdict.state} at {commit[:12]}{why}"
    return decided(launch, "gated", f"{commit}/{verdict.state}", time, reason, run=run)


def merged(launch: Launch, commit: str, time: datetime, *, ours: bool, run: str = "") -> TrailEvent:
    """The merge into the base branch; one that is not `ours` was made by somebody with a message of their own."""
    actor, by = (SWARM, run) if ours else (SOMEBODY, "")
    return decided(launch, "merged", commit, time, f"into {launch.base} as {commit[:12]}", actor=actor, run=by)


def resolved(launch: Launch, settled: Iterable[Resolution], time: datetime, run: str = "") -> Iterator[TrailEvent]:
    """Merge conflicts that were settled in the session's favour, an event for each commit that was merged in."""
    by_commit: dict[str, list[str]] = {}
    for one in settled:
        by_commit.setdefault(one.over, []).append(one.path)
    for commit, paths in by_commit.items():
        yield decided(launch, "resolved", commit, time, f"a conflict with the base in {names(paths)}", run=run)


def implied(data: SessionData, dispatches: Dispatches, kept: Iterable[AgentRecord] = ()) -> tuple[TrailEvent, ...]:
    """What facts in git say was decided: the launch, what was handed out last, and every record there is.

    `kept` are records on refs of their own: of each attempt, while the branch has the newest of each agent.
    """
    launch, runs = data.launch, {(one.agent, one.attempt): one.run for one in dispatches.dispatches}
    records = {(one.agent, one.attempt): one for one in (*kept, *data.records.values())}
    return (
        *_opening(launch),
        *(event for one in dispatches.dispatches for event in _dispatched((launch, one))),
        *(_recorded((launch, one, runs.get(key, ""))) for key, one in sorted(records.items())),
        *(_started(launch, one) for one in dispatches.starts),
        *(_ordered(launch, one) for one in data.orders),
        *_expired(launch, records.values()),
    )


def _opening(launch: Launch) -> Iterator[TrailEvent]:
    # Only what the launch fixed: what people change later, such as the money, would change the words.
    mission, who = launch.mission, launch.actor or launch.by
    asked = f", asked for in issue #{launch.issue}" if launch.issue else ""
    before = f", goes on from {launch.continues.session}" if launch.continues else ""
    about = f"{plural(len(mission.agents), 'agent')} for {mission.title[:200]}{asked}{before}"
    subjects = f"{plural(len(mission.subjects), 'subject')}: {_subjects(mission, None)}"
    yield decided(launch, "launched", "", launch.launched, about, actor=who, run=launch.run)
    yield decided(launch, "reserved", "", launch.launched, subjects, actor=who, run=launch.run)


# A session is asked again and again what follows from it, and most of it is what it was.
@remembered(512, each)
def _dispatched(of: tuple[Launch, Dispatch]) -> tuple[TrailEvent, ...]:
    launch, one = of
    agent, attempt, run, what = one.agent, one.attempt, one.run, f"{one.agent}/{one.attempt}"
    task = f"to research {_subjects(launch.mission, agent) or 'what the mission does not name'}"
    first = decided(launch, "dispatched", what, one.time, task, run=run, agent=agent, attempt=attempt)
    if not one.by:
        return (first,)
    why = f"{agent} fell silent; the backup agent {one.by} does its work"
    return first, decided(launch, "reassigned", what, one.time, why, run=run, agent=agent, attempt=attempt)


@remembered(512, each)
def _recorded(of: tuple[Launch, AgentRecord, str]) -> TrailEvent:
    launch, one, run = of
    agent, attempt = one.agent, one.attempt
    more = [plural(number, noun) for number, noun in ((one.gaps, "gap"), (one.blockers, "blocker")) if number]
    counts = ", ".join([plural(one.findings, "finding"), f"{one.verified:,} verified", *more])
    reason = f"{one.state}: {counts}{f'; {one.reason}' if one.reason else ''}"
    what = f"{agent}/{attempt}"
    return decided(launch, "recorded", what, one.recorded, reason, run=run, agent=agent, attempt=attempt)


def _started(launch: Launch, one: Start) -> TrailEvent:
    return decided(launch, "started", f"{one.time:%Y%m%dT%H%M%S.%fZ}", one.time, one.why, run=one.run)


def _ordered(launch: Launch, one: Order) -> TrailEvent:
    kind, reason = _ORDERED[one.kind]
    money = f" ({usd(sum(one.caps.values()))} USD)" if one.caps else ""
    agents = f": {names(one.attempts)}" if one.attempts else ""
    return decided(launch, kind, one.id, one.time, f"{reason}{money}{agents}", actor=one.by)


def _expired(launch: Launch, records: Iterable[AgentRecord]) -> Iterator[TrailEvent]:
    given_up = sorted((one for one in records if one.reason == TIME_OVER), key=lambda one: one.recorded)
    if given_up:
        into = next((f"; {one.goes_on_in} goes on" for one in given_up if one.goes_on_in), "")
        reason = f"{TIME_OVER}: {names(one.agent for one in given_up)}{into}"
        yield decided(
            launch, "expired", f"{given_up[0].agent}/{given_up[0].attempt}", given_up[0].recorded, reason
        )


def _subjects(mission: Mission, agent: str | None) -> str:
    return names(s.name for spec in mission.agents if agent in (None, spec.id) for s in spec.subjects)


def _short(text: str, limit: int) -> str:
    seen = visible(text)
    return seen if len(seen) <= limit else seen[: limit - 1].rstrip() + "…"
