from pathlib import Path

import pytest

from bot.core import launched_mission as module
from bot.core.launched_mission import launched_mission
from bot.core.loading import load_mission
from bot.errors import InvalidInput
from tests.sessions import mission_yaml

TEMPLATES = sorted((Path(__file__).parents[2] / "mission-templates").glob("*.yml"))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_both_readers_read_the_templates_alike(path: Path) -> None:
    try:
        expected = load_mission(path.read_bytes(), path.name)
    except InvalidInput:
        pytest.skip("the blank template is to be filled in first")
    assert launched_mission(path.read_bytes(), path.name) == expected


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"session: 2\n", b"session: 2  # a comment\n"),
        (b"session: 2\n", b"session: 2\nrefresh: yes\n"),
        (b"session: 2\n", b"session: 010\n"),
        (b"session: 2\n", b"session: 1_0\n"),
        (b"session: 2\n", b"session: 2\nplanned_hours:\n"),
        (b"session: 2\n", b"session: 2\nplanned_hours: ~\n"),
        (b"session: 2\n", b"session: 2\nplanned_hours: 4\n"),
        (b"session: 2\n", b"session: 2\nwelcome: |\n  Hello,\n  agents.\n"),
        (b"session: 2\n", b"session: 2\nfocus: [a, 'null', \"~\"]\n"),
        (b"title: ", b"title: &anchor "),
        (b"title: ", b"title: !!str "),
        (b"title: ", b"title: [\n"),
        (b"title: ", b"? [a]\n: b\ntitle: "),
        (b"title: ", b"title: twice\ntitle: "),
        (b"title: ", b"unknown: key\ntitle: "),
        (b"session: 2\n", b"session: two\n"),
        (b"session: 2\n", b"session: 2\n---\n"),
        (b"mission: cloud\n", b""),
        (b"mission: cloud\n", b"mission: \xff\n"),
        (b"mission: cloud\n", b"mission: cloud\nfocus: " + b"[" * 40 + b"]" * 40 + b"\n"),
    ],
)
def test_a16_both_readers_accept_and_refuse_alike(before: bytes, after: bytes) -> None:
    content = mission_yaml().replace(before, after)

    def outcome(read: object) -> object:
        try:
            return read(content, "mission.yml")  # type: ignore[operator]
        except InvalidInput as error:
            return error.problems

    assert outcome(launched_mission) == outcome(load_mission)


def test_the_fast_reader_is_the_one_that_reads_a_plain_mission(monkeypatch: pytest.MonkeyPatch) -> None:
    def careful(_: bytes, __: str) -> None:
        raise AssertionError("the careful reader was asked")

    monkeypatch.setattr(module, "load_mission", careful)
    assert launched_mission(mission_yaml(), "mission.yml").mission == "cloud"


def test_without_libyaml_the_careful_reader_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("yaml.__with_libyaml__", False)
    assert launched_mission(mission_yaml(), "mission.yml") == load_mission(mission_yaml(), "mission.yml")
