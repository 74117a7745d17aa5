"""Whole sessions with the backend `claude`: the real command line, the Messages API server of the tests."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.clock import SystemClock
from bot.adapters.prices import ListedPrices
from bot.core.money import MICRO
from tests.messages import faults
from tests.messages.models import Diligent, Malicious, Thinking
from tests.messages.models.conversation import Field
from tests.messages.replies import Model
from tests.messages.server import MessagesServer
from tests.repos import git, repository
from tests.workshop import MISSION, widgets

ROOT = Path(__file__).parent.parent
CLOUD = ROOT / "mission-templates" / "cloud-providers.yml"


def command(folder: Path, *arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "bot", *map(str, arguments), "--repo", str(folder)]


def environment(server: MessagesServer | None, cache: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ANTHROPIC_")}
    keys = {"ANTHROPIC_API_KEY": server.key, "ANTHROPIC_BASE_URL": server.url} if server else {}
    return kept | keys | {"SWARM_CACHE": str(cache)}


class Place:
    """A repository with a mission of two agents, and a server that they ask."""

    def __init__(self, folder: Path, server: MessagesServer | None) -> None:
        self.folder, self.server, self.cache = widgets(folder / "repo"), server, folder / "cache"
        self.mission = folder / "mission.yml"
        self.mission.write_text(MISSION.replace("backend: simulated", "backend: claude"))

    def swarm(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        where = environment(self.server, self.cache)
        return subprocess.run(command(self.folder, *arguments), env=where, capture_output=True, text=True)

    def run(self) -> dict[str, Any]:
        done = self.swarm("run", self.mission, "--json")
        assert done.stdout, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    @property
    def billed(self) -> float:
        """What the provider charges, in US dollars."""
        assert self.server is not None
        return billed(self.server)


def billed(server: MessagesServer) -> float:
    prices = ListedPrices(SystemClock())("anthropic", "claude-haiku-5-5")
    assert prices is not None
    return server.billed(prices) / MICRO


@contextmanager
def place(folder: Path, model: Model) -> Iterator[Place]:
    with MessagesServer(model) as server:
        yield Place(folder, server)


def test_a_session_is_researched_by_a_model_and_merged(tmp_path: Path) -> None:
    with place(tmp_path, Thinking(Diligent())) as here:
        done = here.run()
        assert done["merged"], done
        assert done["verified"] == done["findings"] == 4
        assert done["cost_usd"] == here.billed > 0
        document = (here.folder / "INTEGRATIONS-WIDGETS.md").read_text()
        assert "The agent's own view, which counts nowhere" in document
        assert git(here.folder, "status", "--porcelain") == ""
        one, _ = (here.folder / ".git" / "swarm").rglob("transcript.jsonl")
        shown = subprocess.run(
            [sys.executable, "-m", "bot", "transcript", str(one)], capture_output=True, text=True, check=True
        )
        assert "calls record_finding" in shown.stdout
        assert "% of them from the cache" in shown.stdout.splitlines()[-1]


def test_without_a_key_nothing_is_started(tmp_path: Path) -> None:
    here = Place(tmp_path, None)
    done = here.swarm("run", here.mission)
    assert done.returncode == 1
    assert "there is no key for anthropic: ANTHROPIC_API_KEY is not set" in done.stderr
    assert "nothing was started" in done.stderr
    assert git(here.folder, "branch", "--list", "swarm/*") == ""


def test_a_merged_session_is_told_again_without_a_key(tmp_path: Path) -> None:
    with place(tmp_path, Diligent()) as here:
        done = here.run()
        here.server = None
        assert here.run() | {"seconds": 0} == done | {"seconds": 0}


def test_g17_a_refused_key_ends_the_session_and_the_same_command_goes_on(tmp_path: Path) -> None:
    with place(tmp_path, Diligent()) as here:
        assert here.server is not None
        here.server.faults.when(lambda call: len(call.body["messages"]) > 5, faults.unauthorised(), times=2)
        refused = here.swarm("run", here.mission)
        assert refused.returncode == 1
        assert "the key is not accepted" in refused.stderr
        assert "mend that and run the same command again" in refused.stderr
        done = here.run()
        assert done["merged"], done
        assert done["cost_usd"] >= here.billed


def test_g23_no_session_spends_more_than_its_limit(tmp_path: Path) -> None:
    """Little money, many faults, a malicious model: what the provider charges stays within the mission's limit."""
    with place(tmp_path, Malicious()) as here:
        assert here.server is not None
        here.mission.write_text(here.mission.read_text().replace("max_usd: 1.00", "max_usd: 0.03"))
        here.server.faults.randomly(7, 0.3, [faults.cut(), faults.hung_up(), faults.unaccounted()])
        done = here.run()
        assert 0 < here.billed <= done["cost_usd"] <= 0.03


def test_g10_a_session_that_is_killed_goes_on_with_its_money_and_its_findings(tmp_path: Path) -> None:
    with place(tmp_path, Diligent()) as here:
        assert here.server is not None
        here.server.faults.when(lambda call: len(call.body["messages"]) > 7, faults.stalled(), times=4)
        process = subprocess.Popen(
            command(here.folder, "run", here.mission, "--json"),
            env=environment(here.server, here.cache),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _until_stalled(here.server, 2)
        process.send_signal(signal.SIGKILL)
        process.wait()
        spent = here.billed
        done = here.run()
        assert done["merged"], done
        assert done["cost_usd"] >= here.billed > spent
        beginnings = [call for call in here.server.calls if len(call.body["messages"]) == 1]
        assert any("Recorded already" in str(call.body["messages"]) for call in beginnings)


def _until_stalled(server: MessagesServer, calls: int) -> None:
    """Waits until both agents hang in a call; each is answered before the next is made, so the count tells."""
    while len(server.faults.met) < calls:
        os.sched_yield()


def searching(field: Field) -> str:
    """The words that a person would search with."""
    return f"{field.title} token API key credentials signature" if field.id == "authentication" else field.title


@pytest.mark.packages
def test_the_cloud_mission_is_researched_by_ten_agents_with_a_model_and_merged(tmp_path: Path) -> None:
    folder = repository(tmp_path / "repo", **{"README.md": "A repository.\n"})
    with MessagesServer(Thinking(Diligent(words=searching))) as server:
        options = ("--backend", "claude", "--only", "packages", "--agents", "10", "--json")
        done = subprocess.run(
            command(folder, "run", CLOUD, *options),
            env=environment(server, ROOT / "build" / "sources"),
            capture_output=True,
            text=True,
        )
        found = json.loads(done.stdout)
        assert found["merged"], (found, done.stderr)
        assert found["agents"] == {"done": 9, "blocked": 1, "failed": 0}  # one subject has web pages only
        assert found["verified"] == found["findings"] > 150
        assert found["cost_usd"] == billed(server) <= 10 * 0.10
        assert {call.status for call in server.calls} == {200}
        shared = {json.dumps([call.body["tools"], call.body["system"]]) for call in server.calls}
        assert len(shared) == 2, "one for each team"
