"""A26: the example payloads that GitHub's own tooling publishes, for every event."""

import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.events import CommandAsked, Ignored, LaunchAsked, PullChanged, intent
from tests.core.test_events import JSON, changed, holds, mutated, paths

EXAMPLES = (
    Path(__file__).parents[2] / "build/npm/node_modules/@octokit/webhooks-examples/api.github.com/index.json"
)
pytestmark = pytest.mark.skipif(
    not EXAMPLES.exists(), reason="npm's @octokit/webhooks-examples is not installed in build/npm (needs Node.js)"
)


@cache
def examples() -> tuple[tuple[str, Any], ...]:
    events = json.loads(EXAMPLES.read_text())
    return tuple((event["name"], payload) for event in events for payload in event["examples"])


def of(event: str, action: str) -> list[Any]:
    return [payload for name, payload in examples() if name == event and payload.get("action") == action]


def test_a26_every_example_payload_is_handled_or_ignored_with_a_reason() -> None:
    found: Counter[str] = Counter()
    for event, payload in examples():
        holds(event, payload)
        found[type(intent(event, payload)).__name__] += 1
    assert len({event for event, _ in examples()}) >= 55 and found.total() >= 300
    assert found["PullChanged"] >= 5 and found["RefreshStatus"] >= 1


def test_a26_every_example_of_a_changed_pull_request_is_understood() -> None:
    payloads = [(event, p) for event, p in examples() if event == "pull_request" and p["action"] == "opened"]
    assert payloads
    for event, payload in payloads:
        found = intent(event, payload)
        assert isinstance(found, PullChanged)
        assert found.head_sha == payload["pull_request"]["head"]["sha"]
        assert found.same_repository is not payload["pull_request"]["head"]["repo"]["fork"]


def test_a26_an_example_of_a_label_is_understood_when_the_label_is_ours() -> None:
    payloads = of("issues", "labeled")
    assert payloads
    for payload in payloads:
        assert intent("issues", payload) == Ignored('the label "bug" is not one of ours; they start with swarm:')
        found = intent("issues", changed(json.loads(json.dumps(payload)), label__name="swarm:launch"))
        assert isinstance(found, LaunchAsked)
        assert (found.issue, found.sender) == (payload["issue"]["number"], payload["sender"]["login"])


def test_a26_an_example_of_a_comment_is_understood_when_it_is_a_command() -> None:
    payloads = of("issue_comment", "created")
    assert payloads
    for payload in payloads:
        told = changed(json.loads(json.dumps(payload)), comment__body="/swarm status")
        found = intent("issue_comment", told)
        if "pull_request" in payload["issue"]:
            assert isinstance(found, Ignored)
            continue
        assert isinstance(found, CommandAsked)
        assert (found.issue, found.comment) == (payload["issue"]["number"], payload["comment"]["id"])


@settings(deadline=None, max_examples=200)
@given(data=st.data())
def test_a26_examples_with_values_replaced_give_no_traceback(data: st.DataObject) -> None:
    event, payload = data.draw(st.sampled_from(examples()))
    path = data.draw(st.sampled_from(paths(payload)))
    holds(event, mutated(payload, path, data.draw(JSON)))
