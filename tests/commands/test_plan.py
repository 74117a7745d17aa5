import json
from pathlib import Path

import pytest

from bot.commands.plan import plan
from bot.errors import InvalidInput
from tests.core.mission_text import edited


def planned(tmp_path: Path, *changes: tuple[str, str]) -> tuple[str, dict[str, object]]:
    file = tmp_path / "m.yml"
    file.write_bytes(edited(*changes))
    outcome = plan(file)
    return outcome.text.replace(str(file), "m.yml"), json.loads(json.dumps(outcome.data))


def test_what_would_run_is_shown(tmp_path: Path) -> None:
    text, _ = planned(
        tmp_path,
        ("max_usd: 2.50", "max_usd: 0.40"),
        ("id: haiku-22", "id: haiku-22\n        backend: claude"),
        ("domain:", "criteria: {blocked_subjects: 1}\ndomain:"),
    )
    assert text == "\n".join([
        "cloud: Cloud providers (session 2, phase 2)",
        "2 agents in 1 team, 2 subjects, 3 sources (1 https, 1 npm, 1 pypi)",
        "",
        "Compute",
        "  haiku-21  extractive, 0.20 USD, 2 x 60 min  AWS EC2",
        "  haiku-22  claude (claude-haiku-5-5), 0.20 USD, 2 x 60 min  Vultr",
        "",
        "money        at most 0.40 USD, of which the agents get 0.40",
        "runs         1 batch (2), 20 at the same time, at most 6 hours",
        "branch       swarm/cloud-N",
        "deliverable  INTEGRATIONS-CLOUD.md, and the same as .csv",
        "tolerates    1 blocked subject, 0 gaps in required fields",
        "advice       m.yml:9:19: the agents may spend 0.50 USD together, the session 0.40; "
        "the session's limit holds: every agent gets proportionally less",
    ])  # fmt: skip


def test_the_same_as_data(tmp_path: Path) -> None:
    team = "  - {id: 7, name: DNS, agents: [{id: a, subjects: [{name: NSD, sources: ['file:a']}]}]}\n"
    _, data = planned(tmp_path, ("teams:\n", f"teams:\n{team}"))
    teams = data.pop("teams")
    assert isinstance(teams, list)
    assert [(each["id"], [agent["id"] for agent in each["agents"]]) for each in teams] == [
        (7, ["a"]),
        (6, ["haiku-21", "haiku-22"]),
    ]
    assert teams[0]["agents"][0] == {
        "id": "a", "subjects": ["NSD"], "backend": "extractive", "model": "claude-haiku-5-5", "cap_usd": 0.25,
        "attempts": 2, "timeout_minutes": 60,
    }  # fmt: skip
    assert data == {
        "mission": "cloud", "session": 2, "title": "Cloud providers", "branch": "swarm/cloud-N",
        "deliverable": "INTEGRATIONS-CLOUD.md", "agents": 3, "subjects": 3,
        "sources": {"file": 1, "https": 1, "npm": 1, "pypi": 1}, "budget_usd": 2.5, "divided_usd": 0.75,
        "max_parallel": 20, "session_timeout_hours": 6, "batches": [["a", "haiku-21", "haiku-22"]],
        "tolerates": {"blocked_subjects": 0, "required_field_gaps": 0}, "advice": [],
    }  # fmt: skip


def test_a_bad_mission_has_no_plan(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="an agent needs at least 1 attempt"):
        planned(tmp_path, ("attempts: 2", "attempts: 0"))
    with pytest.raises(InvalidInput, match="cannot be read"):
        plan(tmp_path / "none.yml")
