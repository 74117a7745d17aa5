from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.audit.amounts import Amount, amount, amounts, is_nothing, total
from bot.core.audit.calculations import calculations, underived
from bot.core.audit.claims import is_claim, is_claim_cell, is_method
from bot.core.audit.document import parse
from bot.core.audit.marks import LINK, NOTE, plain, without_marks
from bot.core.audit.placeholders import placeholders
from bot.core.audit.sentences import sentences


@pytest.mark.parametrize(
    "text",
    [
        "AWS holds 79% market share.",
        "It costs $0.0116 per hour.",
        "It costs 12 USD.",
        "About 5 dollars are needed.",
        "Up to 1,000 requests are allowed.",
        "The API allows 100/minute.",
        "Rate limit: 10",
        "The quota is 5.",
        "It stores 5 GB.",
        "A 64-bit number",
        "It takes 210-280 hours.",
        "5 million users rely on it.",
        "It has 12 concurrent connections.",
        "Runs on v1.2.3 and later",
        "Python SDK 1.44.5",
        "API version 2016-11-15",
        "More than 30 payment methods are supported.",
    ],
)
def test_a_number_with_a_unit_a_price_a_limit_and_a_version_are_claims(text: str) -> None:
    assert is_claim(text)


@pytest.mark.parametrize(
    "text",
    [
        "It is fast.",
        "Phase 1 has begun.",
        "Prepared on 2025-11-13.",
        "At 08:37 it ended.",
        "Session 2",
        "EC2 and S3 are services.",
        "Step 3: sign the request",
        "IPv4 only",
        "",
    ],
)
def test_other_sentences_are_no_claims(text: str) -> None:
    assert not is_claim(text)


@pytest.mark.parametrize(
    ("text", "header", "claim"),
    [
        ("40", "Hours", True),
        ("8.2", "Version", True),
        ("5", "Price ($)", True),
        ("5 GB", "Anything", True),
        ("40", "#", False),
        ("High", "Hours", False),
        ("P0", "Cost", False),
        ("sdk 1.2.3", "Source", False),
    ],
)
def test_a_cell_takes_its_unit_from_the_header(text: str, header: str, claim: bool) -> None:
    assert is_claim_cell(text, header) == claim


def test_a_section_that_states_rules_is_known_by_its_heading() -> None:
    assert is_method("how-the-assessments-are-computed")
    assert is_method("scoring-rubric")
    assert not is_method("how-to-sign")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("One. Two!  Three", [(0, "One."), (0, "Two!"), (0, "Three")]),
        ("One\ntwo.\nThree.", [(0, "One\ntwo."), (2, "Three.")]),
        ("At e.g. 5 GB. Next", [(0, "At e.g. 5 GB."), (0, "Next")]),
        ("It has 1.5 GB. next small", [(0, "It has 1.5 GB. next small")]),
        (f"A claim.{NOTE} Next", [(0, f"A claim.{NOTE}"), (0, "Next")]),
        (f"A claim. {NOTE} Next", [(0, f"A claim. {NOTE}"), (0, "Next")]),
        (f"A claim. (Source: {LINK}docs)", [(0, f"A claim. (Source: {LINK}docs)")]),
        (f"A claim. See {LINK}docs. B.", [(0, f"A claim. See {LINK}docs."), (0, "B.")]),
        (f"A claim. ({LINK}docs)", [(0, f"A claim. ({LINK}docs)")]),
        ("A claim. See below.", [(0, "A claim."), (0, "See below.")]),
        (f"Source: {LINK}", [(0, f"Source: {LINK}")]),
        (f"A claim. {LINK}Docs say more.", [(0, "A claim."), (0, f"{LINK}Docs say more.")]),
        ("  ", []),
    ],
)
def test_sentences_keep_the_citations_that_belong_to_them(text: str, found: list[tuple[int, str]]) -> None:
    assert sentences(text) == found


@given(st.text(alphabet="ab .!?\n" + NOTE + LINK))
def test_no_text_is_lost_between_sentences(text: str) -> None:
    kept = "".join(sentence for _, sentence in sentences(text))
    assert "".join(kept.split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1,053", Amount(Decimal(1053), Decimal(1053))),
        ("~40 h", Amount(Decimal(40), Decimal(40), "hour")),
        ("40 hrs", Amount(Decimal(40), Decimal(40), "hour")),
        ("210–280 hours", Amount(Decimal(210), Decimal(280), "hour")),
        ("$5 to $6", Amount(Decimal(5), Decimal(6), "$")),
        ("**7**", Amount(Decimal(7), Decimal(7))),
        ("79%", Amount(Decimal(79), Decimal(79), "%")),
        ("5 USD", Amount(Decimal(5), Decimal(5), "$")),
        ("40 for each", None),
        ("High", None),
        ("", None),
    ],
)
def test_amounts_are_read_as_people_write_them(text: str, found: Amount | None) -> None:
    assert amount(text) == found


def test_amounts_are_found_in_a_sentence() -> None:
    assert [str(one) for one in amounts("Total: 210-280 hours, $1,000")] == ["210 to 280", "1,000"]
    assert is_nothing(" - ")
    assert not is_nothing("0")


def test_a_stated_total_may_be_rounded_to_its_own_decimals() -> None:
    exact = total([Amount(Decimal("1.25"), Decimal("1.25")), Amount(Decimal("2.31"), Decimal("2.31"))])
    for text, equal in (("3.56", True), ("3.6", True), ("3.5", False), ("4", False)):
        stated = amount(text)
        assert stated is not None
        assert stated.equals(exact) == equal


def test_a_calculation_is_checked_and_needs_no_source() -> None:
    (right,) = calculations("Hours: 8 (base) + 48 (operations: 615) = 56")
    assert right.stated == right.computed == Decimal(56)
    assert underived("Hours: 8 (base) + 48 (operations: 615) = 56", ()) == "Hours: "
    assert "= 57" in underived("8 hours + 48 = 57; 1 + 2 = 57", ())
    assert calculations("1 + 1") == ()


def test_derived_amounts_need_no_source() -> None:
    known = [{Amount(Decimal(56), Decimal(56), "hour")}]
    assert underived("It takes 56 hours, and 5 GB", known) == "It takes, and 5 GB"
    assert underived("It takes 57 hours, and 56", known) == "It takes 57 hours, and 56"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("TODO: price\n\nfine\n", [1]),
        ("a\nTBD\n", [2]),
        ("[insert vendor]", [1]),
        ("[Your name here]", [1]),
        ("Lorem ipsum dolor", [1]),
        ("Price: {{ price }}", [1]),
        ("Price: ${PRICE}", [1]),
        ("Price: ???", [1]),
        ("To be determined.", [1]),
        ("<!-- FIXME -->", [1]),
        ("| a |\n|---|\n| XXX |", [3]),
        ("- [Add a card](https://a.example)", []),
        ("`TODO` marks what is open", []),
        ("```\nTODO\n```", []),
        ("todo lists are a feature", []),
        ("Really?", []),
    ],
)
def test_placeholders_are_found_with_their_lines(text: str, lines: list[int]) -> None:
    assert [line for token in parse(text).inlines for line, _ in placeholders(token)] == lines


def test_a_document_cannot_forge_a_mark() -> None:
    assert NOTE not in without_marks(f"5 GB{NOTE}")
    assert plain(f"a{LINK} b\n c") == "a b c"


def test_a_stated_gap_is_no_claim() -> None:
    assert not is_claim("Rate limits: Gap: not answered by the sources (1 source searched, 5,708 passages).")
    assert not is_claim("Gap: no rate limit is stated in the 2 sources that were searched.")
    assert is_claim("Gap: the limit is 5 requests per second.")
    assert is_claim("The rate limit leaves a gap of 5 seconds.")


def test_an_address_of_a_machine_is_no_version() -> None:
    assert not is_claim("It listens at 192.168.0.1 by default.")
    assert is_claim("It needs 9.0.4.")
