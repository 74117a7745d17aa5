"""Models that attack: one that repeats texts in every call, and others whose answers are an attack themselves."""

from dataclasses import dataclass, replace

from tests.messages.models import Conversation
from tests.messages.models.conversation import Passage, passages
from tests.messages.models.diligent import judging
from tests.messages.replies import Reply, Use, say
from tests.messages.web import Json

AT_ONCE = 16
"""Calls that are carried out of one answer."""
LIES = 14


@dataclass(frozen=True)
class Parrot:
    """Says each text in a call (each of two agents has half of them), every second one as a finding, and records
    passages that it was shown as well; then it finishes. In a review it supports everything, and gives the texts
    as reasons."""

    texts: tuple[str, ...]

    def __call__(self, body: Json) -> Reply:
        talk = Conversation(body)
        if talk.reviewing:
            return self._praising(talk)
        mine = self.texts["Widget Lab" in talk.assignment :: 2]
        now = mine[talk.turn * LIES : (talk.turn + 1) * LIES]
        if not now:
            return say(talk.use("finish"))
        shown = [one for call in talk.named("search_sources") for one in passages(call.result)]
        told = {str(call.input.get("passage")) for call in talk.named("record_finding")}
        uses = [_call(talk, number, text, shown[-1].id if shown else "P1") for number, text in enumerate(now)]
        fresh = [one for one in shown if one.id not in told][-(AT_ONCE - LIES) :]
        uses += [_quoting(talk, one) for one in fresh]
        return replace(say(*uses, " ".join(now)[:2_000]), output_tokens=1)

    def _praising(self, talk: Conversation) -> Reply:
        reply = judging(talk, lambda _: True)
        for use in reply.content:
            if isinstance(use, Use):
                for number, verdict in enumerate(use.input["verdicts"]):
                    verdict["reason"] = self.texts[number % len(self.texts)]
        return reply


def _quoting(talk: Conversation, passage: Passage) -> Use:
    words = " ".join(passage.text.split())[:900]
    field = talk.fields[0].id
    return talk.use("record_finding", field=field, claim=words, quote=words, passage=passage.id, value="")


def _call(talk: Conversation, number: int, text: str, passage: str) -> Use:
    field = talk.fields[-1].id
    others = [
        talk.use("search_sources", query=text, source="", kind="any"),
        talk.use("fetch_page", url=text),
        talk.use("read_passage", passage=text, part=1),
        talk.use("record_gap", field=field, reason=text),
        talk.use("record_finding", field=text, claim="It is so.", quote="It is so.", passage=text, value=""),
        talk.use("assess", because=[text]),
        Use(text[:60], {"text": text}),
    ]
    lie = talk.use("record_finding", field=field, claim=text, quote=text, passage=passage, value=text)
    return others[number // 2 % len(others)] if number % 2 == 0 else lie
