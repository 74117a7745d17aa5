"""The rubric: the same counted facts give the same hours, and the sum can be recomputed."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.assess import Assessment, Input, assess, package
from bot.core.fields import STANDARD_FIELDS, Field
from bot.core.findings import CheckedFinding, CitationState
from bot.core.rubric import FULL_READINESS, operation_hours, rubric
from tests.builders import checked, citation

DOCS = Path(__file__).parents[2] / "docs" / "rubric.md"


def made(*findings: CheckedFinding, fields: tuple[Field, ...] = STANDARD_FIELDS) -> Assessment:
    assessment = assess(findings, fields)
    assert assessment is not None
    return assessment


def hours(assessment: Assessment, name: str) -> tuple[str, int]:
    return next((entry.value, entry.hours) for entry in assessment.inputs if entry.name == name)


def operations(count: str) -> CheckedFinding:
    return checked("The API has operations.", field="operations", value=count, citation=citation(method="counted"))


EVERYTHING = (
    checked("Requests are signed with signature version v4.", value="SigV4"),
    operations("762"),
    checked("The SDK is botocore.", field="sdks", value="botocore"),
    checked("Events go to EventBridge.", field="webhooks", value="EventBridge"),
    checked("100 requests a second.", field="rate-limits"),
    checked("It costs 1 USD an hour.", field="pricing"),
)


def test_an_api_of_which_everything_is_known_adds_up() -> None:
    assert made(*EVERYTHING) == Assessment(
        complexity="High",
        hours=8 + 48 + 12 + 8,
        priority="P0",
        inputs=(
            Input("base", "", 8),
            Input("operations", "762", 48),
            Input("authentication", "request signing", 12),
            Input("webhooks or events", "yes", 8),
        ),
        readiness=9,
        ready=(
            ("authentication", 2),
            ("operations", 2),
            ("SDKs", 2),
            ("rate limits", 1),
            ("pricing", 1),
            ("webhooks", 1),
        ),
        dependencies=("botocore",),
    )


def test_an_api_of_which_one_thing_is_known_says_what_is_open() -> None:
    assessment = made(checked("It sends mail.", field="overview"))
    assert [(entry.name, entry.value, entry.hours) for entry in assessment.inputs] == [
        ("base", "", 8),
        ("operations", "unknown", 8),
        ("authentication", "unknown", 8),
        ("official SDK", "none known", 16),
        ("rate limits", "unknown", 4),
        ("pricing", "unknown", 2),
        ("required fields open", "2", 8),
    ]
    assert (assessment.hours, assessment.complexity, assessment.priority) == (54, "Medium", "P2")
    assert assessment.dependencies == ()


@pytest.mark.parametrize("state", ["drifted", "unsupported", "dead", "blocked"])
def test_g27_nothing_is_assessed_from_what_is_not_verified(state: CitationState) -> None:
    assert assess([checked(state=state)], STANDARD_FIELDS) is None
    assert assess([], STANDARD_FIELDS) is None
    with_verified = made(checked("It sends mail.", field="overview"), checked(state=state))
    assert hours(with_verified, "authentication") == ("unknown", 8)


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        ("Requests carry an HMAC.", ("request signing", 12)),
        ("OAuth 2.0 with an API key.", ("delegated tokens", 8)),
        ("Send the API key in a header.", ("a key or token", 4)),
        ("The designer signs in.", ("another", 8)),
    ],
)
def test_the_costliest_kind_of_authentication_counts(claim: str, expected: tuple[str, int]) -> None:
    assert hours(made(checked(claim)), "authentication") == expected


@pytest.mark.parametrize(
    ("number", "expected"), [(1, 4), (10, 4), (11, 8), (30, 8), (100, 16), (300, 32), (301, 48), (10**9, 48)]
)
def test_hours_for_operations_grow_with_the_logarithm(number: int, expected: int) -> None:
    assert operation_hours(number) == expected


@pytest.mark.parametrize(
    ("findings", "expected"),
    [
        ((operations("1,053"), operations("98")), ("1,053", 48)),
        ((operations("98 operations"),), ("98", 16)),
        ((operations("many"),), ("1 quoted", 4)),
        ((checked("listServers", field="operations"), checked("getServer", field="operations")), ("2 quoted", 4)),
    ],
)
def test_operations_are_the_largest_count_or_else_the_quoted_ones(
    findings: tuple[CheckedFinding, ...], expected: tuple[str, int]
) -> None:
    assert hours(made(*findings), "operations") == expected


def test_a_count_is_read_from_the_claim_when_there_is_no_short_form() -> None:
    finding = checked("The API has 612 operations.", field="operations", citation=citation(method="counted"))
    assert hours(made(finding), "operations") == ("612", 48)


def test_a_verified_no_is_an_answer() -> None:
    assessment = made(
        checked("There are no webhooks.", field="webhooks", value="none"),
        checked("There is no SDK.", field="sdks", value="No"),
    )
    assert hours(assessment, "webhooks or events") == ("no", 0)
    assert hours(assessment, "official SDK") == ("none known", 16)
    assert assessment.dependencies == ()


def test_a_field_that_the_mission_does_not_ask_for_is_not_held_against_a_subject() -> None:
    fields = (Field(id="authentication", title="Authentication", section="Authentication", required=True),)
    assert {entry.name for entry in made(checked(), fields=fields).inputs} == {
        "base",
        "operations",
        "authentication",
        "official SDK",
    }


def test_dependencies_are_short_forms_or_cited_packages_each_once() -> None:
    assessment = made(
        checked("boto", field="sdks", value="botocore"),
        checked("again", field="sdks", value="botocore"),
        checked("cited", field="sdks"),
        checked("page", field="sdks", citation=citation(source="https://docs.example.com/sdk")),
    )
    assert assessment.dependencies == ("botocore", "botocore 1.44.5")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("pypi:hcloud==2.9.0#README.md", "hcloud 2.9.0"),
        ("npm:@vonage/voice@1.2.3#dist/*.d.ts", "@vonage/voice 1.2.3"),
        ("npm:postmark@4.0.5", "postmark 4.0.5"),
        ("pypi:hcloud", ""),
        ("npm:postmark", ""),
        ("npm:@scope/name#x", ""),
        ("https://pypi.example/x==1", ""),
        ("file:docs/api.md", ""),
    ],
)
def test_the_package_of_a_source(source: str, expected: str) -> None:
    assert package(source) == expected


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (EVERYTHING[:3], "P1"),
        (EVERYTHING[:4], "P0"),
        (EVERYTHING[:2], "P1"),
        (EVERYTHING[:1], "P2"),
    ],
)
def test_priority_follows_from_what_is_ready(known: tuple[CheckedFinding, ...], expected: str) -> None:
    assert made(*known).priority == expected


FINDINGS = st.lists(
    st.builds(
        checked,
        st.text(min_size=1, max_size=40),
        field=st.sampled_from([field.id for field in STANDARD_FIELDS]),
        value=st.text(max_size=20),
        state=st.sampled_from(["verified", "drifted"]),
        citation=st.sampled_from([citation(), citation(method="counted")]),
    ),
    max_size=8,
)


@given(FINDINGS)
def test_hours_are_the_sum_of_the_inputs_and_stay_within_bounds(findings: list[CheckedFinding]) -> None:
    assessment = assess(findings, STANDARD_FIELDS)
    assert (assessment is None) == all(finding.state != "verified" for finding in findings)
    if assessment:
        assert assessment.hours == sum(entry.hours for entry in assessment.inputs)
        assert 8 <= assessment.hours <= 160
        assert assessment.readiness == sum(points for _, points in assessment.ready) <= FULL_READINESS
        low, high = {"Low": (0, 24), "Medium": (25, 60), "High": (61, 160)}[assessment.complexity]
        assert low <= assessment.hours <= high


def test_the_documentation_has_the_rubric_that_is_computed() -> None:
    rows = [f"| {what} | {result} |" for what, result in rubric()]
    assert "\n".join(rows) in DOCS.read_text(encoding="utf-8")
