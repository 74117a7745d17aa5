"""Which session a run works for, by the title that its workflow gives it."""

import pytest

from bot.core.runs import is_for


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("Issue 7: swarm:launch", True),
        ("Issue 7: swarm:cloud", True),
        ("Issue 70: swarm:launch", False),
        ("Issue 8: swarm:launch", False),
        ("cloud-1 goes on", True),
        ("cloud-10 goes on", False),
        ("cloud-1 goes on forever", False),
        ("Mission cloud", True),
        ("Mission clouds", False),
        ("Mission ", False),
        ("", False),
        ("swarm-session.yml", False),
    ],
)
def test_a_run_works_for_the_session_that_its_title_names(title: str, found: bool) -> None:
    assert is_for(title, session="cloud-1", mission="cloud", issue=7) is found


def test_a_session_that_no_issue_asked_for_has_no_run_of_an_issue() -> None:
    assert not is_for("Issue 7: swarm:launch", session="cloud-1", mission="cloud", issue=None)
