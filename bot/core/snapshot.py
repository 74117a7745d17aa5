"""What lies in git, read as values: a file that is missing, broken or hostile is a problem, not a crash."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache, lru_cache
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from bot.core.orders import Orders, amended
from bot.core.records import AgentRecord, FindingsFile, Launch
from bot.core.session import SessionData, agent_path, findings_path, launch_path, mission_path, orders_path
from bot.errors import Problem

MAX_RECORD = 1_000_000  # bytes; a record holds a few hundred
MAX_FINDINGS = 16_000_000  # bytes; `record` accepts no more than 5,000 findings of an agent
KEPT = 100_000  # bytes of a file up to which its value is kept
MENDED = "`swarm record` writes this file; restore it from the history or record the agent again"

M = TypeVar("M", bound=BaseModel)


def parse_launch(session: str, content: bytes | None) -> tuple[Launch | None, tuple[Problem, ...]]:
    """A session's launch, which holds its mission; None with the reason when it is unusable."""
    path = launch_path(session)
    problems: list[Problem] = []
    launch = _parse(Launch, path, content, MAX_FINDINGS, "launch the mission again", problems)
    if launch and launch.session != session:
        problems.append(Problem(path, what=f"it is the launch of {launch.session}", todo="restore the file"))
        return None, tuple(problems)
    return launch if launch and _plausible(path, [launch.launched], problems) else None, tuple(problems)


def is_launched_mission(content: bytes | None, launch: Launch) -> bool:
    """Whether a mission.yml is, byte for byte, the file that was launched."""
    if content is None:
        return False
    digest = _kept_digest if len(content) <= KEPT else _digest
    return digest(content) == launch.mission_sha256


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@lru_cache(maxsize=32)
def _kept_digest(content: bytes) -> str:
    return _digest(content)


def parse_record(session: str, agent: str, content: bytes, problems: list[Problem]) -> AgentRecord | None:
    """The record of one agent; a record that belongs to another agent or session is refused (A12)."""
    read = _kept_record if len(content) <= KEPT else _record
    record, found = read(session, agent, content)
    problems += found
    return record


@lru_cache(maxsize=1_024)
def _kept_record(session: str, agent: str, content: bytes) -> tuple[AgentRecord | None, tuple[Problem, ...]]:
    return _record(session, agent, content)


def _record(session: str, agent: str, content: bytes) -> tuple[AgentRecord | None, tuple[Problem, ...]]:
    path, problems = agent_path(session, agent), list[Problem]()
    record = _parse(AgentRecord, path, content, MAX_RECORD, MENDED, problems)
    if record and (record.session, record.agent) != (session, agent):
        what = f"it is the record of {record.agent} in session {record.session}"
        problems.append(Problem(path, what=what, todo=MENDED))
        return None, tuple(problems)
    times = [record.started, record.finished, record.recorded] if record else []
    return record if record and _plausible(path, times, problems) else None, tuple(problems)


def parse_findings(session: str, agent: str, content: bytes, problems: list[Problem]) -> FindingsFile | None:
    """The findings of one agent; a file that belongs to another agent is refused (A12)."""
    path = findings_path(session, agent)
    file = _parse(FindingsFile, path, content, MAX_FINDINGS, MENDED, problems)
    if file and file.agent != agent:
        problems.append(Problem(path, what=f"it holds the findings of {file.agent}", todo=MENDED))
        return None
    return file


def parse_orders(session: str, content: bytes | None, problems: list[Problem]) -> Orders:
    """What people have told a session; nothing, where there is no file."""
    if content is None:
        return _no_orders()
    path, todo = orders_path(session), "restore it from the history of the session's branch"
    orders = _parse(Orders, path, content, MAX_RECORD, todo, problems) or Orders()
    return orders if _plausible(path, [order.time for order in orders.orders], problems) else Orders()


@cache
def _no_orders() -> Orders:
    return Orders()


def parse_session(session: str, files: Mapping[str, bytes]) -> tuple[SessionData | None, tuple[Problem, ...]]:
    """Everything that one commit's files say about a session; files of agents without a mission are not read."""
    if sum(map(len, files.values())) <= KEPT:
        return _kept_session(session, tuple(files.items()))
    return _session(session, files)


@lru_cache(maxsize=8)  # a command reads it several times, and so do those that follow one another
def _kept_session(
    session: str, files: tuple[tuple[str, bytes], ...]
) -> tuple[SessionData | None, tuple[Problem, ...]]:
    return _session(session, dict(files))


def _session(session: str, files: Mapping[str, bytes]) -> tuple[SessionData | None, tuple[Problem, ...]]:
    launch, problems = parse_launch(session, files.get(launch_path(session)))
    if launch is None:
        return None, problems
    found: list[Problem] = []
    if not is_launched_mission(files.get(mission_path(session)), launch):
        todo = "the session goes on by the launched mission; take the edit back"
        found.append(Problem(mission_path(session), what="it is not the mission that was launched", todo=todo))
    ids = [agent.id for agent in launch.mission.agents]
    records = {
        a: r for a in ids if (c := files.get(agent_path(session, a))) and (r := parse_record(session, a, c, found))
    }
    findings = {
        a: f
        for a in ids
        if (c := files.get(findings_path(session, a))) and (f := parse_findings(session, a, c, found))
    }
    found += [
        Problem(findings_path(session, a), what="the file is missing", todo=MENDED)
        for a in records
        if a not in findings and findings_path(session, a) not in files
    ]
    orders = parse_orders(session, files.get(orders_path(session)), found).orders
    launch = amended(launch, orders)
    return SessionData(session, launch.mission, launch, records, findings, orders), tuple(found)


def _parse(
    model: type[M], path: str, content: bytes | None, limit: int, todo: str, problems: list[Problem]
) -> M | None:
    if content is None:
        problems.append(Problem(path, what="the file is missing", todo=todo))
        return None
    if len(content) > limit:
        problems.append(
            Problem(path, what=f"it has {len(content):,} bytes, at most {limit:,} are read", todo=todo)
        )
        return None
    try:
        return value_of(model, content)
    except ValidationError as error:
        problems.append(Problem(path, what=_first(error), todo=todo))
        return None


def value_of(model: type[M], content: bytes) -> M:
    """A file of ours as a value. Raises ValidationError when it is none.

    The same file again is the same value: a command reads a session several times.
    """
    return _kept(model, content) if len(content) <= KEPT else model.model_validate_json(content)


@lru_cache(maxsize=1_024)
def _kept(model: type[M], content: bytes) -> M:
    return model.model_validate_json(content)


def _plausible(path: str, times: Iterable[datetime], problems: list[Problem]) -> bool:
    """Whether times can be calculated with; the ends of the calendar cannot."""
    odd = next((time for time in times if not 2000 <= time.year < 2200), None)
    if odd is not None:
        problems.append(Problem(path, what=f"it names the year {odd.year}", todo=MENDED))
    return odd is None


def _first(error: ValidationError) -> str:
    """The first of pydantic's errors in one printable line; where it stands may be hostile text."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(str(step) for step in first["loc"])
    said = f"{place}: {first['msg']}" if place else first["msg"]
    return "".join(c if c.isprintable() else "?" for c in said)[:200]
