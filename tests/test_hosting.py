"""The command line in a job of GitHub Actions, and the doctor on a person's machine."""

import json
from pathlib import Path

import pytest

import bot.cli
from bot.errors import Refused
from bot.hosting import Job
from tests.github.calling import person
from tests.github.server import GitHub
from tests.hosted import Swarm
from tests.repos import git, repository
from tests.workshop import MISSION


def swarm(*args: str) -> int:
    """The exit code of a command."""
    with pytest.raises(SystemExit) as ended:
        bot.cli.main(list(args))
    return int(ended.value.code or 0)


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A job of a push, as its environment has it; the folder of the runner's files."""
    (tmp_path / "event.json").write_text("{}")
    environment = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_REPOSITORY": "acme/widgets",
        "GITHUB_EVENT_NAME": "push",
        "GITHUB_EVENT_PATH": str(tmp_path / "event.json"),
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
        "GITHUB_WORKSPACE": str(tmp_path),
        "RUNNER_TEMP": str(tmp_path / "temp"),
        "SWARM_FORGE": "github",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return tmp_path


def test_an_event_that_asks_for_nothing_is_no_failure(job: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert swarm("auto") == 0
    assert "nothing to do" in capsys.readouterr().out


def test_outside_of_a_job_it_says_what_is_missing() -> None:
    with pytest.raises(Refused, match="GITHUB_REPOSITORY, GITHUB_EVENT_NAME is not set, so this is no job"):
        Job.from_environment({})


@pytest.mark.parametrize("name", ["SWARM_TOKEN", "GITHUB_TOKEN", "GH_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"])
def test_g24_an_agent_does_not_start_with_a_token_in_its_environment(
    job: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    monkeypatch.setenv(name, "ghs_secret")
    assert swarm("agent", "widgets-1", "agent-1", "--output", str(job / "result.json")) == 1
    said = capsys.readouterr()
    assert f"an agent must not hold a token, and {name} is in its environment" in said.err
    assert "ghs_secret" not in said.err + said.out
    assert not (job / "result.json").exists()


def test_a02_errors_are_annotations_and_nothing_printed_is_a_command(
    job: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mission = job / "mission.yml"
    mission.write_text("mission: a\n'::set-env name=X::1': 1\n")
    assert swarm("validate", str(mission)) == 1
    said = capsys.readouterr()
    commands = [line for line in (said.out + said.err).splitlines() if line.lstrip().startswith("::")]
    assert commands
    assert all(line.startswith(f"::error file={mission},line=") for line in commands)


def test_a02_what_an_agent_says_while_it_works_is_no_command(
    github: GitHub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = Swarm(github, tmp_path)
    named = json.dumps("Store\n::error::FORGED\r::set-env name=X::1 ##[error]FORGED")
    github.seed({"missions/widgets.yml": MISSION.replace("name: Widget Store", f"name: {named}")})
    event = place.ask()
    place.attempt(event, place.launch(event), "agent-1", 1)
    said = capsys.readouterr().err
    assert "agent-1 reading Store" in said
    assert not [line for line in said.splitlines() if line.lstrip().startswith("::") or "##[" in line], said


def test_a02_a_traceback_is_no_command(
    job: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(event: str, payload: object) -> None:
        raise ValueError("odd\n::error::FORGED ##[error]FORGED")

    monkeypatch.setattr("bot.hosting.intent", broken)
    assert swarm("auto") == 3
    said = capsys.readouterr().err
    assert "FORGED" in said
    assert not [line for line in said.splitlines() if line.lstrip().startswith("::") or "##[" in line], said


def test_the_outputs_and_the_page_of_a_job(
    github: GitHub, tmp_path: Path, job: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "swarm").mkdir()
    event = Swarm(github, tmp_path / "swarm").ask()
    (job / "event.json").write_text(json.dumps(event.payload))
    monkeypatch.setenv("GITHUB_EVENT_NAME", event.name)
    monkeypatch.setenv("GITHUB_SERVER_URL", github.url)
    monkeypatch.setenv("GITHUB_API_URL", github.api_url)
    monkeypatch.setenv("GITHUB_JOB", "launch")
    monkeypatch.setenv("SWARM_TOKEN", github.token())
    assert swarm("auto") == 0
    outputs = (job / "output").read_text()
    assert "widgets-1" in outputs
    assert '[{"agent":"agent-1","attempt":1,"minutes":70,"name":"agent-1"}' in outputs
    assert "Swarm session `widgets-1`" in (job / "summary").read_text()


# --- the doctor --------------------------------------------------------------------------------------------


@pytest.fixture
def clone(github: GitHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What a person who administers the repository has on disk."""
    github.user("ann", "admin")
    for name in ("SWARM_TOKEN", "GITHUB_TOKEN", "GH_TOKEN", "GITHUB_ACTIONS", "SWARM_FORGE"):
        monkeypatch.delenv(name, raising=False)
    folder = repository(tmp_path / "clone")
    git(folder, "remote", "add", "origin", f"{github.url}/acme/widgets.git")
    return folder


def test_the_doctor_says_what_is_missing_and_creates_the_labels(
    github: GitHub, clone: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", person(github).token)
    assert swarm("doctor", "--repo", str(clone), "--fix", "--json") == 1
    told = json.loads(capsys.readouterr().out)
    states = {one["id"]: one["state"] for one in told["diagnoses"]}
    assert (told["repository"], told["ready"]) == ("acme/widgets", False)
    assert (states["workflows"], states["labels"]) == ("missing", "ok")
    assert "swarm:launch" in github.state.labels


def test_the_doctor_is_content_with_what_init_writes(
    github: GitHub, clone: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert swarm("init", "--repo", str(clone), "--action", "acme/swarm@" + "1" * 40) == 0, capsys.readouterr()
    written = list((clone / ".github").rglob("*.yml"))
    github.seed({str(path.relative_to(clone)): path.read_text() for path in written})
    monkeypatch.setenv("GH_TOKEN", person(github).token)
    assert swarm("doctor", "--repo", str(clone), "--fix") == 0, capsys.readouterr().out


def test_the_doctor_needs_a_token_and_a_repository(clone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert swarm("doctor", "--repo", str(clone)) == 1
    assert "there is no token to ask GitHub with" in capsys.readouterr().err
    git(clone, "remote", "remove", "origin")
    assert swarm("doctor", "--repo", str(clone)) == 1
    assert "name it with --repository OWNER/NAME" in capsys.readouterr().err
