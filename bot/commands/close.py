"""`close`: folds what is pending, writes the deliverable, gates the session and merges it (G1 to G6).

Each step first looks whether it is done already, so that closing again after a crash goes on where it was.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.commands.continuation import hand_over
from bot.commands.gate import Scan, judge
from bot.commands.load import load_session
from bot.commands.record import fold
from bot.commands.resolve import resolve
from bot.commands.status import write_state_files
from bot.commands.trail import note_gated, note_merged
from bot.core.conflicts import Resolution, all_resolutions, trailer
from bot.core.consolidate import consolidate
from bot.core.gate.verdict import Verdict
from bot.core.merge import merge_message, merge_of
from bot.core.neutral import unlinked
from bot.core.session import SESSIONS, SessionData, agent_path, branch_ref, csv_path, launch_path, side_refs
from bot.core.snapshot import parse_launch
from bot.errors import LostRace, Refused, SwarmError
from bot.ports import Clock, Forge, Postponed, Proposal, RefUpdate, Repository, SourceLibrary
from bot.render.csv_table import render_csv
from bot.render.deliverable import render_deliverable
from bot.render.pull_request import pull_request

TRIES = 3
"""How often a session is gated again because the base branch moved under it (G4)."""


@dataclass(frozen=True, slots=True)
class Closing:
    """What closing works with. `state_branch` is where the state files are when that is not the base, and
    `base_files` the address below which the base's files are, for links from there. `run` is this workflow run."""

    repo: Repository
    forge: Forge
    library: SourceLibrary
    clock: Clock
    base: str
    scan: Scan
    state_branch: str | None = None
    base_files: str = ""
    run: str = ""


@dataclass(frozen=True, slots=True)
class Closed:
    """How a session ended, or why it did not: `merged` is the merge commit, `tip` what was gated of the branch,
    `pull` the pull request's address, `postponed` what the forge waits for although the verdict is pass."""

    data: SessionData
    branch: str
    verdict: Verdict
    merged: str | None
    tip: str
    pull: str = ""
    postponed: Postponed | None = None


def close(parts: Closing, session: str, *, merge: bool) -> Closed:
    """Writes, gates and (when the verdict is pass and `merge` is set) merges a session.

    A session that is merged already is told as it was merged. Raises Refused when there is no such session, and
    when the base branch kept moving.
    """
    with parts.forge.turn(parts.base):
        return _close(parts, session, merge=merge)


def _close(parts: Closing, session: str, *, merge: bool) -> Closed:
    repo, base = parts.repo, f"refs/heads/{parts.base}"
    with repo.still():
        if done := _merged(parts, session):
            _tidy(parts, done)
            return done
        branch = session_branch(repo, session)
        fold(repo, parts.clock, branch, session)
        data = _write(parts, branch, session)
        hand_over(repo, parts.clock, data, parts.run)
    for _ in range(TRIES):
        with repo.still():
            if set(data.records) == {agent.id for agent in data.mission.agents}:
                resolve(repo, parts.clock, branch, base, session, rendered)
            _write_state_files(parts)
            tip, base_tip = repo.refs(branch)[branch], repo.refs(base)[base]
            verdict = _judge(parts, session, tip, base_tip)
            resolved = all_resolutions(repo.log(tip, since=base_tip))
            note_gated(repo, parts.clock, data, verdict, tip, parts.run, resolved)
        parts.forge.report(tip, verdict)
        if set(data.records) != {agent.id for agent in data.mission.agents}:
            return Closed(data, branch, verdict, None, tip)
        proposal = _proposal(data, verdict, branch, tip, parts.base, base_tip, resolved)
        pull = parts.forge.propose(proposal)
        if verdict.state != "pass" or not merge:
            return Closed(data, branch, verdict, None, tip, pull)
        try:
            result = parts.forge.merge(proposal)
        except LostRace:
            continue  # what was gated is not what would be merged: gate again (G1, G4)
        if isinstance(result, Postponed):
            return Closed(data, branch, verdict, None, tip, pull, result)
        _check_merge(parts, data, result.commit, tip)
        closed = Closed(data, branch, verdict, result.commit, tip, pull)
        with repo.still():
            _tidy(parts, closed)
        return closed
    raise Refused(f"{parts.base} moved {TRIES} times during the gate", "run again; nothing was merged")


def _judge(parts: Closing, session: str, tip: str, base_tip: str) -> Verdict:
    return judge(
        parts.repo,
        session=session,
        tip=tip,
        base_tip=base_tip,
        library=parts.library,
        scan=parts.scan,
        clock=parts.clock,
        state_branch=parts.state_branch,
    )


def _write_state_files(parts: Closing) -> None:
    write_state_files(
        parts.repo,
        parts.clock,
        base=parts.base,
        advance=lambda expected, new: parts.forge.advance(parts.base, expected, new),
        state_branch=parts.state_branch,
        base_files=parts.base_files,
    )


def session_branch(repo: Repository, session: str) -> str:
    """The branch that a session lives on: the one that holds its launch and is named for it."""
    # The usual name is asked for alone first: a repository may have very many branches.
    for prefix in (f"refs/heads/swarm/{session}", "refs/heads"):
        heads = {ref: tip for ref, tip in repo.refs(prefix).items() if ref.endswith(session)}
        launches = repo.read([(tip, launch_path(session)) for tip in heads.values()])
        for ref, tip in heads.items():
            launch, _ = parse_launch(session, launches.get((tip, launch_path(session))))
            if launch and branch_ref(launch.mission, session) == ref:
                return ref
    raise Refused(f"there is no open session {session}", "`swarm status` lists the sessions")


def _write(parts: Closing, branch: str, session: str) -> SessionData:
    """Commits the deliverable and its table on the session's branch, unless they are there as they must be."""
    for _ in range(TRIES):
        tip = parts.repo.refs(branch)[branch]
        data = load_session(parts.repo, tip, session)
        if set(data.records) != {agent.id for agent in data.mission.agents}:
            return data
        documents = rendered(data)
        present = parts.repo.read([(tip, path) for path in documents])
        if {path: content for (_, path), content in present.items()} == documents:
            return data
        message = f"Write {data.mission.deliverable}\n\nSwarm-Session: {session}\n"
        commit = parts.repo.commit([tip], dict(documents), message, parts.clock.now())
        try:
            parts.repo.update([RefUpdate(branch, commit, tip)])
        except LostRace:
            continue
        return data
    raise Refused(f"{branch} kept moving", "run again")


def rendered(data: SessionData) -> dict[str, bytes]:
    """The deliverable and its table, by path."""
    deliverable = consolidate(data)
    return {
        data.mission.deliverable: render_deliverable(deliverable).encode(),
        csv_path(data.mission.deliverable): render_csv(deliverable).encode(),
    }


def _proposal(
    data: SessionData,
    verdict: Verdict,
    branch: str,
    tip: str,
    base: str,
    base_tip: str,
    resolved: Sequence[Resolution],
) -> Proposal:
    return Proposal(
        session=data.session,
        branch=branch.removeprefix("refs/heads/"),
        tip=tip,
        base=base,
        base_tip=base_tip,
        title=unlinked(data.mission.title),
        body=pull_request(data, verdict, resolved),
        message=merge_message(data.session, [trailer(one) for one in resolved]),
    )


def _check_merge(parts: Closing, data: SessionData, commit: str, tip: str) -> None:
    """Merged means that the base branch holds the gated commit's files (G6)."""
    repo, base = parts.repo, f"refs/heads/{parts.base}"
    now = repo.refs(base)[base]  # before anything else: a merge that the forge made has to be fetched
    paths = [launch_path(data.session), *(agent_path(data.session, agent) for agent in data.records)]
    paths += rendered(data).keys()
    if not repo.contains(now, commit) or not repo.contains(commit, tip) or not _same(repo, commit, tip, paths):
        raise SwarmError(
            f"{parts.base} does not hold session {data.session} although it was merged as {commit[:12]}",
            "look at the base branch's history; the session's branch is kept",
        )


def _same(repo: Repository, commit: str, tip: str, paths: Sequence[str]) -> bool:
    there, gated = (repo.read([(side, path) for path in paths]) for side in (commit, tip))
    return {path: text for (_, path), text in there.items()} == {path: text for (_, path), text in gated.items()}


def _merged(parts: Closing, session: str) -> Closed | None:
    """The session as it was merged, with the verdict of the commit that was gated, found again."""
    repo, base = parts.repo, f"refs/heads/{parts.base}"
    base_tip = repo.refs(base).get(base)
    if base_tip is None or not repo.read([(base_tip, launch_path(session))]):
        return None
    launch = load_session(repo, base_tip, session).launch
    history = repo.log(base_tip, since=launch.base_commit)
    sides = {commit for entry in history for commit in (entry.commit, *entry.parents[:1])}
    there = repo.read([(commit, launch_path(session)) for commit in sides])
    merge = merge_of(history, session, {commit: (commit, launch_path(session)) in there for commit in sides})
    if merge is None:
        raise Refused(
            f"{SESSIONS}{session} is on {parts.base}, but no merge of it", "restore the history of the base"
        )
    data = load_session(repo, merge.commit, session)
    first, gated = merge.parents
    verdict = _judge(parts, session, gated, first)
    return Closed(data, branch_ref(data.mission, session), verdict, merge.commit, gated)


def _tidy(parts: Closing, closed: Closed) -> None:
    """After a merge: the refs that are not needed any more go, and the state files say how it is."""
    repo, session = parts.repo, closed.data.session
    note_merged(repo, parts.clock, closed.data, closed.merged or "", closed.tip, parts.run)
    gone = side_refs(repo.refs("refs/swarm/"), session)
    repo.update([RefUpdate(ref, None, commit) for ref, commit in gone.items()])
    tip = repo.refs(closed.branch).get(closed.branch)
    if tip and closed.merged and repo.contains(closed.merged, tip):
        parts.forge.delete(closed.branch.removeprefix("refs/heads/"), tip)
    _write_state_files(parts)
