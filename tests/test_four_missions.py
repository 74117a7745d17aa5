"""Several missions in one repository at the same time, each a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

from bot.adapters.git import GitRepository
from bot.render.state_files import STATE_FILES
from tests.repos import git, tip
from tests.workshop import MISSION, widgets

WORDS = ("ALPHA", "BETA", "GAMMA", "DELTA")


def mission(number: int, word: str) -> str:
    """A mission that shares nothing with the others but the repository."""
    own = {
        "mission: widgets": f"mission: {word.lower()}",
        "session: 1": f"session: {number}",
        "number: 1": f"number: {number}",
        "INTEGRATIONS-WIDGETS": f"INTEGRATIONS-{word}",
        "Widget Store": f"{word} Store",
        "Widget Lab": f"{word} Lab",
    }
    text = MISSION
    for old, new in own.items():
        text = text.replace(old, new)
    return text


def start(folder: Path, number: int, word: str) -> subprocess.Popen[str]:
    file = folder.parent / f"{word}.yml"
    file.write_text(mission(number, word))
    command = [sys.executable, "-m", "bot", "run", str(file), "--repo", str(folder), "--json"]
    environment = os.environ | {"SWARM_CACHE": str(folder.parent / "cache")}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)


def test_g13_four_missions_at_the_same_time_all_merge_and_lose_nothing(tmp_path: Path) -> None:
    folder = widgets(tmp_path / "repo")
    processes = [start(folder, number, word) for number, word in enumerate(WORDS, 1)]
    ended = [(process.communicate(timeout=120), process.returncode) for process in processes]
    assert [code for _, code in ended] == [0, 0, 0, 0], [err for (_, err), _ in ended]
    assert all(json.loads(out)["merged"] for (out, _), _ in ended)
    files = set(GitRepository(folder).files(tip(folder)))
    for word in WORDS:
        session = f"sessions/{word.lower()}-1"
        assert {f"INTEGRATIONS-{word}.md", f"INTEGRATIONS-{word}.csv", f"{session}/launch.json"} <= files
        assert {f"{session}/findings/agent-{n}.json" for n in (1, 2)} <= files
    assert set(STATE_FILES) <= files
    assert len(git(folder, "log", "--merges", "--format=%H", "main").split()) == 4
    assert git(folder, "status", "--porcelain") == ""  # the work tree came along with all of them
    assert "4 merged" in git(folder, "log", "-1", "--format=%s", "main")
