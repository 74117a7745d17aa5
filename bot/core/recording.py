"""What `record` makes of an attempt: a record and a findings file, whether it came to its end or not (G16)."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.core.allowance import at_stake, attempt_allowance
from bot.core.artifacts import Failure
from bot.core.carrying import GOES_ON, UNANSWERED, WAYS, brought_forward, joined, spoken_of, title
from bot.core.citations import check
from bot.core.evidence import Evidence
from bot.core.findings import AgentResult, Blocker, CheckedFinding, Citation, Finding, Gap
from bot.core.mission import AgentSpec, Mission, Subject
from bot.core.neutral import visible
from bot.core.records import AgentRecord, AgentState, FindingsFile, Launch
from bot.core.secrets import redacted

Lookup = Callable[[Citation], Evidence]
"""What a citation's source says now; supplied by the source library."""
NOT_ANSWERED, NOT_REACHED, NOT_RESEARCHED, _ = WAYS
REFUSED = "the access to the model was refused"
TIME_OVER = "the session's time was over"
"""The reason in the record of an assignment that was given up."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt of one agent, with what is recorded of the one before it: None where there is none."""

    launch: Launch
    agent: AgentSpec
    number: int
    record: AgentRecord | None = None
    file: FindingsFile | None = None

    @property
    def mission(self) -> Mission:
        return self.launch.mission

    @property
    def allowance(self) -> int:
        """What it may spend, in millionths of a US dollar."""
        return attempt_allowance(self.launch, self.agent, self.record)


def check_all(findings: Iterable[Finding], lookup: Lookup) -> tuple[CheckedFinding, ...]:
    """Every finding with the state of its citation as found now, whatever the agent said."""
    return tuple(_checked(finding, lookup(finding.citation)) for finding in findings)


def _checked(finding: Finding, evidence: Evidence) -> CheckedFinding:
    checked = check(finding, evidence)
    return CheckedFinding(**vars(finding), state=checked.state, reason=checked.reason[:300])


def accepted(
    attempt: Attempt, result: AgentResult, findings: tuple[CheckedFinding, ...], now: datetime
) -> tuple[AgentRecord, FindingsFile]:
    """The record of a result that could be read.

    A subject without a finding, a gap or a blocker of its own gets a blocker: nothing is dropped in silence (G29).
    A claim field that has neither a verified finding nor a gap gets a gap. A result that is not finished makes the
    attempt a failed one, and is kept all the same.
    """
    handed = FindingsFile(
        agent=attempt.agent.id,
        findings=findings,
        gaps=result.gaps,
        blockers=result.blockers,
        opinions=result.opinions,
    )
    work = joined(brought_forward(attempt.agent, attempt.file), handed) if attempt.file else handed
    reason = redacted(visible(result.unfinished)) or (REFUSED if result.halted else "")
    if reason:
        file = _completed(attempt, work, NOT_REACHED, f"did not come to it: {reason}")
        return _record(attempt, result, "failed", reason, file, now, spent=result.usage.micro_usd), file
    file = _completed(attempt, work, NOT_ANSWERED, "handed over neither a finding nor a gap for it.")
    state: AgentState = "blocked" if file.blockers else "done"
    return _record(attempt, result, state, "", file, now, spent=result.usage.micro_usd), file


def failed(
    attempt: Attempt, started: datetime, now: datetime, failure: Failure
) -> tuple[AgentRecord, FindingsFile]:
    """The record of an attempt that handed over nothing usable.

    What the attempts before it have found is kept, and each subject of which nothing is known gets a blocker.
    Nobody knows what the attempt has used, so it counts for all that it might have (G23).
    """
    reason = redacted(failure.reason)  # it is told in comments before any gate has scanned it (G25)
    why = f"failed in attempt {attempt.number}: {reason}"
    file = _completed(attempt, brought_forward(attempt.agent, attempt.file), NOT_RESEARCHED, why)
    empty = _nothing(attempt, started, now, halted=failure.halted)
    stake = at_stake(attempt.launch, attempt.agent, attempt.record)
    return _record(attempt, empty, "failed", reason, file, now, spent=stake), file


@dataclass(frozen=True, slots=True)
class Handed:
    """The subjects of an assignment that another session goes on with."""

    session: str
    subjects: tuple[Subject, ...]


def given_up(
    attempt: Attempt, now: datetime, why: str, handed: Handed | None = None
) -> tuple[AgentRecord, FindingsFile]:
    """The record that ends an assignment for which there is no time any more: no attempt was made, nothing spent.

    What was found is kept. Each subject that is `handed` on gets a blocker that says to which session, and each
    other one of which nothing is known gets a blocker too.
    """
    work = brought_forward(attempt.agent, attempt.file)
    if handed:
        goes_on = tuple(_handed_on(attempt.agent, subject, handed.session, why) for subject in handed.subjects)
        work = work.model_copy(update={"blockers": work.blockers + goes_on})
    file = _completed(attempt, work, NOT_RESEARCHED, f"did not come to it: {why}.")
    state: AgentState = "blocked" if file.blockers else "done"
    record = _record(attempt, _nothing(attempt, now, now, halted=False), state, why, file, now, spent=0)
    more = {
        "idle_since": attempt.record.recorded if attempt.record else attempt.launch.launched,
        "goes_on_in": handed.session if handed else None,
    }
    return record.model_copy(update=more), file


def _handed_on(agent: AgentSpec, subject: Subject, session: str, why: str) -> Blocker:
    return Blocker(
        subject=subject.id,
        title=title(subject, GOES_ON),
        impact="Low",
        description=f"Agent {agent.id} did not finish it: {why}. Session {session} goes on with it.",
        recommendation=f"Nothing: session {session} goes on with it.",
    )


def _nothing(attempt: Attempt, started: datetime, now: datetime, *, halted: bool) -> AgentResult:
    return AgentResult(
        session=attempt.launch.session,
        agent=attempt.agent.id,
        attempt=attempt.number,
        started=started,
        finished=now,
        halted=halted,
    )


def _completed(attempt: Attempt, work: FindingsFile, way: str, why: str) -> FindingsFile:
    """What is there, with a blocker for each subject and a gap for each claim field of which nothing is said."""
    blockers = work.blockers + tuple(_unanswered(attempt.agent, work, way, why))
    blocked = {blocker.subject for blocker in blockers}
    answered = {(f.subject, f.field) for f in work.findings if f.state == "verified"}
    answered |= {(gap.subject, gap.field) for gap in work.gaps}
    gaps = work.gaps + tuple(
        Gap(subject=subject.id, field=field.id, reason=UNANSWERED)
        for subject in attempt.agent.subjects
        for field in attempt.mission.fields
        if field.kind == "claim" and (subject.id, field.id) not in answered and subject.id not in blocked
    )
    return work.model_copy(update={"gaps": gaps, "blockers": blockers})


def _unanswered(agent: AgentSpec, work: FindingsFile, way: str, why: str) -> Iterator[Blocker]:
    said = spoken_of(work)
    for subject in agent.subjects:
        if subject.id not in said:
            yield Blocker(
                subject=subject.id,
                title=title(subject, way),
                impact="High",
                description=f"Agent {agent.id} {why}"[:2_000],
                recommendation="Run the session again, or give the subject to another agent.",
            )


def _record(
    attempt: Attempt,
    result: AgentResult,
    state: AgentState,
    reason: str,
    file: FindingsFile,
    now: datetime,
    *,
    spent: int,
) -> AgentRecord:
    earlier = attempt.record
    return AgentRecord(
        session=result.session,
        agent=result.agent,
        attempt=result.attempt,
        state=state,
        reason=reason[:1_000],
        started=result.started,
        finished=result.finished,
        recorded=now,
        usage=result.usage,
        spent=spent + (earlier.spent if earlier else 0),
        halted=result.halted,
        halts=result.halted + (earlier.halts if earlier else 0),
        findings=len(file.findings),
        verified=sum(finding.state == "verified" for finding in file.findings),
        gaps=len(file.gaps),
        blockers=len(file.blockers),
    )
