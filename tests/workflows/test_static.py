"""What the workflow files must keep to, read from the files; and that each rule notices what breaks it."""

import re
from collections.abc import Callable, Iterator, Mapping

import pytest
import yaml

from bot.core.continuing import HAND_OVER_MINUTES, JOB_MINUTES
from bot.core.credential_keys import SECRET
from bot.core.doctor import MODEL_SECRETS
from tests.github.actions_expressions import evaluate, fill
from tests.workflows import rules
from tests.workflows.files import ACTION, SWARM, WORKFLOWS, Document

Rule = Callable[[Document], Iterator[str]]
CALLED = {"./": ACTION} | {f"./{document.path}": document for document in SWARM}

# What each job does, and the permission that GitHub asks for it.
CHECK_OUT = ("contents", "read")
PUSH = ("contents", "write")
TELL = ("issues", "write")
PROPOSE = ("pull-requests", "write")
REPORT = ("statuses", "write")
START_RUN = ("actions", "write")
READ_CHECKS = ("checks", "read")
SIGN = ("id-token", "write")
KEEP_SIGNED = ("attestations", "write")
PUBLISH = ("contents", "write")
DOES: Mapping[tuple[str, str], tuple[tuple[str, str], ...]] = {
    ("swarm-session.yml", "launch"): (CHECK_OUT, PUSH, TELL),
    ("swarm-session.yml", "agents"): (CHECK_OUT, PUSH, TELL),  # the jobs of swarm-agent.yml together
    ("swarm-session.yml", "close"): (CHECK_OUT, PUSH, TELL, PROPOSE, REPORT, START_RUN, READ_CHECKS),
    ("swarm-agent.yml", "run"): (CHECK_OUT,),
    ("swarm-agent.yml", "record"): (CHECK_OUT, PUSH, TELL),
    ("swarm-status.yml", "status"): (CHECK_OUT, PUSH, TELL, START_RUN),
    ("swarm-gate.yml", "gate"): (CHECK_OUT, REPORT),
    ("swarm-chatops.yml", "chatops"): (CHECK_OUT, PUSH, TELL, START_RUN),
    ("ci.yml", "test"): (CHECK_OUT,),
    ("release.yml", "test"): (CHECK_OUT,),
    ("release.yml", "build"): (CHECK_OUT,),
    ("release.yml", "attest"): (SIGN, KEEP_SIGNED),
    ("release.yml", "publish"): (PUBLISH,),
}


def workflow(text: str) -> Document:
    return Document(".github/workflows/x.yml", text)


@pytest.mark.parametrize("rule", [rules.foreign_text, rules.unpinned, rules.secrets_in])
def test_every_file_keeps_to_the_rule(rule: Rule) -> None:
    assert [wrong for document in (*WORKFLOWS, ACTION) for wrong in rule(document)] == []


@pytest.mark.parametrize("rule", [rules.loose, rules.unexplained, rules.risky_triggers, rules.unguarded_matrices])
def test_every_workflow_keeps_to_the_rule(rule: Rule) -> None:
    assert len(WORKFLOWS) == 7
    assert [wrong for document in WORKFLOWS for wrong in rule(document)] == []


def test_calls_fit_what_is_called() -> None:
    assert [wrong for document in WORKFLOWS for wrong in rules.wrong_calls(document, CALLED)] == []


def test_g24_each_job_may_do_what_it_does_and_nothing_else() -> None:
    jobs = {(document.name, job): content for document in WORKFLOWS for job, content in document.jobs.items()}
    given = {place: dict(content["permissions"]) for place, content in jobs.items()}
    wanted: dict[tuple[str, str], dict[str, str]] = {}
    for place, does in DOES.items():
        for scope, level in does:
            levels = wanted.setdefault(place, {})
            levels[scope] = max(level, levels.get(scope, "none"), key=rules.LEVELS.index)
    assert given == wanted


def test_g24_the_agent_gets_no_token() -> None:
    steps = {step["name"]: step for _, step in ACTION.steps}
    assert steps["Research"]["if"] == "inputs.command == 'agent'"
    assert steps["Swarm"]["if"] == "inputs.command != 'agent'"
    assert [name for name, step in steps.items() if "inputs.token" in str(step)] == ["Swarm"]
    [run] = [document.jobs["run"] for document in SWARM if document.name == "swarm-agent.yml"]
    assert run["permissions"] == {"contents": "read"}
    assert [step["with"]["command"] for step in run["steps"] if step["uses"] == "./"] == ["agent"]
    assert re.findall(r"[\w-]*token[\w-]*", str(run)) == ["vertex-access-token"], "one of Google, not of GitHub"


def test_g24_g25_g26_what_pays_for_a_model_reaches_one_step_and_no_script() -> None:
    model = {
        name for name in ACTION.node["inputs"] if name.endswith("-key") or name.startswith(("vertex", "cloud"))
    }
    assert model == {*rules.PAYS, "cloud-region", "cloud-project"}
    variables = {*MODEL_SECRETS.values(), SECRET}
    for name in model:
        assert [step["name"] for _, step in ACTION.steps if name in str(step)] == ["Research"]
        assert ACTION.text.count(f"inputs.{name} ") == 1
    for name in variables:
        assert [step["name"] for _, step in ACTION.steps if name in str(step)] == ["Research"]
        assert not [step["name"] for _, step in ACTION.steps if name in step.get("run", "")]
    told = {
        (document.name, job)
        for document in SWARM
        for job, content in document.jobs.items()
        if any(name in str(content) for name in model | variables)
    }
    assert told == {("swarm-session.yml", "agents"), ("swarm-agent.yml", "run")}


def test_every_secret_that_pays_for_a_model_comes_all_the_way_and_may_be_missing() -> None:
    workflows = {document.name: document for document in SWARM}
    handed = workflows["swarm-session.yml"].jobs["agents"]["secrets"]
    declared = workflows["swarm-agent.yml"].node["on"]["workflow_call"]["secrets"]
    assert set(handed) == set(declared) == set(rules.PAYS.values()) == {*MODEL_SECRETS.values(), SECRET}
    assert {about["required"] for about in declared.values()} == {"false"}
    assert all(value == f"${{{{ secrets.{name} }}}}" for name, value in handed.items())
    [research] = [step for step in workflows["swarm-agent.yml"].jobs["run"]["steps"] if step["uses"] == "./"]
    assert {name: f"${{{{ secrets.{secret} }}}}" for name, secret in rules.PAYS.items()}.items() <= (
        research["with"].items()
    )
    assert all(ACTION.node["inputs"][name]["default"] == "" for name in rules.PAYS)


def test_g16_what_an_agent_leaves_is_handed_over_even_when_it_had_to_be_ended() -> None:
    """Only the step's time may run out, never the job's, or a cancelled job would have to be quick."""
    [run] = [document.jobs["run"] for document in SWARM if document.name == "swarm-agent.yml"]
    check_out, research, hand_over = run["steps"]
    assert int(run["timeout-minutes"]) == JOB_MINUTES
    assert research["timeout-minutes"] == "${{ inputs.minutes }}"
    assert int(check_out["timeout-minutes"]) <= HAND_OVER_MINUTES
    assert int(hand_over["timeout-minutes"]) <= HAND_OVER_MINUTES
    assert hand_over["if"] == "always()"
    folder = "${{ runner.temp }}/swarm-artifact"
    assert hand_over["with"]["path"].split("\n") == [f"{folder}/result.json", f"{folder}/transcript.jsonl", ""]
    assert hand_over["with"]["if-no-files-found"] == "ignore"
    assert research["with"]["artifact"] == f"{folder}/result.json"


def test_what_a_job_takes_in_is_kept_away_from_what_it_runs() -> None:
    """The artifact, which an agent wrote, is unpacked into a folder of its own, before anything is set up."""
    [record] = [document.jobs["record"] for document in SWARM if document.name == "swarm-agent.yml"]
    names = [step["name"] for step in record["steps"]]
    download = record["steps"][names.index("Take the result over")]
    assert names.index("Take the result over") < names.index("Verify and commit")
    assert download["with"]["path"] == "${{ runner.temp }}/swarm-artifact"
    assert download["continue-on-error"] == "true", "there may be no artifact"


def test_the_code_of_a_pull_request_is_never_checked_out() -> None:
    for document in SWARM:
        if "pull_request" in document.node["on"]:
            refs = [step["with"]["ref"] for _, step in document.steps if "checkout@" in step["uses"]]
            assert refs == ["${{ github.event.pull_request.base.sha }}"]


# --- the rules notice --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "${{ github.event.issue.body }}",
        "${{ github.event.issue.title }}",
        "${{ github.event.label.name }}",
        "${{ github.event.pull_request.head.ref }}",
        "${{ github.event.comment.body }}",
        "${{ github.head_ref }}",
        "${{ github.actor }}",
        "${{ inputs.mission }}",
        "${{ format('{0}', github.event.issue.title) }}",
        "a ${{ runner.temp }} and ${{ github.event.issue.title }}",
    ],
)
def test_a01_a_strangers_text_is_found_in_inputs_and_scripts(text: str) -> None:
    steps = [{"run": f"echo {text}"}, {"uses": "./", "with": {"command": text}}]
    document = workflow(yaml.safe_dump({"on": {"workflow_dispatch": None}, "jobs": {"a": {"steps": steps}}}))
    found = list(rules.foreign_text(document))
    assert any(": run: " in line for line in found)
    assert any(": with: " in line for line in found)
    called = {"uses": "./.github/workflows/y.yml", "with": {"text": text}}
    jobs = {"on": {"workflow_dispatch": None}, "jobs": {"a": called}}
    assert list(rules.foreign_text(workflow(yaml.safe_dump(jobs))))


@pytest.mark.parametrize("text", ["${{ runner.temp }}", "${{ github.event.issue.number }}"])
def test_a_script_holds_no_expression_at_all(text: str) -> None:
    document = workflow(yaml.safe_dump({"on": {"push": None}, "jobs": {"a": {"steps": [{"run": text}]}}}))
    assert list(rules.foreign_text(document))


@pytest.mark.parametrize(
    "uses",
    [
        "actions/checkout@v5",
        "actions/checkout@93cb6efe18208431cddfb8368fd83d5badbf9bfd",
        "actions/checkout@93cb6ef # v5.0.1",
        "actions/checkout@93cb6efe18208431cddfb8368fd83d5badbf9bfd # v5",
        "docker://alpine",
    ],
)
def test_an_action_that_is_not_pinned_is_found(uses: str) -> None:
    assert list(rules.unpinned(workflow(f"    - uses: {uses}\n")))


BAD = """
on:
  schedule: [{cron: 7 * * * *}]
  workflow_dispatch:
permissions: read-all
jobs:
  a:
    permissions:
      contents: write
    strategy:
      max-parallel: ${{ fromJSON(needs.b.outputs.most) }}
      matrix:
        include: ${{ fromJSON(needs.b.outputs.all) }}
    steps:
      - uses: actions/checkout@93cb6efe18208431cddfb8368fd83d5badbf9bfd # v5.0.1
        with:
          token: ${{ secrets.PAT }}
  c:
    permissions:
      contents: read # a reason
    uses: ./y.yml
    secrets: inherit
    with:
      known: a
      other: b
  f:
    permissions: {contents: write, issues: read} # a reason
    uses: ./y.yml
    secrets: {A: b}
    with: {known: a, must: b}
  d:
    steps: []
"""
CALLEE = """
on:
  workflow_call:
    inputs:
      known: {required: true}
      must: {required: true}
jobs:
  e:
    permissions:
      contents: write
      issues: read
"""


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        (rules.unexplained, ["x.yml: contents: write"]),
        (rules.risky_triggers, ["x.yml: nothing but a schedule starts it"]),
        (rules.secrets_in, ["x.yml: secrets.PAT", "x.yml: c hands all secrets on"]),
        (
            rules.loose,
            [
                "x.yml: permissions: {} is not at the top",
                "x.yml: a has no timeout",
                "x.yml: d has no permissions of its own",
                "x.yml: d has no timeout",
                "x.yml: a keeps its credentials in the checkout",
            ],
        ),
        (
            rules.unguarded_matrices,
            [
                "x.yml: a: needs.b.outputs.all has no fallback",
                "x.yml: a: needs.b.outputs.most has no fallback",
                "x.yml: a: runs although needs.b.outputs.all is empty",
            ],
        ),
        (
            lambda document: rules.wrong_calls(document, {"./y.yml": Document("y.yml", CALLEE)}),
            [
                "x.yml: c: missing input must",
                "x.yml: c: unknown input other",
                "x.yml: c: y.yml needs contents: write",
                "x.yml: c: y.yml needs issues: read",
                "x.yml: f: unknown secret A",
            ],
        ),
    ],
)
def test_each_rule_names_what_breaks_it(rule: Rule, found: list[str]) -> None:
    assert sorted(rule(workflow(BAD))) == sorted(found)


KEY = "${{ secrets.ANTHROPIC_API_KEY }}"


@pytest.mark.parametrize(
    ("job", "content"),
    [
        ("record", {"steps": [{"name": "Research", "with": {"anthropic-api-key": KEY}}]}),
        ("run", {"steps": [{"name": "Hand over", "with": {"path": KEY}}]}),
        ("run", {"steps": [{"name": "Research", "with": {"artifact": KEY}}]}),
        ("run", {"steps": [{"name": "Research", "with": {"anthropic-api-key": "${{ secrets.PAT }}"}}]}),
        ("run", {"steps": [{"name": "Research", "with": {"anthropic-api-key": KEY}, "env": {"A": KEY}}]}),
        ("run", {"steps": [{"name": "Research", "with": {"anthropic-api-key": KEY}, "run": f"echo {KEY}"}]}),
        ("run", {"env": {"ANTHROPIC_API_KEY": KEY}}),
        ("run", {"steps": [{"name": "Research", "env": {"A": "${{ toJSON(Secrets) }}"}}]}),
        ("agents", {"uses": "./.github/workflows/other.yml", "secrets": {"ANTHROPIC_API_KEY": KEY}}),
        ("agents", {"uses": rules.CALLED, "secrets": {"OTHER": KEY}}),
        ("agents", {"uses": rules.CALLED, "secrets": {"ANTHROPIC_API_KEY": "${{ secrets.PAT }}"}}),
        ("agents", {"uses": rules.CALLED, "secrets": "inherit"}),
    ],
)
def test_g24_a_secret_in_any_other_place_is_found(job: str, content: dict[str, object]) -> None:
    path = ".github/workflows/swarm-agent.yml"
    assert list(rules.secrets_in(Document(path, yaml.safe_dump({"jobs": {job: content}}))))


def test_pull_request_target_is_found() -> None:
    assert list(rules.risky_triggers(workflow("on: {pull_request_target: }")))


# --- who waits for whom ------------------------------------------------------------------------------------


def labelled(issue: int, label: str, run: int) -> dict[str, object]:
    event = {"issue": {"number": issue}, "label": {"name": label}}
    return {"github": {"event_name": "issues", "event": event, "run_id": str(run)}}


def group(name: str, job: str, contexts: Mapping[str, object]) -> str:
    [document] = [document for document in SWARM if document.name == name]
    place = document.jobs[job] if job else document.node
    assert place["concurrency"]["cancel-in-progress"] == ("true" if name == "swarm-gate.yml" else "false")
    return fill(place["concurrency"]["group"], contexts)


def starts(name: str, job: str, contexts: Mapping[str, object]) -> bool:
    [document] = [document for document in SWARM if document.name == name]
    return bool(evaluate(document.jobs[job]["if"], contexts))


def dispatched(run: int, **inputs: str) -> dict[str, object]:
    given = {"mission": "", "issue": "", "session": ""} | inputs
    return {
        "github": {"event_name": "workflow_dispatch", "event": {"inputs": given}, "run_id": str(run)},
        "inputs": given,
    }


def test_g21_five_labels_on_five_issues_wait_for_nobody() -> None:
    events = [labelled(n, f"swarm:mission-{n}", n) for n in range(5)]
    assert len({group("swarm-session.yml", "", event) for event in events}) == 5
    assert all(starts("swarm-session.yml", "launch", event) for event in events)


def test_g23_the_runs_of_one_issue_come_one_after_the_other() -> None:
    """Two at once would run the same agents twice; the last of those that wait answers the labels of all."""
    events = [labelled(7, f"swarm:mission-{n}", n) for n in range(3)]
    events.append(dispatched(9, session="widgets-1", issue="7", mission="widgets"))
    assert {group("swarm-session.yml", "", event) for event in events} == {"swarm-issue-7"}


def test_g21_a_label_that_is_not_ours_replaces_no_launch() -> None:
    """GitHub looks at groups before conditions: a run that will be skipped can push out one that waits."""
    ours = group("swarm-session.yml", "", labelled(7, "swarm:launch", 1))
    others = [labelled(7, "bug", run) for run in (2, 3)]
    assert len({ours, *(group("swarm-session.yml", "", event) for event in others)}) == 3
    assert not any(starts("swarm-session.yml", "launch", event) for event in others)


def test_runs_that_are_started_by_hand_queue_by_mission() -> None:
    runs = [dispatched(1, mission="a"), dispatched(2, mission="b"), dispatched(3, mission="a", session="a-1")]
    assert [group("swarm-session.yml", "", run) for run in runs] == [
        "swarm-mission-a",
        "swarm-mission-b",
        "swarm-mission-a",
    ]
    assert all(starts("swarm-session.yml", "launch", run) for run in runs)


def test_a_skipped_session_run_replaces_no_refresh_of_the_status() -> None:
    def ended(conclusion: str, run: str) -> dict[str, object]:
        return {"github": {"event": {"workflow_run": {"conclusion": conclusion}}, "run_id": run}}

    scheduled: dict[str, object] = {"github": {"event": {"schedule": "7,37 * * * *"}, "run_id": "5"}}
    counts = [ended("success", "1"), ended("failure", "2"), ended("cancelled", "3"), scheduled]
    [shared] = {group("swarm-status.yml", "", contexts) for contexts in counts}
    assert all(starts("swarm-status.yml", "status", contexts) for contexts in counts)
    assert group("swarm-status.yml", "", ended("skipped", "4")) != shared
    assert not starts("swarm-status.yml", "status", ended("skipped", "4"))


def commented(body: str, comment: int, *, pull: bool = False) -> dict[str, object]:
    issue = {"number": 7} | ({"pull_request": {"url": "x"}} if pull else {})
    event = {"issue": issue, "comment": {"id": comment, "body": body}}
    return {"github": {"event_name": "issue_comment", "event": event, "run_id": str(comment)}}


def test_g21_no_command_replaces_another_that_waits() -> None:
    """In a group that they share the second of three would be lost: nothing else makes up for a command."""
    told = [commented(text, 4711 + n) for n, text in enumerate(("/swarm stop", "/swarm resume", "/swarm stop"))]
    assert len({group("swarm-chatops.yml", "", contexts) for contexts in told}) == 3
    assert all(starts("swarm-chatops.yml", "chatops", contexts) for contexts in told)


def test_only_comments_of_issues_that_begin_with_a_command_start_a_job() -> None:
    for contexts in (commented("Thanks!", 1), commented("/swarm stop", 2, pull=True), commented("", 3)):
        assert not starts("swarm-chatops.yml", "chatops", contexts)


def test_a01_a_comment_reaches_the_code_through_the_file_of_its_event_alone() -> None:
    [document] = [document for document in SWARM if document.name == "swarm-chatops.yml"]
    assert document.text.count("comment.body") == 1
    assert "comment.body" in document.jobs["chatops"]["if"]
    assert set(document.node["on"]) == {"issue_comment"}
    assert document.node["on"]["issue_comment"]["types"] == ["created"]


def test_the_status_follows_the_session_workflow_by_its_name() -> None:
    names = {document.name: document.node["name"] for document in SWARM}
    [status] = [document for document in SWARM if document.name == "swarm-status.yml"]
    assert status.node["on"]["workflow_run"]["workflows"] == [names["swarm-session.yml"]]
