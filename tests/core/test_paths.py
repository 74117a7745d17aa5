"""Which paths a branch may touch, and which paths of a machine are found in a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.changes import Change
from bot.core.paths import Ground, machine_paths, trespass
from bot.core.session import csv_path

GROUND = Ground("cloud-providers-1", "INTEGRATIONS-CLOUD.md", frozenset({"haiku-21", "haiku-22"}))
FOLDER = "sessions/cloud-providers-1"
OWN = [
    f"{FOLDER}/mission.yml",
    f"{FOLDER}/launch.json",
    f"{FOLDER}/agents/haiku-21.json",
    f"{FOLDER}/findings/haiku-22.json",
    "INTEGRATIONS-CLOUD.md",
    "INTEGRATIONS-CLOUD.csv",
]


def added(path: str, mode: str = "100644") -> str:
    return trespass(Change(path, "added", mode), GROUND)


@pytest.mark.parametrize("path", OWN)
def test_a_session_adds_its_own_files(path: str) -> None:
    assert added(path) == ""


@pytest.mark.parametrize(
    ("path", "why"),
    [
        (".github/workflows/ci.yml", "holds rules or workflows"),
        (f"{FOLDER}/.github/workflows/ci.yml", "holds rules or workflows"),
        (".GitHub/CODEOWNERS", "says who must review"),
        ("CODEOWNERS", "says who must review"),
        ("docs/CODEOWNERS", "says who must review"),
        ("AGENTS.md", "instructs agents or tools"),
        (f"{FOLDER}/CLAUDE.md", "instructs agents or tools"),
        (f"{FOLDER}/claude.md", "instructs agents or tools"),
        (".cursor/rules/x.mdc", "holds rules or workflows"),
        (".github/copilot-instructions.md", "holds rules or workflows"),
        (f"{FOLDER}/.gitattributes", "instructs agents or tools"),
        (".gitmodules", "instructs agents or tools"),
        ("credentials/manifest.json", "belongs to the sealed credentials"),
        ("Credentials/main.2.age", "belongs to the sealed credentials"),
    ],
)
def test_a10_rules_and_instructions_are_named(path: str, why: str) -> None:
    assert added(path) == f"{path} {why}"


@pytest.mark.parametrize(
    "path",
    [
        "README.md",
        "INTEGRATIONS-OTHER.md",
        "MULTI-SESSION-STATUS.md",
        "sessions/cloud-providers-10/launch.json",
        "sessions/launch.json",
        "Sessions/cloud-providers-1/launch.json",
        f"{FOLDER}/notes.md",
        f"{FOLDER}/agents/haiku-21.json/x",
        f"{FOLDER}/agents/haiku-21",
        f"{FOLDER}/agents/HAIKU-21.json",
        "bot/core/gate.py",
    ],
)
def test_a10_everything_else_is_outside(path: str) -> None:
    assert path in added(path)


@pytest.mark.parametrize("kind", ["agents", "findings"])
def test_a12_files_of_agents_that_the_mission_does_not_have(kind: str) -> None:
    path = f"{FOLDER}/{kind}/haiku-99.json"
    assert added(path) == f"{path} belongs to no agent of the mission"


@pytest.mark.parametrize("mode", ["120000", "160000", "100755", "040000"])
def test_a11_only_plain_files(mode: str) -> None:
    assert added(OWN[0], mode) == f"{OWN[0]} has mode {mode}, only plain files may be added"


def test_a_refresh_writes_its_deliverable_anew_and_deletes_nothing() -> None:
    assert trespass(Change(OWN[4], "modified", "100644"), GROUND) == ""
    assert "was deleted" in trespass(Change(OWN[4], "deleted", "000000"), GROUND)
    assert "only adds files" in trespass(Change(OWN[2], "deleted", "000000"), GROUND)
    assert "only adds files" in trespass(Change(OWN[0], "deleted", "000000"), GROUND)


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=60).filter(str.strip))
def test_no_other_path_is_allowed(path: str) -> None:
    assert added(path) or path in {*OWN, csv_path(GROUND.deliverable)}


@pytest.mark.parametrize(
    "text",
    [
        "/home/ann/project",
        "/Users/ann/x.py",
        "/tmp/out",
        "/root/.ssh",
        "/workspaces/x",
        "/github/workspace/a",
        "/private/var/x",
        "C:\\Users\\ann\\x",
        "D:/Users/ann",
        "C:\\\\Users\\\\ann",
        "file:///etc/passwd",
        "file:///C:/Users/ann",
    ],
)
@pytest.mark.parametrize("frame", ["{}", "see {} there", "`{}`", '"path": "{}",', "({})", "PATH=/usr/bin:{}"])
def test_paths_of_machines_are_found(text: str, frame: str) -> None:
    found = [hit.path for hit in machine_paths("a.md", "first\n" + frame.format(text))]
    assert found[:1] == [text]
    assert {hit.line for hit in machine_paths("a.md", "first\n" + frame.format(text))} == {2}


@pytest.mark.parametrize(
    "text",
    [
        "https://example.com/home/ann",
        "https://example.com/users/1",
        "file:docs/api.md",
        "docs/home/ann.md",
        "../tmp/out",
        "./workspaces/x",
        "./workspaces/x",
        "/paths/~1home~1timeline",
        "/home",
        "GET /users/{id}",
        "/tmp/",
        "at home and work",
        ":\\Users\\ann",
        "1:\\Users\\ann",
    ],
)
def test_urls_and_relative_paths_are_not(text: str) -> None:
    assert list(machine_paths("a.md", text)) == []


def test_the_end_of_a_sentence_is_no_part_of_a_path() -> None:
    assert [hit.path for hit in machine_paths("a.md", "It is in /home/ann/x.py.")] == ["/home/ann/x.py"]


def test_a5_invisible_characters_hide_no_path() -> None:
    assert [hit.path for hit in machine_paths("a.md", "see /ho\u200bme/ann/x")] == ["/home/ann/x"]
