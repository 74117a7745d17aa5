"""The model that does its work, and the one that lies first."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.messages.models.conversation import Conversation, Exchange, Field, Passage, passages, sentences
from tests.messages.replies import Reply, Use, say
from tests.messages.web import Json

TRIES = 3
READ_EVERY = 4  # of each so many fields, a passage of the first is read

Offer = Callable[[str, int], tuple[str, str]]
"""From a sentence of a passage and the number of tries so far to a claim and its quote."""


def honest(sentence: str, _tries: int) -> tuple[str, str]:
    return sentence, sentence


def by_title(field: Field) -> str:
    return field.title


def lying(sentence: str, tries: int) -> tuple[str, str]:
    """A quote that stands nowhere, a number that is not in the quote, and then the truth."""
    lies = [(sentence, f"It is said that {sentence}"), (f"{sentence} This holds since 4711.", sentence)]
    return (*lies, (sentence, sentence))[min(tries, 2)]


@dataclass(frozen=True)
class Diligent:
    """Field by field, several in a turn: searches, now and then reads on, records what a passage says or a gap;
    assesses and finishes. As a reviewer it supports everything."""

    parallel: int = 4
    offer: Offer = honest
    words: Callable[[Field], str] = by_title

    def __call__(self, body: Json) -> Reply:
        talk = Conversation(body)
        if talk.reviewing:
            return supporting(talk)
        steps = self._steps(talk)
        return say(*steps) if steps else _closing(talk)

    def _steps(self, talk: Conversation) -> list[Use]:
        """What comes next for the first fields that are not done."""
        taken = {str(it.input.get("claim")) for it in talk.named("record_finding")}
        steps: list[Use] = []
        for at, field in enumerate(talk.fields):
            if len(steps) < self.parallel and not _done(talk, field):
                steps.append(self._step(talk, at, field, taken))
        return steps

    def _step(self, talk: Conversation, at: int, field: Field, taken: set[str]) -> Use:
        words = self.words(field)
        searched = [it for it in talk.named("search_sources") if it.input.get("query") == words]
        if not searched:
            return talk.use("search_sources", query=words, source="", kind="any")
        found = passages(searched[0].result)
        if found and at % READ_EVERY == 0 and not _read(talk, found[0]):
            return talk.use("read_passage", passage=found[0].id, part=1)
        tries = len(_recorded(talk, field))
        if tries < TRIES and (chosen := _choice(field, found, taken)):
            return self._finding(talk, field, chosen, tries, taken)
        return talk.use("record_gap", field=field.id, reason="The sources do not say.")

    def _finding(
        self, talk: Conversation, field: Field, chosen: tuple[str, str], tries: int, taken: set[str]
    ) -> Use:  # fmt: skip
        passage, sentence = chosen
        taken.add(sentence)
        claim, quote = self.offer(sentence, tries)
        return talk.use("record_finding", field=field.id, claim=claim, quote=quote, passage=passage, value="")


def Lying() -> Diligent:  # noqa: N802
    """As Diligent, but tells two lies first for every field."""
    return Diligent(offer=lying)


def supporting(talk: Conversation) -> Reply:
    """The review in which everything is supported."""
    return judging(talk, lambda _claim: True)


def judging(talk: Conversation, supported: Callable[[str], bool]) -> Reply:
    """The review of all claims, then an end."""
    if any(not it.failed for it in talk.named("judge")):
        return say("All claims are judged.")
    verdicts = [
        {"claim": it.number, "supported": fine, "reason": "" if fine else "The quote does not say so."}
        for it in talk.claims
        for fine in (supported(it.text),)
    ]
    return say(Use("judge", {"verdicts": verdicts}))


def _recorded(talk: Conversation, field: Field) -> list[Exchange]:
    return [it for it in talk.named("record_finding") if it.input.get("field") == field.id]


def _done(talk: Conversation, field: Field) -> bool:
    gaps = [it for it in talk.named("record_gap") if it.input.get("field") == field.id]
    return bool(gaps) or any(not it.failed for it in _recorded(talk, field))


def _read(talk: Conversation, passage: Passage) -> bool:
    return any(it.input.get("passage") == passage.id for it in talk.named("read_passage"))


def _choice(field: Field, found: list[Passage], taken: set[str]) -> tuple[str, str] | None:
    """The passage and the sentence with the most words of the field's title, of those that were not tried yet."""
    words = set(field.title.lower().split())
    free = [(it.id, text) for it in found for text in sentences(it) if text not in taken]
    return max(free, key=lambda it: len(words & set(it[1].lower().split())), default=None)


def _closing(talk: Conversation) -> Reply:
    if not talk.named("assess"):
        recorded = [it.input.get("field") for it in talk.named("record_finding") if not it.failed]
        return say(talk.use("assess", because=[it.id for it in talk.fields if it.id in recorded]))
    if not talk.named("finish"):
        return say(talk.use("finish"))
    return say("Everything is recorded.")
