"""Findings: claims about subjects with their citations, and what could not be answered."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, StringConstraints
from pydantic import Field as Constraint

from bot.core.ids import Id
from bot.core.models import Model

CitationState = Literal["verified", "drifted", "unsupported", "dead", "blocked"]
CITATION_STATES: tuple[CitationState, ...] = ("verified", "drifted", "unsupported", "dead", "blocked")

SourceState = Literal["readable", "dead", "blocked", "unreadable", "skipped"]
"""Of a source as a whole. dead: it does not exist (404, soft 404, no such version). blocked: access is refused
or it cannot be reached from here. unreadable: it is there but holds no text we can read (binary, too large,
no wheel). skipped: this run was told not to read sources of its kind."""

Method = Literal["quoted", "counted"]
"""quoted: the quote stands in the document at the locator. counted: the number in the claim is how many
operations the source has below the locator; the quote is the first of them; verification counts again."""

Quote = Annotated[str, StringConstraints(min_length=1, max_length=2_000)]
Claim = Annotated[str, StringConstraints(min_length=1, max_length=1_000)]
Short = Annotated[str, StringConstraints(max_length=300)]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Impact = Literal["Critical", "High", "Medium", "Low"]


class Citation(Model):
    """Where a claim is from: enough for a reader to find the very words."""

    source: Annotated[str, StringConstraints(min_length=1, max_length=2_000)]
    locator: Short
    quote: Quote
    sha256: Sha256
    retrieved: AwareDatetime
    method: Method = "quoted"


class Finding(Model):
    """One claim about one field of one subject. `value` is a short form of it for the summary matrix.

    `doubt` is why a reviewer does not find the claim supported by its quote; then it never counts as verified.
    """

    subject: Id
    field: Id
    claim: Claim
    value: Annotated[str, StringConstraints(max_length=60)] = ""
    citation: Citation
    doubt: Short = ""


class CheckedFinding(Finding):
    """A finding as `record` saw it: its citation's state, and why it is not verified when it is not."""

    state: CitationState
    reason: Short = ""


class Searched(Model):
    """A source that was looked through for an answer."""

    source: str
    state: SourceState
    documents: Annotated[int, Constraint(ge=0)] = 0
    passages: Annotated[int, Constraint(ge=0)] = 0
    reason: Short = ""


class Gap(Model):
    """A field that the sources of a subject do not answer, with where it was looked for."""

    subject: Id
    field: Id
    searched: Annotated[tuple[Searched, ...], Constraint(max_length=50)] = ()
    reason: Short = ""


class Blocker(Model):
    """What keeps a subject (or, without one, an agent) from being researched; see BLOCKERS.md."""

    subject: Id | None = None
    title: Short
    impact: Impact
    description: Annotated[str, StringConstraints(max_length=2_000)]
    attempted: tuple[Short, ...] = ()
    recommendation: Short = ""
    workaround: Short = ""


class Opinion(Model):
    """How an agent would assess a subject, and the fields whose findings it rests on. The deliverable's own
    assessment is computed; this stands beside it, as an opinion."""

    subject: Id
    complexity: Literal["Low", "Medium", "High"]
    hours: Annotated[int, Constraint(ge=1, le=10_000)]
    priority: Literal["P0", "P1", "P2"]
    because: Annotated[tuple[Id, ...], Constraint(min_length=1, max_length=20)]


class Usage(Model):
    """What an agent used, as counted by our own code: tokens, calls, and millionths of a US dollar."""

    input_tokens: Annotated[int, Constraint(ge=0)] = 0
    output_tokens: Annotated[int, Constraint(ge=0)] = 0
    cache_read_tokens: Annotated[int, Constraint(ge=0)] = 0
    cache_write_tokens: Annotated[int, Constraint(ge=0)] = 0
    calls: Annotated[int, Constraint(ge=0)] = 0
    micro_usd: Annotated[int, Constraint(ge=0)] = 0


class AgentResult(Model):
    """What an agent hands over: untrusted data until `record` has checked all of it.

    `unfinished` is why the attempt ended before its assignment was done: what was found until then counts, and the
    next attempt goes on from it. `halted`: because the access to the model was refused.
    """

    session: Id
    agent: Id
    attempt: Annotated[int, Constraint(ge=1, le=10)]
    started: AwareDatetime
    finished: AwareDatetime
    findings: Annotated[tuple[Finding, ...], Constraint(max_length=5_000)] = ()
    gaps: Annotated[tuple[Gap, ...], Constraint(max_length=5_000)] = ()
    blockers: Annotated[tuple[Blocker, ...], Constraint(max_length=500)] = ()
    opinions: Annotated[tuple[Opinion, ...], Constraint(max_length=100)] = ()
    usage: Usage = Usage()
    unfinished: Short = ""
    halted: bool = False


def utc_seconds(moment: datetime) -> str:
    """A moment in UTC as `2026-11-22T16:40:00Z`."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
