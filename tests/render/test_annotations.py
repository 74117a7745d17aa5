"""What is printed in a job can start no command of the runner."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.neutral import inert
from bot.errors import Problem
from bot.render.annotations import annotation, annotations

LINES = st.text(alphabet=st.one_of(st.sampled_from(":#[]% \t\r\n\x0b\x1b\u2028\u00a0\u200bae"), st.characters()))


def test_a_problem_stands_at_its_place() -> None:
    problem = Problem("missions/cloud.yml", 41, 9, "agents[3].attempts is 0", "give it 1 attempt")
    assert annotation(problem) == (
        "::error file=missions/cloud.yml,line=41,col=9::agents[3].attempts is 0; give it 1 attempt"
    )


@pytest.mark.parametrize(
    ("problem", "expected"),
    [
        (Problem(what="no mission"), "::error::no mission"),
        (Problem("a.yml", what="empty"), "::error file=a.yml::empty"),
        (Problem("a.yml", 3, what="odd", level="advice"), "::warning file=a.yml,line=3,col=1::odd"),
        (Problem(line=3, what="nowhere"), "::error::nowhere"),
    ],
)
def test_what_is_not_known_is_left_out(problem: Problem, expected: str) -> None:
    assert annotation(problem) == expected


def test_each_problem_has_a_line() -> None:
    assert annotations([Problem(what="a"), Problem(what="b")]) == "::error::a\n::error::b"


def test_a02_a_place_cannot_bring_properties_of_its_own() -> None:
    made = annotation(Problem("a,line=1::b:c%0A\n::error::d", 2, 3, "50% is ::error::x\r\n##[error]y"))
    assert made == (
        "::error file=a%2Cline=1%3A%3Ab%3Ac%250A %3A%3Aerror%3A%3Ad,line=2,col=3::50%25 is ::error::x ##[error]y"
    )


@settings(deadline=None)
@given(file=LINES, what=LINES, todo=LINES)
def test_a02_any_problem_is_one_command_of_one_line(file: str, what: str, todo: str) -> None:
    made = annotation(Problem(file, 1, 1, what, todo))
    assert len(made.splitlines()) == 1
    assert re.match(r"::error( (file=[^,:]*,line=1,col=1))?::", made)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("::set-output name=a::b", ": :set-output name=a::b"),
        ("a\n \t::error::b\r::c\n", "a\n \t: :error::b\r: :c\n"),
        ("see ##[error]x", "see ## [error]x"),
        ("\ufeff\u200b::error::x", "\ufeff\u200b: :error::x"),
        ("a::b, C::D and #[x]", "a::b, C::D and #[x]"),
        ("", ""),
    ],
)
def test_a02_no_line_is_a_command(text: str, expected: str) -> None:
    assert inert(text) == expected


@settings(deadline=None)
@given(text=LINES)
def test_a02_no_text_holds_a_command_and_it_reads_the_same(text: str) -> None:
    made = inert(text)
    assert not any(line.strip().startswith("::") for line in re.split(r"[\r\n]", made))
    assert "##[" not in made
    assert made.replace(" ", "") == text.replace(" ", "")
    assert inert(made) == made
