"""What a model is told: short, the same each time, with foreign texts as values only."""

from typing import Any

from bot.core.findings import Searched
from bot.core.mission import Mission
from bot.core.notes import claim_fields
from bot.render.prompts import (
    assignment_prompt,
    claims_prompt,
    mission_prompt,
    review_prompt,
    sent_back_prompt,
    team_prompt,
)
from tests.builders import agent, finding, mission, subject

READABLE = Searched(source="file:docs/api.md", state="readable", documents=2, passages=1_234)
BLOCKED = Searched(source="https://example.com/", state="blocked", reason="answered 403")
HOSTILE = "{{ 7 * 7 }} {% raw %} <!-- x --> @you\n\n# A heading\u202e"


def plan(**changes: Any) -> Mission:
    return mission(agent("haiku-21", subject("AWS EC2")), **changes)


def test_all_agents_are_told_the_same_of_the_mission() -> None:
    told = plan(focus=("rate limits",), extra_output=("a cost matrix",), welcome="Welcome.\n\nBe careful.")
    text = mission_prompt(told)
    assert text == mission_prompt(told)
    for words in (
        '"Cloud provider integrations"',
        "- authentication: Authentication (required)\n",
        "- pricing: Pricing\n",
        "- rate limits\n",
        "- for the document: a cost matrix\n",
        "Welcome.\n\nBe careful.",
    ):
        assert words in text
    assert "complexity: Complexity" not in text
    assert all(f"{n}." in text or f"{n} " in text for n in range(1, 9)), "the eight passes"


def test_what_a_mission_leaves_out_is_not_mentioned() -> None:
    text = mission_prompt(plan())
    assert "What this mission is after" not in text
    assert "A word from" not in text


def test_a_team_hears_its_focus() -> None:
    (team,) = plan().teams
    assert team_prompt(team) == "# Your team\n\nCloud Compute.\n"
    told = team.model_copy(update={"focus": ("endpoints", "limits")})
    assert team_prompt(told) == "# Your team\n\nCloud Compute, which looks at: endpoints; limits.\n"


def test_an_assignment_lists_sources_what_is_found_and_what_is_open() -> None:
    (one,) = plan().subjects
    text = assignment_prompt(one, [("S1", READABLE)], [BLOCKED], [finding()], claim_fields(plan())[:3])
    assert text == (
        "# Your subject: AWS EC2\n\n"
        "Its sources:\n"
        "- S1: file:docs/api.md (2 documents, 1,234 passages)\n"
        "- not readable here: https://example.com/ (answered 403)\n\n"
        "Recorded already; do not record it again, add to it where the sources say more that matters:\n"
        "- (authentication) signatureVersion: v4\n\n"
        "Still open:\n"
        "- overview: What it is\n"
        "- authentication: Authentication (required)\n"
        "- operations: Operations (required)\n\n"
        "Begin with searches for several of these at once.\n"
    )


def test_an_assignment_without_open_fields_says_what_is_left_to_do() -> None:
    one = subject("AWS EC2").model_copy(update={"includes": ("instances", "scaling")})
    text = assignment_prompt(one, [], [BLOCKED.model_copy(update={"reason": ""})], [], [])
    assert "What of it matters here: instances; scaling." in text
    assert "(blocked)" in text
    assert text.endswith("No field is open. See whether something important is missing, then assess and finish.\n")


def test_a_reviewer_gets_numbers_claims_and_quotes() -> None:
    assert claims_prompt(subject(), [finding("It is v4."), finding("It is so.")]) == (
        "Subject: AWS EC2\n\n"
        "1. claim: It is v4.\n   quote: signatureVersion: v4\n"
        "2. claim: It is so.\n   quote: signatureVersion: v4\n"
    )
    assert "`judge` once" in review_prompt()


def test_doubts_come_back_with_their_reasons() -> None:
    text = sent_back_prompt([(finding("It is v4."), "the quote is about v3")])
    assert "- (authentication) It is v4.\n  the quote is about v3\n" in text


def test_a17_foreign_texts_are_values() -> None:
    told = plan(title=HOSTILE.replace("\n", " "), welcome=HOSTILE)
    for text in (
        mission_prompt(told),
        claims_prompt(subject(), [finding(HOSTILE)]),
        sent_back_prompt([(finding(HOSTILE), HOSTILE)]),
        assignment_prompt(subject(), [("S1", READABLE)], [], [finding(HOSTILE)], []),
    ):
        assert "{{ 7 * 7 }}" in text
        assert "\u202e" not in text


def test_the_prompts_are_short() -> None:
    assert len(mission_prompt(plan())) < 3_500
    assert len(review_prompt()) < 1_000
