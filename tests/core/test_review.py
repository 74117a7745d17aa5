"""What a reviewer is led to first."""

import pytest

from bot.core.consolidate import Cited, Deliverable, consolidate
from bot.core.findings import CheckedFinding
from bot.core.records import FindingsFile
from bot.core.review import first_to_read, in_own_words, own_words
from tests.builders import checked, citation
from tests.render.views import done, plan, spec
from tests.sessions import data


@pytest.mark.parametrize(
    ("claim", "quote", "expected"),
    [
        ("At most 600 requests.", "at most 600 requests", 0.0),
        ("There are 600 requests.", "600 requests", 0.5),
        ("Keys.", "600 requests", 1.0),
        ("…", "600 requests", 1.0),
    ],
)
def test_words_of_its_own_are_those_that_the_quote_does_not_have(claim: str, quote: str, expected: float) -> None:
    assert own_words(Cited("", "", checked(claim, citation=citation(quote)))) == expected


def test_a_counted_claim_is_far_from_the_first_thing_that_was_counted() -> None:
    assert own_words(Cited("", "", checked("a b", citation=citation("a b", method="counted")))) == 1


def made(*findings: CheckedFinding) -> Deliverable:
    of = plan({"A": (spec("haiku-1", "AWS EC2", "Vultr"),)})
    return consolidate(data(of, done("haiku-1"), files=(FindingsFile(agent="haiku-1", findings=findings),)))


def test_one_claim_for_each_subject_about_what_costs_most_when_it_is_misread() -> None:
    deliverable = made(
        checked("It is a cloud.", field="overview", citation=citation("summary")),
        checked("Signed with v4.", citation=citation("signed with v4")),
        checked("At most 600.", field="rate-limits", citation=citation("limit: 600")),
        checked("Keys are used.", subject="vultr", citation=citation("api key")),
    )
    assert [one.finding.claim for one in first_to_read(deliverable, 9)] == ["Keys are used.", "At most 600."]
    assert [one.finding.claim for one in first_to_read(deliverable, 1)] == ["Keys are used."]
    assert [in_own_words(subject) for subject in deliverable.subjects] == [2, 1]


def test_without_a_decisive_field_any_claim_will_do_but_no_counted_one() -> None:
    counted = checked("It has 7 operations.", field="operations", citation=citation("get", method="counted"))
    quoted = checked("It is a cloud.", field="overview", citation=citation("a cloud"))
    assert [one.finding.claim for one in first_to_read(made(counted, quoted), 9)] == ["It is a cloud."]
    assert first_to_read(made(counted), 9) == []
