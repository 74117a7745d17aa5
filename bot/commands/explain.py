"""`explain`: what a criterion of the gate measures, how a session stands by it, what to do. Changes nothing."""

from bot.commands.gate import Scan, judge_session
from bot.commands.outcome import Outcome
from bot.core.gate import CriterionResult, Verdict
from bot.core.gate.explaining import criterion_named, explained
from bot.ports import Clock, Repository, SourceLibrary

READ_AGAIN = "claims-verified"
"""The one criterion that asks the sources; for others they need not be read."""


def explain(
    repository: Repository,
    clock: Clock,
    *,
    session: str,
    criterion: str,
    base: str,
    library: SourceLibrary,
    scan: Scan,
    state_branch: str | None = None,
) -> Outcome:
    """Explains a criterion by its name. Raises Refused when there is no such criterion, session or base branch."""
    meant = criterion_named(criterion)
    verdict, tip, _ = judge_session(
        repository,
        clock,
        session=session,
        base=base,
        library=library if meant.id == READ_AGAIN else None,
        scan=scan,
        state_branch=state_branch,
    )
    result = result_of(verdict, meant.id)
    data = {
        "session": session,
        "id": meant.id,
        "state": result.state,
        "measured": result.measured,
        "action": result.action,
        "commit": tip,
    }
    return Outcome(data, "\n".join(explained(meant, result)))


def result_of(verdict: Verdict, criterion: str) -> CriterionResult:
    """What a criterion measured."""
    return next(result for result in verdict.criteria if result.id == criterion)
