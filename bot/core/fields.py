"""The fields that every subject is asked for, and the sections of the deliverable that they fill."""

from typing import Literal

from bot.core.ids import Id
from bot.core.models import Model

Section = Literal[
    "Overview",
    "Authentication",
    "Capabilities",
    "Integration details",
    "Pricing and licensing",
    "Assessment",
    "Citations",
]
SECTIONS: tuple[Section, ...] = (
    "Overview",
    "Authentication",
    "Capabilities",
    "Integration details",
    "Pricing and licensing",
    "Assessment",
    "Citations",
)
"""The seven sections of a subject, in the order of the protocol."""

FieldKind = Literal["claim", "assessment"]


class Field(Model):
    """One question that is asked of every subject."""

    id: Id
    title: str
    section: Section
    kind: FieldKind = "claim"
    required: bool = False


STANDARD_FIELDS: tuple[Field, ...] = (
    Field(id="overview", title="What it is", section="Overview"),
    Field(id="authentication", title="Authentication", section="Authentication", required=True),
    Field(id="operations", title="Operations", section="Capabilities", required=True),
    Field(id="rate-limits", title="Rate limits and quotas", section="Integration details"),
    Field(id="sdks", title="SDKs", section="Integration details"),
    Field(id="webhooks", title="Webhooks and events", section="Integration details"),
    Field(id="versions", title="Versions", section="Integration details"),
    Field(id="regions", title="Regions", section="Integration details"),
    Field(id="pricing", title="Pricing", section="Pricing and licensing"),
    Field(id="licence", title="Licence", section="Pricing and licensing"),
    Field(id="complexity", title="Complexity", section="Assessment", kind="assessment", required=True),
    Field(id="hours", title="Hours", section="Assessment", kind="assessment"),
    Field(id="priority", title="Priority", section="Assessment", kind="assessment"),
)
