"""Comments, labels, permissions and dispatches on the test GitHub: G11, G18, A7."""

from typing import Literal

import pytest

from bot.adapters.comments import MARKERS
from bot.adapters.github.errors import CallFailed
from tests.adapters.github.site import Site


@pytest.fixture
def issue(site: Site) -> int:
    return site.github.open_issue("Research widgets", "Please", "ann", ["swarm:launch"]).number


def ours(site: Site, issue: int) -> list[str]:
    return [comment.body for comment in site.github.comments(issue) if comment.login.endswith("[bot]")]


def status(text: str) -> str:
    return f"{MARKERS['status']}\n{text}"


def test_one_comment_however_much_is_said_around_it(site: Site, issue: int) -> None:
    for number in range(101):
        site.github.comment(issue, f"Chat {number}")
    first = site.issues.say(issue, "refusal", "No such mission")
    for number in range(5):
        site.github.comment(issue, f"{MARKERS['status']}\nForged {number}")
    assert site.issues.say(issue, "status", "running") == first
    assert site.issues.edit(first, "done") is True
    assert ours(site, issue) == [status("done")]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("drop", [False, True])
def test_g11_a_comment_is_created_once(
    site: Site, issue: int, when: Literal["before", "after"], drop: bool
) -> None:
    site.github.fault("POST", r"/comments$", when=when, drop=drop)
    site.issues.say(issue, "status", "running")
    assert ours(site, issue) == [status("running")]


def test_g11_two_bad_gateways_after_the_effect_make_one_comment(site: Site, issue: int) -> None:
    site.github.fault("POST", r"/comments$", when="after", status=502, times=2)
    site.issues.say(issue, "status", "running")
    assert ours(site, issue) == [status("running")]


@pytest.mark.parametrize("form", ["retry-after", "reset", "bare"])
@pytest.mark.parametrize("code", [403, 429])
def test_g18_limits_are_waited_for_in_every_form(
    site: Site, issue: int, form: Literal["retry-after", "reset", "bare"], code: Literal[403, 429]
) -> None:
    comment = site.issues.say(issue, "status", "0")
    limits = site.github.limits
    limits.on, limits.form, limits.status, limits.writes_per_minute = True, form, code, 5
    for number in range(1, 13):
        assert site.issues.edit(comment, str(number))
    assert ours(site, issue) == [status("12")]
    assert 0 < limits.refused <= 4, "each refusal is waited out, not hammered against"


def test_g18_the_hour_s_limit_is_not_waited_for_longer_than_a_quarter(site: Site, issue: int) -> None:
    comment = site.issues.say(issue, "status", "0")
    site.github.limits.on, site.github.limits.per_hour = True, len(site.github.calls)
    began = site.clock.now()
    with pytest.raises(CallFailed, match=r"takes no more calls for now until 17:4\d UTC; run again then"):
        site.issues.edit(comment, "1")
    assert (site.clock.now() - began).total_seconds() <= 900


def test_a_person_s_own_token_works_too(site: Site, issue: int) -> None:
    site.token = site.github.token(login="ann")
    comment = site.issues.say(issue, "status", "running")
    assert site.issues.say(issue, "status", "done") == comment


WORKFLOW = """\
name: Swarm session
run-name: ${{ inputs.session }} goes on
on:
  workflow_dispatch:
    inputs:
      session: {type: string}
jobs:
  nothing:
    runs-on: ubuntu-latest
    steps: [{run: "true"}]
"""


def named(site: Site) -> None:
    """What Actions makes of `run-name`."""
    for run in site.github.state.runs.values():
        run.title = f"{run.inputs['session']} goes on"


@pytest.mark.parametrize("when", ["before", "after"])
def test_g11_a_run_is_started_once(site: Site, when: Literal["before", "after"]) -> None:
    site.github.seed({".github/workflows/swarm-session.yml": WORKFLOW})
    site.github.on_event = lambda name, payload, actor: named(site)
    site.github.fault("POST", r"/dispatches$", when=when, status=502)
    site.runs.start("swarm-session.yml", {"session": "widgets-1"})
    (dispatch,) = site.github.state.dispatches
    assert (dispatch.ref, dict(dispatch.inputs)) == ("main", {"session": "widgets-1"})
