"""What the driver of act decides by itself: expressions, triggers, turns."""

import pytest

from tests.github.actions_expressions import evaluate, fill
from tests.github.actions_turns import Turn, Turns
from tests.github.actions_workflows import StartupFailure, Workflow, for_act, listens, permissions

GITHUB = {
    "event": {"label": {"name": "swarm:Launch"}, "issue": {"number": 7}, "labels": [{"name": "a"}, {"name": "b"}]},
    "event_name": "issues",
    "run_id": 4711,
}


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("github.run_id", 4711),
        ("github.event.nothing.there", None),
        ("github.event.labels[1].name", "b"),
        ("github['event'].issue['number']", 7),
        ("'it''s'", "it's"),
        ("github.event_name == 'ISSUES'", True),
        ("github.event.issue.number == '7'", True),
        ("github.event.issue.number >= 8", False),
        ("github.event.nothing == ''", True),
        ("startsWith(github.event.label.name, 'swarm:l')", True),
        ("endsWith('abc', 'C') && contains('abc', 'B') && contains(fromJSON('[1, 2]'), 2)", True),
        ("!github.event.nothing && 'yes' || 'no'", "yes"),
        ("false && 'yes' || 'no'", "no"),
        ("true || false && false", True),
        ("(true || false) && false", False),
        ("format('{0}-{1}{0}', github.event.issue.number, true)", "7-true7"),
        ("join(fromJSON('[1, 2]'), '/')", "1/2"),
        ("toJSON('a')", '"a"'),
        ("1.5 < 2", True),
        ("null", None),
    ],
)
def test_an_expression_has_its_value(expression: str, value: object) -> None:
    assert evaluate(expression, {"github": GITHUB}) == value


@pytest.mark.parametrize("wrong", ["", "1 +", "a b", "(1", "unknown(1)", "a.", "'open", "a[1"])
def test_what_is_no_expression_is_refused(wrong: str) -> None:
    with pytest.raises((ValueError, IndexError)):
        evaluate(wrong, {})


def test_expressions_are_filled_into_a_text() -> None:
    group = "swarm-${{ startsWith(github.event.label.name, 'swarm:')\n && github.event.issue.number || 1 }}"
    assert fill(group + "-${{ null }}", {"github": GITHUB}) == "swarm-7-"
    assert fill(True, {}) == "true"


def workflow(on: str, **jobs: str) -> Workflow:
    body = "\n".join(f"  {name}: {text}" for name, text in (jobs or {"a": "{steps: [{run: ls}]}"}).items())
    return Workflow.read(".github/workflows/w.yml", f"on: {on}\njobs:\n{body}\n".encode())


PULL = {"action": "opened", "pull_request": {"base": {"ref": "release/1.0"}}}


@pytest.mark.parametrize(
    ("on", "event", "payload", "starts"),
    [
        ("push", "push", {"ref": "refs/heads/main"}, True),
        ("[push, issues]", "issues", {"action": "closed"}, True),
        ("push", "issues", {"action": "closed"}, False),
        ("{issues: {types: [labeled]}}", "issues", {"action": "opened"}, False),
        ("{issues: {types: labeled}}", "issues", {"action": "labeled"}, True),
        ("pull_request", "pull_request", PULL, True),
        ("pull_request", "pull_request", PULL | {"action": "closed"}, False),
        ("{pull_request: {branches: [main]}}", "pull_request", PULL, False),
        ("{pull_request: {branches: ['release/*']}}", "pull_request", PULL, True),
        ("{pull_request: {branches: ['**', '!release/**']}}", "pull_request", PULL, False),
        ("{pull_request: {branches-ignore: ['release/1.?']}}", "pull_request", PULL, True),
        ("{push: {paths: ['**.md']}}", "push", {"ref": "refs/heads/main"}, True),
        ("{push: {paths: ['*.md']}}", "push", {"ref": "refs/heads/main"}, False),
        ("push", "push", {"ref": "refs/tags/v1.0"}, True),
        ("{push: {tags: ['v*']}}", "push", {"ref": "refs/tags/v1.0"}, True),
        ("{push: {tags: ['v*']}}", "push", {"ref": "refs/tags/w1.0"}, False),
        ("{push: {tags: ['v*']}}", "push", {"ref": "refs/heads/v1"}, False),
        ("{push: {tags: ['v*'], branches: [main]}}", "push", {"ref": "refs/heads/main"}, True),
        ("{push: {branches: ['v*']}}", "push", {"ref": "refs/tags/v1.0"}, False),
        ("{push: {branches-ignore: [main]}}", "push", {"ref": "refs/tags/v1.0"}, False),
        ("{push: {paths: ['**/b.md']}}", "push", {"ref": "refs/heads/main"}, True),
    ],
)  # fmt: skip
def test_an_event_starts_who_listens_to_it(on: str, event: str, payload: dict[str, object], starts: bool) -> None:
    assert listens(workflow(on), event, payload, ["docs/b.md"]) == starts


def test_a_filter_that_the_driver_does_not_know_is_not_passed_over() -> None:
    with pytest.raises(NotImplementedError, match="paths-ignore"):
        listens(workflow("{push: {paths-ignore: [a]}}"), "push", {"ref": "refs/heads/main"})


def test_a_jobs_permissions_are_its_own_or_the_workflows_or_its_callers() -> None:
    called = Workflow.read("leg.yml", b"on: workflow_call\njobs: {inner: {steps: [{run: ls}]}}")
    calling = workflow(
        "push",
        own="{permissions: {issues: write}, steps: [{run: ls}]}",
        none="{permissions: {}, steps: [{run: ls}]}",
        default="{steps: [{run: ls}]}",
        leg="{permissions: {statuses: write}, uses: ./leg.yml}",
    )
    assert permissions(calling, {"leg.yml": called}) == {
        "own": {"issues": "write"},
        "none": {},
        "default": {"contents": "read", "packages": "read"},
        "inner": {"statuses": "write"},
    }


@pytest.mark.parametrize("asked", ["{issue: write}", "{issues: admin}", "everything"])
def test_a_permission_that_there_is_not_stops_the_run(asked: str) -> None:
    with pytest.raises(StartupFailure):
        permissions(workflow("push", a=f"{{permissions: {asked}, steps: []}}"), {})


def test_act_reads_no_expression_as_the_number_of_jobs() -> None:
    job = "{strategy: {max-parallel: '${{ fromJSON(needs.x.outputs.y) }}', matrix: {n: [1]}}, steps: [{run: ls}]}"
    written = Workflow.read("w.yml", for_act(workflow("push", a=job), 2, [{"run": "last"}]).encode())
    assert written.jobs["a"]["strategy"]["max-parallel"] == 2
    assert [step["run"] for step in written.jobs["a"]["steps"]] == ["ls", "last"]
    assert list(written.triggers) == ["push"]


def test_one_run_is_in_a_group_and_one_waits() -> None:
    turns = Turns()
    assert turns.arrive(1, [Turn(1, "a")]) == set()
    assert turns.arrive(2, [Turn(2, "a")]) == set()
    assert (turns.ready(1), turns.ready(2)) == (True, False)
    assert turns.arrive(3, [Turn(3, "a")]) == {Turn(2, "a")}
    assert turns.leave(2) == set()
    assert turns.leave(1) == set()
    assert turns.ready(3)


def test_a_run_takes_its_groups_one_after_the_other() -> None:
    turns = Turns()
    turns.arrive(1, [Turn(1, "job", job="launch")])
    turns.arrive(2, [Turn(2, "run"), Turn(2, "job", job="launch")])
    assert not turns.ready(2)
    turns.leave(1, "other")
    assert not turns.ready(2)
    turns.leave(1, "launch")
    assert turns.ready(2)


def test_a_job_asks_for_its_turn_when_the_run_is_under_way() -> None:
    turns = Turns()
    for run in (1, 2, 3):
        turns.arrive(run, [])
        assert turns.ready(run)
    first, second, third = (Turn(run, "a", job="close", name=str(run)) for run in (1, 2, 3))
    assert turns.arrive(1, [first]) == set()
    assert turns.arrive(2, [second]) == set()
    assert turns.arrive(3, [third]) == {second}
    turns.leave(1, "close")
    assert turns.has(third)


def test_a_run_that_cancels_waits_until_the_other_is_gone() -> None:
    turns = Turns()
    turns.arrive(1, [Turn(1, "a")])
    assert turns.arrive(2, [Turn(2, "a", cancels=True)]) == {Turn(1, "a")}
    assert not turns.ready(2)
    turns.leave(1)
    assert turns.ready(2)
