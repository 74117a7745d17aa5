"""The gate: a pure function from a snapshot of a session to a verdict that explains itself."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.core.gate import agents, branch, claims, content, document, subjects, totals
from bot.core.gate.snapshot import Document, GateSnapshot, PhaseFacts, Recheck
from bot.core.gate.verdict import CriterionResult, Measured, Verdict, combine

__all__ = ["CRITERIA", "CriterionResult", "Document", "GateSnapshot", "PhaseFacts", "Recheck", "Verdict", "decide"]


@dataclass(frozen=True, slots=True)
class Criterion:
    """One condition of a merge: its id, its name for people, and how it is measured."""

    id: str
    title: str
    measure: Callable[[GateSnapshot], Measured]


CRITERIA: tuple[Criterion, ...] = (
    Criterion("agents-complete", "all agents complete", agents.agents_complete),
    Criterion("subjects-covered", "every subject covered", subjects.subjects_covered),
    Criterion("claims-verified", "every claim verified", claims.claims_verified),
    Criterion("complexity-for-every-subject", "complexity for every subject", totals.complexity_for_every_subject),
    Criterion("deliverable-committed", "deliverable as rendered", document.deliverable_committed),
    Criterion("totals-right", "totals right", totals.totals_right),
    Criterion("links-good", "links good", content.links_good),
    Criterion("no-machine-paths", "no path of a machine", content.no_machine_paths),
    Criterion("no-secrets", "no secrets", content.no_secrets),
    Criterion("allowed-paths", "only its own paths", branch.allowed_paths),
    Criterion("no-duplicates", "no duplicate work", subjects.no_duplicates),
    Criterion("mergeable", "merges cleanly", branch.mergeable),
    Criterion("tracker-current", "tracker current", branch.tracker_current),
    Criterion("budget-kept", "budget kept", agents.budget_kept),
)


def decide(snapshot: GateSnapshot) -> Verdict:
    """Whether the session may be merged, by every criterion. What agents say of themselves is not asked (A13)."""
    results = tuple(_result(criterion, criterion.measure(snapshot)) for criterion in CRITERIA)
    return Verdict(combine(results), results)


def _result(criterion: Criterion, found: Measured) -> CriterionResult:
    return CriterionResult(criterion.id, criterion.title, found.state, found.measured, found.action)
