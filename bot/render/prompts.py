"""What a model is told. Texts of missions, sources and findings are values in it, never templates (A14, A17)."""

from collections.abc import Sequence

from bot.core.fields import Field
from bot.core.findings import Finding, Searched
from bot.core.mission import Mission, Subject, Team
from bot.core.notes import claim_fields
from bot.render.engine import render


def mission_prompt(mission: Mission) -> str:
    """What all agents of a mission are told; the same text for each, so that it is cached once."""
    return render("prompt_mission.md.j2", mission=mission, fields=claim_fields(mission))


def team_prompt(team: Team) -> str:
    """What the agents of one team are told."""
    return render("prompt_team.md.j2", team=team)


def assignment_prompt(
    subject: Subject,
    sources: Sequence[tuple[str, Searched]],
    unreadable: Sequence[Searched],
    found: Sequence[Finding],
    still_open: Sequence[Field],
) -> str:
    """One subject, its readable sources by their ids, what is found already, and the fields that are open."""
    return render(
        "prompt_assignment.md.j2",
        subject=subject,
        sources=sources,
        unreadable=unreadable,
        found=found,
        open=still_open,
    )


def review_prompt() -> str:
    """What a reviewer is told."""
    return render("prompt_review.md.j2")


def claims_prompt(subject: Subject, findings: Sequence[Finding]) -> str:
    """The claims to review, numbered from 1, each with its quote."""
    return render("prompt_claims.md.j2", subject=subject, findings=findings)


def sent_back_prompt(doubted: Sequence[tuple[Finding, str]]) -> str:
    """The claims that a reviewer does not find supported, with the reasons."""
    return render("prompt_sent_back.md.j2", doubted=doubted)
