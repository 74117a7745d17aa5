"""The command line as a person or a script meets it: real processes, exit codes, JSON."""

import io
import json
import os
import signal
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import bot.cli
from bot.adapters.git import GitRepository
from tests.repos import git, tip
from tests.workshop import MISSION, widgets

SWARM = (sys.executable, "-m", "bot")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return widgets(tmp_path / "repo")


@pytest.fixture
def mission(tmp_path: Path) -> Path:
    path = tmp_path / "widgets.yml"
    path.write_text(MISSION)
    return path


def swarm(*args: object, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """The command line in this process: what it prints, and its exit code."""
    words = [str(arg) for arg in args]
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.delenv("ANTHROPIC_API_KEY", raising=False)
        if folder:
            patch.setenv("SWARM_CACHE", str(folder.parent / "cache"))
        with pytest.raises(SystemExit) as ended:
            bot.cli.main(words)
    assert isinstance(ended.value.code, int)
    return subprocess.CompletedProcess(words, ended.value.code, out.getvalue(), err.getvalue())


def test_a_real_process_does_the_same(folder: Path, mission: Path) -> None:
    environment = os.environ | {"SWARM_CACHE": str(folder.parent / "cache")}
    command = [*SWARM, "run", str(mission), "--repo", str(folder), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    assert json.loads(done.stdout)["verdict"] == "pass"


def test_run_prints_one_object_with_json(folder: Path, mission: Path) -> None:
    done = swarm("run", mission, "--repo", folder, "--json", folder=folder)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert set(told) == {
        "session", "branch", "deliverable", "merged", "verdict", "criteria", "agents", "findings", "verified",
        "gaps", "blockers", "cost_usd", "seconds",
    }  # fmt: skip
    assert told["session"] == "widgets-1"
    assert told["branch"] == "swarm/widgets-1"
    assert told["deliverable"] == "INTEGRATIONS-WIDGETS.md"
    assert GitRepository(folder).contains(tip(folder), told["merged"])
    assert told["verdict"] == "pass"
    assert all(set(criterion) == {"id", "state", "measured", "action"} for criterion in told["criteria"])
    assert told["agents"] == {"done": 2, "blocked": 0, "failed": 0}
    assert (told["findings"], told["verified"], told["cost_usd"]) == (8, 8, 0.002)
    assert told["seconds"] > 0


def test_run_tells_a_person_what_happened(folder: Path, mission: Path) -> None:
    done = swarm("run", mission, "--repo", folder, folder=folder)
    assert done.returncode == 0, done.stderr
    assert "agent-1 done: 4 of 4 findings verified" in done.stderr
    assert "pass  every claim verified" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("merged ")


def test_the_steps_one_by_one_do_what_run_does(folder: Path, mission: Path, tmp_path: Path) -> None:
    here = ("--repo", folder)
    assert swarm("launch", mission, *here, folder=folder).stdout.startswith("widgets-1 launched")
    assert swarm("launch", mission, *here, folder=folder).stdout.startswith("widgets-1 open")
    for agent in ("agent-1", "agent-2"):
        artifact = tmp_path / f"{agent}.json"
        worked = swarm("agent", "widgets-1", agent, "--output", artifact, *here, folder=folder)
        assert worked.returncode == 0, worked.stderr
        recorded = swarm("record", "widgets-1", agent, "--artifact", artifact, *here, "--json", folder=folder)
        assert json.loads(recorded.stdout)["verified"] == 4
    gated = swarm("gate", "widgets-1", *here, folder=folder)
    assert gated.returncode == 1
    assert "fail  deliverable as rendered" in gated.stdout
    closed = swarm("close", "widgets-1", "--no-merge", *here, folder=folder)
    assert closed.stdout.splitlines()[-1].startswith("passed, not merged")
    assert swarm("gate", "widgets-1", *here, folder=folder).returncode == 0
    assert swarm("close", "widgets-1", *here, folder=folder).stdout.splitlines()[-1].startswith("merged ")
    assert "widgets-1" in swarm("status", *here, folder=folder).stdout
    verified = swarm("verify", folder / "INTEGRATIONS-WIDGETS.md", *here, folder=folder)
    assert verified.returncode == 0, verified.stdout


def test_an_agent_that_left_nothing_is_recorded_as_failed(folder: Path, mission: Path) -> None:
    swarm("launch", mission, "--repo", folder, folder=folder)
    done = swarm("record", "widgets-1", "agent-1", "--attempt", "2", "--repo", folder, folder=folder)
    assert done.stdout.startswith("agent-1 failed")
    late = swarm("record", "widgets-1", "agent-1", "--attempt", "1", "--repo", folder, folder=folder)
    assert late.returncode == 1
    assert "came back after attempt 2 had been recorded" in late.stderr


def test_an_unknown_agent_or_session_is_named(folder: Path, mission: Path) -> None:
    swarm("launch", mission, "--repo", folder, folder=folder)
    unknown = swarm("record", "widgets-1", "agent-9", "--repo", folder, folder=folder)
    assert (unknown.returncode, "has no agent agent-9; its agents are agent-1, agent-2" in unknown.stderr) == (
        1,
        True,
    )
    missing = swarm("close", "widgets-7", "--repo", folder, folder=folder)
    assert (missing.returncode, "there is no open session widgets-7" in missing.stderr) == (1, True)


def interrupted(folder: Path, mission: Path, number: int) -> subprocess.CompletedProcess[str]:
    """Ends a run as soon as its first agent is at work."""
    environment = os.environ | {"SWARM_CACHE": str(folder.parent / "cache")}
    command = [*SWARM, "run", str(mission), "--repo", str(folder), "--agents", "1"]
    pipe = subprocess.PIPE
    ours = signal.signal(signal.SIGINT, signal.default_int_handler)  # in the background of a shell it is ignored
    process = subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=environment)
    signal.signal(signal.SIGINT, ours)
    assert process.stderr is not None
    seen = ""
    while "started" not in seen:
        seen += process.stderr.readline()
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    return subprocess.CompletedProcess(command, process.returncode, out, seen + err)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL, signal.SIGTERM])
def test_g10_a_run_that_is_cut_off_goes_on_when_called_again(folder: Path, mission: Path, number: int) -> None:
    cut = interrupted(folder, mission, number)
    if number == signal.SIGINT:
        assert (cut.returncode, "The same command goes on from here" in cut.stderr) == (1, True), cut.stderr
    done = swarm("run", mission, "--repo", folder, "--json", folder=folder)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["merged"]
    assert len(git(folder, "log", "--merges", "--format=%H").split()) == 1


def test_errors_name_the_place_and_what_to_do(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yml"
    bad.write_text(MISSION.replace("max_usd: 0.25", "max_usd: -1").replace("session: 1", "session: 0"))
    done = swarm("run", bad, "--repo", widgets(tmp_path / "repo"))
    assert done.returncode == 1
    lines = done.stderr.splitlines()
    assert [line.split(" ")[0] for line in lines if "bad.yml:" in line] == [f"{bad}:2:10:", f"{bad}:7:38:"]
    assert "nothing was started" in lines[-1]


def test_errors_are_data_with_json(tmp_path: Path) -> None:
    done = swarm("status", "--repo", tmp_path, "--json")
    assert done.returncode == 1
    assert "is no git repository" in json.loads(done.stdout)["errors"][0]["what"]


def test_wrong_usage_is_2() -> None:
    assert swarm("run").returncode == 2
    assert swarm("no-such-command").returncode == 2
    assert swarm("audit", "no-such-file.md").returncode == 2


def test_a_bug_is_3(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def broken() -> None:
        raise RuntimeError("out of cheese")

    monkeypatch.setattr(bot.cli.missions, "templates", broken)
    with pytest.raises(SystemExit) as ended:
        bot.cli.main(["new", "blank"])
    assert ended.value.code == 3
    assert "out of cheese" in (said := capsys.readouterr().err)
    assert "this is a bug in swarm" in said


def test_every_command_has_help_and_json() -> None:
    group = bot.cli.credentials.credentials
    commands: dict[tuple[str, ...], click.Command] = {
        (name,): command for name, command in bot.cli.group.cli.commands.items() if command is not group
    }
    commands |= {("credentials", name): command for name, command in group.commands.items()}
    for name, command in commands.items():
        shown = CliRunner().invoke(bot.cli.group.cli, [*name, "--help"])
        assert shown.exit_code == 0
        assert "--json" in shown.output
        assert command.help, name


@pytest.mark.parametrize("command", ["run", "launch", "status"])
def test_a25_a_repository_without_a_commit_is_said(tmp_path: Path, mission: Path, command: str) -> None:
    git(tmp_path, "init", "--quiet", "--initial-branch=main", "empty")
    args = [command] if command == "status" else [command, mission]
    done = swarm(*args, "--repo", tmp_path / "empty")
    assert (done.returncode, "the branch main has no commit" in done.stderr) == (1, True), done.stderr


def test_a25_a_shallow_clone_will_do(tmp_path: Path, folder: Path, mission: Path) -> None:
    for number in range(3):
        git(folder, "commit", "--quiet", "--allow-empty", "--message", f"Commit {number}")
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "--quiet", "--depth", "1", f"file://{folder}", str(shallow))
    done = swarm("run", mission, "--repo", shallow, "--json", folder=folder)
    assert done.returncode == 0, done.stderr


def test_a25_a_detached_head_needs_a_base(folder: Path, mission: Path) -> None:
    git(folder, "checkout", "--quiet", "--detach")
    done = swarm("run", mission, "--repo", folder, folder=folder)
    assert (done.returncode, "--base" in done.stderr) == (1, True)
    assert swarm("run", mission, "--repo", folder, "--base", "main", folder=folder).returncode == 0


def test_starting_up_imports_no_parser_of_emails(mission: Path) -> None:
    command = [sys.executable, "-X", "importtime", "-m", "bot", "validate", str(mission)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "pydantic.json_schema" in imported  # it is what models need
    assert not imported & {"importlib.metadata", "email.message", "jinja2", "requests", "bot.render"}


def test_a_mission_from_a_template_is_valid_and_can_be_planned(tmp_path: Path) -> None:
    made = tmp_path / "mine.yml"
    assert swarm("new", "blank", made).returncode == 0
    assert swarm("validate", made).returncode == 0
    assert json.loads(swarm("plan", made, "--json").stdout)["agents"]
    assert json.loads(swarm("schema").stdout)["title"]
    assert swarm("new", "blank", made).returncode == 1


def test_audit_fails_below_what_is_asked_for(tmp_path: Path) -> None:
    report = tmp_path / "report.md"
    report.write_text("# Report\n\nThe API answers 600 requests per minute.\n")
    told = swarm("audit", report, "--min-cited", "50", "--json")
    assert (told.returncode, json.loads(told.stdout)["files"][0]["uncited"][0]["line"]) == (1, 3)
    assert swarm("audit", report).returncode == 0


def test_an_agent_without_a_key_hands_over_why_it_was_halted(folder: Path, mission: Path, tmp_path: Path) -> None:
    text = mission.read_text().replace("backend: simulated", "backend: claude")
    mission.write_text(text)
    swarm("launch", mission, "--repo", folder, folder=folder)
    swarm("agent", "widgets-1", "agent-1", "--output", tmp_path / "a.json", "--repo", folder, folder=folder)
    result = json.loads((tmp_path / "a.json").read_text())
    assert result["halted"]
    assert "ANTHROPIC_API_KEY is not set" in result["unfinished"]
    done = swarm(
        "record", "widgets-1", "agent-1", "--artifact", tmp_path / "a.json", "--repo", folder, folder=folder
    )
    assert "agent-1 failed" in done.stdout
    assert "there is no key for anthropic" in done.stdout


def test_a_session_that_does_not_pass_says_so(folder: Path, mission: Path) -> None:
    mission.write_text(mission.read_text().replace("required_field_gaps: 10", "required_field_gaps: 0"))
    mission.write_text(mission.read_text().replace("file:docs/guide.md", "file:docs/missing.md"))
    done = swarm("run", mission, "--repo", folder, "--backend", "extractive", folder=folder)
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1].startswith("not merged: see what failed")
    assert "fail  every subject covered" in done.stdout


def test_ctrl_c_is_no_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(bot.cli.missions, "templates", interrupted)
    done = swarm("new", "blank")
    assert (done.returncode, "goes on from here" in done.stderr) == (1, True)
