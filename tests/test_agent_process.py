"""`swarm agent` as a job starts it: a process of its own, whose key nobody beside it can read (G24)."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.model_access import PIPE
from tests.github.server import GitHub
from tests.hosted import Swarm
from tests.messages.models import Diligent
from tests.messages.replies import Model, Reply
from tests.messages.server import MessagesServer
from tests.repos import git
from tests.workshop import MISSION

ROOT = Path(__file__).parent.parent
CLAUDE = MISSION.replace("backend: simulated", "backend: claude")
KEY = "sk-of-the-provider-4711"
GIT = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "http.extraheader", "GIT_CONFIG_VALUE_0": "s3cret"}
COMMAND = [sys.executable, "-m", "bot", "agent"]


@dataclass
class Held:
    """A model that does not answer before it is let go."""

    model: Model
    asked: threading.Event = field(default_factory=threading.Event)
    let_go: threading.Event = field(default_factory=threading.Event)

    def __call__(self, body: dict[str, Any]) -> Reply:
        self.asked.set()
        assert self.let_go.wait(60)
        return self.model(body)


@dataclass
class Place:
    """An agent's job: its variables, its checkout, and where it leaves its result."""

    environment: Mapping[str, str]
    checkout: Path
    artifact: Path

    @contextmanager
    def start(self, **more: str) -> Iterator["subprocess.Popen[str]"]:
        variables = {**self.environment, **more}
        ours = signal.signal(signal.SIGINT, signal.default_int_handler)  # a background shell ignores it
        process = subprocess.Popen(
            COMMAND,
            cwd=ROOT,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        signal.signal(signal.SIGINT, ours)
        with process:
            try:
                yield process
            finally:
                process.kill()

    def end(self, **more: str) -> tuple[int, str]:
        """How it ends, and what it says."""
        with self.start(**more) as process:
            said = process.communicate(timeout=60)[1]
            return process.returncode, said


@pytest.fixture
def place(github: GitHub, tmp_path: Path) -> Place:
    made = Swarm(github, tmp_path, CLAUDE)
    event = made.ask()
    told = made.launch(event).outputs
    job = made.job("run", event, commit=told["commit"], token=False, launched_by=told["run-attempt"]).job
    artifact = tmp_path / "left" / "result.json"
    artifact.parent.mkdir()
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "GITHUB_ACTIONS": "true",
        "GITHUB_REPOSITORY": job.repository,
        "GITHUB_EVENT_NAME": job.event,
        "GITHUB_EVENT_PATH": str(job.payload),
        "GITHUB_RUN_ATTEMPT": job.run_attempt,
        "GITHUB_WORKSPACE": str(job.workspace),
        "RUNNER_TEMP": str(job.temp),
        "SWARM_FORGE": "github",
        "SWARM_SESSION": told["session"],
        "SWARM_AGENT": "agent-1",
        "SWARM_ATTEMPT": "1",
        "SWARM_RUN_ATTEMPT": job.launched_by,
        "SWARM_ARTIFACT": str(artifact),
        "SWARM_CACHE": str(tmp_path / "cache"),
    }
    return Place(environment, job.workspace, artifact)


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="only Linux shows what a process started with")
def test_g24_g25_while_it_researches_its_key_stands_in_no_process_that_others_can_read(place: Place) -> None:
    model = Held(Diligent())
    with MessagesServer(model, keys=(KEY,)) as server:
        access = {"ANTHROPIC_BASE_URL": server.url, "ANTHROPIC_API_KEY": KEY, "INPUT_ANTHROPIC-API-KEY": KEY}
        with place.start(**access) as process:
            assert model.asked.wait(30)
            started_with = Path(f"/proc/{process.pid}/environ").read_bytes()
            links = [str(it.readlink()) for it in Path(f"/proc/{process.pid}/fd").iterdir()]
            arguments = Path(f"/proc/{process.pid}/cmdline").read_bytes()
            model.let_go.set()
            assert process.wait(60) == 0
        assert KEY.encode() not in started_with + arguments
        assert b"SWARM_SESSION=widgets-1" in started_with, "it is the process that researches"
        assert sum(link.startswith("pipe:") for link in links) == 1, (
            "that of its errors: what the key came through is closed"
        )
        assert {call.headers["authorization"] for call in server.calls} == {f"Bearer {KEY}"}
    assert KEY not in place.artifact.read_text()


def test_g16_g24_it_stays_the_process_that_the_runner_signals(place: Place) -> None:
    model = Held(Diligent())
    with MessagesServer(model, keys=(KEY,)) as server:
        with place.start(ANTHROPIC_BASE_URL=server.url, ANTHROPIC_API_KEY=KEY) as process:
            assert model.asked.wait(30)
            process.send_signal(signal.SIGINT)
            model.let_go.set()
            assert process.wait(30) == 1
        assert len(server.calls) == 1


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"GITHUB_TOKEN": "s3cret-of-github"}, "GITHUB_TOKEN is in its environment"),
        ({"DEPLOY": "ghs_s3cretOfGithub0123456789"}, "DEPLOY is in its environment"),
        ({"ACTIONS_ID_TOKEN_REQUEST_URL": "https://s3cret"}, "ACTIONS_ID_TOKEN_REQUEST_URL is in its"),
        ({"COPY": f"s3cret {KEY}"}, "COPY of this process"),
        (GIT, "http.extraheader"),
    ],
)
def test_g24_where_it_could_reach_a_credential_it_refuses_before_anything_is_spent(
    place: Place, more: dict[str, str], named: str
) -> None:
    with MessagesServer(Diligent(), keys=(KEY,)) as server:
        code, said = place.end(ANTHROPIC_BASE_URL=server.url, ANTHROPIC_API_KEY=KEY, **more)
        assert (code, server.calls) == (1, [])
    assert named in said
    assert "s3cret" not in said
    assert KEY not in said
    assert not place.artifact.exists()


def test_g24_credentials_of_the_checkout_are_refused(place: Place) -> None:
    git(place.checkout, "config", "http.https://github.com/.extraheader", "AUTHORIZATION: basic s3cret")
    code, said = place.end(ANTHROPIC_API_KEY=KEY)
    assert code == 1
    assert "`persist-credentials: false`" in said
    assert "s3cret" not in said


@pytest.mark.parametrize("pipe", ["x", "999", "-1", "0"])
def test_g24_a_pipe_that_somebody_else_names_is_refused(place: Place, pipe: str) -> None:
    code, said = place.end(**{PIPE: pipe})
    assert code == 1
    assert f"{PIPE} leads to no keys" in said


def test_a_key_without_end_is_none(place: Place) -> None:
    code, said = place.end(ANTHROPIC_API_KEY="x" * 20_000)
    assert code == 1
    assert "which no key has" in said
