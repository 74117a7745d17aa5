"""Quotes are whole sentences, word for word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.agents.extractive.sentences import MAX, MIN, near, quotable, sentences


def texts(passage: str) -> list[str]:
    return [sentence.text for sentence in sentences(passage)]


def test_sentences_are_cut_where_they_end() -> None:
    first = "Buckets hold objects, e.g. images and other large files."
    second = "Objects are addressed by a key inside of their bucket."
    assert texts(f"{first} {second}") == [first, second]


def test_one_that_leans_back_is_joined() -> None:
    text = "Every account has a quota of buckets. It can be raised on request by the support."
    assert texts(text) == ["Every account has a quota of buckets.", text]


def test_what_leans_back_on_nothing_is_left_out() -> None:
    assert texts("This is the reason for which nobody may call it twice.") == []


def test_the_name_of_an_operation_is_no_part_of_its_sentence() -> None:
    assert texts("create: Creates a bucket in the account that makes the request.") == [
        "Creates a bucket in the account that makes the request."
    ]


@pytest.mark.parametrize(
    "broken",
    [
        "Too short.",
        "It has no full stop at its end and goes on and on",
        "See the `guide for what else there is to be told about it.",
        "Read (the guide for what else there is to be told about it.",
        "Calls :meth:`create` of the client for every bucket there is.",
        "For more information, see the guide of the service for its users.",
        "Is this a sentence which states something about the service?",
        "| bucket | object | key | and other things of a table |.",
        "x" * MAX + " is longer than anybody wants to read in a quote.",
    ],
)
def test_what_cannot_stand_alone_is_not_quoted(broken: str) -> None:
    assert not quotable(broken)


@given(st.text(alphabet=st.sampled_from("Ab c.?!`()\n1e"), max_size=300))
def test_every_quote_stands_in_its_passage(text: str) -> None:
    for sentence in sentences(text):
        assert sentence.text in text
        assert MIN <= len(sentence.text) <= MAX
        assert "\n" not in sentence.plain


def test_near() -> None:
    assert near("The bucket is made now", "The bucket is made then")
    assert not near("The bucket is made now", "An object was deleted then")
