"""Sealed credentials in the jobs of Actions: an agent gets what its mission names, or nothing is spent (G26)."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.git import GitRepository
from bot.adapters.model_access import Access
from tests.github.server import GitHub
from tests.hosted import Swarm
from tests.messages.models import Diligent
from tests.messages.server import MessagesServer
from tests.sealed import CANARY, OTHER, Place, sealed
from tests.test_hosted_claude import CLAUDE

NAMED = CLAUDE.replace("max_usd: 0.25}", "max_usd: 0.25, credential: main}")
OWN = NAMED.replace("id: agent-2,", "id: agent-2, credential: second,")


@contextmanager
def swarm(
    github: GitHub, folder: Path, place: Place, mission: str, *, secret: str | None = None
) -> Iterator[tuple[Swarm, MessagesServer]]:
    """A repository with the credentials of a place, and a server that takes what is sealed there."""
    with MessagesServer(Diligent(), keys=(CANARY, OTHER)) as server:
        made = Swarm(github, folder, mission, over_http=True)
        github.seed(place.files())
        key = place.secret if secret is None else secret
        made.access = Access(anthropic_key="sk-of-the-environment", credentials_key=key, url=server.url)
        yield made, server


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The sealed files that are read out of any repository."""
    paths: list[str] = []
    real = GitRepository.read

    def watched(self: GitRepository, wanted: Any) -> Any:
        paths.extend(path for _, path in wanted if path.endswith(".age"))
        return real(self, wanted)

    monkeypatch.setattr(GitRepository, "read", watched)
    return paths


def test_g26_each_agent_gets_the_credential_that_its_mission_names_and_no_other(
    github: GitHub, tmp_path: Path, seen: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    place = sealed(tmp_path / "sealed", main="anthropic-api-key", second="anthropic-token", third="other")
    with swarm(github, tmp_path, place, OWN) as (made, server):
        event = made.ask()
        launched = made.launch(event)
        assert seen == [], "a launch opens nothing"
        used = []
        for agent in ("agent-1", "agent-2"):
            artifact = tmp_path / "artifacts" / agent / "result.json"
            made.run_agent(event, launched, agent, 1, artifact)
            assert not json.loads(artifact.read_text())["halted"]
            used.append({call.headers["authorization"] for call in server.calls})
    assert used == [{f"Bearer {CANARY}"}, {f"Bearer {CANARY}", f"Bearer {OTHER}"}]
    assert seen == ["credentials/main.2.age", "credentials/second.3.age"]
    told = "".join(capfd.readouterr()) + made.status_comment()
    written = [file for file in tmp_path.rglob("*") if file.is_file() and "keys" not in file.parts]
    for secret in (CANARY, OTHER, place.opener.identity):
        assert secret not in told
        assert [str(file) for file in written if secret.encode() in file.read_bytes()] == []


def test_g26_what_cannot_be_opened_halts_the_session_and_spends_nothing(github: GitHub, tmp_path: Path) -> None:
    """The key of the environment is no substitute. That such a session waits for a person is tested elsewhere."""
    place = sealed(tmp_path / "sealed")
    with swarm(github, tmp_path, place, NAMED, secret="") as (made, server):
        event = made.ask()
        launched = made.launch(event)
        made.attempt(event, launched, "agent-1", 1)
        assert server.calls == []
    told = made.status_comment()
    assert "credential main: the secret SWARM_CREDENTIALS_KEY is not set" in told
    result = json.loads((tmp_path / "widgets-1-agent-1-1.json").read_text())
    assert (result["halted"], result["usage"]["micro_usd"]) == (True, 0)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nobody", "agent-1 is to use the credential nobody, and there is none"),
        ("other", "the credential other is of the kind other"),
    ],
)
def test_g26_a_credential_that_does_not_fit_is_refused_at_the_launch(
    github: GitHub, tmp_path: Path, name: str, said: str
) -> None:
    mission = NAMED.replace("credential: main", f"credential: {name}")
    with swarm(github, tmp_path, sealed(tmp_path / "sealed"), mission) as (made, _):
        outcome = made.launch(made.ask())
        assert outcome.data["state"] == "refused"
        assert said in outcome.text
        assert said in github.comments(1)[0].body
        assert github.tip("swarm/widgets-1") is None
