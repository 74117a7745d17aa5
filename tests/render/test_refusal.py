"""The comment that says why nothing was started."""

import pytest
from hypothesis import given, settings

from bot.errors import Problem
from bot.render.refusal import refusal_comment
from tests.render.inactive import HOSTILE, TEXT, assert_inactive


def test_it_says_where_what_is_wrong_and_what_to_do() -> None:
    problems = [
        Problem("missions/cloud.yml", 41, 9, "agents[3].attempts is 0", "give it at least 1 attempt"),
        Problem("missions/cloud.yml", what="the mission has no team"),
        Problem(what="Vultr is reserved by session cloud-1", todo="set `refresh: true` to research again"),
        Problem("missions/cloud.yml", 7, what="40 agents are planned, 50 are listed", level="advice"),
    ]
    assert refusal_comment(problems, "swarm:cloud", "octocat") == (
        "### No session was started for `swarm:cloud`\n\n"
        "- `missions/cloud.yml:41:9`: agents\\[3\\].attempts is 0. **To do:** give it at least 1 attempt.\n"
        "- `missions/cloud.yml`: the mission has no team.\n"
        "- Vultr is reserved by session cloud-1. **To do:** set `refresh: true` to research again.\n"
        "- `missions/cloud.yml:7:1`: advice: 40 agents are planned, 50 are listed.\n\n"
        "Nothing was started and nothing was spent. The label is off again; set it again when this is mended.\n\n"
        "<sub>Label set by `octocat`.</sub>\n"
    )


def test_g22_many_long_problems_fit() -> None:
    text = refusal_comment([Problem("@" * 5000, 1, 1, "<" * 9000, "|" * 9000)] * 500, "@" * 9000, "`" * 9000)
    assert len(text.encode()) < 65_536
    assert text.count("\n- ") == 21
    assert "- and 480 more problems\n" in text


@pytest.mark.parametrize("text", HOSTILE)
def test_a01_a04_a15_what_an_issue_says_is_text(text: str) -> None:
    assert_inactive(refusal_comment([Problem(text, 1, 1, text, text)], text, text))


@settings(deadline=None, max_examples=100)
@given(text=TEXT)
def test_a15_any_text_does_nothing(text: str) -> None:
    made = refusal_comment([Problem(text, 1, 1, text, text), Problem(what=text)], text, text)
    assert_inactive(made)
    assert made.splitlines()[-1].startswith("<sub>Label set by ")
