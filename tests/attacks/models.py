"""Models that attack: one that repeats texts in every call, and others whose answers are an attack themselves."""

from dataclasses import dataclass, replace

from tests.messages.models import Conversation
from tests.messages.models.conversation import passages
from tests.messages.models.diligent import judging
from tests.messages.replies import Reply, Use, say
from tests.messages.web import Json

AT_ONCE = 30


@dataclass(frozen=True)
class Parrot:
    """Says each text in everything that a call has room for, thirty of them a turn, records the passages that it
    was shown as well, and finishes. In a review, it supports everything and gives the texts as reasons."""

    texts: tuple[str, ...]

    def __call__(self, body: Json) -> Reply:
        talk = Conversation(body)
        if talk.reviewing:
            return self._praising(talk)
        now = self.texts[talk.turn * AT_ONCE : (talk.turn + 1) * AT_ONCE]
        if not now:
            return say(talk.use("finish"))
        field = next((field.id for field in talk.fields), "pricing")
        shown = [one for call in talk.named("search_sources") for one in passages(call.result)]
        passage = shown[-1].id if shown else "P1"
        uses = [use for number, text in enumerate(now) for use in _calls(talk, number, text, field, passage)]
        uses += [
            talk.use("record_finding", field=field, claim=it.text[:900], quote=it.text[:900], passage=it.id)
            for it in shown[-6:]
        ]
        return replace(say(*uses, " ".join(now)[:2_000]), output_tokens=1)

    def _praising(self, talk: Conversation) -> Reply:
        reply = judging(talk, lambda _: True)
        for use in reply.content:
            if isinstance(use, Use):
                for number, verdict in enumerate(use.input["verdicts"]):
                    verdict["reason"] = self.texts[number % len(self.texts)]
        return reply


def _calls(talk: Conversation, number: int, text: str, field: str, passage: str) -> list[Use]:
    """A finding, and of the other calls the one whose turn it is."""
    others = [
        talk.use("search_sources", query=text, source="", kind="any"),
        talk.use("fetch_page", url=text),
        talk.use("read_passage", passage=text, part=1),
        talk.use("record_finding", field=text, claim="It is so.", quote="It is so.", passage=text, value=""),
        talk.use("record_gap", field=field, reason=text),
        talk.use("report_blocker", title=text, description=text, impact="Low"),
        talk.use("assess", because=[text]),
        Use(text[:60], {"text": text}),
    ]
    lie = talk.use("record_finding", field=field, claim=text, quote=text, passage=passage, value=text)
    return [lie, others[number % len(others)]]
