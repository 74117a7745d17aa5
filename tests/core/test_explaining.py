"""What criteria mean, in the code and in the document alike, and how they are found by what people call them."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.gate import CRITERIA, CriterionResult
from bot.core.gate.explaining import PASSES_WHEN, criterion_named, explained
from bot.errors import Refused

DOCUMENT = (Path(__file__).parents[2] / "docs" / "gate.md").read_text()


def test_the_document_says_of_every_criterion_what_an_answer_says() -> None:
    table = DOCUMENT.partition("## The criteria")[2].partition("###")[0]
    rows = dict(re.findall(r"^\| `([a-z-]+)` \| (.*) \|$", table, re.MULTILINE))
    assert rows == PASSES_WHEN
    assert list(PASSES_WHEN) == [one.id for one in CRITERIA]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("claims-verified", "claims-verified"),
        ("`Claims-Verified`", "claims-verified"),
        ("every claim verified", "claims-verified"),
        ("verified", "claims-verified"),
        ("secrets", "no-secrets"),
        ("budget", "budget-kept"),
        ("path of a machine", "no-machine-paths"),
        ("complexity for every subject", "complexity-for-every-subject"),
    ],
)
def test_a_criterion_is_found_by_its_id_its_title_or_words_of_them(text: str, found: str) -> None:
    assert criterion_named(text).id == found


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (
            "no",
            "more than one criterion is called so; write one of `no-machine-paths`, `no-secrets`, `no-duplicates`",
        ),
        ("mergable", "no criterion is called so; write one of `mergeable`"),
        ("", "no criterion is called so; write one of `agents-complete`, `subjects-covered`, `claims-verified`, "),
        ("xyzzy", "no criterion is called so; write one of `agents-complete`, "),
    ],
)
def test_one_that_is_not_found_says_which_may_be_meant(text: str, why: str) -> None:
    with pytest.raises(Refused) as refused:
        criterion_named(text)
    assert str(refused.value).startswith(why)


def test_every_title_and_id_finds_its_own() -> None:
    for one in CRITERIA:
        assert criterion_named(one.id) == criterion_named(one.title) == one


@given(st.text())
def test_no_text_is_too_odd_to_be_answered(text: str) -> None:
    try:
        assert criterion_named(text) in CRITERIA
    except Refused as refused:
        assert "`" in str(refused)


def test_an_explanation_says_what_was_measured_and_what_to_do() -> None:
    one = criterion_named("agents-complete")
    meaning = f"`agents-complete`, all agents complete, passes when this holds: {PASSES_WHEN[one.id]}"
    assert explained(one, None) == (meaning, "the session is merged, so the gate is not asked any more")
    passed = CriterionResult(one.id, one.title, "pass", "10 of 10")
    assert explained(one, passed) == (meaning, "now it passes: 10 of 10")
    waits = CriterionResult(one.id, one.title, "waiting", "9 of 10", "wait for them")
    assert explained(one, waits) == (
        meaning,
        "now it waits, as it is not known yet: 9 of 10",
        "to do: wait for them",
    )
