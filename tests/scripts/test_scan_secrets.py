"""The search for keys in the repository. The keys are made up, in pieces."""

from pathlib import Path

import pytest

from bot.core.secrets import fingerprint
from scripts.scan_secrets import LIST, main
from tests.repos import git, repository
from tests.workflows.files import ROOT

KEY = "gh" + "p_" + "aB3" * 12
MARK = fingerprint(KEY)


def told(capsys: pytest.CaptureFixture[str]) -> list[str]:
    captured = capsys.readouterr()
    assert KEY not in captured.out + captured.err
    return captured.err.splitlines()


def test_g25_a_key_in_any_tracked_file_is_named_by_file_line_and_kind(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = repository(tmp_path / "root", **{"docs/a.md": f"One\n{KEY}\n", "b.bin": f"\0\n\n{KEY}"})
    (root / "untracked.md").write_text(KEY)
    assert main(root) == 1
    lines = told(capsys)
    assert [line.split(": ")[0] for line in lines] == ["b.bin:3", "docs/a.md:2"]
    assert all("(GitHub Token)" in line for line in lines)


def test_g25_where_a_link_leads_is_read_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = repository(tmp_path / "root")
    (root / "link").symlink_to(KEY)
    git(root, "add", "link")
    assert main(root) == 1
    assert [line.split(": ")[0] for line in told(capsys)] == ["link:1"]


def test_a_made_up_key_of_a_test_is_allowed_there_and_nowhere_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {"tests/a.py": f"KEY = '{KEY}'\n", LIST: f"# Keys\n\ntests/a.py {MARK} a key that has to be found\n"}
    root = repository(tmp_path / "root", **files)
    assert main(root) == 0
    assert told(capsys) == []
    (root / "tests/b.py").write_text(KEY)
    git(root, "add", "--all")
    assert main(root) == 1
    assert [line.split(": ")[0] for line in told(capsys)] == ["tests/b.py:1"]


def test_another_key_in_the_same_file_is_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = KEY[:-1] + "z"
    files = {"tests/a.py": f"{KEY}\n{other}\n", LIST: f"tests/a.py {MARK} a key that has to be found\n"}
    assert main(repository(tmp_path / "root", **files)) == 1
    [line] = told(capsys)
    assert line.startswith("tests/a.py:2: ")
    assert fingerprint(other) in line, "so that it can be allowed"


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        (f"tests/b.py {MARK} a reason", f"{MARK} is not found in tests/b.py; remove this line"),
        (f"tests/a.py {'0' * 16} a reason", f"{'0' * 16} is not found in tests/a.py; remove this line"),
        (f"docs/a.md {MARK} a reason", "docs/a.md is no test; only tests may hold what looks like a secret"),
        (f"tests/c.py {MARK}", "this allows nothing; write a path, a fingerprint and a reason"),
        ("tests/c.py", "this allows nothing; write a path, a fingerprint and a reason"),
    ],
)
def test_a_line_that_allows_nothing_is_an_error(
    tmp_path: Path, line: str, wrong: str, capsys: pytest.CaptureFixture[str]
) -> None:
    fine = f"tests/a.py {MARK} a key that has to be found\n"
    root = repository(tmp_path / "root", **{"tests/a.py": KEY, LIST: f"{fine}{line}\n"})
    assert main(root) == 1
    assert told(capsys) == [f"{LIST}:2: {wrong}"]


@pytest.mark.parametrize("line", [f"docs/a.md {MARK} a reason", f"tests/a.py {MARK}"])
def test_a_line_that_is_wrong_lets_nothing_through(
    tmp_path: Path, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {"docs/a.md": KEY, "tests/a.py": KEY, LIST: f"{line}\n"}
    assert main(repository(tmp_path / "root", **files)) == 1
    assert [found.split(": ")[0] for found in told(capsys)] == ["docs/a.md:1", "tests/a.py:1", f"{LIST}:1"]


def test_g25_this_repository_holds_no_secret(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(ROOT) == 0, told(capsys)
    assert capsys.readouterr().out == "No secrets were found.\n"
