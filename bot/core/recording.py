"""What `record` makes of an agent's result: a record and a findings file, or a failed record with the reason."""

from collections.abc import Callable, Iterable
from datetime import datetime

from bot.core.citations import check
from bot.core.evidence import Evidence
from bot.core.findings import AgentResult, Blocker, CheckedFinding, Citation, Finding, Gap
from bot.core.mission import AgentSpec, Mission
from bot.core.records import AgentRecord, AgentState, FindingsFile

Lookup = Callable[[Citation], Evidence]
"""What a citation's source says now; supplied by the source library."""


def check_all(findings: Iterable[Finding], lookup: Lookup) -> tuple[CheckedFinding, ...]:
    """Every finding with the state of its citation as found now, whatever the agent said."""
    return tuple(_checked(finding, lookup(finding.citation)) for finding in findings)


def _checked(finding: Finding, evidence: Evidence) -> CheckedFinding:
    checked = check(finding, evidence)
    return CheckedFinding(**dict(finding), state=checked.state, reason=checked.reason[:300])


def accepted(
    mission: Mission, agent: AgentSpec, result: AgentResult, findings: tuple[CheckedFinding, ...], now: datetime
) -> tuple[AgentRecord, FindingsFile]:
    """The record of a result that could be read.

    A subject without a finding, a gap or a blocker of its own gets a blocker: nothing is dropped in silence (G29).
    A claim field that has neither a verified finding nor a gap gets a gap.
    """
    verified = [finding for finding in findings if finding.state == "verified"]
    blockers = result.blockers + _unanswered(agent, result)
    answered = {(f.subject, f.field) for f in verified} | {(g.subject, g.field) for g in result.gaps}
    blocked = {blocker.subject for blocker in blockers}
    gaps = result.gaps + tuple(
        Gap(subject=subject.id, field=field.id, reason="the agent handed over no verified answer")
        for subject in agent.subjects
        for field in mission.fields
        if field.kind == "claim" and (subject.id, field.id) not in answered and subject.id not in blocked
    )
    file = FindingsFile(agent=agent.id, findings=findings, gaps=gaps, blockers=blockers)
    state: AgentState = "blocked" if blockers else "done"
    return _record(result, state, "", file, now), file


def failed(
    agent: AgentSpec, session: str, attempt: int, started: datetime, now: datetime, reason: str
) -> tuple[AgentRecord, FindingsFile]:
    """The record of an agent that handed over nothing usable: a blocker for each of its subjects."""
    blockers = tuple(
        Blocker(
            subject=subject.id,
            title=f"{subject.name} was not researched",
            impact="High",
            description=f"Agent {agent.id} failed in attempt {attempt}: {reason}"[:2_000],
            recommendation="Run the session again, or give the subject to another agent.",
        )
        for subject in agent.subjects
    )
    file = FindingsFile(agent=agent.id, blockers=blockers)
    empty = AgentResult(session=session, agent=agent.id, attempt=attempt, started=started, finished=now)
    return _record(empty, "failed", reason, file, now), file


def _unanswered(agent: AgentSpec, result: AgentResult) -> tuple[Blocker, ...]:
    said = {finding.subject for finding in result.findings} | {gap.subject for gap in result.gaps}
    said |= {blocker.subject for blocker in result.blockers if blocker.subject}
    return tuple(
        Blocker(
            subject=subject.id,
            title=f"{subject.name} was not answered",
            impact="High",
            description=f"Agent {agent.id} handed over neither a finding nor a gap for it.",
            recommendation="Run the session again, or give the subject to another agent.",
        )
        for subject in agent.subjects
        if subject.id not in said
    )


def _record(result: AgentResult, state: AgentState, reason: str, file: FindingsFile, now: datetime) -> AgentRecord:
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
        findings=len(file.findings),
        verified=sum(finding.state == "verified" for finding in file.findings),
        gaps=len(file.gaps),
        blockers=len(file.blockers),
    )
