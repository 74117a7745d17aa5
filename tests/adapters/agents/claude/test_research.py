"""What an attempt brings, with models that do their work."""

from pathlib import Path

from bot.core.artifacts import parse_result
from bot.core.findings import AgentResult, Gap, Searched
from bot.core.records import FindingsFile
from tests.adapters.agents.claude.scene import Scene, scene
from tests.adapters.agents.extractive.test_agent import description
from tests.messages.models import Diligent, Lazy, Thinking

ANSWERED = {"authentication", "operations", "rate-limits", "webhooks", "pricing"}


def assert_holds(scene: Scene, result: AgentResult) -> None:
    """What `record` will say: the result is this agent's, and each finding is verified against its source."""
    parse_result(
        result.model_dump_json().encode(),
        session="widgets-1",
        agent="agent-1",
        attempt=scene.attempt,
        mission=scene.mission,
        allowance=scene.cap,
    )
    assert {finding.state for finding in scene.checked(result.findings)} <= {"verified"}


def test_each_field_gets_a_verified_finding_or_a_gap(tmp_path: Path) -> None:
    with scene(tmp_path, Diligent()) as stage:
        result = stage.run()
        assert_holds(stage, result)
        assert {finding.field for finding in result.findings} == ANSWERED
        assert {gap.field for gap in result.gaps} == {"overview", "sdks", "versions", "regions", "licence"}
        assert all(gap.searched and not gap.reason for gap in result.gaps)
        assert (result.unfinished, result.halted, result.blockers) == ("", False, ())
        (opinion,) = result.opinions
        assert set(opinion.because) == ANSWERED
        assert {call.status for call in stage.server.calls} == {200}


def test_a_model_that_thinks_gets_its_thoughts_back_unchanged(tmp_path: Path) -> None:
    with scene(tmp_path, Thinking(Diligent())) as stage:  # it refuses thoughts that were changed
        result = stage.run()
        assert_holds(stage, result)
        assert {finding.field for finding in result.findings} == ANSWERED
        assert {call.status for call in stage.server.calls} == {200}


def test_every_subject_has_a_conversation_of_its_own(tmp_path: Path) -> None:
    with scene(tmp_path, Diligent(), "Widget Store", "Widget Lab") as stage:
        result = stage.run()
        assert_holds(stage, result)
        assert {finding.subject for finding in result.findings} == {"widget-store", "widget-lab"}
        assert len(stage.beginnings) == 2


def test_what_can_be_read_off_costs_nothing_and_is_not_asked_for(tmp_path: Path) -> None:
    with scene(tmp_path, Diligent()) as stage:
        (tmp_path / "repo" / "docs" / "guide.md").unlink()
        package = '{"name": "widget-store", "version": "4.5.6", "license": "MIT", "description": "Keeps widgets."}'
        (tmp_path / "repo" / "docs" / "guide.md").mkdir()
        (tmp_path / "repo" / "docs" / "guide.md" / "package.json").write_text(package)
        result = stage.run()
        assert_holds(stage, result)
        read_off = {finding.field: finding.claim for finding in result.findings}
        assert "4.5.6" in read_off["versions"]
        assert "MIT" in read_off["licence"]
        told = stage.server.calls[0].body["messages"][0]["content"][0]["text"]
        assert "4.5.6" in told
        assert "- versions: Versions" not in told


def test_a_required_field_that_only_a_program_answered_is_asked_for_all_the_same(
    tmp_path: Path,
) -> None:
    with scene(tmp_path, Diligent()) as stage:
        operations = {f"Get{n}": f"Retrieves part {n} of an object from its bucket." for n in range(25)}
        (tmp_path / "repo" / "docs" / "guide.md").unlink()
        (tmp_path / "repo" / "docs" / "guide.md").mkdir()
        (tmp_path / "repo" / "docs" / "guide.md" / "service-2.json").write_text(description(**operations))
        result = stage.run()
        assert_holds(stage, result)
        words = stage.beginnings[0].body["messages"][0]["content"][0]["text"]
        assert "describes 25 operations" in words
        assert "- operations: Operations (required)" in words
        assert "- versions: Versions" not in words  # known, and not required
        assert {"counted", "quoted"} == {f.citation.method for f in result.findings if f.field == "operations"}


def test_a_subject_without_a_readable_source_costs_nothing(tmp_path: Path) -> None:
    with scene(tmp_path, Diligent()) as stage:
        (tmp_path / "repo" / "docs" / "guide.md").unlink()
        result = stage.run()
        assert [blocker.title for blocker in result.blockers] == ["Widget Store: no readable source"]
        assert (result.findings, result.gaps, result.usage.calls) == ((), (), 0)
        assert stage.server.calls == []


def test_a_model_that_finishes_at_once_leaves_gaps_that_it_was_warned_of(tmp_path: Path) -> None:
    with scene(tmp_path, Lazy()) as stage:
        result = stage.run()
        assert len(result.gaps) == 10
        assert (result.findings, result.blockers) == ((), ())
        assert len(stage.server.calls) == 3  # refused twice


def test_what_was_said_stands_in_the_transcript(tmp_path: Path) -> None:
    with scene(tmp_path, Diligent()) as stage:
        stage.run()
        entries = stage.transcript
        assert sum(entry.event == "reply" for entry in entries) == len(stage.server.calls)
        assert sum(entry.micro_usd for entry in entries) == stage.billed
        assert any("Widget Store" in str(entry.blocks) for entry in entries if entry.to == "widget-store")
        assert stage.server.key not in stage.journal.transcript.read_text()


def test_somebody_who_watches_sees_what_is_found_and_spent(tmp_path: Path) -> None:
    with scene(tmp_path, Diligent()) as stage:
        stage.run()
        assert stage.said[0] == "reading Widget Store, 0.00 USD"
        assert any(line.startswith("Widget Store: 5 findings, 0.00") for line in stage.said)
        assert stage.said[-1].startswith("finished, 0.00")


def test_an_attempt_goes_on_from_what_an_earlier_one_found(tmp_path: Path) -> None:
    with scene(tmp_path, Diligent()) as stage:
        first, second, *_ = stage.checked(stage.run().findings)
        lost = second.model_copy(update={"state": "drifted"})
        searched = Searched(source="file:docs/guide.md", state="readable", documents=1, passages=7)
        gaps = (
            Gap(subject="widget-store", field="overview", reason="its time was over"),
            Gap(subject="widget-store", field="sdks", searched=(searched,)),
        )
        stage.earlier = FindingsFile(agent="agent-1", findings=(first, lost), gaps=gaps)
        stage.attempt = 2
        result = stage.run()
        assert_holds(stage, result)
        assert result.findings[0].claim == first.claim
        words = stage.beginnings[-1].body["messages"][0]["content"][0]["text"]
        assert f"- ({first.field}) {first.claim}" in words
        assert f"- ({lost.field}) {lost.claim}" not in words  # what does not hold is searched for again
        assert "- overview: What it is" in words  # and so is what nobody came to
        assert "- sdks: SDKs" not in words  # but not what was searched for in vain
        assert "sdks" in {gap.field for gap in result.gaps}
