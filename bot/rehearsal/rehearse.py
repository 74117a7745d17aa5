"""`rehearse`: one session, label to merge, on a virtual clock, with whatever goes wrong on the way."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from bot.adapters.memory.conversation import MemoryConversation
from bot.adapters.memory.forge import Hub
from bot.adapters.memory.repository import MemoryRepository
from bot.commands.close import rendered, session_branch
from bot.commands.dispatching import read_dispatches
from bot.commands.load import load_overview, load_session
from bot.commands.record import fold
from bot.core.configuration import PATH
from bot.core.events import SESSION_WORKFLOW, STATUS_WORKFLOW, LaunchAsked, RefreshStatus, queue_of
from bot.core.loading import load_mission
from bot.core.mission import Mission
from bot.core.money import usd
from bot.core.recovery import Situation, Stand, next_step
from bot.core.session import SessionData
from bot.core.state import SessionFacts
from bot.ports import PriceList
from bot.rehearsal.actions import STATUS_QUEUE, Actions
from bot.rehearsal.faults import Faults, Meddling
from bot.rehearsal.guarantees import Aftermath, Handed, Held, held
from bot.rehearsal.scheduler import Scheduler
from bot.rehearsal.swarm import BASE, Swarm

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
ISSUE = 1
MAINTAINER = "maintainer"
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
class Rehearsal:
    """How a rehearsal went. `ended`: merged, or why not; `took` is time on the virtual clock."""

    seed: int
    session: str
    ended: str
    began: datetime
    took: timedelta
    agents: int
    runs: int
    spent: int
    lines: tuple[Line, ...]
    handed: tuple[Handed, ...]
    guarantees: tuple[Held, ...]

    @property
    def broken(self) -> tuple[Held, ...]:
        return tuple(one for one in self.guarantees if one.broken)


def rehearse(mission: bytes, file: str, prices: PriceList, faults: Faults, chance: Random, seed: int) -> Rehearsal:
    """The same mission, faults and seed give the same rehearsal. Raises InvalidInput for a bad mission."""
    plan = load_mission(mission, file)
    with _seeded(seed):
        stage = _Stage(plan, mission, prices, faults, chance)
        stage.play()
        return stage.told(seed)


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """What asks chance without being given one of its own asks the same."""
    before = random.getstate()
    random.seed(seed)
    try:
        yield
    finally:
        random.setstate(before)


@dataclass
class _Stage:
    plan: Mission
    mission: bytes
    prices: PriceList
    faults: Faults
    chance: Random
    lines: list[Line] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.scheduler = Scheduler(START)
        self.repo = MemoryRepository()
        cap = usd(self.plan.limits.max_usd)
        configuration = f"max_usd: {cap}\nconfirm_above_usd: {cap}\n"
        files = {f"missions/{self.plan.mission}.yml": self.mission, PATH: configuration.encode()}
        self.repo.seed({"README.md": b"A rehearsal.\n", **files}, START)
        self.conversation = MemoryConversation(self.scheduler, {MAINTAINER: "admin"})
        self.conversation.open("swarm:launch")
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

    def say(self, text: str) -> None:
        self.lines.append(Line(self.scheduler.now() - START, text))

    # --- what happens ---

    def play(self) -> None:
        self.label()
        for minute, does in self.faults.people():
            self.scheduler.start(lambda does=does: self.meddle(does), minute * 60)  # type: ignore[misc]
        if self.faults.schedule:
            self.scheduler.start(self.schedule)
        end = START + LONGEST
        until = START
        while until < end:
            until += SLICE
            if not self.scheduler.run(until) or self.is_over():
                return

    def label(self) -> None:
        """Somebody sets the label."""
        label = "swarm:launch"
        self.say(f"{label} is set")
        body = FORM.format(mission=self.plan.mission)
        asked = LaunchAsked(ISSUE, label, MAINTAINER, False, MAINTAINER, "A mission, please", body, (label,))
        title = f"Issue {ISSUE}: {label}"
        self.actions.trigger(SESSION_WORKFLOW, title, queue_of(ISSUE, ""), asked)

    def schedule(self) -> None:
        while True:
            self.scheduler.sleep(self.chance.uniform(*SCHEDULE))
            self.actions.trigger(STATUS_WORKFLOW, "Swarm status", STATUS_QUEUE, RefreshStatus())
            if self.facts() is None and not self.actions.active(SESSION_WORKFLOW):
                self.label()  # the run of the label came to nothing, as its page says: somebody sets it again

    def meddle(self, does: Meddling) -> None:
        self.say(does)
        match does:
            case "base-moves":
                self.repo.seed({"NOTES.md": f"{self.scheduler.now()}\n".encode()}, self.scheduler.now())
            case "deliverable-edited":
                self.repo.seed({self.plan.deliverable: b"# By hand\n"}, self.scheduler.now())
            case "label-again":
                self.label()

    # --- how it stands ---

    def facts(self) -> SessionFacts | None:
        """The session; None while there is none."""
        loaded = load_overview(self.repo, self.scheduler.now(), base=BASE)
        return next(iter(loaded.facts.values()), None)

    def is_over(self) -> bool:
        """Whether nothing more will happen by itself."""
        if self.actions.active(SESSION_WORKFLOW) or self.actions.active(STATUS_WORKFLOW):
            return False
        if not all(attempt.over for attempt in self.swarm.asleep):
            return False
        facts = self.facts()
        return facts is not None and (facts.merge is not None or self.why(facts) != "")

    def why(self, facts: SessionFacts) -> str:
        """Why a session stands still; empty while it should go on."""
        data = facts.data
        known, _ = read_dispatches(self.repo, data.session)
        step = next_step(Situation(data, facts.tip or "", known, (), self.scheduler.now()), completed=True)
        waits = known.judged is not None and not known.judged.settled
        return step.why if isinstance(step, Stand) and not waits else ""

    def told(self, seed: int) -> Rehearsal:
        facts = self.facts()
        data = self.whole(facts) if facts else None
        merged = facts is not None and facts.merge is not None
        why = "" if facts is None or merged else self.why(facts)
        after = Aftermath(
            data,
            merged,
            why,
            self.swarm.ledger.spent,
            self.swarm.made,
            self.swarm.handed,
            len(self.hub.pulls),
            len(self.hub.merged),
            len(self.conversation.bodies(ISSUE)),
            [write.time for write in self.conversation.writes],
            sum(run.title.endswith(" goes on") for run in self.actions.runs),
            *self.documents(facts, data),
            self.swarm.bugs,
        )
        return Rehearsal(
            seed,
            data.session if data else "",
            "merged" if merged else why or "it stands still",
            START,
            self.scheduler.now() - START,
            len(self.plan.agents),
            len(self.actions.runs),
            sum(self.swarm.ledger.spent.values()),
            tuple(self.lines),
            tuple(self.swarm.handed),
            held(after, self.swarm.library),
        )

    def whole(self, facts: SessionFacts) -> SessionData:
        """The session with everything that was found; records that nobody has folded yet among them."""
        session = facts.data.session
        if facts.merge:
            return load_session(self.repo, self.repo.refs(f"refs/heads/{BASE}")[f"refs/heads/{BASE}"], session)
        branch = session_branch(self.repo, session)
        fold(self.repo, self.scheduler, branch, session)
        return load_session(self.repo, self.repo.refs(branch)[branch], session)

    def documents(
        self, facts: SessionFacts | None, data: SessionData | None
    ) -> tuple[dict[str, bytes], dict[str, bytes]]:
        """What was committed of the documents, and what the findings say; nothing before the merge."""
        if facts is None or facts.merge is None or data is None:
            return {}, {}
        expected, commit = rendered(data), facts.merge.commit or ""
        found = self.repo.read([(commit, path) for path in expected])
        return {path: content for (_, path), content in found.items()}, expected
