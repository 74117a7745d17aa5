"""Packages through the real clients: pip from a directory; npm only where a test is marked for it."""

import gzip
import os
from pathlib import Path

import pytest

from bot.adapters.sources import packages
from bot.adapters.sources.state import Caps, Unusable
from bot.adapters.sources.uri import PackageUri
from tests.adapters.sources.conftest import MakeLibrary
from tests.adapters.sources.packs import sdist, tarball, wheel

GUIDE = "# Limits\n\nAt most 60 requests per minute.\n"


def test_a_package_is_read_with_its_facts(library: MakeLibrary, shelf: Path) -> None:
    wheel(shelf, {"acme/guide.md": GUIDE, "acme/logo.png": b"\x89PNG"})
    source = library().open("pypi:acme==1.0")
    assert source.searched.state == "readable"
    assert [p.text for p in source.passages("metadata")] == [
        "Name: acme",
        "Version: 1.0",
        "License-Expression: MIT",
    ]
    [passage] = source.search("requests")
    assert (passage.document, passage.locator) == ("pypi:acme==1.0#acme/guide.md", "Limits")


def test_a_package_is_downloaded_once_and_then_read_without_the_index(library: MakeLibrary, shelf: Path) -> None:
    file = wheel(shelf, {"acme/guide.md": GUIDE})
    first = library().open("pypi:acme==1.0")
    file.unlink()
    assert library().open("pypi:acme==1.0").sha256 == first.sha256
    assert library().open("pypi:acme==1.0#acme/*.md").searched.state == "readable"


def test_one_document_can_be_read_without_its_source(library: MakeLibrary, shelf: Path) -> None:
    wheel(shelf, {"acme/guide.md": GUIDE, "acme/other.md": "Another thing."})
    evidence = library().evidence("pypi:acme==1.0#acme/guide.md", "Limits", "quoted")
    assert (evidence.state, evidence.text) == ("readable", "At most 60 requests per minute.")
    assert evidence.document_text() == "At most 60 requests per minute."
    [passage] = library().open("pypi:acme==1.0").search("requests")
    assert passage.sha256 == evidence.sha256


def test_a_version_that_does_not_exist_is_dead(library: MakeLibrary, shelf: Path) -> None:
    wheel(shelf, {"acme/guide.md": GUIDE})
    searched = library().open("pypi:acme==9.9").searched
    assert searched.state == "dead"
    assert "No matching distribution found for acme==9.9" in searched.reason


def test_a_file_that_the_package_does_not_hold_is_dead(library: MakeLibrary, shelf: Path) -> None:
    wheel(shelf, {"acme/guide.md": GUIDE})
    assert library().open("pypi:acme==1.0#acme/*.rst").searched.state == "dead"
    assert library().evidence("pypi:acme==1.0#acme/gone.md", "Limits", "quoted").state == "dead"


def test_a_package_without_a_wheel_is_unreadable_and_nothing_of_it_runs(library: MakeLibrary, shelf: Path) -> None:
    sdist(shelf)
    searched = library().open("pypi:acme==1.0").searched
    assert searched.state == "unreadable"
    assert "no wheel" in searched.reason
    assert not (shelf / "executed").exists()


def test_a_settings_variable_cannot_make_pip_build_an_sdist(
    library: MakeLibrary, shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sdist(shelf)
    monkeypatch.setenv("PIP_NO_BINARY", ":all:")
    assert library().open("pypi:acme==1.0").searched.state != "readable"
    assert not (shelf / "executed").exists()


def test_a_module_is_parsed_and_never_executed(library: MakeLibrary, shelf: Path) -> None:
    marker = shelf / "executed"
    wheel(shelf, {"acme/client.py": f'"""Acts on import."""\nopen({str(marker)!r}, "w")\n'})
    assert library().open("pypi:acme==1.0").search("import")
    assert not marker.exists()


def test_an_index_that_cannot_be_reached_is_blocked(
    library: MakeLibrary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    searched = library().open("pypi:acme==1.0").searched
    assert searched.state == "blocked"


def test_a20_a_package_larger_than_the_cap_is_refused(library: MakeLibrary, shelf: Path) -> None:
    wheel(shelf, {"acme/noise.bin": os.urandom(200_000), "acme/guide.md": GUIDE})
    searched = library(caps=Caps(package_bytes=100_000)).open("pypi:acme==1.0").searched
    assert searched.state == "unreadable"
    assert "larger than" in searched.reason


def test_a20_a_download_that_takes_too_long_is_ended(shelf: Path, tmp_path: Path) -> None:
    wheel(shelf, {"acme/guide.md": GUIDE})
    with pytest.raises(Unusable, match="took longer than 0 seconds") as caught:
        packages.fetch(PackageUri("pypi", "acme", "1.0"), tmp_path, Caps(package_seconds=0))
    assert caught.value.state == "blocked"


def test_a20_a_client_that_fills_the_disk_is_ended(shelf: Path, tmp_path: Path) -> None:
    wheel(shelf, {"acme/noise.bin": os.urandom(100)})
    with pytest.raises(Unusable, match="larger than"):
        packages.fetch(PackageUri("pypi", "acme", "1.0"), tmp_path, Caps(package_bytes=-1))


def test_a20_a_zip_bomb_goes_no_further_than_the_cap(library: MakeLibrary, shelf: Path) -> None:
    wheel(shelf, {"acme/bomb.md": "a" * 30_000_000, "acme/guide.md": GUIDE})
    searched = library(caps=Caps(file_bytes=10_000_000)).open("pypi:acme==1.0").searched
    assert (searched.state, searched.documents) == ("readable", 2)
    assert searched.reason == "left out: acme/bomb.md: larger than 10 MB"


def test_a20_a_gzip_bomb_in_a_package_goes_no_further_than_the_cap(library: MakeLibrary, shelf: Path) -> None:
    bomb = gzip.compress(bytes(30_000_000), mtime=0)
    wheel(shelf, {"acme/service-2.json.gz": bomb, "acme/guide.md": GUIDE})
    searched = library(caps=Caps(file_bytes=10_000_000)).open("pypi:acme==1.0").searched
    assert searched.reason == "left out: acme/service-2.json.gz: larger than 10 MB when unpacked"


def test_a20_a_package_of_too_many_files_is_refused(library: MakeLibrary, shelf: Path) -> None:
    wheel(shelf, {f"acme/{n}.md": "A thing." for n in range(30)})
    searched = library(caps=Caps(package_files=20)).open("pypi:acme==1.0").searched
    assert (searched.state, searched.reason) == ("unreadable", "the package holds more than 20 files")


def test_a20_a_source_holds_no_more_text_than_the_cap(library: MakeLibrary, shelf: Path) -> None:
    wheel(shelf, {f"acme/{n}.md": f"The thing number {n}. " * 40 for n in range(5)})
    searched = library(caps=Caps(text_characters=2_000)).open("pypi:acme==1.0").searched
    assert (searched.state, searched.documents) == ("readable", 3)
    assert searched.reason.startswith(
        "left out: acme/2.md: this and what follows, because a source may hold 0.002 MB"
    )


def test_a20_a_source_whose_first_document_exceeds_the_cap_is_unreadable(
    library: MakeLibrary, shelf: Path
) -> None:
    wheel(shelf, {"acme/guide.md": GUIDE})
    assert library(caps=Caps(passages=1)).open("pypi:acme==1.0").searched.state == "unreadable"


def stored(tmp_path: Path, name: str) -> Path:
    """Where the library keeps a package of npm, so that tests need no registry."""
    folder = tmp_path / "cache/packages/npm" / name / "1.0.0"
    folder.mkdir(parents=True)
    return folder / f"{name}-1.0.0.tgz"


def test_an_npm_package_is_read_with_its_facts(library: MakeLibrary, tmp_path: Path) -> None:
    package = '{"name": "acme", "version": "1.0.0", "license": "ISC", "scripts": {"install": "rm -rf /"}}'
    types = "export declare class Client {\n  /** Lists all servers. */\n  list(): Promise<string[]>;\n}\n"
    tarball(stored(tmp_path, "acme"), {"package/package.json": package, "package/index.d.ts": types})
    source = library().open("npm:acme@1.0.0")
    assert [p.text for p in source.passages("metadata")] == ["name: acme", "version: 1.0.0", "license: ISC"]
    [passage] = source.passages("operation")
    assert (passage.document, passage.locator) == ("npm:acme@1.0.0#index.d.ts", "Client.list")
    assert passage.text == "list: Lists all servers."


def test_a21_links_and_paths_out_of_a_package_are_left_out(library: MakeLibrary, tmp_path: Path) -> None:
    (tmp_path / "secret.md").write_text("Nobody reads this.")
    files = {"package/README.md": "A thing.", "package/../../escape.md": "Out of here.", "/abs.md": "Out of here."}
    links = {"package/link.md": str(tmp_path / "secret.md"), "package/up.md": "../../../secret.md"}
    tarball(stored(tmp_path, "acme"), files, links)
    source = library().open("npm:acme@1.0.0")
    assert source.searched.documents == 1
    assert not source.search("nobody OR here")


def test_a20_a_tarball_that_unpacks_beyond_the_cap_is_refused(library: MakeLibrary, tmp_path: Path) -> None:
    tarball(stored(tmp_path, "acme"), {"package/README.md": "A thing.", "package/zeros": bytes(5_000_000)})
    searched = library(caps=Caps(package_unpacked_bytes=1_000_000)).open("npm:acme@1.0.0").searched
    assert searched.state == "unreadable"
    assert searched.reason == "the package is larger than 1 MB when unpacked"


@pytest.mark.parametrize("data", [b"", b"not an archive", gzip.compress(b"not a tar", mtime=0)[:-4]])
def test_a20_a_broken_package_is_unreadable(library: MakeLibrary, tmp_path: Path, data: bytes) -> None:
    stored(tmp_path, "acme").write_bytes(data)
    assert library().open("npm:acme@1.0.0").searched.state == "unreadable"


def test_a20_a_broken_member_of_a_wheel_is_left_out(library: MakeLibrary, shelf: Path) -> None:
    file = wheel(shelf, {"acme/guide.md": GUIDE, "acme/other.md": "Another thing. " * 50})
    data = file.read_bytes()
    at = data.index(b"acme/other.md") + len("acme/other.md")
    file.write_bytes(data[:at] + b"\xff" * 20 + data[at + 20 :])
    searched = library().open("pypi:acme==1.0").searched
    assert searched.state == "readable"
    assert searched.reason.startswith("left out: acme/other.md: broken in the package")


def test_without_npm_the_reason_says_how_to_get_it(
    library: MakeLibrary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    searched = library().open("npm:acme@1.0.0").searched
    assert (searched.state, searched.reason.partition(";")[0]) == ("blocked", "npm is not installed")


def fake_npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """An npm that does as told, to see how its failures are understood."""
    client = tmp_path / "bin/npm"
    client.parent.mkdir()
    client.write_text(f"#!/bin/sh\n{script}\n")
    client.chmod(0o755)
    monkeypatch.setenv("PATH", f"{client.parent}:{os.environ['PATH']}")


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ("npm error code E404", "dead"),
        ("npm error code ETARGET", "dead"),
        ("npm error code ENOTFOUND", "blocked"),
        ("", "blocked"),
    ],
)
def test_what_npm_says_becomes_a_state(
    library: MakeLibrary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, state: str
) -> None:
    fake_npm(
        tmp_path, monkeypatch, f"echo '{said}' >&2; echo 'npm error A complete log of this run: x' >&2; exit 1"
    )
    searched = library().open("npm:acme@1.0.0").searched
    assert searched.state == state
    assert searched.reason == f"npm: acme@1.0.0: {said or 'ended with exit code 1'}"


def test_npm_runs_no_scripts_and_not_in_the_repository(
    library: MakeLibrary, repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = tarball(tmp_path / "made.tgz", {"package/README.md": "A thing."})
    fake_npm(
        tmp_path, monkeypatch, f'echo "$@" > {tmp_path}/said; pwd >> {tmp_path}/said; cp {made} acme-1.0.0.tgz'
    )
    assert library().open("npm:acme@1.0.0").searched.state == "readable"
    arguments, where = (tmp_path / "said").read_text().splitlines()
    assert arguments.startswith("pack --ignore-scripts")
    assert arguments.endswith("-- acme@1.0.0")
    assert not Path(where).is_relative_to(repository)


@pytest.mark.packages
def test_a_real_package_of_python_is_read(library: MakeLibrary) -> None:
    source = library().open("pypi:hcloud==2.27.0")
    assert source.searched.state == "readable"
    assert source.count("operation") > 200
    assert [p.text for p in source.passages("metadata", below="License")]


@pytest.mark.packages
def test_a_real_package_of_npm_is_read(library: MakeLibrary) -> None:
    opened = library()
    source = opened.open("npm:@lemonsqueezy/lemonsqueezy.js@4.0.0")
    assert source.count("operation") > 50
    assert opened.open("npm:@lemonsqueezy/lemonsqueezy.js@999.0.0").searched.state == "dead"


def test_a25_a_full_disk_is_not_the_packages_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What pip says of a full disk must not end as "this package does not exist"."""
    client = tmp_path / "npm"
    client.write_text("#!/bin/sh\necho 'npm error code ENOSPC' >&2\nexit 1\n")
    client.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    with pytest.raises(OSError, match="No space left"):
        packages.fetch(PackageUri("npm", "acme", "1.0"), tmp_path / "store", Caps())
