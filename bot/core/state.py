"""How a session stands: reduced from facts that lie in git, never from what an agent says of itself."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from math import ceil
from typing import Literal, NamedTuple

from bot.core.alerts import Alert, alert
from bot.core.conflicts import Resolution
from bot.core.continuing import halted
from bot.core.findings import Blocker
from bot.core.ids import slug
from bot.core.mission import Mission
from bot.core.orders import deadline, last_word
from bot.core.projection import projected
from bot.core.records import AgentRecord, AgentState
from bot.core.remembered import itself, remembered
from bot.core.session import SessionData, branch_ref

Phase = Literal["launched", "running", "complete", "merged"]
"""launched: no agent is recorded. running: some are. complete: all are. merged: it lies in the base branch."""


@dataclass(frozen=True, slots=True)
class Merge:
    """That a session lies in the base branch, and which commit brought it when the history says so."""

    commit: str | None = None
    time: datetime | None = None
    resolved: tuple[Resolution, ...] = ()
    """The conflicts that were settled on its branch before, as that commit tells."""


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """What git says about a session. `tip` is its branch's commit, None when the branch is gone."""

    data: SessionData
    tip: str | None = None
    merge: Merge | None = None
    deliverable: bool = False


@dataclass(frozen=True, slots=True)
class SubjectRef:
    """A subject by its id and by its name for people."""

    id: str
    name: str


@lru_cache(maxsize=65_536)
def subject_ref(name: str) -> SubjectRef:
    """A subject by its name: sessions repeat their subjects, and making an id of a name takes a while."""
    return SubjectRef(slug(name), name)


@dataclass(frozen=True, slots=True)
class Agents:
    """The ids of a session's agents by what is recorded of them, in the mission's order."""

    done: tuple[str, ...]
    blocked: tuple[str, ...]
    failed: tuple[str, ...]
    pending: tuple[str, ...]

    @property
    def total(self) -> int:
        return self.reported + len(self.pending)

    @property
    def reported(self) -> int:
        return len(self.done) + len(self.blocked) + len(self.failed)


@dataclass(frozen=True, slots=True)
class Subjects:
    """A session's subjects. covered: findings or gaps are recorded. blocked: recorded without."""

    assigned: tuple[SubjectRef, ...]
    covered: tuple[SubjectRef, ...]
    blocked: tuple[SubjectRef, ...]


@dataclass(frozen=True, slots=True)
class BlockerNote:
    """A blocker with who recorded it, when, and which subjects it holds up."""

    session: str
    agent: str
    recorded: datetime
    subjects: tuple[SubjectRef, ...]
    blocker: Blocker


@dataclass(frozen=True, slots=True)
class GivenUp:
    """An assignment for which there was no time: since when nothing came of it, after how many attempts, what they
    had found, and in which session it goes on (empty: in none)."""

    agent: str
    since: datetime
    attempts: int
    findings: int
    verified: int
    goes_on_in: str


@dataclass(frozen=True, slots=True)
class SessionState:
    """How a session stands. Money is in millionths of a US dollar; times are UTC; `eta` None is unknown.

    `projected` is what it will have cost in the end, None when that is unknown. `halted` are the agents that were
    refused access to their model, and could go on; `goes_on_from` is the session that had no time for this one's
    work, empty where there is none.
    """

    session: str
    mission: Mission
    branch: str
    tip: str | None
    phase: Phase
    agents: Agents
    subjects: Subjects
    findings: int
    verified: int
    gaps: int
    blocker_count: int
    blockers: tuple[BlockerNote, ...]
    failures: tuple[tuple[str, str], ...]
    halted: tuple[str, ...]
    given_up: tuple[GivenUp, ...]
    goes_on_from: str
    cost: int
    cap: int
    projected: int | None
    launched: datetime
    deadline: datetime
    last_activity: datetime
    merge: Merge | None
    overdue: bool
    deliverable: bool
    eta: datetime | None
    alert: Alert | None


def reduce(facts: SessionFacts, now: datetime) -> SessionState:
    """A session's state. Only `overdue` looks at `now`; records may come in any order (G19)."""
    data, mission = facts.data, facts.data.mission
    ids = [agent.id for agent in mission.agents]
    records = [data.records[agent] for agent in ids if agent in data.records]
    agents = _agents(ids, records)
    phase = _phase(agents, facts.merge)
    until = deadline(data.launch, data.orders)
    last, sums = _last_activity(data.launch.launched, records, facts.merge), _sums(records)
    return SessionState(
        session=data.session,
        mission=mission,
        branch=branch_ref(mission, data.session).removeprefix("refs/heads/"),
        tip=facts.tip,
        phase=phase,
        agents=agents,
        subjects=_subjects(data),
        findings=sums.findings,
        verified=sums.verified,
        gaps=sums.gaps,
        blocker_count=sums.blockers,
        blockers=tuple(_notes(data, records)),
        failures=tuple((record.agent, record.reason) for record in records if record.state == "failed"),
        halted=tuple(
            record.agent for record in halted(data.launch, data.records, last_word(data.launch, data.orders))
        ),
        given_up=tuple(_given_up(record) for record in records if record.idle_since),
        goes_on_from=data.launch.continues.session if data.launch.continues else "",
        cost=sums.spent,
        cap=mission.limits.max_usd,
        projected=projected(mission, data.records),
        launched=data.launch.launched,
        deadline=until,
        last_activity=last,
        merge=facts.merge,
        overdue=phase in ("launched", "running") and now > until,
        deliverable=facts.deliverable,
        eta=_eta(records, len(agents.pending), mission.limits.max_parallel, last),
        alert=alert(records, data.launch.caps, mission.limits.max_usd),
    )


class _Sums(NamedTuple):
    """Sums over a session's records; money in millionths of a US dollar."""

    findings: int = 0
    verified: int = 0
    gaps: int = 0
    blockers: int = 0
    spent: int = 0


def _sums(records: Iterable[AgentRecord]) -> _Sums:
    each = [(one.findings, one.verified, one.gaps, one.blockers, one.spent) for one in records]
    return _Sums(*map(sum, zip(*each, strict=True)))


def _given_up(record: AgentRecord) -> GivenUp:
    since = record.idle_since or record.recorded
    into = record.goes_on_in or ""
    return GivenUp(record.agent, since, record.attempt - 1, record.findings, record.verified, into)


def _agents(ids: Iterable[str], records: Iterable[AgentRecord]) -> Agents:
    states: dict[str, AgentState] = {record.agent: record.state for record in records}
    found: dict[str, list[str]] = {"done": [], "blocked": [], "failed": [], "pending": []}
    for agent in ids:
        found[states.get(agent, "pending")].append(agent)
    return Agents(**{state: tuple(agents) for state, agents in found.items()})


def _phase(agents: Agents, merge: Merge | None) -> Phase:
    if merge is not None:
        return "merged"
    if not agents.pending:
        return "complete"
    return "running" if agents.reported else "launched"


def _last_activity(launched: datetime, records: Iterable[AgentRecord], merge: Merge | None) -> datetime:
    merged = [merge.time] if merge and merge.time else []
    return max([launched, *(record.recorded for record in records), *merged])


def _subjects(data: SessionData) -> Subjects:
    assigned, by_agent = _assigned(data.mission)
    covered: list[SubjectRef] = []
    blocked: list[SubjectRef] = []
    for agent, references in by_agent:
        if not (record := data.records.get(agent)):
            continue
        if record.state == "done":
            covered += references
        else:
            held_up = _held_up(data, record)
            for reference in references:
                (blocked if held_up is None or reference.id in held_up else covered).append(reference)
    return Subjects(assigned, tuple(covered), tuple(blocked))


@remembered(64, itself)
def _assigned(
    mission: Mission,
) -> tuple[tuple[SubjectRef, ...], tuple[tuple[str, tuple[SubjectRef, ...]], ...]]:
    """The subjects of a mission, together and by agent."""
    by_agent = tuple((agent.id, tuple(subject_ref(s.name) for s in agent.subjects)) for agent in mission.agents)
    return tuple(one for _, references in by_agent for one in references), by_agent


def _held_up(data: SessionData, record: AgentRecord) -> frozenset[str] | None:
    """The ids of the subjects that an agent left out that is not done; None: all of them, or nobody knows."""
    file = data.findings.get(record.agent)
    if file is None:
        return None
    named = {blocker.subject for blocker in file.blockers}
    answered = {finding.subject for finding in file.findings} | {gap.subject for gap in file.gaps}
    if None in named or record.state == "failed":
        assigned = {s.id for agent in data.mission.agents if agent.id == record.agent for s in agent.subjects}
        named |= assigned - answered
    return frozenset(subject for subject in named if subject)


def _notes(data: SessionData, records: Iterable[AgentRecord]) -> Iterable[BlockerNote]:
    subjects = {agent.id: agent.subjects for agent in data.mission.agents}
    for record in records:
        file = data.findings.get(record.agent)
        for blocker in file.blockers if file else ():
            named = tuple(
                ref for s in subjects[record.agent] if blocker.subject in (None, (ref := subject_ref(s.name)).id)
            )
            yield BlockerNote(data.session, record.agent, record.recorded, named, blocker)


def _eta(records: list[AgentRecord], pending: int, parallel: int, last: datetime) -> datetime | None:
    """The last activity plus the median duration of the recorded agents, once for each round still to come."""
    if not pending:
        return None
    durations = sorted(took for record in records if (took := _took(record)) > timedelta())
    if not durations:
        return None
    try:
        return last + durations[len(durations) // 2] * ceil(pending / parallel)
    except OverflowError:
        return None  # a record says that it took centuries


@remembered(512, itself)
def _took(record: AgentRecord) -> timedelta:
    return record.finished - record.started
