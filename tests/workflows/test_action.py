"""action.yml, the command line and docs/action.md tell the same."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import click
import pytest

import bot.cli
from tests.workflows.files import ACTION, ROOT, SWARM, Node

DOCUMENT = (ROOT / "docs" / "action.md").read_text()
INPUTS: Mapping[str, Node] = ACTION.node["inputs"]
OUTPUTS: Mapping[str, Node] = ACTION.node["outputs"]
STEPS = {step["name"]: step for _, step in ACTION.steps}
NOT_FOR_SWARM = {"python", "run-attempt"}  # what the set-up reads, and what is an agent's alone
FOR_THE_MODEL = {
    "anthropic-api-key": "ANTHROPIC_API_KEY",
    "bedrock-api-key": "AWS_BEARER_TOKEN_BEDROCK",
    "vertex-access-token": "SWARM_VERTEX_ACCESS_TOKEN",
    "credentials-key": "SWARM_CREDENTIALS_KEY",
    "cloud-region": "SWARM_CLOUD_REGION",
    "cloud-project": "SWARM_CLOUD_PROJECT",
}
"""What the backend `claude` finds in its environment; no option, so that no key is ever in a list of processes."""
OF_THE_JOB = {"SWARM_RUN_ATTEMPT"}
"""What is read together with what GitHub says about a job; no option."""


def variables(command: str) -> dict[str, str]:
    """The environment variables that a command reads, with the name of the parameter."""
    return {
        str(parameter.envvar): str(parameter.name)
        for parameter in bot.cli.group.cli.commands[command].params
        if parameter.envvar
    }


def handed(step: str) -> dict[str, str]:
    return {name: value for name, value in STEPS[step]["env"].items() if name.startswith("SWARM_")}


def test_every_input_reaches_the_command_line_under_its_name() -> None:
    names = set(INPUTS) - NOT_FOR_SWARM - set(FOR_THE_MODEL)
    expected = {f"SWARM_{name.upper()}": f"${{{{ inputs.{name} }}}}" for name in names}
    assert handed("Swarm") == expected | {"SWARM_FORGE": "github"}


@pytest.mark.parametrize("command", ["auto", "record", "close", "gate", "status"])
def test_what_a_command_reads_is_handed_to_it(command: str) -> None:
    assert set(variables(command)) <= set(handed("Swarm"))


def test_an_agent_is_handed_what_it_reads_and_no_more() -> None:
    model = {variable: f"${{{{ inputs.{name} }}}}" for name, variable in FOR_THE_MODEL.items()}
    assert model.items() <= STEPS["Research"]["env"].items()
    assert set(handed("Research")) - set(model) == set(variables("agent")) | OF_THE_JOB


AGENT = """\
#!{python}
import signal, sys, time
def told(*_):
    open({mark!r}, "w").write(" ".join(sys.argv[1:]))
    sys.exit(1)
signal.signal(signal.SIGINT, told)
print("ready", flush=True)
time.sleep(60)
"""


def test_g16_the_agent_is_the_process_that_is_told_when_its_time_is_over(tmp_path: Path) -> None:
    """The runner signals the process that it started: with a shell in between, the agent would go on."""
    mark, program = tmp_path / "told", tmp_path / "python"
    program.write_text(AGENT.format(python=sys.executable, mark=str(mark)))
    program.chmod(0o755)
    script = tmp_path / "step.sh"
    script.write_text(STEPS["Research"]["run"])
    environment = {"PRIVATE_PYTHON": str(program), "SWARM_ARTIFACT": str(tmp_path / "left" / "result.json")}
    shell = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)]
    with subprocess.Popen(shell, stdout=subprocess.PIPE, env=os.environ | environment) as step:
        assert step.stdout
        assert step.stdout.readline() == b"ready\n"
        step.send_signal(signal.SIGINT)
        assert step.wait(timeout=10) == 1
    assert mark.read_text() == "-I -m bot agent"
    assert (tmp_path / "left").is_dir()


def test_whatever_is_handed_over_is_read() -> None:
    read = {name for command in bot.cli.group.cli.commands for name in variables(command)}
    assert set(handed("Swarm")) - read == {"SWARM_COMMAND", "SWARM_TOKEN"}
    assert "SWARM_TOKEN" in (ROOT / "bot" / "hosting.py").read_text()
    assert '"$SWARM_COMMAND"' in STEPS["Swarm"]["run"]


@pytest.mark.parametrize("command", ["auto", "record", "close", "gate", "status", "agent"])
def test_an_input_that_is_left_out_counts_as_none(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in handed("Swarm").items():
        monkeypatch.setenv(name, "" if value.startswith("$") else value)
    context = click.Context(bot.cli.group.cli.commands[command])
    for parameter in context.command.params:
        assert not parameter.envvar or parameter.name == "forge" or parameter.value_from_envvar(context) is None


def test_commands_that_the_action_names_exist() -> None:
    told = str(INPUTS["command"]["description"])
    named = re.findall(r"\b(auto|launch|agent|record|close|status|gate)\b", told)
    used = [step["with"]["command"] for document in SWARM for _, step in document.steps if step["uses"] == "./"]
    assert {*named, *used} <= set(bot.cli.group.cli.commands)
    assert len(used) == 7
    assert INPUTS["command"]["default"] == "auto"


def test_the_outputs_are_what_a_launch_hands_on() -> None:
    source = (ROOT / "bot" / "commands" / "request.py").read_text()
    [block] = re.findall(r"outputs = \{(.*?)\}\n", source, re.DOTALL)
    assert sorted(OUTPUTS) == sorted(re.findall(r'"([a-z-]+)":', block))
    assert {name: about["value"] for name, about in OUTPUTS.items()} == {
        name: f"${{{{ steps.swarm.outputs.{name} }}}}" for name in OUTPUTS
    }
    [launch] = [document.jobs["launch"] for document in SWARM if document.name == "swarm-session.yml"]
    assert sorted(launch["outputs"]) == sorted(OUTPUTS)


def test_inputs_are_described_and_written_with_hyphens() -> None:
    for name, about in (*INPUTS.items(), *OUTPUTS.items()):
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", name)
        assert about["description"].endswith((".", "..."))
        assert "required" not in about
    assert all("default" in about for about in INPUTS.values())


# --- the document ------------------------------------------------------------------------------------------


def rows() -> Iterator[str]:
    yield from ("### Inputs", "", "| input | default | meaning |", "|---|---|---|")
    for name, about in INPUTS.items():
        default = f"`{about['default']}`" if about["default"] else "empty"
        yield f"| `{name}` | {default} | {about['description']} |"
    yield from ("", "### Outputs", "", "| output | meaning |", "|---|---|")
    for name, about in OUTPUTS.items():
        yield f"| `{name}` | {about['description']} |"


def test_the_document_lists_inputs_and_outputs() -> None:
    assert "\n".join(rows()) in DOCUMENT


def test_the_document_explains_every_permission() -> None:
    told: dict[tuple[str, str], dict[str, str]] = {}
    workflow = job = ""
    for line in DOCUMENT.splitlines():
        cells = [cell.strip(" `") for cell in line.strip("|").split("|")]
        if len(cells) == 4 and re.fullmatch(r"[a-z-]+: (read|write)", cells[2]):
            workflow, job = cells[0] or workflow, cells[1] or job
            scope, _, level = cells[2].partition(": ")
            told.setdefault((workflow, job), {})[scope] = level
            assert cells[3]
    given = {
        (document.name, job): dict(about["permissions"])
        for document in SWARM
        for job, about in document.jobs.items()
    }
    assert told == given
