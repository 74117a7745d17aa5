"""One library for many: fetched once, cached, found again, counted again."""

import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from bot.adapters.sources.library import Library
from bot.errors import MachineError
from bot.ports import SourceLibrary
from tests.adapters.sources.conftest import MakeLibrary
from tests.builders import NOW
from tests.clocks import VirtualClock

API = """
openapi: 3.1.0
paths:
  /servers: {get: {summary: List all servers}, post: {summary: Create a server}}
  /volumes: {get: {summary: List all volumes}}
"""


@pytest.fixture
def api(repository: Path) -> str:
    (repository / "api.yaml").write_text(API)
    (repository / "guide.md").write_text(
        "# Limits\n\nThe signatureVersion is v4.\n\n# More\n\nAt most 60 requests.\n"
    )
    return "file:*.*"


def test_it_is_a_source_library(library: MakeLibrary) -> None:
    ready: SourceLibrary = library()
    assert ready.open("file:none.md").searched.state == "dead"


def test_passages_are_found_by_words_phrases_and_kinds(library: MakeLibrary, api: str) -> None:
    source = library().open(api)
    assert source.search("servers", kinds=["operation"])[0].text == "GET /servers: List all servers"
    assert source.search('"60 requests"')[0].locator == "More"
    assert source.search("request")[0].locator == "More"  # by the stem of a word
    assert not source.search("servers", kinds=["prose", "metadata"])
    assert len(source.search("serv* OR volumes", limit=2)) == 2


@pytest.mark.parametrize(
    "query", ['"unclosed requests', "requests AND", "NEAR(", "text: requests)", "requests-60"]
)
def test_a_query_that_is_no_syntax_is_taken_as_words(library: MakeLibrary, api: str, query: str) -> None:
    found = library().open(api).search(query)
    assert [p.locator for p in found] == (["More"] if "requests" in query else [])


@pytest.mark.parametrize("query", ["", "()", "***"])
def test_a_query_without_words_finds_nothing(library: MakeLibrary, api: str, query: str) -> None:
    assert library().open(api).search(query) == []


def test_passages_come_in_order_and_below_a_locator(library: MakeLibrary, api: str) -> None:
    source = library().open(api)
    everything = [p.text for p in source.passages("operation")]
    assert everything == [
        "GET /servers: List all servers",
        "POST /servers: Create a server",
        "GET /volumes: List all volumes",
    ]
    assert [p.text for p in source.passages("operation", below="/paths/~1servers")] == everything[:2]
    assert (source.count("operation"), source.count("operation", below="/paths/~1volumes")) == (3, 1)


@pytest.mark.unwatched
def test_more_passages_than_are_read_at_a_time(library: MakeLibrary, repository: Path) -> None:
    (repository / "many.md").write_text("\n\n".join(f"The fact number {n}." for n in range(2_500)))
    source = library().open("file:many.md")
    assert [p.text for p in source.passages("prose")] == [f"The fact number {n}." for n in range(2_500)]


def test_a_count_is_made_again(library: MakeLibrary, api: str) -> None:
    opened = library()
    evidence = opened.evidence(api, "/paths/~1servers", "counted")
    assert (evidence.count, evidence.text) == (2, "GET /servers: List all servers")
    assert evidence.sha256 == opened.open(api).sha256
    assert evidence.document_text().startswith("GET /servers")
    assert library().evidence(api, "/nowhere", "counted").count == 0


def test_a_quote_that_is_nowhere_has_no_text(library: MakeLibrary, api: str) -> None:
    evidence = library().evidence("file:guide.md", "Limits > None", "quoted")
    assert (evidence.state, evidence.text) == ("readable", "")
    assert "signatureVersion" in evidence.document_text()


def test_g27_evidence_of_what_cannot_be_read_says_why(library: MakeLibrary) -> None:
    assert library().evidence("file:gone.md", "Limits", "quoted").state == "dead"
    assert library().evidence("file:../x", "Limits", "quoted").state == "blocked"
    assert library().evidence("file:gone.md", "", "counted").state == "dead"
    assert library().evidence("file:*.md", "Limits", "quoted").state == "dead"


def test_a_document_uri_that_names_many_is_no_document(library: MakeLibrary, api: str) -> None:
    evidence = library().evidence("file:*.md", "Limits", "quoted")
    assert (evidence.state, evidence.reason) == ("dead", "file:*.md is not there any more")


def test_a_kind_of_source_that_this_run_does_not_read_is_skipped(library: MakeLibrary, api: str) -> None:
    searched = library(only=frozenset(("pypi",))).open(api).searched
    assert (searched.state, searched.reason) == ("skipped", "this run does not read file: sources")


def test_the_text_does_not_depend_on_where_the_cache_is(tmp_path: Path, repository: Path, api: str) -> None:
    first = Library(tmp_path / "a", repository, VirtualClock()).open(api)
    second = Library(tmp_path / "b", repository, VirtualClock()).open(api)
    assert first.sha256 == second.sha256
    assert first.retrieved == NOW


def indexes(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "cache/indexes").iterdir())


def test_an_index_is_built_once_for_the_same_content(library: MakeLibrary, tmp_path: Path, api: str) -> None:
    library().open(api)
    [first] = indexes(tmp_path)
    before = first.stat().st_mtime_ns
    library().open(api)
    assert [file.stat().st_mtime_ns for file in indexes(tmp_path)] == [before]


@pytest.mark.parametrize("content", [b"", b"not a database" * 500])
def test_a_broken_index_is_built_again(library: MakeLibrary, tmp_path: Path, api: str, content: bytes) -> None:
    good = library().open(api)
    [file] = indexes(tmp_path)
    file.write_bytes(content)
    again = library().open(api)
    assert (again.searched, again.sha256) == (good.searched, good.sha256)
    assert again.search("requests")


def test_what_a_crash_left_behind_is_no_index(library: MakeLibrary, tmp_path: Path, api: str) -> None:
    scratch = tmp_path / "cache/indexes/index-crashed"
    scratch.mkdir(parents=True)
    (scratch / "half.sqlite").write_bytes(b"half")
    assert library().open(api).searched.state == "readable"


def test_a25_a_cache_that_cannot_be_written_is_said_so(tmp_path: Path, repository: Path, api: str) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache/indexes").write_text("in the way")
    with pytest.raises(MachineError, match="cannot write the cache of sources"):
        Library(tmp_path / "cache", repository, VirtualClock()).open(api)


def test_a25_a_cache_that_is_no_folder_is_said_so(tmp_path: Path, repository: Path, api: str) -> None:
    (tmp_path / "cache").write_text("in the way")
    with pytest.raises(MachineError, match=r"cannot write the cache of sources .*--cache"):
        Library(tmp_path / "cache", repository, VirtualClock()).open(api)


def test_many_threads_share_one_fetch(library: MakeLibrary, tmp_path: Path, api: str) -> None:
    opened = library()
    with ThreadPoolExecutor(16) as pool:
        sources = list(pool.map(opened.open, [api] * 32))
        found = list(pool.map(lambda source: source.search("requests")[0].locator, sources))
    assert {source.sha256 for source in sources} == {sources[0].sha256}
    assert set(found) == {"More"}
    assert len(indexes(tmp_path)) == 1


def test_processes_share_one_cache(tmp_path: Path, repository: Path, api: str) -> None:
    program = textwrap.dedent(f"""
        from pathlib import Path
        from bot.adapters.clock import SystemClock
        from bot.adapters.sources.library import Library
        source = Library(Path({str(tmp_path / "cache")!r}), Path({str(repository)!r}), SystemClock()).open({api!r})
        print(source.sha256, source.searched.documents)
    """)
    running = [
        subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    said = {process.communicate(timeout=60)[0] for process in running}
    assert [process.returncode for process in running] == [0, 0, 0]
    assert len(said) == 1
    assert len(indexes(tmp_path)) == 1


def test_the_same_file_under_two_names_is_read_once(library: MakeLibrary, repository: Path) -> None:
    for name in ("cjs.md", "esm.md"):
        (repository / name).write_text("The same words.")
    assert library().open("file:*.md").searched.documents == 1


def test_a_passage_names_its_document_and_its_hash(library: MakeLibrary, api: str) -> None:
    opened = library()
    [passage] = opened.open(api).search("signature version")
    evidence = opened.evidence(passage.document, passage.locator, "quoted")
    assert evidence.text == passage.text == "The signatureVersion is v4."
    assert evidence.sha256 == passage.sha256
    assert replace(passage, text="").document == "file:guide.md"
