from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.core.citations import Checked, check
from bot.core.evidence import Evidence
from bot.core.findings import CheckedFinding, Finding, SourceState
from bot.core.quotes import meaningful, normalise, stands_in
from tests.builders import citation

SHA = "9f2c" * 16
TEXT = "The limit is 1,000 requests per minute for each account. Requests are signed with signature version v4."
OTHER = "Elsewhere it says that webhooks are sent at most 5 times."


def finding(claim: str, quote: str, value: str = "", **changes: Any) -> Finding:
    return Finding(
        subject="aws-ec2", field="rate-limits", claim=claim, value=value, citation=citation(quote, **changes)
    )


def evidence(text: str = TEXT, state: SourceState = "readable", **changes: Any) -> Evidence:
    values: dict[str, Any] = {"sha256": SHA, "document_text": lambda: f"{text}\n{OTHER}"} | changes
    return Evidence(state, text=text, **values)


LIMIT = "The limit is 1,000 requests per minute"


def test_g27_a_claim_equal_to_its_quote_is_verified() -> None:
    assert check(finding(LIMIT, LIMIT, "1000 requests"), evidence()) == Checked("verified")


def test_g27_a_quote_in_a_long_text_is_found_as_in_a_short_one() -> None:
    long = f"{'More. ' * 1_000}{TEXT}"
    assert check(finding(LIMIT, LIMIT), evidence(long)) == Checked("verified")
    assert check(finding(OTHER, OTHER), evidence(long)).state == "unsupported"


@given(
    st.sampled_from((LIMIT, "100 requests", "The limit is 1,000", OTHER)),
    st.sampled_from((LIMIT, "The limit is 1,00", OTHER, "..")),
    st.sampled_from((TEXT, OTHER, "", f"{'More. ' * 1_000}{TEXT}")),
    st.sampled_from(("quoted", "counted")),
)
def test_g27_what_is_recorded_is_checked_like_what_is_handed_over(
    claim: str, quote: str, text: str, method: str
) -> None:
    handed, now = finding(claim, quote, method=method), evidence(text)
    recorded = CheckedFinding(**vars(handed), state="verified")
    assert [check(recorded, now), check(recorded, now)] == [check(handed, now)] * 2


def test_g27_typography_and_line_breaks_do_not_matter() -> None:
    quote = "The limit\nis 1,000\u00a0requests per\tminute"
    assert check(finding("1000 requests per minute", quote), evidence()) == Checked("verified")


@pytest.mark.parametrize(
    ("state", "citation_state"),
    [("dead", "dead"), ("blocked", "blocked"), ("unreadable", "blocked"), ("skipped", "blocked")],
)
def test_g27_a_source_that_cannot_be_read_has_its_own_state(state: SourceState, citation_state: str) -> None:
    unexplained = check(finding(LIMIT, LIMIT), evidence(state=state))
    assert unexplained.state == citation_state
    assert unexplained.reason
    assert check(finding(LIMIT, LIMIT), evidence(state=state, reason="404")).reason == "404"


@pytest.mark.parametrize(
    ("text", "quote", "ending"),
    [(TEXT, LIMIT, "still stands in it"), (OTHER, LIMIT, "is gone from it"), (TEXT, "..", "is gone from it")],
)
def test_g27_a_changed_source_is_drift_and_says_whether_the_quote_stands(
    text: str, quote: str, ending: str
) -> None:
    checked = check(finding(quote, quote), evidence(text, sha256="0" * 64))
    assert checked.state == "drifted"
    assert checked.reason.endswith(ending)


def test_g27_a_quote_that_moved_in_a_changed_source_still_stands() -> None:
    moved = evidence("", sha256="0" * 64, document_text=lambda: TEXT)
    assert "still stands" in check(finding(LIMIT, LIMIT), moved).reason


@pytest.mark.parametrize(
    ("given_finding", "text", "why"),
    [
        (
            finding(OTHER, OTHER),
            TEXT,
            "the quote is not at the locator; the quote stands elsewhere in the document",
        ),
        (
            finding(OTHER, OTHER),
            "",
            "the document has no '/metadata/signatureVersion'; the quote stands elsewhere",
        ),
        (finding("Invented", "Invented"), TEXT, "the quote is not at the locator, nor anywhere in the document"),
        (finding("v4", "v4"), TEXT, "the quote is too short"),
        (finding("The limit is 100 requests", LIMIT), TEXT, "100 request is not in the quote"),
        (finding(LIMIT, LIMIT, "2000 requests"), TEXT, "2000 request is not in the quote"),
        (finding("The limit is 1", "The limit is 1"), TEXT, "the quote cuts off a word, a number or its unit"),
    ],
)
def test_g27_what_the_source_does_not_say_is_unsupported(given_finding: Finding, text: str, why: str) -> None:
    checked = check(given_finding, evidence(text))
    assert checked.state == "unsupported"
    assert checked.reason.startswith(why)


@pytest.mark.parametrize(
    ("claim", "quote", "text"),
    [
        ("1\u200b000 requests", LIMIT, TEXT),
        (f"{LIMIT}\u202e", LIMIT, TEXT),
        (LIMIT, LIMIT.replace("limit", "li\u200bmit"), TEXT),
        (LIMIT, LIMIT.replace("limit", "l\u0456mit"), TEXT),
        ("The l\u0456mit is 1000 requests", LIMIT, TEXT),
        ("\u202ecba \u202c", "\u202ecba \u202c", "x \u202ecba \u202c"),
    ],
)
def test_a5_disguised_text_is_never_verified(claim: str, quote: str, text: str) -> None:
    assert check(finding(claim, quote), evidence(text)).state == "unsupported"


def test_a5_zero_width_characters_are_fine_where_the_source_has_them() -> None:
    text = "The li\u200bmit is ten"
    assert check(finding(text, text), evidence(text)) == Checked("verified")


def counted(claim: str, value: str = "", quote: str = "RunInstances") -> Finding:
    return finding(claim, quote, value, method="counted")


@pytest.mark.parametrize("value", ["", "615", "615 operations"])
def test_g27_a_counted_number_is_what_the_source_counts(value: str) -> None:
    source = evidence("RunInstances: starts instances", count=615)
    assert check(counted("AWS EC2 has 615 operations.", value), source) == Checked("verified")


@pytest.mark.parametrize(
    ("given_finding", "why"),
    [
        (counted("AWS EC2 has 616 operations."), "the claim counts 616; the source has 615"),
        (counted("AWS EC2 has operations."), "the claim counts nothing; the source has 615"),
        (counted("615 operations and 3 more"), "the claim counts 615, 3; the source has 615"),
        (counted("615 operations in v2"), "v2 is not in the quote"),
        (counted("615 operations", "61"), "the short form counts 61; the source has 615"),
        (counted("615 operations", quote="StopInstances"), "the quote is not at the locator, nor anywhere"),
        (counted("Only 615 operations"), "the claim says 'only'"),
    ],
)
def test_g27_any_other_count_is_unsupported(given_finding: Finding, why: str) -> None:
    checked = check(given_finding, evidence("RunInstances: starts instances", count=615))
    assert checked.state == "unsupported"
    assert checked.reason.startswith(why)


@pytest.mark.parametrize(
    ("claim", "state"),
    [
        ("The package linode-api4 has the version 5.48.0.", "verified"),
        ("The package linode-api5 has the version 5.48.0.", "unsupported"),
        ("linode-api4/v2 has the version 5.48.0.", "unsupported"),
        ("The package linode-api4 has the version 5.48.1.", "unsupported"),
    ],
)
def test_g27_a_claim_may_name_the_package_that_it_cites(claim: str, state: str) -> None:
    named = finding(claim, "Version: 5.48.0", source="pypi:linode-api4==5.48.0#README.md")
    assert check(named, evidence("Version: 5.48.0")).state == state


def test_a_reason_always_fits_into_a_finding() -> None:
    claim = "x" * 500 + "_y"
    assert len(check(finding(claim, LIMIT), evidence()).reason) == 300


WORDS = st.sampled_from(
    "The limit is not 1,000 requests per minute or only for v4 keys 5 GB $0.023 2016-11-15"
    " ec2:Describe* OAuth2 — “quoted” x_y RunInstances 79% five https://a.example/v1".split()
)
PASSAGES = st.lists(WORDS, min_size=1, max_size=25).map(" ".join)


@st.composite
def quoted(draw: st.DrawFn) -> tuple[str, str]:
    """A passage and some whole words of it, not those that a `not` denies."""
    words = draw(PASSAGES).split()
    start = draw(st.integers(0, len(words) - 1))
    assume("not" not in words[max(0, start - 2) : start])
    quote = " ".join(words[start : draw(st.integers(start + 1, len(words)))])
    assume(meaningful(normalise(quote)))
    return " ".join(words), quote


@given(quoted())
def test_g27_whatever_is_quoted_as_it_stands_is_verified(passage: tuple[str, str]) -> None:
    text, quote = passage
    assert check(finding(quote, quote), evidence(text)) == Checked("verified")


@given(quoted(), st.data())
def test_g27_a_claim_with_any_digit_changed_is_never_verified(
    passage: tuple[str, str], data: st.DataObject
) -> None:
    text, quote = passage
    digits = [index for index, character in enumerate(quote) if character.isdigit()]
    assume(digits)
    index = data.draw(st.sampled_from(digits))
    changed = data.draw(st.sampled_from([d for d in "0123456789" if d != quote[index]]))
    claim = quote[:index] + changed + quote[index + 1 :]
    assert check(finding(claim, quote), evidence(text)).state == "unsupported"


@given(quoted(), st.data())
def test_g27_a_quote_with_any_character_changed_is_never_verified(
    passage: tuple[str, str], data: st.DataObject
) -> None:
    text, quote = passage
    index = data.draw(st.integers(0, len(quote) - 1))
    altered = quote[:index] + data.draw(st.characters(exclude_categories=["Cs"])) + quote[index + 1 :]
    assume(normalise(altered) not in normalise(f"{text}\n{OTHER}"))
    assert check(finding(quote, altered), evidence(text)).state != "verified"


@given(
    st.text(min_size=1, max_size=60), st.text(min_size=1, max_size=60), st.text(max_size=90), st.text(max_size=20)
)
def test_g27_what_is_verified_stands_in_the_source(claim: str, quote: str, text: str, value: str) -> None:
    checked = check(finding(claim, quote, value), evidence(text))
    assert checked.state == "unsupported" or stands_in(normalise(quote), normalise(text))
