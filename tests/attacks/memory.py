"""Issues and sessions in memory, through the commands that `swarm auto` calls: a text costs milliseconds there."""

from bot.adapters.memory.conversation import MemoryConversation
from bot.adapters.memory.forge import Hub, MemoryForge
from bot.adapters.memory.repository import MemoryRepository
from bot.adapters.memory.runs import MemoryRuns
from bot.adapters.prices import ListedPrices
from bot.adapters.secrets import scan
from bot.commands.chat import chat
from bot.commands.close import Closing
from bot.commands.finish import Finishing
from bot.commands.looking import Chat
from bot.commands.outcome import Outcome
from bot.commands.request import Desk, request
from bot.commands.telling import Telling
from bot.core.addresses import Addresses
from bot.core.configuration import Configuration
from bot.core.events import CommandAsked, ContinueSession, Ignored, LaunchAsked, LaunchDispatched, intent
from bot.rehearsal.sources import MadeUpSources
from tests.builders import NOW
from tests.clocks import StillClock
from tests.core.payloads import Payload, commented, labeled
from tests.hosted import FORM
from tests.workshop import GUIDE, MISSION

MAINTAINER, STRANGER = "ann", "mallory"


class Repository:
    """A repository in memory with a mission, and an issue: what was written there, and what its refs are."""

    def __init__(self, mission: str = MISSION) -> None:
        self.clock = StillClock()
        self.repo = MemoryRepository()
        self.repo.seed({"docs/guide.md": GUIDE, "missions/widgets.yml": mission}, NOW)
        self.talk = MemoryConversation(self.clock, {MAINTAINER: "write"})
        self.issue = self.talk.open()
        self.telling = Telling(
            self.talk, self.clock, Addresses("https://github.com", "acme/widgets"), "1", lambda _: False
        )

    @property
    def refs(self) -> dict[str, str]:
        return dict(self.repo.refs("refs/"))

    def auto(self, name: str, payload: Payload) -> Outcome | None:
        """What `swarm auto` does at an event; None: nothing."""
        match intent(name, payload):
            case LaunchAsked() | LaunchDispatched() | ContinueSession() as asked:
                prices = ListedPrices(self.clock)
                return request(
                    Desk(self.repo, self.talk, self.clock, "main", lambda _: None, self.telling, prices, "1", "1"),
                    asked,
                )
            case CommandAsked() as told:
                library, hub = MadeUpSources(self.clock.now()), Hub(self.repo)
                forge = MemoryForge(hub, self.repo, self.clock)
                closing = Closing(self.repo, forge, library, self.clock, "main", scan)
                finishing = Finishing(closing, self.telling, MemoryRuns(self.clock), merge=False)
                return chat(Chat(finishing, Configuration()), told)
            case Ignored():
                return None
            case other:
                raise AssertionError(other)

    def ask(
        self, body: str = FORM, *, title: str = "Widgets", label: str = "swarm:launch", by: str = MAINTAINER
    ) -> Outcome | None:
        """Somebody labels the issue."""
        self.talk.label(self.issue, label)
        payload = labeled(label, body=body, number=self.issue)
        payload["issue"]["title"] = title
        payload["sender"]["login"] = by
        return self.auto("issues", payload)

    def say(self, body: str, *, by: str = MAINTAINER) -> Outcome | None:
        """Somebody comments below the issue."""
        payload = commented(body, number=self.issue)
        payload["comment"]["id"] = self.talk.comment(self.issue, by, body)
        payload["sender"]["login"] = by
        return self.auto("issue_comment", payload)

    def ours(self) -> list[str]:
        """What the bot has written."""
        return [it.body for it in self.talk.comments.values() if it.login == self.talk.login]
