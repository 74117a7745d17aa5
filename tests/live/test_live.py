"""The real API. Runs where a key is at hand, costs a few cents at most, and says what it cost.

ANTHROPIC_API_KEY=... python -m pytest tests/live -rs -s
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.repos import repository
from tests.workshop import GUIDE, MISSION

KEY = os.environ.get("ANTHROPIC_API_KEY", "")
MOST = 0.10
"""US dollars for the whole session."""


@pytest.mark.skipif(not KEY, reason="ANTHROPIC_API_KEY is not set: the real API is not asked")
def test_two_subjects_are_researched_with_the_real_model(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = repository(tmp_path / "repo", **{"docs/guide.md": GUIDE})
    mission = tmp_path / "widgets.yml"
    text = MISSION.replace("backend: simulated, max_usd: 0.25", f"backend: claude, max_usd: {MOST / 2}")
    mission.write_text(text.replace("max_usd: 1.00", f"max_usd: {MOST}"))
    done = subprocess.run(
        [sys.executable, "-m", "bot", "run", str(mission), "--repo", str(folder), "--json"],
        env=os.environ | {"SWARM_CACHE": str(tmp_path / "cache")},
        capture_output=True,
        text=True,
    )
    assert done.stdout, done.stderr
    found = json.loads(done.stdout)
    with capsys.disabled():
        told = f"{found['verified']} of {found['findings']} findings verified, {found['gaps']} gaps"
        print(f"\nthe real model: {told}, {found['cost_usd']} USD, {found['seconds']} s")
    assert found["merged"], (found, done.stderr)
    assert found["verified"] == found["findings"] > 0
    assert 0 < found["cost_usd"] <= MOST
