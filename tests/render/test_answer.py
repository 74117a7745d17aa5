"""Answers to commands: they say what was done, call nobody, and nothing in them is active."""

from dataclasses import replace

import pytest
from hypothesis import given, settings

from bot.core.chatops import HELP, NotUnderstood, parse
from bot.core.comment_view import Answer
from bot.render.answer import PART_MAX, SHOWN, answer_block, answer_comment
from bot.render.comment import status_comment
from tests.render.inactive import HOSTILE, TEXT, assert_inactive, read
from tests.render.test_comment import LIMIT, large
from tests.render.views import FAILING, failed, verdict, view

ONE = Answer("/swarm budget +5", ("the session may spend 8.00 USD now", "a run goes on with it"))


def test_an_answer_stands_above_the_last_line_of_the_comment() -> None:
    text = status_comment(view(answer=ONE))
    assert text.splitlines()[-5:-1] == [
        "**Answer** to `/swarm budget +5` · the session may spend 8.00 USD now.",
        "",
        "- a run goes on with it.",
        "",
    ]
    assert text.splitlines()[-1].startswith("<sub>True at ")
    assert "Answer" not in status_comment(view())


def test_a_short_answer_is_one_line() -> None:
    assert answer_block(replace(ONE, said=("this is how it stands",))) == (
        "**Answer** to `/swarm budget +5` · this is how it stands."
    )


def test_the_list_of_commands_is_shown_whole() -> None:
    text = answer_comment(Answer("/swarm help", ("people can say:", *HELP)))
    assert text.count("\n- `/swarm ") == len(HELP)
    assert "- `/swarm retry [AGENT]`: one more attempt of an agent that failed or is blocked;" in text
    assert_inactive(text)


def test_g22_an_answer_is_bounded_and_fits_into_the_largest_comment() -> None:
    long = Answer("/swarm " + "x" * 5_000, ("@" * 5_000,) * 50)
    assert len(answer_block(long).encode()) < SHOWN * (PART_MAX + 10) + 300
    of, ids = large(2_000, 2_000, "@|<" * 160, "#`" * 250)
    records = [failed(i, reason="@<" * 500) for i in ids]
    text = status_comment(view(*records, of=of, verdict=verdict(*FAILING), answer=long))
    assert len(text.encode()) < LIMIT
    assert "**Answer** to" in text


def all_answers(text: str) -> list[str]:
    """Whatever somebody writes behind /swarm, and whatever a gate measured of it, as comments."""
    found = parse(f"/swarm {text}")
    why = found.why if isinstance(found, NotUnderstood) else "it is done"
    answer = Answer(f"/swarm {text}", (why, text, f"now it fails: {text}", f"`{text}` is blocked"))
    return [status_comment(view(answer=answer)), answer_comment(answer)]


@pytest.mark.parametrize("text", HOSTILE)
def test_a15_what_a_person_writes_does_nothing(text: str) -> None:
    for made in all_answers(text):
        assert_inactive(made)
        assert not [line for line in read(made).splitlines() if line.startswith("/")]


@settings(deadline=None, max_examples=100)
@given(text=TEXT)
def test_a15_no_text_makes_an_answer_active(text: str) -> None:
    for made in all_answers(text):
        assert_inactive(made)
        assert made.count("\n### ") == 0
