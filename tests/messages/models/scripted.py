"""Models that go by a script, whatever they are answered."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from tests.messages.models.conversation import Conversation
from tests.messages.models.diligent import Diligent, judging, supporting
from tests.messages.replies import Model, Reply, Text, Thought, Use, say
from tests.messages.web import Json

Turn = Callable[[Conversation], Reply]


@dataclass(frozen=True)
class Scripted:
    """One turn after the other, then another model. As a reviewer it supports everything unless told otherwise."""

    turns: tuple[Turn, ...]
    then: Model = field(default_factory=Diligent)
    review: Turn = supporting

    def __call__(self, body: Json) -> Reply:
        talk = Conversation(body)
        if talk.reviewing:
            return self.review(talk)
        return self.turns[talk.turn](talk) if talk.turn < len(self.turns) else self.then(body)


@dataclass(frozen=True)
class Lazy:
    """Finishes at once."""

    def __call__(self, body: Json) -> Reply:
        talk = Conversation(body)
        return supporting(talk) if talk.reviewing else say(talk.use("finish"))


@dataclass(frozen=True)
class Looping:
    """Makes the same call for ever."""

    name: str = "search_sources"
    input: Json = field(default_factory=lambda: {"query": "limits", "source": "", "kind": "any"})

    def __call__(self, body: Json) -> Reply:
        talk = Conversation(body)
        return supporting(talk) if talk.reviewing else say(Use(self.name, self.input))


@dataclass(frozen=True)
class Chatter:
    """Talks and never uses a tool, in a review neither."""

    text: str = "I have researched everything and it all looks fine."

    def __call__(self, body: Json) -> Reply:
        return say(self.text)


@dataclass(frozen=True)
class Silent:
    """Says nothing."""

    def __call__(self, body: Json) -> Reply:
        return Reply(output_tokens=2)


@dataclass(frozen=True)
class Refusing:
    """Declines, after some words if it is given any."""

    category: str | None = "cyber"
    text: str = ""

    def __call__(self, body: Json) -> Reply:
        said = (Text(self.text),) if self.text else ()
        details = {"type": "refusal", "category": self.category, "explanation": "This request was declined."}
        return Reply(said, "refusal", stop_details=details)


@dataclass(frozen=True)
class Verbose:
    """Writes until max_tokens: text, and in every other turn the input of a tool, which is cut."""

    def __call__(self, body: Json) -> Reply:
        much = "words and more words. " * (body["max_tokens"] // 4)
        text = Conversation(body).turn % 2 == 0
        return say(much) if text else say(Use("search_sources", {"query": much, "source": "", "kind": "any"}))


@dataclass(frozen=True)
class Thinking:
    """Thinks before what another model says; `hidden` tokens of it are billed and not shown."""

    model: Model
    text: str = "What does the source say, and what does it not say?"
    hidden: int = 0

    def __call__(self, body: Json) -> Reply:
        reply = self.model(body)
        thought = replace(reply, content=(Thought(self.text), *reply.content))
        return replace(thought, output_tokens=thought.tokens + self.hidden) if self.hidden else thought


@dataclass(frozen=True)
class Roles:
    """One model for the research and one for the review."""

    research: Model
    review: Model

    def __call__(self, body: Json) -> Reply:
        return (self.review if Conversation(body).reviewing else self.research)(body)


@dataclass(frozen=True)
class Sceptical:
    """A reviewer that rejects the claims it is told to, each of them the first time that it sees it.

    The request does not tell how often a claim was judged before, so that this is remembered here.
    """

    rejects: Callable[[str], bool] = lambda _claim: True
    model: Model = field(default_factory=Diligent)
    rejected: set[str] = field(default_factory=set)

    def __call__(self, body: Json) -> Reply:
        talk = Conversation(body)
        return judging(talk, self._supports) if talk.reviewing else self.model(body)

    def _supports(self, claim: str) -> bool:
        if claim in self.rejected or not self.rejects(claim):
            return True
        self.rejected.add(claim)
        return False
