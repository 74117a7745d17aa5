"""Words for people, and texts from outside within a bound."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.neutral import code, neutral
from bot.render.engine import Markdown
from bot.render.words import clip, dollars, duration, named, prose, sentence, shorten, size, to
from tests.render.inactive import TEXT, assert_inactive, inline


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("run `swarm status --write` now", "run `swarm status --write` now"),
        ("`a` and `b`", "`a` and `b`"),
        ("thank @octocat, see `@octocat`", "thank @&#8203;octocat, see `@octocat`"),
        ("one ` alone", "one \\` alone"),
        ("empty ` ` here", "empty  here"),
        ("`a|b`", "`a|b`"),
        ("", ""),
    ],
)
def test_code_in_our_messages_stays_code_and_the_rest_is_neutral(text: str, expected: str) -> None:
    assert prose(text) == expected


@settings(deadline=None)
@given(text=TEXT)
def test_a15_prose_does_nothing_whatever_it_holds(text: str) -> None:
    made = prose(text)
    assert_inactive("- " + made)
    assert {token.type for token in inline("- " + made)} <= {"text", "code_inline"}


@pytest.mark.parametrize("make", [neutral, prose, code], ids=["neutral", "prose", "code"])
@settings(deadline=None)
@given(text=st.text(max_size=400), most=st.integers(min_value=20, max_value=200))
def test_g22_a_text_is_cut_to_what_fits_when_it_is_rendered(make: object, text: str, most: int) -> None:
    assert callable(make)
    assert size(clip(text, most, make)) <= most
    if size(make(text[: 4 * most])) <= most and len(text) <= most:
        assert "…" not in shorten(text, most, make).replace("…", "", text.count("…"))


def test_a_cut_is_shown() -> None:
    assert clip("a" * 50, 20) == "a" * 16 + "…"
    assert clip("@all " * 50, 20) == "@&#8203;all…"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Done", "Done."), ("Done?", "Done?"), ("Done!", "Done\\!"), ("", ""), ("a" * 99, "a" * 16 + "…")],
)
def test_a_sentence_ends_in_one_stop(text: str, expected: str) -> None:
    assert sentence(text, 20) == expected


def test_many_names_are_counted() -> None:
    assert named([Markdown(name) for name in "abcd"]) == "a, b, c and 1 more"
    assert named([Markdown("a")]) == "a"


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        (-5, "0 s"),
        (0.9, "54 s"),
        (1, "1 min"),
        (59.9, "59 min"),
        (60, "1 h"),
        (65, "1 h 5 min"),
        (47 * 60, "47 h"),
        (48 * 60, "2 days"),
        (51 * 60, "2 days 3 h"),
    ],
)
def test_durations(minutes: float, expected: str) -> None:
    assert duration(timedelta(minutes=minutes)) == expected


@pytest.mark.parametrize(
    ("micro", "expected"),
    [
        (0, "0.00"),
        (1, "under 0.01"),
        (4_999, "under 0.01"),
        (5_000, "0.01"),
        (2_500_000, "2.50"),
        (1_234_567_890, "1,234.57"),
    ],
)
def test_money_is_told_in_cents_and_never_as_nothing(micro: int, expected: str) -> None:
    assert dollars(micro) == expected


def test_a_link_of_ours_ends_where_it_should() -> None:
    assert to("run", "https://github.com/a/(b)") == "[run](https://github.com/a/%28b%29)"
