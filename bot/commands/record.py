"""`record`: checks what an agent handed over, keeps it on a ref of its own, folds what is pending (G13, G14)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.commands.earlier import earlier, read_record
from bot.commands.files import model_bytes
from bot.commands.trail import note_refused
from bot.core.artifacts import Failure, parse_result
from bot.core.evidence import Evidence
from bot.core.findings import Citation
from bot.core.folding import Pending, Wait, next_step, pending
from bot.core.mission import AgentSpec, Mission
from bot.core.recording import Attempt, accepted, check_all, failed
from bot.core.records import AgentRecord, FindingsFile, Launch
from bot.core.session import RECORDS, agent_path, findings_path, record_ref
from bot.core.snapshot import value_of
from bot.errors import LostRace, Refused, SwarmError
from bot.ports import Clock, RefUpdate, Repository, SourceLibrary

TRIES = 50


@dataclass(frozen=True, slots=True)
class Handover:
    """What an agent's job left behind: the artifact's bytes, or why there is none.

    `halted` is why the access to the model was refused, empty when it was not; `run` the run that it is of, empty
    on one machine.
    """

    agent: AgentSpec
    attempt: int
    started: datetime
    artifact: bytes | None = None
    failure: str = ""
    halted: str = ""
    run: str = ""


def record(
    repo: Repository, library: SourceLibrary, clock: Clock, mission: Mission, launch: Launch, handed: Handover
) -> AgentRecord:
    """Checks a handover and keeps it on a ref of its own, durable at once. `fold` and `settle` take it in.

    Nothing that the agent wrote is trusted. An attempt that is kept already stays as it is, and its record is
    returned. Raises Refused when a newer attempt is kept already (G14).
    """
    session, agent = launch.session, handed.agent.id
    kept = _kept(repo, clock, launch, handed)
    if handed.attempt in kept:
        return read_record(repo, kept[handed.attempt], session, agent)[0]
    attempt = Attempt(
        launch, handed.agent, handed.attempt, *earlier(repo, mission, launch, agent, handed.attempt, kept)
    )
    made, file = _judge(library, clock, attempt, handed)
    _kept(repo, clock, launch, handed)  # to check citations may have taken minutes
    _keep(repo, clock, made, file)
    return made


def _kept(repo: Repository, clock: Clock, launch: Launch, handed: Handover) -> dict[int, str]:
    """The attempts of an agent that are recorded, with their commits. Raises Refused when one of them is newer."""
    refs = repo.refs(f"{RECORDS}{launch.session}/{handed.agent.id}/")
    kept = {int(ref.rpartition("/")[2]): commit for ref, commit in refs.items()}
    if kept and max(kept) > handed.attempt:
        agent, late = handed.agent.id, handed.attempt
        what = f"attempt {late} of {agent} came back after attempt {max(kept)} had been recorded"
        note_refused(repo, clock, launch, (agent, late), what, handed.run)
        raise Refused(what, "nothing is to be done: its result is not needed any more")
    return kept


def _keep(repo: Repository, clock: Clock, made: AgentRecord, file: FindingsFile) -> None:
    message = f"Record attempt {made.attempt} of {made.agent} for session {made.session}\n"
    commit = repo.commit([], record_files(made, file), message, clock.now())
    try:
        repo.update([RefUpdate(record_ref(made.session, made.agent, made.attempt), commit, None)])
    except LostRace:
        return  # the same attempt was recorded by a twin of this job: one of the two is enough


def record_files(made: AgentRecord, file: FindingsFile) -> dict[str, bytes | None]:
    """The two files of an agent, by path."""
    return {
        agent_path(made.session, made.agent): model_bytes(made),
        findings_path(made.session, made.agent): model_bytes(file),
    }


def _judge(
    library: SourceLibrary, clock: Clock, attempt: Attempt, handed: Handover
) -> tuple[AgentRecord, FindingsFile]:
    if handed.artifact is None:
        return failed(attempt, handed.started, clock.now(), Failure(handed.failure, bool(handed.halted)))
    try:
        result = parse_result(
            handed.artifact,
            session=attempt.launch.session,
            agent=attempt.agent.id,
            attempt=attempt.number,
            mission=attempt.mission,
            allowance=attempt.allowance,
        )
    except SwarmError as error:
        more = f" (and {len(error.problems) - 1} more)" if len(error.problems) > 1 else ""
        reason = f"its result was refused: {error.problems[0]}{more}"
        return failed(attempt, handed.started, clock.now(), Failure(reason))

    def lookup(citation: Citation) -> Evidence:
        return library.evidence(citation.source, citation.locator, citation.method)

    return accepted(attempt, result, check_all(result.findings, lookup), clock.now())


@dataclass(frozen=True, slots=True)
class Folded:
    """How a record got onto the session's branch, or why not.

    `state`: "folded" by a commit of this recorder, "taken" in by somebody else's, "left" on its own ref for the
    next to come by, or "closed": the session ended meanwhile. `commit` is this recorder's; so many agents were
    recorded on the branch `before` and `after` it, and `records` are those that it took in.
    """

    state: Literal["folded", "taken", "left", "closed"]
    commit: str | None = None
    before: int = 0
    after: int = 0
    records: tuple[AgentRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class _View:
    """The records on their own refs, the attempts that the branch has of them, and those that it does not have."""

    refs: Mapping[str, str]
    recorded: Mapping[str, int]
    waiting: tuple[Pending, ...]


def fold(repo: Repository, clock: Clock, branch: str, session: str) -> tuple[AgentRecord, ...]:
    """Takes every pending record into the session's branch with one commit; the records that were taken in.

    A writer that comes in between is not overwritten: the branch is read again and the commit made anew.
    """
    for _ in range(TRIES):
        tip = repo.refs(branch).get(branch)
        if tip is None:
            raise _gone(session)
        view = _look(repo, tip, session)
        if not view.waiting:
            return ()
        try:
            return _take_in(repo, clock, branch, session, tip, view).records
        except LostRace:
            continue
    raise Refused(f"{branch} kept moving", "run again: what was recorded is safe on its own refs")


def settle(
    repo: Repository,
    clock: Clock,
    jitter: Callable[[], float],
    branch: str,
    session: str,
    agent: str,
    attempt: int,
) -> Folded:
    """Sees to it that one attempt's record gets onto the branch, side by side with many others that do the same.

    At most two pushes, whatever the others do; waits, as `next_step` has it, for at most a few minutes. `jitter`
    gives numbers from [0, 1).
    """
    lost = waits = 0
    while True:
        tip = repo.refs(branch).get(branch)
        if tip and _is_in(repo, tip, session, agent, attempt):
            return Folded("taken")
        view = _look(repo, tip, session)
        if record_ref(session, agent, attempt) not in view.refs:
            return Folded("closed")
        if tip is None:
            raise _gone(session)
        step = next_step(waiting=len(view.waiting), lost=lost, waits=waits, chance=jitter())
        if step == "leave":
            return Folded("left")
        if isinstance(step, Wait):
            clock.sleep(step.seconds)
            waits += 1
            continue
        try:
            return _take_in(repo, clock, branch, session, tip, view, f"{agent}/{attempt}")
        except LostRace:
            lost, waits = lost + 1, 0


def _is_in(repo: Repository, tip: str, session: str, agent: str, attempt: int) -> bool:
    """Whether this attempt's record, or a newer one's, is on the branch."""
    key = (tip, agent_path(session, agent))
    content = repo.read([key]).get(key)
    return content is not None and value_of(AgentRecord, content).attempt >= attempt


def _gone(session: str) -> Refused:
    return Refused(f"the branch of session {session} is gone", "launch the mission again")


def _look(repo: Repository, tip: str | None, session: str) -> _View:
    """The records, always read after the branch: who moves the branch on from `tip` has then seen every record
    that was kept before the branch came there. That is why two pushes are enough for a recorder."""
    refs = repo.refs(f"{RECORDS}{session}/")
    recorded = _recorded(repo, tip, session, refs) if tip else {}
    return _View(refs, recorded, pending(refs, session, recorded))


def _recorded(repo: Repository, tip: str, session: str, refs: Mapping[str, str]) -> dict[str, int]:
    """The attempts on the branch, of those agents that have a record ref."""
    agents = {ref.split("/")[-2] for ref in refs}
    found = repo.read([(tip, agent_path(session, agent)) for agent in sorted(agents)])
    records = (value_of(AgentRecord, content) for content in found.values())
    return {record.agent: record.attempt for record in records}


def _take_in(
    repo: Repository, clock: Clock, branch: str, session: str, tip: str, view: _View, by: str = ""
) -> Folded:
    """One commit with all that is pending, pushed. Raises LostRace when the branch has moved.

    `by` keeps two recorders from making the very same commit in the same second: both would take it for theirs.
    """
    files = _files(repo, session, view.waiting)
    commit = repo.commit([tip], dict(files), _message(session, view.waiting, by), clock.now())
    repo.update([RefUpdate(branch, commit, tip)])
    records = tuple(value_of(AgentRecord, files[agent_path(session, item.agent)]) for item in view.waiting)
    before = len(view.recorded)
    after = len(view.recorded.keys() | {record.agent for record in records})
    return Folded("folded", commit, before, after, records)


def _files(repo: Repository, session: str, waiting: tuple[Pending, ...]) -> dict[str, bytes]:
    wanted = [
        (item.commit, path)
        for item in waiting
        for path in (agent_path(session, item.agent), findings_path(session, item.agent))
    ]
    return {path: content for (_, path), content in repo.read(wanted).items()}


def _message(session: str, waiting: tuple[Pending, ...], by: str) -> str:
    agents = ", ".join(item.agent for item in waiting[:5]) + (" and others" if len(waiting) > 5 else "")
    recorder = f"Swarm-Recorder: {by}\n" if by else ""
    return f"Record {agents}\n\nSwarm-Session: {session}\n{recorder}"
