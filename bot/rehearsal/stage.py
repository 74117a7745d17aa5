"""Where a rehearsal takes place: a repository with missions and issues, workflows, people who come in between."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random

from bot.adapters.memory.conversation import MemoryConversation
from bot.adapters.memory.forge import Hub
from bot.adapters.memory.refs import Refs
from bot.adapters.memory.repository import MemoryRepository
from bot.commands.dispatching import read_dispatches
from bot.commands.load import Loaded, load_overview
from bot.core.configuration import PATH
from bot.core.events import SESSION_WORKFLOW, STATUS_WORKFLOW, LaunchAsked, RefreshStatus, queue_of
from bot.core.mission import Mission
from bot.core.money import usd
from bot.core.recovery import Situation, Stand, next_step
from bot.core.state import SessionFacts
from bot.ports import PriceList
from bot.rehearsal.actions import STATUS_QUEUE, Actions
from bot.rehearsal.faults import Faults, Meddling
from bot.rehearsal.scheduler import Scheduler
from bot.rehearsal.swarm import BASE, Swarm

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
MAINTAINER = "maintainer"
LABEL = "swarm:launch"
LONGEST = timedelta(days=14)
SLICE = timedelta(hours=1)
SCHEDULE = (1_800.0, 3_600.0)
"""Seconds between two runs of a schedule: it says 30 minutes, and GitHub is late."""
FORM = "### Mission\n\n{mission}\n\n### Budget (US dollars)\n\n_No response_\n\n### Backend\n\n_No response_\n"


@dataclass(frozen=True, slots=True)
class Line:
    """Something that happened, so long after the beginning."""

    after: timedelta
    text: str


@dataclass(frozen=True, slots=True)
class Script:
    """A mission as a file, and as it was read."""

    content: bytes
    plan: Mission


@dataclass
class Stage:
    """A repository in which each of the missions is asked for in an issue of its own, at the same time."""

    scripts: Sequence[Script]
    prices: PriceList
    faults: Faults
    chance: Random
    lines: list[Line] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.scheduler = Scheduler(START)
        self.repo = MemoryRepository()
        cap = usd(max(script.plan.limits.max_usd for script in self.scripts))
        configuration = f"max_usd: {cap}\nconfirm_above_usd: {cap}\n".encode()
        missions = {f"missions/{script.plan.mission}.yml": script.content for script in self.scripts}
        self.repo.seed({"README.md": b"A rehearsal.\n", PATH: configuration, **missions}, START)
        self.conversation = MemoryConversation(self.scheduler, {MAINTAINER: "admin"})
        self.issues = {self.conversation.open(LABEL): script.plan for script in self.scripts}
        self.hub = Hub(self.repo.clone())
        self.actions = Actions(self.scheduler, self.chance, self.faults, self.say)
        self.swarm = Swarm(
            self.scheduler,
            self.chance,
            self.faults,
            self.hub,
            self.conversation,
            self.actions,
            self.prices,
            self.say,
        )
        self.actions.work = self.swarm.work
        self._seen: tuple[Refs, datetime, Loaded] | None = None

    def say(self, text: str) -> None:
        self.lines.append(Line(self.scheduler.now() - START, text))

    # --- what happens ---

    def play(self) -> None:
        """From the labels until nothing more happens by itself, but for a fortnight at most."""
        for issue in self.issues:
            self.label(issue)
        for minute, does in self.faults.people():
            self.scheduler.start(partial(self.meddle, does), minute * 60)
        if self.faults.schedule:
            self.scheduler.start(self.schedule)
        until = START
        while until < START + LONGEST:
            until += SLICE
            goes_on = self.scheduler.run(until)
            self.label_again()
            if self.is_over() or not (goes_on or self.actions.active(SESSION_WORKFLOW)):
                return

    def label(self, issue: int) -> None:
        """Somebody sets the label."""
        mission = self.issues[issue].mission
        self.say(f"{LABEL} is set for {mission}")
        body = FORM.format(mission=mission)
        asked = LaunchAsked(issue, LABEL, MAINTAINER, False, MAINTAINER, "A mission, please", body, (LABEL,))
        self.actions.trigger(SESSION_WORKFLOW, f"Issue {issue}: {LABEL}", queue_of(issue, ""), asked)

    def label_again(self) -> None:
        """Somebody sees that the run of a label came to nothing, as its page says, and sets it again."""
        if not self.actions.active(SESSION_WORKFLOW):
            asked = {facts.data.launch.issue for facts in self.sessions().values()}
            for issue in sorted(self.issues.keys() - asked):
                self.label(issue)

    def schedule(self) -> None:
        while True:
            self.scheduler.sleep(self.chance.uniform(*SCHEDULE))
            self.actions.trigger(STATUS_WORKFLOW, "Swarm status", STATUS_QUEUE, RefreshStatus())

    def meddle(self, does: Meddling) -> None:
        """Somebody does something."""
        self.say(does)
        match does:
            case "base-moves":
                self.repo.seed({"NOTES.md": f"{self.scheduler.now()}\n".encode()}, self.scheduler.now())
            case "deliverable-edited":
                self.repo.seed({self.scripts[0].plan.deliverable: b"# By hand\n"}, self.scheduler.now())
            case "label-again":
                self.label(1)

    # --- how it stands ---

    def loaded(self) -> Loaded:
        """All sessions as they are now; looked at again only when something may have changed."""
        now = self.repo.store.refs, self.scheduler.now()
        if self._seen is None or self._seen[0] is not now[0] or self._seen[1] != now[1]:
            self._seen = *now, load_overview(self.repo, now[1], base=BASE)
        return self._seen[2]

    def sessions(self) -> Mapping[str, SessionFacts]:
        return self.loaded().facts

    def is_over(self) -> bool:
        """Whether nothing more will happen by itself."""
        if self.actions.active(SESSION_WORKFLOW) or self.actions.active(STATUS_WORKFLOW):
            return False
        if not all(attempt.over for attempt in self.swarm.asleep):
            return False
        sessions = list(self.sessions().values())
        opened = {facts.data.launch.issue for facts in sessions} >= self.issues.keys()
        return opened and all(facts.merge or self.why(facts) for facts in sessions)

    def why(self, facts: SessionFacts) -> str:
        """Why a session that is not merged stands still; empty while it should go on."""
        data = facts.data
        known, _ = read_dispatches(self.repo, data.session)
        step = next_step(Situation(data, facts.tip or "", known, (), self.scheduler.now()), completed=True)
        waits = known.judged is not None and not known.judged.settled
        return step.why if isinstance(step, Stand) and not waits else ""
