"""`file:` sources: the repository's own files, and none besides."""

from pathlib import Path

import pytest

from bot.adapters.sources.state import Caps
from tests.adapters.sources.conftest import MakeLibrary


def write(root: Path, **files: str) -> None:
    for name, text in files.items():
        path = root / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.with_suffix(".md").write_text(text)


def test_a_file_is_read(library: MakeLibrary, repository: Path) -> None:
    write(repository, docs__api="# Limits\n\nAt most 60 requests per minute.\n")
    source = library().open("file:docs/api.md")
    [passage] = source.search("requests")
    assert (passage.document, passage.locator) == ("file:docs/api.md", "Limits")
    assert passage.text == "At most 60 requests per minute."


def test_directories_and_globs_name_all_that_is_below(library: MakeLibrary, repository: Path) -> None:
    write(repository, docs__a="One thing.", docs__deep__b="Another thing.", other="A third thing.")
    opened = library()
    assert opened.open("file:docs").searched.documents == 2
    assert opened.open("file:docs/**/*.md").searched.documents == 2
    assert opened.open("file:docs/*.md").searched.documents == 1
    assert opened.open("file:./docs/a.md").searched.documents == 1
    assert opened.open("file:.").searched.documents == 3


def test_a_file_that_is_not_there_is_dead(library: MakeLibrary) -> None:
    searched = library().open("file:docs/none.md").searched
    assert (searched.state, searched.reason) == ("dead", "no file docs/none.md in the repository")


def test_a_file_is_read_anew_when_it_has_changed(library: MakeLibrary, repository: Path) -> None:
    opened = library()
    write(repository, api="Sixty requests.")
    before = opened.evidence("file:api.md", "(top)", "quoted")
    write(repository, api="Ninety requests.")
    after = opened.evidence("file:api.md", "(top)", "quoted")
    assert (before.text, after.text) == ("Sixty requests.", "Ninety requests.")
    assert before.sha256 != after.sha256


@pytest.mark.parametrize(
    "path", ["../secret.md", "docs/../../secret.md", "{outside}/secret.md", "../**", "..", "a\0b"]
)
def test_a21_a_path_out_of_the_repository_is_blocked(
    library: MakeLibrary, repository: Path, tmp_path: Path, path: str
) -> None:
    write(tmp_path, secret="Nobody reads this.")
    searched = library().open(f"file:{path.format(outside=tmp_path)}").searched
    assert searched.state == "blocked"


@pytest.mark.parametrize("path", ["link.md", "folder/secret.md", "*.md", "folder/*.md", "folder"])
def test_a21_a_link_out_of_the_repository_is_not_followed(
    library: MakeLibrary, repository: Path, tmp_path: Path, path: str
) -> None:
    write(tmp_path, outside__secret="Nobody reads this.")
    (repository / "link.md").symlink_to(tmp_path / "outside/secret.md")
    (repository / "folder").symlink_to(tmp_path / "outside")
    source = library().open(f"file:{path}")
    assert source.searched.state in ("blocked", "dead")
    assert not source.search("nobody")


def test_a21_git_itself_is_no_source(library: MakeLibrary, repository: Path) -> None:
    write(repository, **{".git__config": "A token may stand here."})
    opened = library()
    assert opened.open("file:.git/config.md").searched.state == "blocked"
    assert not opened.open("file:**").search("token")


def test_a_link_within_the_repository_is_followed(library: MakeLibrary, repository: Path) -> None:
    write(repository, docs__a="One thing.")
    (repository / "b.md").symlink_to("docs/a.md")
    assert library().open("file:b.md").searched.state == "readable"


def test_a20_a_large_file_is_left_out_and_said_so(library: MakeLibrary, repository: Path) -> None:
    write(repository, small="A thing.", zlarge="many things " * 200_000)
    searched = library(caps=Caps(file_bytes=1_000_000)).open("file:*.md").searched
    assert (searched.documents, searched.reason) == (
        1,
        "left out: zlarge.md: larger than 1 MB, with the files before it",
    )


def test_a20_more_files_than_the_cap_are_refused(library: MakeLibrary, repository: Path) -> None:
    write(repository, a="One thing.", b="Another thing.")
    assert library(caps=Caps(package_files=1)).open("file:*.md").searched.state == "unreadable"


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n\0\0", b"\x01\x02\x03\x04\x05" * 100])
def test_a22_a_binary_file_is_unreadable(library: MakeLibrary, repository: Path, data: bytes) -> None:
    (repository / "logo.md").write_bytes(data)
    assert library().open("file:logo.md").searched.state == "unreadable"


def test_a25_names_that_no_file_can_have_and_circles_are_states(library: MakeLibrary, repository: Path) -> None:
    (repository / "circle.md").symlink_to("circle.md")
    for path in ("a" * 400 + ".md", "circle.md"):
        searched = library().open(f"file:{path}").searched
        assert searched.state in {"dead", "unreadable"}, path
        assert searched.reason
