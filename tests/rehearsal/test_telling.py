"""How rehearsals are told, on the command line."""

import json
from pathlib import Path

import pytest

from bot.cli import main
from bot.rehearsal.guarantees import Held
from bot.rehearsal.telling import told, told_all
from tests.rehearsal.stages import play, widgets


def swarm(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["rehearse", *args])
    out, err = capsys.readouterr()
    assert isinstance(ended.value.code, int)
    return ended.value.code, out, err


@pytest.fixture
def mission(tmp_path: Path) -> str:
    file = tmp_path / "widgets.yml"
    file.write_bytes(widgets())
    return str(file)


def test_one_rehearsal_is_told_from_label_to_merge(mission: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = swarm(capsys, mission)
    lines = out.splitlines()
    assert code == 0 and lines[0] == "    00:00:00  swarm:launch is set for widgets"
    assert any(line.startswith("widgets-1: merged · 3 agents, ") for line in lines)
    assert "held    G23  the budget is a hard bound" in lines and "BROKEN" not in out


def test_the_same_as_data(mission: str, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = swarm(capsys, mission, "--faults", "random", "--seed", "4", "--json")
    said = json.loads(out)
    assert (said["seed"], said["sessions"][0]["session"]) == (4, "widgets-1")
    assert said["timeline"][0] == {"seconds": 0, "what": "swarm:launch is set for widgets"}
    assert {one["id"]: one["broken"] for one in said["guarantees"]}["A24"] == ""


def test_many_rehearsals_are_told_by_how_they_ended(mission: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = swarm(capsys, mission, "--faults", "random", "--seeds", "6", "--rate", "0.2")
    assert code == 0 and out.endswith("6 rehearsals, 0 of them broke a guarantee\n")


def test_faults_come_from_a_file(mission: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    faults = tmp_path / "faults.yml"
    faults.write_text("agents: [{agent: agent-2, fault: crashes, attempt: 1}]\n")
    _, out, _ = swarm(capsys, mission, "--faults", str(faults))
    assert "agent-2/1 crashes" in out and "agent-2/2 done" in out
    faults.write_text("agents: [{agent: agent-2, fault: explodes}]\n")
    code, _, err = swarm(capsys, mission, "--faults", str(faults))
    assert code == 1 and 'agents[0].fault is "explodes"' in err
    code, _, err = swarm(capsys, mission, "--faults", str(tmp_path / "none.yml"), "--seeds", "2")
    assert code == 1 and "name a file of faults, or write --faults random" in err


def test_a_bad_mission_is_refused_before_anything_is_played(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "bad.yml"
    file.write_text("mission: bad\n")
    code, _, err = swarm(capsys, str(file), "--seeds", "3")
    assert code == 1 and "bad.yml" in err


def test_what_broke_is_shouted_with_the_seed_to_see_it_again() -> None:
    one = play()
    bad = type(one)(**{name: getattr(one, name) for name in one.__slots__} | {
        "guarantees": (Held("G23", "the budget is a hard bound", "a spent 2 of 1"),)
    })  # fmt: skip
    alone, many = told(bad), told_all([one, bad])
    assert int(alone.exit) == int(many.exit) == 1
    assert "BROKEN  G23  the budget is a hard bound: a spent 2 of 1" in alone.text
    assert many.text.endswith(
        "2 rehearsals, 1 of them broke a guarantee\nseed 1: G23 (a spent 2 of 1); rehearse it again with --seed 1"
    )
