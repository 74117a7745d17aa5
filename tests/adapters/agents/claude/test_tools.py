"""The tools by themselves: what a model sees of them, and what each does and refuses."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.agents.claude.reading import Reading, fts
from bot.adapters.agents.claude.shelf import PART, SHOWN, Shelf
from bot.adapters.agents.claude.tools import (
    NAMES,
    Assess,
    Finish,
    Judge,
    RecordFinding,
    RecordGap,
    Rejected,
    ReportBlocker,
    SearchSources,
    parsed,
    schemas,
)
from bot.adapters.agents.claude.writing import Writing
from bot.adapters.sources.library import Library
from bot.core.notes import Notes
from tests import builders
from tests.adapters.agents.claude.scene import GUIDE
from tests.clocks import VirtualClock

GUIDE_URI = "file:docs/guide.md"


@pytest.fixture
def library(tmp_path: Path) -> Library:
    docs = tmp_path / "repo" / "docs"
    docs.mkdir(parents=True)
    (docs / "guide.md").write_text(GUIDE)
    (docs / "other.md").write_text("# Another\n\nThis stands in the guide of another subject altogether.\n")
    return Library(tmp_path / "cache", tmp_path / "repo", VirtualClock())


def desk(library: Library, *sources: str) -> tuple[Reading, Writing]:
    one = builders.subject("Widget Store", *(sources or (GUIDE_URI,)))
    mission = builders.mission(builders.agent("agent-1", one))
    shelf = Shelf({f"S{n}": library.open(uri) for n, uri in enumerate(one.sources, 1)})
    return Reading(library, one, (), shelf), Writing(mission, one, library, shelf, Notes())


def search(query: str, source: str = "", kind: Any = "any") -> SearchSources:
    return SearchSources(query=query, source=source, kind=kind)


def claim(**changes: str) -> RecordFinding:
    quote = "Every request carries an API key in the header X-Api-Key"
    values = {"field": "authentication", "claim": quote, "quote": quote, "passage": "P1", "value": "API key"}
    return RecordFinding(**(values | changes))


def rejected(call: Any) -> str:
    with pytest.raises(Rejected) as reason:
        call()
    return str(reason.value)


# --- as a model sees them ---


def test_the_schemas_are_strict_and_say_what_each_key_means() -> None:
    for tool in schemas(NAMES | {"judge": Judge}):
        assert tool["strict"] is True
        assert len(tool["description"]) > 40
        schema = tool["input_schema"]
        assert schema["additionalProperties"] is False
        assert schema.get("required", []) == list(schema["properties"])
        assert "$ref" not in json.dumps(schema)
        assert "title" not in {key for key, value in schema.items() if isinstance(value, str)}


def test_the_schemas_are_the_same_bytes_each_time() -> None:
    assert json.dumps(schemas(NAMES)) == json.dumps(schemas(NAMES))


def test_a23_an_input_is_refused_with_the_key_and_the_reason() -> None:
    assert rejected(lambda: parsed("shell", {}, NAMES)).startswith(
        "there is no tool 'shell'; there are search_sources"
    )
    assert rejected(lambda: parsed("read_passage", {"passage": "P1", "part": "2"}, NAMES)).startswith("part: ")
    assert rejected(lambda: parsed("read_passage", {"passage": "P1"}, NAMES)) == "part: Field required"
    assert rejected(lambda: parsed("finish", {"now": True}, NAMES)).startswith("now: ")
    assert rejected(lambda: parsed("finish", [], NAMES)).startswith("the input: ")


values = st.recursive(
    st.none() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
)


@given(st.sampled_from([*NAMES, "shell"]), values)
def test_a23_any_input_is_a_call_or_refused(name: str, value: object) -> None:
    try:
        parsed(name, value, NAMES)
    except Rejected as reason:
        assert str(reason)


# --- reading ---


@given(st.text())
def test_a_query_is_words_and_never_syntax(query: str) -> None:
    terms = [term for term in fts(query).split(" OR ") if term]
    assert all(term.startswith('"') and term.endswith('"') and '"' not in term[1:-1] for term in terms)


def test_passages_keep_their_ids(library: Library) -> None:
    reading, _ = desk(library)
    first = reading.search(search("API key"))()
    assert first.startswith("[P1] S1 Widget Store > Authentication (prose)\nEvery request carries")
    again = reading.search(search("header key"))()
    assert "[P1] S1 Widget Store > Authentication" in again
    assert reading.search(search("zebra"))() == "nothing was found; try other words"


def test_what_is_no_search_is_refused(library: Library) -> None:
    reading, _ = desk(library)
    assert rejected(lambda: reading.search(search(" -- "))) == "the query holds no word"
    assert rejected(lambda: reading.search(search("key", source="S9"))) == "there is no source 'S9'; there are S1"


def test_long_passages_are_shown_in_parts(library: Library, tmp_path: Path) -> None:
    words = "one word after the other, and each of them is a little story of its own. " * 120
    (tmp_path / "repo" / "docs" / "long.txt").write_text(words)
    reading, _ = desk(library, "file:docs/long.txt")
    found = reading.search(search("story"))()
    longest = max(found.split("\n\n"), key=len)
    assert len(longest) < SHOWN + 200
    assert "read_passage P" in found
    whole = reading.shelf.part("P1", 1)
    assert len(whole) <= PART + 200
    assert rejected(lambda: reading.shelf.part("P1", 99)).startswith("P1 has ")
    assert rejected(lambda: reading.shelf.part("P77", 1)) == "no passage 'P77' has been shown to you; search first"


# --- writing ---


def test_g27_a_finding_is_checked_before_it_is_taken(library: Library) -> None:
    reading, writing = desk(library)
    reading.search(search("API key"))()
    assert writing.write(claim()).startswith("recorded; still open: overview, operations")
    (finding,) = writing.notes.findings
    assert finding.citation.locator == "Widget Store > Authentication"
    assert finding.citation.sha256 == library.evidence(GUIDE_URI, finding.citation.locator, "quoted").sha256


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"passage": "P9"}, "no passage 'P9' has been shown to you; search first"),
        ({"field": "colour"}, "there is no field 'colour'; the fields are overview, authentication"),
        ({"field": "complexity"}, "there is no field 'complexity'"),  # that is computed
        ({"quote": "Every request carries a password"}, "unsupported: the quote is not at the locator"),
        ({"quote": "Every request carries an API ke"}, "unsupported: the quote cuts off a word"),
        ({"claim": "Each of 7 requests carries an API key"}, "unsupported: 7 request is not in the quote"),
        ({"value": "OAuth 2"}, "unsupported: "),
        ({"claim": ""}, "claim: String should have at least 1 character"),
        ({"quote": "x" * 3_000}, "quote: "),
        ({"value": "v" * 61}, "value: String should have at most 60 characters"),
        ({"quote": "The"}, "unsupported: "),
    ],
)
def test_g27_what_does_not_hold_is_refused_with_the_reason(
    library: Library, changes: dict[str, str], said: str
) -> None:
    reading, writing = desk(library)
    reading.search(search("API key"))()
    reason = rejected(lambda: writing.write(claim(**changes)))
    assert reason.startswith(said)
    assert writing.notes == Notes()


def test_a_finding_is_recorded_once(library: Library) -> None:
    reading, writing = desk(library)
    reading.search(search("API key"))()
    writing.write(claim())
    assert rejected(lambda: writing.write(claim(value=""))) == "this is recorded already"


def test_a12_another_subjects_passages_cannot_be_cited(library: Library) -> None:
    _, writing = desk(library)
    other = library.open("file:docs/other.md")
    writing.shelf.add_source(other)
    writing.shelf.shown([("S2", next(iter(other.passages("prose"))))])
    quote = "This stands in the guide of another subject altogether."
    reason = rejected(lambda: writing.write(claim(claim=quote, quote=quote, value="")))
    assert reason == "this passage is from none of the sources of this subject"


def test_findings_are_bounded(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.adapters.agents.claude.writing.MAX_FINDINGS", 1)
    reading, writing = desk(library)
    reading.search(search("API key"))()
    writing.write(claim())
    assert (
        rejected(lambda: writing.write(claim(field="sdks")))
        == "there are 1 findings about this subject; that is all"
    )


def test_a_gap_names_the_sources_and_no_words_of_the_model(library: Library) -> None:
    _, writing = desk(library)
    writing.write(RecordGap(field="pricing", reason="It is free according to my memory."))
    (gap,) = writing.notes.gaps
    assert [source.source for source in gap.searched] == [GUIDE_URI]
    assert gap.reason == ""


def test_a_field_with_a_finding_is_no_gap(library: Library) -> None:
    reading, writing = desk(library)
    reading.search(search("API key"))()
    writing.write(claim())
    reason = rejected(lambda: writing.write(RecordGap(field="authentication", reason="")))
    assert reason == "authentication has a finding, so it is no gap"


def test_a_blocker_is_reported_once_and_told_as_the_agents_word(library: Library) -> None:
    _, writing = desk(library)
    report = ReportBlocker(title="No access", description="It asks for a login.", impact="High")
    assert writing.write(report).startswith("reported")
    (blocker,) = writing.notes.blockers
    assert (blocker.title, blocker.description) == (
        "Widget Store: reported by its agent",
        "No access. It asks for a login.",
    )
    assert rejected(lambda: writing.write(report)) == "a blocker is reported already"


def test_an_opinion_rests_on_findings(library: Library) -> None:
    reading, writing = desk(library)
    opinion = Assess(complexity="Low", hours=8, priority="P1", because=["authentication", "authentication"])
    reason = rejected(lambda: writing.write(opinion))
    assert reason.startswith("there is no finding for 'authentication'")
    reading.search(search("API key"))()
    writing.write(claim())
    assert writing.write(opinion) == "noted"
    assert writing.notes.opinions[0].because == ("authentication",)
    none = opinion.model_copy(update={"because": []})
    assert rejected(lambda: writing.write(none)).startswith("because: ")
    endless = opinion.model_copy(update={"hours": 0})
    assert rejected(lambda: writing.write(endless)).startswith("hours: ")


def test_the_end_is_insisted_on_twice(library: Library) -> None:
    _, writing = desk(library)
    for _ in range(2):
        assert "search for them" in rejected(lambda: writing.write(Finish()))
        assert not writing.finished
    assert writing.write(Finish()) == "finished"
    assert writing.finished
