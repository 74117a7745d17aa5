"""The session that goes on with what another one had no time for (G12, G29, G30, A24).

It follows from what was given up: which assignments, which of their subjects, what is left of their money.
"""

import json
from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, count

from bot.core.affording import FIRST_CALL
from bot.core.allowance import PAID, allowance
from bot.core.carrying import GOES_ON, brought_forward, spoken_of, title
from bot.core.continuing import attempts_left
from bot.core.launching import number_of
from bot.core.loading import load
from bot.core.mission import AgentSpec, Criteria, Mission, Subject
from bot.core.plan import make_plan
from bot.core.pricing import key, worst_case
from bot.core.recording import TIME_OVER, Attempt, Handed, given_up
from bot.core.records import AgentRecord, Continues, FindingsFile, Launch
from bot.core.session import SessionData
from bot.errors import InvalidInput

MOST = 3
"""So many sessions go on from one another at most. With the first one and the usual six hours each that is a day,
in which the protocol wants all of them done."""
DELIVERABLE_MAX = 90
FILE = "mission.yml"
Made = tuple[AgentRecord, FindingsFile]


@dataclass(frozen=True, slots=True)
class Part:
    """An assignment that goes on: the agent with its open subjects and the money that it has left, and what is
    known of these subjects."""

    agent: AgentSpec
    found: FindingsFile


# --- giving up ---------------------------------------------------------------------------------------------


def next_session(data: SessionData, known: Iterable[str]) -> str:
    """The id of the session that would go on; empty where the mission wants none, or too many went on already.

    `known` are the ids of all sessions.
    """
    mission = data.mission
    if mission.limits.when_over != "continuation" or row(data.launch) >= MOST:
        return ""
    return f"{mission.mission}-{max(number_of(mission, one) for one in chain(known, [data.session])) + 1}"


def row(launch: Launch) -> int:
    """How many sessions went on from one another up to this one; 0: a person launched it."""
    return launch.continues.row if launch.continues else 0


def give_up(data: SessionData, now: datetime, into: str) -> list[Made]:
    """The records that end every assignment which is not done yet, because the session's time is over.

    Where something is left to try, the session `into` goes on with it; where that is empty, blockers say it all.
    """
    made = [
        given_up(attempt, now, TIME_OVER, _handed(data, attempt, into))
        for spec in data.mission.agents
        if (left := attempts_left(data.launch, spec, data.records.get(spec.id)))
        for attempt in [Attempt(data.launch, spec, left[0], data.records.get(spec.id), data.findings.get(spec.id))]
    ]
    if into and not _can_be_launched(data, made, into):
        return give_up(data, now, "")
    return made


def _handed(data: SessionData, attempt: Attempt, into: str) -> Handed | None:
    """What goes on of an assignment that never ended, or failed and may be tried again."""
    if not into or (attempt.record and attempt.record.state != "failed") or not _can_pay(data, attempt.agent):
        return None
    subjects = open_subjects(data.mission, attempt.agent, attempt.file)
    return Handed(into, subjects) if subjects else None


def open_subjects(mission: Mission, agent: AgentSpec, file: FindingsFile | None) -> tuple[Subject, ...]:
    """The subjects that are not finished: nothing good is known of them, or a required field is still open.

    One that the agent itself has called blocked is finished.
    """
    work = brought_forward(agent, file)
    required = [field.id for field in mission.fields if field.required and field.kind == "claim"]
    answered = {(f.subject, f.field) for f in work.findings} | {(gap.subject, gap.field) for gap in work.gaps}
    said, blocked = spoken_of(work), {blocker.subject for blocker in work.blockers}
    return tuple(
        subject
        for subject in agent.subjects
        if subject.id not in blocked
        and (subject.id not in said or any((subject.id, field) not in answered for field in required))
    )


def _can_pay(data: SessionData, spec: AgentSpec) -> bool:
    """Whether the money that an agent has left is enough for a first call, where it needs any."""
    agent = next(agent for agent in make_plan(data.mission).agents if agent.id == spec.id)
    if agent.backend not in PAID:
        return True
    price = data.launch.prices.get(key(agent.provider, agent.model))
    needed = worst_case(price, *FIRST_CALL) if price else 1
    return allowance(_left(data.launch, spec, data.records.get(spec.id)), 0, agent.attempts) >= needed


def _left(launch: Launch, spec: AgentSpec, record: AgentRecord | None) -> int:
    return max(launch.caps.get(spec.id, 0) - (record.spent if record else 0), 0)


def _can_be_launched(data: SessionData, made: Iterable[Made], into: str) -> bool:
    """Whether anything goes on, and the mission for it is one that may be launched, such as of its size."""
    records = {**data.records, **{record.agent: record for record, _ in made}}
    findings = {**data.findings, **{file.agent: file for _, file in made}}
    after = SessionData(data.session, data.mission, data.launch, records, findings, data.orders)
    if not goes_on_in(after):
        return False
    try:
        load(mission_file(after, into, ()), FILE)
    except InvalidInput:
        return False
    return True


# --- going on ----------------------------------------------------------------------------------------------


def goes_on_in(data: SessionData) -> str:
    """The session that goes on with what this one has given up; empty: none does."""
    return next((record.goes_on_in for record in data.records.values() if record.goes_on_in), "")


def handed_on(agent: AgentSpec, file: FindingsFile | None) -> tuple[Subject, ...]:
    """The subjects of which a findings file says that another session goes on with them."""
    if file is None or not file.blockers:
        return ()
    said = {(blocker.subject, blocker.title) for blocker in file.blockers}
    return tuple(subject for subject in agent.subjects if (subject.id, title(subject, GOES_ON)) in said)


def parts(data: SessionData) -> tuple[Part, ...]:
    """What goes on elsewhere, from the records of what was given up."""
    return tuple(
        _part(data, spec, data.records[spec.id], data.findings[spec.id])
        for spec in data.mission.agents
        if spec.id in data.findings and spec.id in data.records and data.records[spec.id].goes_on_in
    )


def _part(data: SessionData, spec: AgentSpec, record: AgentRecord, file: FindingsFile) -> Part:
    subjects = handed_on(spec, file)
    ids = {subject.id for subject in subjects}
    known = brought_forward(spec, file)
    found = FindingsFile(
        agent=spec.id,
        findings=tuple(finding for finding in known.findings if finding.subject in ids),
        gaps=tuple(gap for gap in known.gaps if gap.subject in ids),
        opinions=tuple(opinion for opinion in known.opinions if opinion.subject in ids),
    )
    agent = spec.model_copy(update={"subjects": subjects, "max_usd": _left(data.launch, spec, record)})
    return Part(agent, found)


def mission_file(data: SessionData, session: str, taken: Container[str]) -> bytes:
    """The mission of the session that goes on, as a file; `taken` are the deliverables of others."""
    agents = {part.agent.id: part.agent for part in parts(data)}
    teams = (
        team.model_copy(update={"agents": tuple(agents[a.id] for a in team.agents if a.id in agents)})
        for team in data.mission.teams
    )
    money = sum(agent.max_usd or 0 for agent in agents.values())
    mission = data.mission.model_copy(
        update={
            "deliverable": _deliverable(data, session, taken),
            "limits": data.mission.limits.model_copy(update={"max_usd": money}),
            "criteria": _tolerated(data),
            "teams": tuple(team for team in teams if team.agents),
            "target_subjects": None,
            "expected_agents": None,
            "planned_hours": None,
        }
    )
    values = mission.model_dump(mode="json", round_trip=True, exclude_unset=True, exclude_none=True)
    head = f"# What session {data.session} had no time for; made from its mission.\n"
    return (head + json.dumps(values, indent=1, ensure_ascii=False) + "\n").encode()


def continues(launch: Launch) -> Continues:
    """What the launch of the session that goes on says of the one before it."""
    return Continues(session=launch.session, row=row(launch) + 1, mission_sha256=launch.written_sha256)


def _deliverable(data: SessionData, session: str, taken: Container[str]) -> str:
    """The deliverable's name with the number of the session, or with one more where that is taken."""
    stem, number = data.mission.deliverable.removesuffix(".md"), session.rpartition("-")[2]
    if data.launch.continues:
        stem = stem.removesuffix(f"-{data.session.rpartition('-')[2]}")
    stem = stem[:DELIVERABLE_MAX].rstrip("-")
    first = f"{stem}-{number}.md"
    others = (f"{stem}-{number}-{more}.md" for more in count(2))
    return next(name for name in chain([first], others) if name not in taken)


def _tolerated(data: SessionData) -> Criteria:
    """What the gate may still tolerate: the mission's word holds for all sessions together."""
    criteria, mission = data.mission.criteria, data.mission
    required = [field.id for field in mission.fields if field.required and field.kind == "claim"]
    blocked = gaps = 0
    for agent in mission.agents:
        file = data.findings.get(agent.id)
        answered = {(f.subject, f.field) for f in file.findings if f.state == "verified"} if file else set()
        for subject in set(agent.subjects) - set(handed_on(agent, file)):
            fields = {field for name, field in answered if name == subject.id}
            blocked += not fields
            gaps += sum(field not in fields for field in required) if fields else 0
    return criteria.model_copy(
        update={
            "blocked_subjects": max(criteria.blocked_subjects - blocked, 0),
            "required_field_gaps": max(criteria.required_field_gaps - gaps, 0),
        }
    )
