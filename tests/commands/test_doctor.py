"""The doctor on real repositories: what lies on the base branch, and what the forge tells of its settings."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from bot.adapters.git import GitRepository
from bot.commands.doctor import doctor
from bot.commands.outcome import Exit, Outcome
from bot.core.doctor import Settings
from bot.errors import Refused
from bot.render.workflows import workflows
from tests.core.test_doctor import GOOD
from tests.repos import repository
from tests.sealed import sealed
from tests.workshop import MISSION

ACTION = f"acme/swarm@{'a' * 40} # v1.0.0"
CONFIGURATION = "state_branch: swarm-state\n"


class Forge:
    """A forge that tells its settings, and remembers the labels that were created."""

    def __init__(self, settings: Settings) -> None:
        self.told = settings
        self.created: list[str] = []

    def settings(self, base: str) -> Settings:
        return self.told

    def create_label(self, name: str, color: str, description: str) -> None:
        self.created.append(name)


def installed(folder: Path, action: str = ACTION, **files: str) -> GitRepository:
    texts = workflows(action) | {".github/swarm.yml": CONFIGURATION, "missions/widgets.yml": MISSION}
    return GitRepository(repository(folder / "repo", **(texts | files)))


def seen(repo: GitRepository, settings: Settings = GOOD, *, fix: bool = False) -> tuple[Outcome, Forge]:
    forge = Forge(settings)
    return doctor(repo, forge, base="main", templates=(), fix=fix), forge


def states(outcome: Outcome) -> dict[str, str]:
    diagnoses = outcome.data["diagnoses"]
    assert isinstance(diagnoses, list)
    return {one["id"]: one["state"] for one in diagnoses}


@pytest.mark.parametrize("action", [ACTION, "./"])
def test_a_repository_that_is_ready_is_told_so(tmp_path: Path, action: str) -> None:
    outcome, _ = seen(installed(tmp_path, action))
    assert outcome.exit is Exit.DONE, outcome.text
    assert set(states(outcome).values()) == {"ok"}
    assert outcome.text.endswith("\n\neverything that a session needs is there")
    assert json.loads(json.dumps(outcome.data)) == outcome.data


def test_g26_a_mission_whose_credential_is_not_there_would_fail(tmp_path: Path) -> None:
    mission = MISSION.replace("backend: simulated", "backend: claude, credential: main")
    outcome, _ = seen(installed(tmp_path, **{"missions/widgets.yml": mission}))
    assert outcome.exit is Exit.ACT
    assert "agent-1 is to use the credential main: there is no credentials/manifest.json" in outcome.text
    files = sealed(tmp_path / "sealed", main="anthropic-api-key").files()
    outcome, _ = seen(installed(tmp_path / "again", **files, **{"missions/widgets.yml": mission}))
    assert states(outcome)["files"] == "ok", outcome.text
    assert "SWARM_CREDENTIALS_KEY" in outcome.text
    assert "ANTHROPIC_API_KEY" not in outcome.text


def test_without_an_installation_a_session_would_fail(tmp_path: Path) -> None:
    outcome, _ = seen(GitRepository(repository(tmp_path / "repo")))
    assert outcome.exit is Exit.ACT
    assert states(outcome)["workflows"] == "missing"
    assert "MISSING  not on the base branch: .github/workflows/swarm-agent.yml" in outcome.text
    assert "run `swarm init`" in outcome.text
    assert "a session would fail" in outcome.text


def test_an_edited_workflow_and_another_runner_are_told(tmp_path: Path) -> None:
    path = ".github/workflows/swarm-agent.yml"
    text = workflows(ACTION)[path].replace("ubuntu-latest", "[self-hosted, linux]")
    outcome, _ = seen(installed(tmp_path, **{path: text + "# ${{ secrets.KEY }}\n"}))
    assert outcome.exit is Exit.DONE
    assert states(outcome)["workflows"] == "advice"
    assert states(outcome)["runner"] == "unknown"
    assert "the runner [self-hosted, linux] has Python 3.11" in outcome.text
    assert "there is KEY" in outcome.text
    assert "1 could not be looked at with this token" in outcome.text


def test_what_is_wrong_with_the_configuration_and_the_missions_is_told_at_its_line(tmp_path: Path) -> None:
    files = {".github/swarm.yml": "merge: maybe\n", "missions/bad.yml": "mission: [\n", "missions/a.md": "x"}
    outcome, _ = seen(installed(tmp_path, **files))
    assert outcome.exit is Exit.ACT
    assert ".github/swarm.yml:1:" in outcome.text
    assert "missions/bad.yml:" in outcome.text


@pytest.mark.parametrize("labels", [frozenset(), frozenset({"Swarm:Launch"})])
def test_labels_that_are_missing_are_created_when_asked_and_nothing_else(
    tmp_path: Path, labels: frozenset[str]
) -> None:
    repo, settings = installed(tmp_path), replace(GOOD, labels=labels)
    outcome, forge = seen(repo, settings)
    assert (forge.created, states(outcome)["labels"]) == ([], "advice" if labels else "missing")
    outcome, forge = seen(repo, settings, fix=True)
    assert forge.created == ["swarm:launch", "swarm:confirm", "swarm:widgets"][len(labels) :]
    assert (states(outcome)["labels"], outcome.data["created"]) == ("ok", forge.created)
    assert "created the label swarm:widgets" in outcome.text


def test_labels_that_cannot_be_seen_are_not_created(tmp_path: Path) -> None:
    outcome, forge = seen(installed(tmp_path), replace(GOOD, labels=None), fix=True)
    assert (forge.created, states(outcome)["labels"]) == ([], "unknown")
    assert "nothing is known to be missing" in outcome.text


def test_without_a_base_branch_it_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="the branch trunk has no commit"):
        doctor(installed(tmp_path), Forge(GOOD), base="trunk", templates=(), fix=False)
