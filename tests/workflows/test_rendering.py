"""What `swarm init` writes, and that this repository's own files are the same."""

import re
from pathlib import Path

import pytest
import yaml

from bot.core.configuration import PATH, Configuration, load_configuration
from bot.core.ids import ID_MAX
from bot.core.issue_form import FORM_FIELDS, read_form
from bot.render.installation import (
    FORM,
    LABEL_MAX,
    LABELS,
    SETTINGS,
    configuration_file,
    issue_form,
    label_list,
    labels_file,
)
from bot.render.workflows import FOLDER, workflows
from tests.workflows import rules
from tests.workflows.files import ROOT, Document

SHA = "0123456789" * 4
USES = f"octo/swarm@{SHA} # v1.2.3"
MISSIONS = sorted(path.stem for path in (ROOT / "mission-templates").glob("*.yml") if path.stem != "blank")
OWN = workflows("./") | {FORM: issue_form(MISSIONS), LABELS: labels_file(MISSIONS)}


@pytest.mark.parametrize("path", OWN)
def test_this_repository_has_what_it_would_install(path: str) -> None:
    assert (ROOT / path).read_text() == OWN[path], "run `swarm init --action ./ --force` here"


def test_every_template_is_a_workflow_of_this_repository() -> None:
    committed = {path.name for path in (ROOT / ".github" / "workflows").glob("swarm-*.yml")}
    assert committed == {Path(path).name for path in workflows("./")} == {path.stem for path in FOLDER.iterdir()}


@pytest.mark.parametrize("path", workflows("./"))
def test_users_get_the_same_workflows_with_a_pinned_action(path: str) -> None:
    ours, theirs = workflows("./")[path], workflows(USES)[path]
    assert theirs == re.sub(r"uses: \./$", f"uses: {USES}", ours, flags=re.MULTILINE)
    assert theirs != ours
    assert "uses: ./\n" not in theirs
    assert list(rules.unpinned(Document(path, theirs))) == []


def test_the_expressions_of_github_pass_through_untouched() -> None:
    text = workflows("./")[".github/workflows/swarm-agent.yml"]
    assert "name: swarm-${{ inputs.session }}-${{ inputs.agent }}-${{ inputs.attempt }}\n" in text
    assert "<<" not in text


# --- the form ----------------------------------------------------------------------------------------------


def test_the_form_asks_what_is_read_from_the_issue() -> None:
    form = yaml.safe_load(issue_form(["alpha", "beta"]))
    questions = [part for part in form["body"] if part["type"] != "markdown"]
    assert [(part["id"], part["attributes"]["label"]) for part in questions] == [
        (field.id, field.label) for field in FORM_FIELDS
    ]
    answers = {"mission": "beta", "budget": "1.50", "backend": "simulated"}
    body = "\n\n".join(f"### {part['attributes']['label']}\n\n{answers[part['id']]}" for part in questions)
    read = read_form(body)
    assert (read.mission, read.budget, read.backend, read.problems) == ("beta", "1.50", "simulated", ())


def test_the_form_offers_the_missions_that_are_there() -> None:
    by_id = {part.get("id"): part for part in yaml.safe_load(issue_form(["alpha", "beta"]))["body"]}
    assert by_id["mission"]["type"] == "dropdown"
    assert by_id["mission"]["attributes"]["options"] == ["alpha", "beta"]
    assert by_id["backend"]["attributes"]["options"][0] == "extractive"
    assert by_id["budget"]["type"] == "input"
    without = {part.get("id"): part for part in yaml.safe_load(issue_form([]))["body"]}
    assert without["mission"]["type"] == "input", "GitHub refuses a dropdown without options"


def test_a07_the_form_sets_no_label_for_a_stranger() -> None:
    assert "labels" not in yaml.safe_load(issue_form(["alpha"]))


# --- the labels --------------------------------------------------------------------------------------------


def test_there_is_a_label_for_every_mission() -> None:
    labels = label_list(["alpha", "beta"])
    assert [label["name"] for label in labels] == ["swarm:launch", "swarm:confirm", "swarm:alpha", "swarm:beta"]
    assert all(re.fullmatch("[0-9a-f]{6}", label["color"]) for label in labels)
    assert all(0 < len(label["description"]) <= 100 for label in labels)
    assert yaml.safe_load(labels_file(["alpha", "beta"])) == labels


def test_a_mission_whose_label_github_would_refuse_is_left_to_the_form() -> None:
    fits = "a" * (LABEL_MAX - len("swarm:"))
    assert [label["name"] for label in label_list([fits, fits + "a", "b" * ID_MAX])] == [
        "swarm:launch",
        "swarm:confirm",
        f"swarm:{fits}",
    ]


# --- the configuration -------------------------------------------------------------------------------------


def test_a_new_configuration_changes_nothing() -> None:
    assert load_configuration(configuration_file().encode()) == Configuration()


def test_this_repositorys_configuration_can_be_read() -> None:
    load_configuration((ROOT / PATH).read_bytes())


def test_every_setting_is_shown_as_it_is_written() -> None:
    assert list(SETTINGS) == list(Configuration.model_fields)
    text = configuration_file()
    shown = re.sub(r"^# (?=[ a-z_]+:)", "", text, flags=re.MULTILINE)
    configuration = load_configuration(shown.encode())
    examples = {"state_branch", "required_checks", "audit"}
    assert set(configuration.model_fields_set) == set(SETTINGS)
    for name in set(SETTINGS) - examples:
        assert getattr(configuration, name) == getattr(Configuration(), name), "what is shown is the default"
    for name in examples:
        assert getattr(configuration, name), "an example, since the default is nothing"
