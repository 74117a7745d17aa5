import json

import pytest

from bot.core.loading import load_mission
from bot.core.snapshot import (
    KEPT,
    MAX_FINDINGS,
    MAX_RECORD,
    parse_findings,
    parse_launch,
    parse_record,
    parse_session,
)
from bot.errors import Problem
from tests.sessions import as_bytes, blocker, findings, mission_yaml, record, session_files

MISSION = mission_yaml()
ONE, TWO = record("cloud-1", "haiku-1"), record("cloud-1", "haiku-2", "blocked")
FILES = findings("haiku-1", "aws-ec2"), findings("haiku-2", "vultr", blockers=(blocker(),))


def test_a_whole_session_is_read() -> None:
    data, problems = parse_session("cloud-1", session_files("cloud-1", MISSION, (ONE, TWO), FILES))
    assert problems == ()
    assert data is not None
    assert data.records == {"haiku-1": ONE, "haiku-2": TWO}
    assert data.findings == {"haiku-1": FILES[0], "haiku-2": FILES[1]}
    assert (data.mission.mission, data.launch.session) == ("cloud", "cloud-1")


def test_a_session_of_any_size_is_read() -> None:
    many = findings("haiku-1", *(f"subject-{number}" for number in range(500)))
    files = session_files("cloud-1", MISSION, (ONE,), (many,))
    assert sum(map(len, files.values())) > KEPT
    data, problems = parse_session("cloud-1", files)
    assert problems == ()
    assert data is not None
    assert data.findings == {"haiku-1": many}


def test_without_a_launch_there_is_no_session() -> None:
    files = session_files("cloud-1", MISSION, (ONE,))
    del files["sessions/cloud-1/launch.json"]
    data, problems = parse_session("cloud-1", files)
    assert data is None
    assert [str(problem) for problem in problems] == [
        "sessions/cloud-1/launch.json: the file is missing; launch the mission again"
    ]


def test_the_launch_holds_the_mission_as_it_was_checked() -> None:
    launch, problems = parse_launch("cloud-1", session_files("cloud-1", MISSION)["sessions/cloud-1/launch.json"])
    assert problems == ()
    assert launch is not None
    assert launch.mission == load_mission(MISSION, "mission.yml")


@pytest.mark.parametrize("edited", [MISSION + b"# edited\n", b"mission: [\n", None])
def test_g2_a_mission_that_was_edited_after_the_launch_is_told(edited: bytes | None) -> None:
    files = session_files("cloud-1", MISSION) | {"sessions/cloud-1/mission.yml": edited}
    data, problems = parse_session("cloud-1", {path: text for path, text in files.items() if text is not None})
    assert data is not None
    assert data.mission == load_mission(MISSION, "mission.yml")
    assert [(problem.file, problem.what) for problem in problems] == [
        ("sessions/cloud-1/mission.yml", "it is not the mission that was launched")
    ]


def test_a_launch_of_another_session_is_refused() -> None:
    launch, problems = parse_launch("cloud-1", session_files("cloud-2", MISSION)["sessions/cloud-2/launch.json"])
    assert launch is None
    assert [problem.what for problem in problems] == ["it is the launch of cloud-2"]


@pytest.mark.parametrize("year", ["0001", "9999"])
def test_a18_a_launch_at_the_end_of_the_calendar_is_refused(year: str) -> None:
    content = session_files("cloud-1", MISSION)["sessions/cloud-1/launch.json"]
    launch, problems = parse_launch("cloud-1", content.replace(b"2026-", f"{year}-".encode()))
    assert launch is None
    assert [problem.what for problem in problems] == [f"it names the year {int(year)}"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00",
        b"null",
        b"[" * 100_000,
        b'{"session": "cloud-1"}',
        b'{"a": ' * 5_000,
        as_bytes(ONE).replace(b'"micro_usd": 10000', b'"micro_usd": NaN'),
        as_bytes(ONE).replace(b'"micro_usd": 10000', b'"micro_usd": -1'),
        as_bytes(ONE).replace(b'"done"', b'"merged"'),
        as_bytes(ONE).replace(b'"agent"', b'"\\u001b[31magent"'),
        as_bytes(ONE).replace(b"2026-", b"9999-"),
        b" " * (MAX_RECORD + 1),
    ],
    ids=range(12),
)
def test_a18_a_broken_record_is_a_problem_that_names_its_path(content: bytes) -> None:
    problems: list[Problem] = []
    assert parse_record("cloud-1", "haiku-1", content, problems) is None
    assert [problem.file for problem in problems] == ["sessions/cloud-1/agents/haiku-1.json"]
    assert str(problems[0]).isprintable()
    assert len(str(problems[0])) < 500


@pytest.mark.parametrize(("session", "agent"), [("cloud-1", "haiku-2"), ("cloud-2", "haiku-1")])
def test_a12_the_record_of_another_agent_or_session_is_refused(session: str, agent: str) -> None:
    problems: list[Problem] = []
    assert parse_record(session, agent, as_bytes(ONE), problems) is None
    assert [problem.what for problem in problems] == ["it is the record of haiku-1 in session cloud-1"]


def test_a12_the_findings_of_another_agent_are_refused() -> None:
    problems: list[Problem] = []
    assert parse_findings("cloud-1", "haiku-2", as_bytes(FILES[0]), problems) is None
    assert [problem.what for problem in problems] == ["it holds the findings of haiku-1"]


def test_a20_findings_that_are_too_large_are_not_read() -> None:
    problems: list[Problem] = []
    assert parse_findings("cloud-1", "haiku-1", b" " * (MAX_FINDINGS + 1), problems) is None
    assert [problem.what for problem in problems] == ["it has 16,000,001 bytes, at most 16,000,000 are read"]


def test_lost_findings_are_told_and_the_rest_is_read() -> None:
    data, problems = parse_session("cloud-1", session_files("cloud-1", MISSION, (ONE, TWO), FILES[:1]))
    assert data is not None
    assert list(data.findings) == ["haiku-1"]
    assert [(problem.file, problem.what) for problem in problems] == [
        ("sessions/cloud-1/findings/haiku-2.json", "the file is missing")
    ]


def test_broken_records_and_findings_leave_the_others_alone() -> None:
    files = session_files("cloud-1", MISSION, (ONE, TWO), FILES)
    files["sessions/cloud-1/agents/haiku-1.json"] = b"{}"
    files["sessions/cloud-1/findings/haiku-2.json"] = json.dumps({"agent": "haiku-2", "extra": 1}).encode()
    data, problems = parse_session("cloud-1", files)
    assert data is not None
    assert (list(data.records), list(data.findings)) == (["haiku-2"], ["haiku-1"])
    assert len(problems) == 2
