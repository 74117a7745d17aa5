"""`record`: checks what an agent handed over, keeps it on a ref of its own, folds what is pending (G13, G14)."""

from dataclasses import dataclass
from datetime import datetime

from bot.commands.files import json_bytes
from bot.core.artifacts import parse_result
from bot.core.evidence import Evidence
from bot.core.findings import Citation
from bot.core.folding import Pending, pending
from bot.core.mission import AgentSpec, Mission
from bot.core.recording import accepted, check_all, failed
from bot.core.records import AgentRecord, FindingsFile, Launch
from bot.core.session import RECORDS, agent_path, findings_path, record_ref
from bot.errors import LostRace, Refused, SwarmError
from bot.ports import Clock, RefUpdate, Repository, SourceLibrary

TRIES = 50


@dataclass(frozen=True, slots=True)
class Handover:
    """What an agent's job left behind: the artifact's bytes, or why there is none."""

    agent: AgentSpec
    attempt: int
    started: datetime
    artifact: bytes | None = None
    failure: str = ""


def record(
    repo: Repository, library: SourceLibrary, clock: Clock, mission: Mission, launch: Launch, handed: Handover
) -> AgentRecord:
    """Checks a handover and keeps it on a ref of its own, which is durable at once. `fold` takes it in.

    Nothing that the agent wrote is trusted. Raises Refused when a newer attempt is kept already (G14).
    """
    made, file = _judge(library, clock, mission, launch, handed)
    session, agent = launch.session, handed.agent.id
    refs = repo.refs(f"{RECORDS}{session}/{agent}")
    attempts = [int(ref.rpartition("/")[2]) for ref in refs]
    if any(attempt > handed.attempt for attempt in attempts):
        raise Refused(
            f"attempt {handed.attempt} of {agent} came back after attempt {max(attempts)} had been recorded",
            "nothing is to be done: its result is not needed any more",
        )
    if handed.attempt not in attempts:
        _keep(repo, clock, made, file)
    return made


def _keep(repo: Repository, clock: Clock, made: AgentRecord, file: FindingsFile) -> None:
    contents: dict[str, bytes | None] = {
        agent_path(made.session, made.agent): json_bytes(made.model_dump(mode="json")),
        findings_path(made.session, made.agent): json_bytes(file.model_dump(mode="json")),
    }
    message = f"Record attempt {made.attempt} of {made.agent} for session {made.session}\n"
    commit = repo.commit([], contents, message, clock.now())
    try:
        repo.update([RefUpdate(record_ref(made.session, made.agent, made.attempt), commit, None)])
    except LostRace:
        return  # the same attempt was recorded by a twin of this job: one of the two is enough


def _judge(
    library: SourceLibrary, clock: Clock, mission: Mission, launch: Launch, handed: Handover
) -> tuple[AgentRecord, FindingsFile]:
    session, agent, cap = launch.session, handed.agent, launch.caps[handed.agent.id]
    if handed.artifact is None:
        return failed(agent, session, handed.attempt, handed.started, clock.now(), handed.failure)
    try:
        result = parse_result(
            handed.artifact, session=session, agent=agent.id, attempt=handed.attempt, mission=mission, cap=cap
        )
    except SwarmError as error:
        more = f" (and {len(error.problems) - 1} more)" if len(error.problems) > 1 else ""
        reason = f"its result was refused: {error.problems[0]}{more}"
        return failed(agent, session, handed.attempt, handed.started, clock.now(), reason)

    def lookup(citation: Citation) -> Evidence:
        return library.evidence(citation.source, citation.locator, citation.method)

    return accepted(mission, agent, result, check_all(result.findings, lookup), clock.now())


def fold(repo: Repository, clock: Clock, branch: str, session: str) -> tuple[AgentRecord, ...]:
    """Takes every pending record into the session's branch with one commit; the records that were taken in.

    A writer that comes in between is not overwritten: the branch is read again and the commit made anew.
    """
    for _ in range(TRIES):
        refs = repo.refs(RECORDS + session)
        tip = repo.refs(branch).get(branch)
        if tip is None:
            raise Refused(f"the branch of session {session} is gone", "launch the mission again")
        waiting = pending(refs, session, _recorded(repo, tip, session, refs))
        if not waiting:
            return ()
        files = _files(repo, session, waiting)
        commit = repo.commit([tip], dict(files), _message(session, waiting), clock.now())
        try:
            repo.update([RefUpdate(branch, commit, tip)])
        except LostRace:
            continue
        return tuple(AgentRecord.model_validate_json(files[agent_path(session, item.agent)]) for item in waiting)
    raise Refused(f"{branch} kept moving", "run again: what was recorded is safe on its own refs")


def _recorded(repo: Repository, tip: str, session: str, refs: dict[str, str]) -> dict[str, int]:
    """The attempts on the branch, of those agents that have a record ref."""
    agents = {ref.split("/")[-2] for ref in refs}
    found = repo.read([(tip, agent_path(session, agent)) for agent in sorted(agents)])
    records = map(AgentRecord.model_validate_json, found.values())
    return {record.agent: record.attempt for record in records}


def _files(repo: Repository, session: str, waiting: tuple[Pending, ...]) -> dict[str, bytes]:
    wanted = [
        (item.commit, path)
        for item in waiting
        for path in (agent_path(session, item.agent), findings_path(session, item.agent))
    ]
    return {path: content for (_, path), content in repo.read(wanted).items()}


def _message(session: str, waiting: tuple[Pending, ...]) -> str:
    agents = ", ".join(item.agent for item in waiting[:5]) + (" and others" if len(waiting) > 5 else "")
    return f"Record {agents}\n\nSwarm-Session: {session}\n"
