"""What is recorded of the attempts before one: what it goes on from, and what they have spent (G16, G23)."""

from collections.abc import Mapping

from bot.core.mission import Mission
from bot.core.records import AgentRecord, FindingsFile, Launch
from bot.core.session import agent_path, branch_ref, findings_path
from bot.core.snapshot import parse_findings, parse_record
from bot.errors import Problem, SwarmError
from bot.ports import Repository

Recorded = tuple[AgentRecord, FindingsFile] | tuple[None, FindingsFile | None]


def earlier(
    repo: Repository, mission: Mission, launch: Launch, agent: str, attempt: int, kept: Mapping[int, str]
) -> Recorded:
    """The record and the findings of the attempt before this one; `kept` are the agent's record refs, by attempt.

    Such a ref is always right: it is written first, never again, and stays until the session is merged. The branch
    may not have it yet; it is asked where no ref is, as in a clone, which takes branches along and nothing else.
    A session that goes on from another one was launched with what that had found: first attempts go on from it.
    """
    session = launch.session
    if kept:
        return read_record(repo, kept[max(kept)], session, agent)
    if attempt == 1 and not launch.continues:
        return None, None
    branch = branch_ref(mission, session)
    key = (repo.refs(branch).get(branch, ""), agent_path(session, agent))
    if not key[0]:
        return None, None
    if key not in repo.read([key]):
        return None, _brought_along(repo, key[0], launch, agent)
    made, file = read_record(repo, key[0], session, agent)
    return (made, file) if made.attempt < attempt else (None, None)


def _brought_along(repo: Repository, commit: str, launch: Launch, agent: str) -> FindingsFile | None:
    """What a session was launched with of an agent's findings."""
    session = launch.session
    key = (commit, findings_path(session, agent))
    content = repo.read([key]).get(key) if launch.continues else None
    if content is None:
        return None
    problems: list[Problem] = []
    file = parse_findings(session, agent, content, problems)
    if problems:
        raise SwarmError(problems=tuple(problems))
    return file


def read_record(repo: Repository, commit: str, session: str, agent: str) -> tuple[AgentRecord, FindingsFile]:
    """A record with its findings. Raises SwarmError when they cannot be read: what was spent would be unknown."""
    paths = agent_path(session, agent), findings_path(session, agent)
    found = repo.read([(commit, path) for path in paths])
    problems: list[Problem] = []
    made = parse_record(session, agent, found.get((commit, paths[0]), b""), problems)
    file = parse_findings(session, agent, found.get((commit, paths[1]), b""), problems)
    if made is None or file is None:
        raise SwarmError(problems=tuple(problems))
    return made, file
