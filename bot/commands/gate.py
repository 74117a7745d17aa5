"""`gate`: says criterion by criterion whether a session may be merged. Changes nothing."""

from collections.abc import Mapping

from bot.commands.gate_snapshot import Scan, launched, load_snapshot
from bot.commands.outcome import Exit, Outcome
from bot.core.gate import Verdict, decide
from bot.core.session import branch_ref, launch_path
from bot.errors import Refused
from bot.ports import Clock, Repository, SourceLibrary
from bot.render.verdict import verdict_text

__all__ = ["Scan", "criteria_data", "gate", "judge", "judge_session"]


def gate(
    repository: Repository,
    clock: Clock,
    *,
    session: str,
    base: str,
    library: SourceLibrary | None,
    scan: Scan,
    state_branch: str | None = None,
) -> Outcome:
    """The verdict on a session's branch as it is now. With a library, every citation is read again.

    `state_branch` is where the state files are when that is not the base branch.
    Exit code 1 unless the verdict is pass. Raises Refused when there is no such session or base branch.
    """
    verdict, tip, base_tip = judge_session(
        repository, clock, session=session, base=base, library=library, scan=scan, state_branch=state_branch
    )
    data = {"session": session, "verdict": verdict.state, "criteria": criteria_data(verdict)}
    return Outcome(
        data | {"commit": tip, "base_commit": base_tip},
        verdict_text(verdict),
        Exit.DONE if verdict.state == "pass" else Exit.ACT,
    )


def judge_session(
    repository: Repository,
    clock: Clock,
    *,
    session: str,
    base: str,
    library: SourceLibrary | None,
    scan: Scan,
    state_branch: str | None = None,
) -> tuple[Verdict, str, str]:
    """The verdict on a session's branch as it is now, the commit that it is on, and the base branch's.

    Raises Refused when there is no such session or base branch.
    """
    heads = repository.refs("refs/heads/")
    base_tip = heads.get(f"refs/heads/{base}")
    if base_tip is None:
        raise Refused(f"the branch {base} has no commit", "make a first commit on it, or name another with --base")
    tip = _branch_tip(repository, heads, session, base_tip)
    verdict = judge(
        repository,
        session=session,
        tip=tip,
        base_tip=base_tip,
        library=library,
        scan=scan,
        clock=clock,
        state_branch=state_branch,
    )
    return verdict, tip, base_tip


def judge(
    repository: Repository,
    *,
    session: str,
    tip: str,
    base_tip: str,
    library: SourceLibrary | None,
    scan: Scan,
    clock: Clock,
    state_branch: str | None = None,
) -> Verdict:
    """The verdict on one commit of a session's branch, to be merged into one commit of the base branch.

    Raises Refused when the commit holds no launch of the session that can be read.
    """
    with repository.still():
        return decide(load_snapshot(repository, clock, session, tip, base_tip, library, scan, state_branch))


def criteria_data(verdict: Verdict) -> list[dict[str, str]]:
    """The criteria as `--json` shows them."""
    return [
        {"id": result.id, "state": result.state, "measured": result.measured, "action": result.action}
        for result in verdict.criteria
    ]


def _branch_tip(repository: Repository, heads: Mapping[str, str], session: str, base_tip: str) -> str:
    """The tip of the branch that the session's own mission names, among those that hold its launch."""
    named = {ref: tip for ref, tip in heads.items() if ref.endswith(session)}
    holding = repository.read([(tip, launch_path(session)) for tip in named.values()])
    for ref, tip in named.items():
        if (tip, launch_path(session)) in holding:
            launch = launched(repository, session, tip, base_tip).launch
            if branch_ref(launch.mission, session) == ref:
                return tip
    raise Refused(f"there is no open session {session}", "`swarm status` lists the sessions")
