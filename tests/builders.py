"""Small valid values for tests, each with what the test cares about and defaults for the rest."""

from datetime import UTC, datetime

from bot.core.findings import CheckedFinding, Citation, CitationState, Finding, Method
from bot.core.mission import AgentSpec, Criteria, Limits, Mission, Phase, Subject, Team

NOW = datetime(2026, 11, 22, 16, 40, tzinfo=UTC)


def subject(name: str = "AWS EC2", *sources: str) -> Subject:
    return Subject(name=name, sources=sources or ("file:docs/api.md",))


def agent(id: str = "haiku-21", *subjects: Subject) -> AgentSpec:
    return AgentSpec(id=id, subjects=subjects or (subject(),))


def mission(*agents: AgentSpec, id: str = "cloud-providers", **changes: object) -> Mission:
    values: dict[str, object] = {
        "mission": id,
        "session": 2,
        "phase": Phase(number=2, name="Cloud Providers"),
        "title": "Cloud provider integrations",
        "domain": "CLOUD",
        "deliverable": "INTEGRATIONS-CLOUD-PROVIDERS.md",
        "limits": Limits(max_usd="2.50"),
        "criteria": Criteria(),
        "teams": (Team(id=6, name="Cloud Compute", agents=agents or (agent(),)),),
    }
    return Mission.model_validate(values | changes)


def citation(quote: str = "signatureVersion: v4", *, method: Method = "quoted", **changes: object) -> Citation:
    values: dict[str, object] = {
        "source": "pypi:botocore==1.44.5#botocore/data/ec2/2016-11-15/service-2.json.gz",
        "locator": "/metadata/signatureVersion",
        "quote": quote,
        "sha256": "9f2c" * 16,
        "retrieved": NOW,
        "method": method,
    }
    return Citation.model_validate(values | changes)


def finding(
    claim: str = "signatureVersion: v4", *, subject: str = "aws-ec2", field: str = "authentication"
) -> Finding:
    return Finding(subject=subject, field=field, claim=claim, citation=citation())


def checked(
    claim: str = "Requests are signed with signature version v4.",
    *,
    subject: str = "aws-ec2",
    field: str = "authentication",
    value: str = "",
    state: CitationState = "verified",
    reason: str = "",
    citation: Citation = citation(),  # noqa: B008
) -> CheckedFinding:
    return CheckedFinding(
        subject=subject, field=field, claim=claim, value=value, state=state, reason=reason, citation=citation
    )
