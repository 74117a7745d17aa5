import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.quotes import Document, document, invisible, meaningful, normalise, reordering, stands_in

WORDS = st.lists(st.sampled_from("limit requests second v4 100 5 GB key token EC2 the of a".split()), min_size=1)


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("  a\n\t b\u00a0c\u2009d ", "a b c d"),
        ("‘a’ “b” «c»", '\'a\' "b" "c"'),
        ("10–20 — x − y non‑breaking", "10-20 - x - y non-breaking"),
        ("eﬃcient ﬁle", "efficient file"),
        ("hyphen\u00adated zero\u200bwidth", "hyphenated zerowidth"),
        ("wait…", "wait..."),
        ("１０ ＧＢ", "10 GB"),
        ("cafe\u0301", "café"),
        ("10² and 1½", "10² and 1½"),
        ("", ""),
    ],
)
def test_g27_typography_and_white_space_are_normalised_and_nothing_else(written: str, plain: str) -> None:
    assert normalise(written) == plain


@given(st.text())
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@pytest.mark.parametrize(
    ("quote", "text"),
    [
        ("limit is 10", "The limit is 10."),
        ("limit is 10", "limit is 100, but the limit is 10 too"),
        ("5 GB", "(5 GB)"),
        ("$5", "costs $5 a month"),
        ("-5", "from -5 on"),
        ("use it", "do not wait: use it"),
        ("- a bullet", "x - a bullet"),
    ],
)
def test_g27_a_quote_of_whole_words_stands(quote: str, text: str) -> None:
    assert stands_in(quote, text)
    assert Document(text).has(quote) or not meaningful(quote)


@pytest.mark.parametrize(
    ("quote", "text"),
    [
        ("limit is 10", "limit is 100"),
        ("limit is 10", "limit is 10.5"),
        ("limit is 10", "limit is 10,000"),
        ("limit is 10", "limit is 10% of it"),
        ("limit is 10", "limit is 10 %"),
        ("5 GB free", "0.5 GB free"),
        ("5 GB free", "1,5 GB free"),
        ("5 degrees", "at -5 degrees"),
        ("5 a month", "for $5 a month"),
        ("able to", "unable to"),
        ("read it", "read_it"),
        ("use the key", "do not use the key"),
        ("support it", "it doesn't support it"),
        ("be used", "cannot ever be used"),
        ("Limit", "limit"),
        ("absent", "nothing of it"),
        ("late word", "late"),
        ("first late", "late"),
    ],
)
def test_g27_a_part_of_a_word_a_number_or_a_denial_is_no_quote(quote: str, text: str) -> None:
    assert not stands_in(quote, text)
    assert not Document(text).has(quote)


@given(WORDS, WORDS, WORDS)
def test_both_ways_of_looking_up_a_quote_agree(before: list[str], quote: list[str], after: list[str]) -> None:
    text, wanted = " ".join(before + quote + after), " ".join(quote)
    if meaningful(wanted):
        assert stands_in(wanted, text)
        assert Document(text).has(wanted)
        assert Document(" ".join(before)).has(wanted) == stands_in(wanted, " ".join(before))


@pytest.mark.parametrize(
    ("quote", "enough"), [("v4", False), ("...", False), ("", False), ("abc", True), ("1.23", True)]
)
def test_a_quote_needs_three_letters_or_digits(quote: str, enough: bool) -> None:
    assert meaningful(quote) == enough


def test_a5_invisible_characters_are_seen() -> None:
    assert invisible("plain") == invisible("naïve soft\u00adhyphen") == ""
    assert invisible("1\u200b0") == "\u200b"
    assert invisible("a\ue000") == "\ue000"
    assert reordering("a\u202eb")
    assert not reordering("a\u200bb")


def test_a_document_is_normalised_once() -> None:
    assert document("a  b") is document("a  b")
