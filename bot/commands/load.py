"""Reads sessions out of git in bulk: a handful of reads however many sessions and agents there are."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TypeVar

from bot.commands.conflicts import conflicts
from bot.commands.discovery import HEADS, Place, find_sessions
from bot.core.conflicts import Conflict, resolutions
from bot.core.folding import pending
from bot.core.orders import Order, amended
from bot.core.overview import Overview, overview
from bot.core.records import AgentRecord, FindingsFile
from bot.core.session import (
    RECORDS,
    SESSIONS,
    SessionData,
    agent_path,
    findings_path,
    launch_path,
    mission_path,
    orders_path,
)
from bot.core.snapshot import parse_findings, parse_orders, parse_record, parse_session
from bot.core.state import Merge, SessionFacts, SessionState, reduce
from bot.errors import Problem, Refused, SwarmError
from bot.ports import Repository

MERGE_TRIALS = 20  # merges that are tried out for one overview; each costs processes of git
_MERGED = re.compile(r"\AMerge session ([a-z0-9-]+)|^Swarm-Session: ([a-z0-9-]+)\s*$", re.MULTILINE)

T = TypeVar("T", AgentRecord, FindingsFile)
Parser = Callable[[str, str, bytes, list[Problem]], T | None]
Where = Callable[[str, str], str]


@dataclass(frozen=True, slots=True)
class Loaded:
    """All sessions: reduced, and as they lie in git (`facts` by session; findings of agents that are not done).

    `state` is the commit that holds the state files, read at the same moment; None when there is none yet.
    """

    overview: Overview
    facts: Mapping[str, SessionFacts]
    state: str | None


def load_session(repo: Repository, commit: str, session: str) -> SessionData:
    """One session as one commit holds it. Raises SwarmError when any of its files cannot be read."""
    data, problems = parse_session(session, repo.files(commit, [f"{SESSIONS}{session}"]))
    if data is None or problems:
        raise SwarmError(problems=problems)
    return data


def load_launch(repo: Repository, commit: str, session: str) -> SessionData:
    """The same without what its agents have done: a recorder needs no more. Raises SwarmError likewise."""
    paths = launch_path(session), mission_path(session), orders_path(session)
    found = repo.read([(commit, path) for path in paths])
    data, problems = parse_session(session, {path: content for (_, path), content in found.items()})
    if data is None or problems:
        raise SwarmError(problems=problems)
    return data


def load_overview(
    repo: Repository, now: datetime, *, base: str, session: str | None = None, state_branch: str | None = None
) -> Loaded:
    """All sessions, or one of them: those merged into `base`, and those whose branch exists.

    `state_branch` is where the state files are when that is not the base branch; it is never a session's.
    Raises Refused when the base branch does not exist, or the session that is asked for.
    """
    refs = repo.refs("refs/")
    tip = refs.get(HEADS + base)
    if tip is None:
        raise Refused(f"the branch {base} has no commit", "make a first commit on it, or name another with --base")
    state = refs.get(HEADS + state_branch) if state_branch else tip
    if state_branch and state_branch != base:
        refs.pop(HEADS + state_branch, None)
    tree = repo.paths(tip)
    everything, problems = find_sessions(repo, refs, tip, tree)
    places = [place for place in everything if session in (None, place.session)]
    if session is not None and not places:
        raise Refused(f"there is no session {session}", "`swarm status` lists all of them")
    datas = _read_all(repo, refs, places, problems)
    facts = _facts(repo, tip, tree, places, datas)
    states = [reduce(fact, now) for fact in facts.values()]
    return Loaded(overview(base, tip, now, states, set(problems), _try_merges(repo, tip, states)), facts, state)


def load_findings(
    repo: Repository, commit: str, wanted: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], FindingsFile]:
    """Findings by session and agent as one commit holds them; what cannot be read is left out."""
    return _read(repo, dict.fromkeys(wanted, commit), findings_path, parse_findings, [])


def _read_all(
    repo: Repository, refs: Mapping[str, str], places: Sequence[Place], problems: list[Problem]
) -> list[SessionData]:
    """The sessions' records, also those that wait on refs of their own, and findings where not all is done."""
    agents = [(place, agent.id) for place in places for agent in place.launch.mission.agents]
    where = {(place.session, agent): place.commit for place, agent in agents}
    records = _read(repo, where, agent_path, parse_record, problems)
    waiting = _waiting(refs, places, records)
    records |= _read(repo, waiting, agent_path, parse_record, problems)
    needed = {
        key: waiting.get(key, where[key])
        for key, record in records.items()
        if record.blockers or record.state == "failed"
    }
    files = _read(repo, needed, findings_path, parse_findings, problems)
    orders = repo.read([(place.commit, orders_path(place.session)) for place in places])
    return [
        _data(
            place,
            parse_orders(place.session, orders.get((place.commit, orders_path(place.session))), problems).orders,
            _own(records, place),
            _own(files, place),
        )
        for place in places
    ]


def _data(
    place: Place,
    orders: tuple[Order, ...],
    records: Mapping[str, AgentRecord],
    findings: Mapping[str, FindingsFile],
) -> SessionData:
    launch = amended(place.launch, orders)
    return SessionData(place.session, launch.mission, launch, records, findings, orders)


def _read(
    repo: Repository,
    where: Mapping[tuple[str, str], str],
    path: Where,
    parse: Parser[T],
    problems: list[Problem],
) -> dict[tuple[str, str], T]:
    """A kind of file by session and agent, from the commit that `where` names for it."""
    wanted = {key: (commit, path(*key)) for key, commit in where.items()}
    contents = repo.read(list(wanted.values()))
    found = {}
    for key, place in wanted.items():
        content = contents.get(place)
        if content is not None and (value := parse(*key, content, problems)) is not None:
            found[key] = value
    return found


def _waiting(
    refs: Mapping[str, str], places: Sequence[Place], records: Mapping[tuple[str, str], AgentRecord]
) -> dict[tuple[str, str], str]:
    """The commits of records that no recorder has folded into the session's branch yet."""
    grouped: dict[str, dict[str, str]] = {}
    for ref, commit in refs.items():
        if ref.startswith(RECORDS):
            grouped.setdefault(ref.removeprefix(RECORDS).partition("/")[0], {})[ref] = commit
    found = {}
    for place in places:
        if place.merged or place.session not in grouped:
            continue
        agents = {agent.id for agent in place.launch.mission.agents}
        recorded = {agent: r.attempt for agent in agents if (r := records.get((place.session, agent)))}
        for item in pending(grouped[place.session], place.session, recorded):
            if item.agent in agents:
                found[place.session, item.agent] = item.commit
    return found


def _own(found: Mapping[tuple[str, str], T], place: Place) -> dict[str, T]:
    agents = (agent.id for agent in place.launch.mission.agents)
    return {agent: found[place.session, agent] for agent in agents if (place.session, agent) in found}


def _facts(
    repo: Repository, tip: str, tree: Mapping[str, str], places: Sequence[Place], datas: Sequence[SessionData]
) -> dict[str, SessionFacts]:
    merges = _merges(repo, tip) if any(place.merged for place in places) else {}
    written = _written(repo, places, datas)
    return {
        place.session: SessionFacts(
            data=data,
            tip=place.tip,
            merge=merges.get(place.session, Merge()) if place.merged else None,
            deliverable=data.mission.deliverable in tree if place.merged else place.session in written,
        )
        for place, data in zip(places, datas, strict=True)
    }


def _merges(repo: Repository, tip: str) -> dict[str, Merge]:
    """The commit that brought each session: the newest on the base branch that says so."""
    found: dict[str, Merge] = {}
    for entry in repo.log(tip):
        if match := _MERGED.search(entry.message):
            found.setdefault(match[1] or match[2], Merge(entry.commit, entry.time, resolutions(entry.message)))
    return found


def _written(repo: Repository, places: Sequence[Place], datas: Sequence[SessionData]) -> set[str]:
    """The complete sessions that have written their deliverable; an older session's, inherited, is not theirs."""
    complete = [
        (place, data.mission.deliverable, data.launch.base_commit)
        for place, data in zip(places, datas, strict=True)
        if not place.merged and len(data.records) == len(data.mission.agents)
    ]
    wanted = [(commit, path) for place, path, start in complete for commit in (place.commit, start)]
    texts = repo.read(wanted)
    return {
        place.session
        for place, path, start in complete
        if (text := texts.get((place.commit, path))) is not None and text != texts.get((start, path))
    }


def _try_merges(repo: Repository, tip: str, states: Sequence[SessionState]) -> dict[str, tuple[Conflict, ...]]:
    """What would conflict, for the first sessions that wait to be merged."""
    return dict(islice(_trials(repo, tip, states), MERGE_TRIALS))


def _trials(
    repo: Repository, tip: str, states: Sequence[SessionState]
) -> Iterator[tuple[str, tuple[Conflict, ...]]]:
    for state in states:
        if state.phase == "complete" and state.tip:
            yield state.session, conflicts(repo, state.session, state.mission, tip, state.tip)
