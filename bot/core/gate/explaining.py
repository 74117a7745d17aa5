"""What each criterion of the gate means, and which one somebody means."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from bot.core.gate import CRITERIA, Criterion, CriterionResult
from bot.core.gate.verdict import CriterionState
from bot.errors import Refused

PASSES_WHEN: Mapping[str, str] = {
    "agents-complete": (
        "every agent of the mission has a record that is done or blocked; each record counts what its "
        "findings file holds; both are byte for byte what the record job kept on its own ref. A missing "
        "record waits, a failed agent fails; what it has found stands all the same"
    ),
    "subjects-covered": (
        "every assigned subject has at least one verified claim, or is said to be without (a gap, a blocker) "
        "and is within `criteria.blocked_subjects`; required claim fields that stay open are said and within "
        "`criteria.required_field_gaps`; nobody researched a subject that is not theirs. A subject that another "
        "session goes on with is named as such where its reservation says so too, and counts neither as covered "
        "nor as blocked"
    ),
    "claims-verified": (
        "the document has exactly one citation for each verified finding, and each is called verified; read "
        "again, all of them still verify"
    ),
    "complexity-for-every-subject": (
        "the document's summary states, for each covered subject, the complexity that the rubric computes"
    ),
    "deliverable-committed": "the document and its table are, byte for byte, what the findings render to",
    "totals-right": (
        "the figures in the document's first line and the sums of its summary's columns are what the findings "
        "add up to"
    ),
    "links-good": (
        "relative links lead to files (and anchors) that are there after the merge, all others are `https` "
        "URLs, footnotes exist"
    ),
    "no-machine-paths": (
        "no path below someone's home, a temporary folder or a runner's work folder, and no `file://` URL"
    ),
    "no-secrets": "neither the scanner nor our own patterns find a key, also where it is encoded or backwards, "
    "and no secret of the gate's own process is there",
    "allowed-paths": (
        "the branch writes plain files only: its mission, launch, the records and findings of its own agents, "
        "its document and table. Anything else is named, most of all `.github/`, `CODEOWNERS`, instructions "
        "for agents (`AGENTS.md`, `CLAUDE.md`, `.cursor/`), `.gitattributes`, `.gitmodules`, links, "
        "submodules, an edited mission"
    ),
    "no-duplicates": (
        "every subject is reserved by this session. A mission with `refresh: true` may repeat others; one that "
        "was handed over is reserved by the session that goes on with it"
    ),
    "mergeable": (
        "a merge into the base branch meets no conflict. Otherwise the files are named, with who changed each "
        "on the base last"
    ),
    "tracker-current": (
        "the tracker says of the session's phase what git says. It is read where `swarm status` writes it: on "
        "the base branch, or on the `state_branch` of the configuration"
    ),
    "budget-kept": (
        "all attempts of an agent together stay within its cap, a lost one counting for all that it was "
        "allowed; the caps and the spending stay within the session's limit; no attempt is one too many, "
        "where those that were halted do not count"
    ),
}
"""By a criterion's id: when it passes, with code between backticks. The table of docs/gate.md says the same."""


_SAID: Mapping[CriterionState, str] = {
    "pass": "passes",
    "fail": "fails",
    "waiting": "waits, as it is not known yet",
    "skipped": "is skipped",
}


def criterion_named(text: str) -> Criterion:
    """The criterion that is called so: by its id, its title, or words of them that no other one has.

    Raises Refused, with those that may be meant.
    """
    wanted = text.casefold().replace("`", "").strip()
    by_name = dict(_names())
    if found := by_name.get(wanted):
        return found
    words = set(wanted.replace("-", " ").split())
    fitting = [
        one for one in CRITERIA if words and words <= set(f"{one.id} {one.title}".replace("-", " ").split())
    ]
    if len(fitting) == 1:
        return fitting[0]
    near = [by_name[name] for name in get_close_matches(wanted, by_name, n=5)]
    shown = ", ".join(dict.fromkeys(f"`{one.id}`" for one in fitting or near or CRITERIA))
    what = "more than one criterion is called so" if fitting else "no criterion is called so"
    raise Refused(what, f"write one of {shown}")


def explained(criterion: Criterion, result: CriterionResult | None) -> tuple[str, ...]:
    """What a criterion measures, what it measured and what to do; no result: the session is merged."""
    meaning = f"`{criterion.id}`, {criterion.title}, passes when this holds: {PASSES_WHEN[criterion.id]}"
    if result is None:
        return meaning, "the session is merged, so the gate is not asked any more"
    said = (meaning, f"now it {_SAID[result.state]}: {result.measured}")
    return (*said, f"to do: {result.action}") if result.action else said


def _names() -> Iterator[tuple[str, Criterion]]:
    for one in CRITERIA:
        yield one.id, one
        yield one.title, one
