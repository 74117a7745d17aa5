"""The gate's verdict for people: lines for a terminal, a checklist for a comment or a job summary."""

from dataclasses import replace

from bot.core.gate.verdict import CriterionResult, CriterionState, Verdict
from bot.core.neutral import neutral, visible
from bot.render.words import prose, shorten

PART_MAX = 300
WORDS: dict[CriterionState, str] = {"pass": "pass", "fail": "fail", "waiting": "wait", "skipped": "skip"}
SUMMARY = {"pass": "may be merged", "fail": "may not be merged", "waiting": "is not ready"}


def verdict_text(verdict: Verdict) -> str:
    """The verdict as a terminal shows it: one line for each criterion, in columns, without a final newline."""
    width = max((len(result.title) for result in verdict.criteria), default=0)
    return "\n".join(["gate", *(_line(result, width) for result in verdict.criteria)])


def _line(result: CriterionResult, width: int) -> str:
    words = f"{result.measured}: {result.action}" if result.action else result.measured
    return f"  {WORDS[result.state]}  {result.title:<{width}}  {visible(words)}"


def verdict_markdown(verdict: Verdict) -> str:
    """The verdict as a checklist; what passes is ticked, everything else says what to do."""
    passing = sum(result.state == "pass" for result in verdict.criteria)
    counted = sum(result.state != "skipped" for result in verdict.criteria)
    lines = [
        f"**Gate: {verdict.state}** · {passing} of {counted} criteria pass; the session {SUMMARY[verdict.state]}",
        "",
    ]
    return "\n".join([*lines, checklist(verdict)]) + "\n"


def checklist(verdict: Verdict) -> str:
    """A line for each criterion, without a final newline."""
    return "\n".join(map(_item, verdict.criteria))


def bounded(verdict: Verdict) -> Verdict:
    """The verdict with what was measured cut to a length that a comment can hold."""
    return replace(verdict, criteria=tuple(map(_bounded, verdict.criteria)))


def _bounded(result: CriterionResult) -> CriterionResult:
    measured = shorten(result.measured, PART_MAX, neutral)
    return replace(result, measured=measured, action=shorten(result.action, PART_MAX, prose))


def _item(result: CriterionResult) -> str:
    box = "x" if result.state == "pass" else " "
    state = "" if result.state == "pass" else f" **{WORDS[result.state]}**"
    action = f"; {prose(result.action)}" if result.action else ""
    return f"- [{box}]{state} {result.title}: {neutral(result.measured)}{action}"
