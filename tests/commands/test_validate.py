import json
from pathlib import Path

from bot.commands.credentials import add
from bot.commands.outcome import Exit
from bot.commands.validate import validate
from bot.core.credentials import MANIFEST
from tests.core.mission_text import MISSION, edited
from tests.repos import git
from tests.sealed import CANARY, sealed


def write(folder: Path, name: str, content: bytes) -> Path:
    file = folder / name
    file.write_bytes(content)
    return file


def test_a_valid_mission(tmp_path: Path) -> None:
    file = write(tmp_path, "a.yml", MISSION.encode())
    outcome = validate([file])
    assert outcome.exit == Exit.DONE
    assert outcome.text == "valid: 1 mission, 2 agents, 2 subjects"
    assert json.loads(json.dumps(outcome.data)) == {
        "valid": True,
        "files": [
            {"path": str(file), "valid": True, "mission": "cloud", "session": 2, "agents": 2, "subjects": 2}
        ],
        "problems": [],
    }


def test_the_same_file_twice_is_one_mission(tmp_path: Path) -> None:
    file = write(tmp_path, "a.yml", MISSION.encode())
    assert validate([file, file]).text == "valid: 1 mission, 2 agents, 2 subjects"


def test_a_credential_is_looked_up_in_the_repository_that_the_mission_lies_in(tmp_path: Path) -> None:
    content = edited(("agent: {", "agent: {backend: claude, credential: main, "))
    file = write(tmp_path, "a.yml", content)
    assert validate([file]).exit == Exit.DONE, "outside of a repository nobody can know"
    place = sealed(tmp_path, other="other")
    git(place.root, "init", "--quiet")
    (place.root / "missions").mkdir()
    file = write(place.root / "missions", "a.yml", content)
    outcome = validate([file])
    assert outcome.exit == Exit.ACT
    assert outcome.text.startswith(f"{file}:7:38: haiku-21 is to use the credential main, and there is none")
    add(place.vault, "main", "anthropic-api-key", CANARY)
    assert validate([file]).exit == Exit.DONE
    (place.root / MANIFEST).unlink()
    assert "there is no credentials/manifest.json" in validate([file]).text


def test_advice_is_shown_and_does_not_fail(tmp_path: Path) -> None:
    file = write(tmp_path, "a.yml", edited(("title:", "target_subjects: 15\ntitle:")))
    outcome = validate([file])
    assert outcome.exit == Exit.DONE
    assert outcome.text.splitlines() == [
        f"{file}:4:18: the mission targets 15 subjects and assigns 2; "
        "assign the others, or lower target_subjects (advice)",
        "valid: 1 mission, 2 agents, 2 subjects",
    ]


def test_every_problem_of_every_file_is_said_at_once(tmp_path: Path) -> None:
    bad = write(tmp_path, "bad.yml", edited(("attempts: 2", "attempts: 0"), ("domain: CLOUD", "domain: C")))
    missing = tmp_path / "missing.yml"
    one = write(tmp_path, "one.yml", MISSION.encode())
    two = write(tmp_path, "two.yml", edited(("mission: cloud", "mission: dns"), ("session: 2", "session: 3")))
    outcome = validate([bad, missing, one, two])
    assert outcome.exit == Exit.ACT
    assert outcome.text.splitlines() == [
        f'{bad}:5:9: domain is "C"; write 2 to 16 capital letters and digits, such as CLOUD',
        f"{bad}:7:34: agent.attempts is 0; an agent needs at least 1 attempt",
        f"{missing}: cannot be read (No such file or directory); name a file; "
        "`swarm new blank` writes one to start from",
        f"{two}:6:14: the deliverable INTEGRATIONS-CLOUD.md is also in {one} (cloud); "
        "name another file; two missions would write it",
        f'{two}:15:19: subject "AWS EC2" is also in {one} (cloud); '
        "remove one, or say `refresh: true` to research it again",
        f'{two}:19:20: subject "Vultr" is also in {one} (cloud); '
        "remove one, or say `refresh: true` to research it again",
        "6 problems; nothing was started. The schema: swarm schema",
    ]
    data = json.loads(json.dumps(outcome.data))
    assert [file["valid"] for file in data["files"]] == [False, False, True, False]
    assert data["problems"][0] == {
        "file": str(bad), "line": 5, "column": 9, "what": 'domain is "C"', "level": "error",
        "todo": "write 2 to 16 capital letters and digits, such as CLOUD",
    }  # fmt: skip


def test_a_folder_is_no_mission(tmp_path: Path) -> None:
    outcome = validate([tmp_path])
    assert outcome.exit == Exit.ACT
    assert "cannot be read (Is a directory)" in outcome.text
    assert outcome.text.endswith("\n1 problem; nothing was started. The schema: swarm schema")
