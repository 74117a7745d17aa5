"""What a tag has to be before it becomes a release, in real repositories."""

from pathlib import Path

import pytest

from scripts.check_release import main
from tests.repos import git, repository, tip

CHANGES = "# Changelog\n\n## 1.2.3 (2026-11-22)\n\n- One.\n- Two.\n\n## 1.2.2 (2026-11-01)\n\n- Older.\n"


def clone(folder: Path, *, version: str = "1.2.3", changes: str = CHANGES, tag: str = "v1.2.3") -> Path:
    """A clone of a repository whose main has a release that is tagged; the tag is checked out."""
    files = {"bot/__init__.py": f'"""A."""\n\n__version__ = "{version}"\n', "CHANGELOG.md": changes}
    origin = repository(folder / "origin", **files)
    git(origin, "tag", "--annotate", "--message", "Release", tag)
    git(folder, "clone", "--quiet", str(origin), "clone")
    git(folder / "clone", "checkout", "--quiet", tag)
    return folder / "clone"


def told(capsys: pytest.CaptureFixture[str]) -> list[str]:
    captured = capsys.readouterr()
    assert captured.out == ""
    return captured.err.splitlines()


def test_a_tag_that_fits_shows_what_is_new(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["v1.2.3"], clone(tmp_path)) == 0
    assert capsys.readouterr().out == "- One.\n- Two.\n"


def test_the_last_section_ends_with_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["v1.2.2"], clone(tmp_path, version="1.2.2", tag="v1.2.2")) == 0
    assert capsys.readouterr().out == "- Older.\n"


@pytest.mark.parametrize("version", ["1.2.4", "1.2.3rc1", "", "v1.2.3"])
def test_another_version_is_refused(tmp_path: Path, version: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["v1.2.3"], clone(tmp_path, version=version)) == 1
    [line] = told(capsys)
    assert line.startswith(f"bot/__init__.py: the version is {version}, the tag v1.2.3")


def test_a_commit_that_is_not_on_main_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = clone(tmp_path)
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "Aside")
    git(folder, "tag", "--force", "v1.2.3")
    assert main(["v1.2.3"], folder) == 1
    assert told(capsys) == [f"{tip(folder, 'HEAD')} is not on origin/main; tag a commit of it"]


def test_an_older_commit_of_main_may_be_released(tmp_path: Path) -> None:
    folder = clone(tmp_path)
    git(tmp_path / "origin", "commit", "--quiet", "--allow-empty", "--message", "Later")
    git(folder, "fetch", "--quiet")
    assert main(["v1.2.3"], folder) == 0


def test_a_tag_of_another_commit_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = clone(tmp_path)
    git(tmp_path / "origin", "commit", "--quiet", "--allow-empty", "--message", "Later")
    git(folder, "fetch", "--quiet")
    git(folder, "checkout", "--quiet", "origin/main")
    assert main(["v1.2.3"], folder) == 1
    tagged, there = tip(folder, "v1.2.3^{commit}"), tip(folder, "HEAD")
    assert told(capsys) == [f"the tag v1.2.3 is {tagged}, checked out is {there}; check the tag out"]


def test_a_branch_of_the_tags_name_is_no_tag(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = clone(tmp_path, tag="other")
    git(folder, "branch", "v1.2.3")
    assert main(["v1.2.3"], folder) == 1
    assert told(capsys)[0].startswith("the tag v1.2.3 is not there")


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ("# Changelog\n", "CHANGELOG.md: there is no section for v1.2.3; say what is new"),
        ("## 1.2.30\n\n- A.\n", "CHANGELOG.md: there is no section for v1.2.3; say what is new"),
        ("## 1.2x3\n\n- A.\n", "CHANGELOG.md: there is no section for v1.2.3; say what is new"),
        ("\n## 1.2.3 (unreleased)\n\n- A.\n", "CHANGELOG.md:2: v1.2.3 is called unreleased; put the date there"),
        ("## 1.2.3\n\n## 1.2.2\n\n- A.\n", "CHANGELOG.md: the section for v1.2.3 is empty; say what is new"),
    ],
)
def test_a_release_says_what_is_new(
    tmp_path: Path, changes: str, wrong: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["v1.2.3"], clone(tmp_path, changes=changes)) == 1
    assert told(capsys) == [wrong]
