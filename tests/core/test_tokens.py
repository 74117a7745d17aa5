import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.quotes import normalise
from bot.core.tokens import Number, chunks, facts


def numbers(text: str) -> list[str]:
    return [str(number) for number in facts(text).numbers]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The limit is 1,000 requests.", ["1000 request"]),
        ("100 requests per second", ["100 request per second"]),
        ("100 requests/sec", ["100 request per second"]),
        ("100/minute", ["100  per minute"]),
        ("100 per day", ["100  per day"]),
        ("100 a day", ["100  per day"]),
        ("100 a piece", ["100"]),
        ("5GB, 5 GB", ["5 GB", "5 GB"]),
        ("5 Gb", ["5 gb"]),
        ("79% market share", ["79 %"]),
        ("79 percent", ["79 %"]),
        ("79 %", ["79 %"]),
        ("$0.023 per GB-month", ["0.023 $ per gb-month"]),
        ("US$5 or USD 5 or 5 dollars or 5 USD", ["5 $", "5 $", "5 $", "5 $"]),
        ("$5 million", ["5 $ million"]),
        ("5 million requests per month", ["5 million request per month"]),
        ("€3/month", ["3 € per month"]),
        ("64-bit and 64 bit", ["64 bit", "64 bit"]),
        ("five regions", ["5 region"]),
        ("twenty", ["20"]),
        ("sixty", ["60"]),
        ("port 443 by default", ["443"]),
        ("2016-11-15", ["2016-11-15"]),
        ("v1.2.3 and 1.2.3", ["v1.2.3", "1.2.3"]),
        ("2FA", ["2FA"]),
        ("10² m", ["10²"]),
        ("a list of 1,2,3 items", ["1", "2", "3 item"]),
        ("up to 10.", ["10"]),
        ("10 (ten)", ["10 ten", "10"]),
        ("EC2", ["EC2"]),
        ("no number", []),
        ("", []),
    ],
)
def test_numbers_are_read_with_their_units(text: str, found: list[str]) -> None:
    assert numbers(text) == found


@pytest.mark.parametrize(
    ("text", "identifiers"),
    [
        ("Use RunInstances or iam:Get* now", {"RunInstances", "iam:Get*"}),
        ("the X-Auth-Token header", {"X-Auth-Token"}),
        ("snake_case and client.describe_regions()", {"snake_case", "client.describe_regions"}),
        ("at https://a.example/b?c=d.", {"https://a.example/b?c=d"}),
        ("pay-as-you-go, read and/or write, e.g. this", set()),
        ("requests/second", set()),
        ("--dry-run, C++ and C#", {"--dry-run", "C++", "C#"}),
        ("**Bold** *", set()),
    ],
)
def test_identifiers_are_kept_as_they_are_written(text: str, identifiers: set[str]) -> None:
    assert facts(text).identifiers == identifiers


def test_names_are_capitals_inside_a_sentence_and_acronyms() -> None:
    assert facts("The Enterprise plan: Only JWT for the API.").names == {"enterprise", "jwt"}


def test_a_longer_identifier_contains_its_parts_but_no_part_of_a_number() -> None:
    assert {"RunInstances", "ec2"} <= facts("ec2:RunInstances").parts
    assert "describe" in facts("client.describe").parts
    assert "2016-11-15" in facts("apiVersion=2016-11-15").parts
    assert facts("10:30").parts.isdisjoint({"10", "30"})
    assert facts("v1.2").parts.isdisjoint({"1", "2", "1.2"})


@pytest.mark.parametrize(
    ("given_number", "claimed", "supported"),
    [
        (Number("10"), Number("10"), True),
        (Number("100"), Number("10"), False),
        (Number("10", "request"), Number("10"), True),
        (Number("10", "GB"), Number("10"), False),
        (Number("10", "$ million"), Number("10"), False),
        (Number("10"), Number("10", "GB"), False),
        (Number("10", "request", "second"), Number("10", "request"), True),
        (Number("10", "request"), Number("10", "request", "second"), False),
        (Number("ec2:v1", parts=frozenset({"v1"})), Number("v1"), True),
    ],
)
def test_g27_a_unit_is_neither_changed_nor_dropped(given_number: Number, claimed: Number, supported: bool) -> None:
    assert given_number.supports(claimed) == supported


@given(st.text())
def test_every_text_has_facts_and_supports_its_own(text: str) -> None:
    found = facts(normalise(text))
    assert all(number.supports(number) for number in found.numbers)
    assert found.names <= found.words
    assert all(chunks(normalise(text)))
