"""Pass 7: a fresh look at what was worded anew, and what becomes of doubts."""

from pathlib import Path

from tests.adapters.agents.claude.scene import scene
from tests.adapters.agents.claude.test_research import assert_holds
from tests.messages import faults
from tests.messages.calls import Call
from tests.messages.models import Chatter, Diligent, Malformed, Roles, Sceptical
from tests.messages.models.conversation import Conversation
from tests.messages.models.diligent import judging
from tests.messages.replies import Model, Reply, Use, say
from tests.messages.web import Json


def worded_anew(sentence: str, tries: int) -> tuple[str, str]:
    """A claim that is not its quote, although it says the same."""
    return sentence.rstrip("."), sentence


SENT_BACK = "does not find these supported"
PARAPHRASING = Diligent(offer=worded_anew)


def is_review(call: Call) -> bool:
    return [tool["name"] for tool in call.body["tools"]] == ["judge"]


def test_the_reviewer_sees_claims_and_quotes_and_nothing_else(tmp_path: Path) -> None:
    with scene(tmp_path, PARAPHRASING) as stage:
        result = stage.run()
        (review,) = [call for call in stage.server.calls if is_review(call)]
        assert len(review.body["messages"]) == 1
        told = review.body["messages"][0]["content"][0]["text"]
        for finding in result.findings:
            assert finding.claim in told
            assert finding.citation.quote in told
        assert "docs/guide.md" not in str(review.body)
        assert all(not finding.doubt for finding in result.findings)


def test_claims_that_are_their_quotes_need_no_review(tmp_path: Path) -> None:
    with scene(tmp_path, Diligent()) as stage:
        stage.run()
        assert not any(map(is_review, stage.server.calls))


def test_a_review_can_be_switched_off(tmp_path: Path) -> None:
    with scene(tmp_path, PARAPHRASING, agent={"review": False}) as stage:
        assert len(stage.run().findings) == 5
        assert not any(map(is_review, stage.server.calls))


def test_what_is_doubted_is_sent_back_once_and_may_be_mended(tmp_path: Path) -> None:
    with scene(tmp_path, Sceptical(model=PARAPHRASING, rejects=lambda claim: "API key" in claim)) as stage:
        result = stage.run()
        assert_holds(stage, result)
        sent_back = [call for call in stage.server.calls if SENT_BACK in str(call.body)]
        assert sent_back
        assert not any(finding.doubt for finding in result.findings)


def stubborn(body: Json) -> Reply:
    """Records the very same claim again when its reviewer, who is against everything, has sent it back."""
    talk = Conversation(body)
    if talk.reviewing:
        return judging(talk, lambda claim: False)
    if SENT_BACK not in str(body):
        return PARAPHRASING(body)
    again = next(use for use in talk.named("record_finding") if not use.failed)
    if len(talk.named("finish")) == 1:
        return say(Use("record_finding", again.input), talk.use("finish"))
    return say(talk.use("finish"))


def test_what_is_doubted_again_is_handed_over_as_unsupported(tmp_path: Path) -> None:
    with scene(tmp_path, stubborn) as stage:
        result = stage.run()
        (checked,) = stage.checked(finding for finding in result.findings if finding.doubt)
        assert checked.state == "unsupported"
        assert checked.reason == "a reviewer doubts it: The quote does not say so."
        assert len(result.findings) == 1  # the other doubts were heard: nothing takes their place
        assert result.opinions == ()


def test_a_reviewer_that_does_not_judge_changes_nothing(tmp_path: Path) -> None:
    reviewers: tuple[Model, ...] = (Chatter(), Malformed())
    for number, reviewer in enumerate(reviewers):
        with scene(tmp_path / str(number), Roles(PARAPHRASING, reviewer)) as stage:
            result = stage.run()
            assert len(result.findings) == 5
            assert not any(finding.doubt for finding in result.findings)
            assert any("there was no review" in entry.text for entry in stage.transcript)


def test_a_review_that_cannot_be_had_takes_nothing_away(tmp_path: Path) -> None:
    with scene(tmp_path, PARAPHRASING) as stage:
        stage.server.faults.when(is_review, faults.bad_request(), times=9)
        result = stage.run()
        assert len(result.findings) == 5
        assert result.unfinished == ""
