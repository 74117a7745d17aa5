"""Pass 7: a fresh look at each claim with nothing but its quote, by one who has not seen how it came about."""

from collections.abc import Sequence

from bot.adapters.agents.claude.caller import Caller
from bot.adapters.agents.claude.conversation import Conversation, text, tool_uses
from bot.adapters.agents.claude.endings import Ended, TooLong
from bot.adapters.agents.claude.tools import Judge, Rejected, parsed, schemas
from bot.core.findings import Finding
from bot.core.mission import Subject
from bot.core.quotes import normalise
from bot.ports import Prompts

TOOLS = {"judge": Judge}
AT_ONCE = 40
"""Claims in one call."""
ASKED = 2
"""How often a reviewer is asked who does not judge."""
AGAIN = "Call `judge` once, with a verdict on each claim by its number."


def to_review(findings: Sequence[Finding]) -> list[Finding]:
    """The claims that say something in other words than their quotes. A claim that is its quote is supported by it
    whatever anybody thinks, and what was counted is counted again by a program."""
    return [
        finding
        for finding in findings
        if finding.citation.method == "quoted"
        and normalise(finding.claim) != normalise(finding.citation.quote)
        and not finding.doubt
    ]


def review(
    caller: Caller, prompts: Prompts, subject: Subject, findings: Sequence[Finding]
) -> list[tuple[Finding, str]]:
    """The findings that a reviewer does not find supported, with the reasons.

    Where there is no money or no answer for it there is no review: a program has checked every claim anyway.
    Raises Halted.
    """
    doubted: list[tuple[Finding, str]] = []
    for start in range(0, len(findings), AT_ONCE):
        doubted += _reviewed(caller, prompts, subject, findings[start : start + AT_ONCE])
    return doubted


def _reviewed(
    caller: Caller, prompts: Prompts, subject: Subject, findings: Sequence[Finding]
) -> list[tuple[Finding, str]]:
    conversation = Conversation(schemas(dict(TOOLS)), [prompts.review_prompt()])
    blocks = text(prompts.claims_prompt(subject, findings))
    for _ in range(ASKED):
        caller.transcript.told(f"a reviewer of {subject.id}", blocks)
        conversation.tell(blocks)
        try:
            reply = caller.ask(conversation.request(), conversation.most_tokens)
        except (Ended, TooLong) as error:
            caller.transcript.note(f"there was no review: {error}")
            return []
        judged = _judged(reply.content)
        if judged:
            return _doubts(judged, findings)
        conversation.answered(reply)
        blocks = [_unread(use["id"]) for use in tool_uses(reply.content)] or text(AGAIN)
    caller.transcript.note("there was no review: the reviewer did not judge")
    return []


def _judged(content: Sequence[dict[str, object]]) -> Judge | None:
    for use in tool_uses(content):
        try:
            judged = parsed(str(use["name"]), use["input"], dict(TOOLS))
        except Rejected:
            continue
        if isinstance(judged, Judge):
            return judged
    return None


def _doubts(judged: Judge, findings: Sequence[Finding]) -> list[tuple[Finding, str]]:
    """By number; a claim without a verdict stands, and so does one that is supported and rejected at once."""
    against = {v.claim: v.reason.strip() or "no reason was given" for v in judged.verdicts if not v.supported}
    for verdict in judged.verdicts:
        if verdict.supported:
            against.pop(verdict.claim, None)
    return [(finding, against[n]) for n, finding in enumerate(findings, 1) if n in against]


def _unread(use: str) -> dict[str, object]:
    return {"type": "tool_result", "tool_use_id": use, "content": AGAIN, "is_error": True}
