"""One agent with two subjects, a cap, and attempts that end in every way."""

from bot.core.artifacts import Failure
from bot.core.findings import AgentResult, CheckedFinding, Finding, Usage
from bot.core.mission import AgentDefaults, AgentSpec, Backend
from bot.core.recording import Attempt, accepted, failed
from bot.core.records import AgentRecord, FindingsFile, Launch
from tests.builders import NOW, agent, checked, mission, subject

Made = tuple[AgentRecord, FindingsFile]
CAP = 250_000
SPEC = agent("haiku-21", subject("AWS EC2"), subject("Vultr"))


def launch(backend: Backend = "claude", attempts: int = 2, cap: int = CAP, spec: AgentSpec = SPEC) -> Launch:
    plan = mission(spec, agent=AgentDefaults(backend=backend, attempts=attempts))
    return Launch(
        session="cloud-1",
        mission=plan,
        mission_sha256="0" * 64,
        launched=NOW,
        by="local",
        base="main",
        base_commit="b" * 40,
        caps={spec.id: cap},
    )


def following(of: Launch, before: Made | None = None) -> Attempt:
    """The attempt after another one."""
    record, file = before or (None, None)
    return Attempt(of, of.mission.agents[0], record.attempt + 1 if record else 1, record, file)


def result(attempt: Attempt, used: int = 0, **changes: object) -> AgentResult:
    values: dict[str, object] = {
        "session": "cloud-1",
        "agent": attempt.agent.id,
        "attempt": attempt.number,
        "started": NOW,
        "finished": NOW,
        "usage": Usage(micro_usd=used),
    }
    return AgentResult.model_validate(values | changes)


def ended(attempt: Attempt, *findings: CheckedFinding, used: int = 0, **changes: object) -> Made:
    """What is recorded of an attempt whose result could be read; its findings' states are taken as they are."""
    plain = tuple(Finding(**{name: getattr(one, name) for name in Finding.model_fields}) for one in findings)
    return accepted(attempt, result(attempt, used, findings=plain, **changes), findings, NOW)


def lost(attempt: Attempt, reason: str = "its job was lost", *, halted: bool = False) -> Made:
    """What is recorded of an attempt that handed nothing over."""
    return failed(attempt, NOW, NOW, Failure(reason, halted))


def claim(of: str, said: str = "It is v4.") -> CheckedFinding:
    """A verified finding about a subject, by its id."""
    return checked(said, subject=of)
