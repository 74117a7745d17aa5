"""Jobs in any order, on machines that die anywhere, with people and time in between: a search for counterexamples.

The commands are the real ones, over the repository, the forge, the issue and the runs in memory. What happens next
is drawn step by step; at the end nothing more goes wrong, and the session has to come to its end by itself.
"""

import json
from collections.abc import Callable, Sequence
from datetime import timedelta
from random import Random
from typing import TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
)

from bot.adapters.memory.conversation import MemoryConversation
from bot.adapters.memory.forge import Hub, MemoryForge
from bot.adapters.memory.repository import MemoryRepository
from bot.adapters.memory.runs import MemoryRuns
from bot.adapters.prices import ListedPrices
from bot.adapters.secrets import scan
from bot.commands.agent import agent as research
from bot.commands.close import Closing, session_branch
from bot.commands.finish import Finishing, finish
from bot.commands.load import load_overview, load_session
from bot.commands.ordering import give
from bot.commands.record_job import Recording, record_job, spec_of
from bot.commands.refresh import Refreshing, refresh
from bot.commands.request import Desk, request
from bot.commands.telling import Telling
from bot.core.configuration import PATH
from bot.core.events import SESSION_WORKFLOW, ContinueSession, LaunchAsked, queue_of
from bot.core.orders import Order, OrderKind, held
from bot.core.state import SessionFacts
from bot.errors import SwarmError
from bot.ports import RefUpdate
from bot.rehearsal.agents import GARBAGE, Ledger, Rehearsed
from bot.rehearsal.faults import AgentFault
from bot.rehearsal.sources import MadeUpSources
from bot.rehearsal.stage import FORM
from bot.rehearsal.swarm import ADDRESSES
from tests.builders import NOW
from tests.clocks import VirtualClock
from tests.rehearsal.stages import widgets

SESSION = "widgets-1"
QUEUE = queue_of(1, "")
DEATH = st.one_of(st.none(), st.none(), st.integers(0, 8))
T = TypeVar("T")
Given = tuple[str, str, int]
"""An attempt that was handed out: the run's outcome as JSON, the agent, the attempt."""
Late = tuple[Given, bytes | None]
"""One whose machine sleeps, with what it will hand over."""


class Dead(BaseException):
    """The machine is gone."""


class Mortal(MemoryRepository):
    """A repository that is reached from a machine that dies after so many pushes."""

    left: int | None = None

    def update(self, updates: Sequence[RefUpdate]) -> None:
        if self.left == 0:
            raise Dead
        super().update(updates)
        if self.left is not None:
            self.left -= 1


class Sessions(RuleBasedStateMachine):
    """One issue, one mission of three agents that cost money."""

    attempts = Bundle("attempts")
    late = Bundle("late")

    def __init__(self) -> None:
        super().__init__()
        self.clock = VirtualClock(NOW)
        self.chance = Random(0)
        self.repo = MemoryRepository()
        files = {"missions/widgets.yml": widgets(), PATH: b"max_usd: 50\nconfirm_above_usd: 50\n"}
        self.repo.seed(files, NOW)
        self.issues = MemoryConversation(self.clock, {"ann": "admin"})
        self.issues.open("swarm:launch")
        self.hub = Hub(self.repo.clone())
        self.runs = MemoryRuns(self.clock)
        self.ledger = Ledger()
        self.library = MadeUpSources(NOW)
        self.at_work: str | None = None
        """The run that is at work; the others of its queue wait."""
        self.given: dict[tuple[str, int], str] = {}
        self.verified: dict[str, int] = {}
        self.orders = 0

    # --- what happens ---

    @initialize(dies=DEATH)
    def label(self, dies: int | None) -> None:
        self.runs.begin(SESSION_WORKFLOW, "Issue 1: swarm:launch")
        self.launch_next(dies)

    @rule(target=attempts, dies=DEATH)
    def launch_next(self, dies: int | None) -> MultipleResults[Given]:
        """The first job of the next run, if none is at work."""
        waiting = [run for run in self.runs.runs if not run.conclusion]
        if self.at_work or not waiting:
            return multiple()
        run = self.at_work = waiting[0].id
        asked = self.asked() if waiting[0].title.startswith("Issue") else ContinueSession(SESSION, "b[bot]", QUEUE)
        outcome = self.job(dies, lambda repo: request(self.desk(repo, run), asked))
        if outcome is None or not outcome.outputs.get("session"):
            self.end()
            return multiple()
        told = json.dumps(dict(outcome.outputs))
        turns = json.loads(outcome.outputs["agents"] or "[]")
        for turn in turns:
            key = (turn["agent"], turn["attempt"])
            assert key not in self.given, f"{key} was given to the runs {self.given[key]} and {run}"
            self.given[key] = run
        return multiple(*((told, turn["agent"], turn["attempt"]) for turn in turns))

    @rule(
        target=late,
        attempt=consumes(attempts),
        fault=st.sampled_from([None, None, "crashes", "garbage", "lies", "vanishes", "late"]),
        dies=DEATH,
    )
    def attempt_ends(self, attempt: Given, fault: AgentFault | None, dies: int | None) -> MultipleResults[Late]:
        """Both jobs of an attempt, also when their run is over by now."""
        artifact = self.researched(attempt, fault)
        if fault == "vanishes":
            return multiple()
        if fault == "late":
            return multiple((attempt, artifact))
        self.record(attempt, artifact, dies)
        return multiple()

    @rule(attempt=consumes(late))
    def attempt_comes_back(self, attempt: Late) -> None:
        self.record(*attempt, None)

    @rule(dies=DEATH)
    def close(self, dies: int | None) -> None:
        """The last job of the run that is at work."""
        if self.at_work:
            self.job(dies, lambda repo: finish(self.finishing(repo, merge=True), SESSION))
            self.end()

    @rule()
    def the_run_is_lost(self) -> None:
        self.end()

    @rule(dies=DEATH, known=st.booleans())
    def status(self, dies: int | None, known: bool) -> None:
        title = f"{SESSION} goes on" if known else ""
        self.job(dies, lambda repo: refresh(Refreshing(self.finishing(repo, merge=False), title)))
        if self.at_work and self.conclusion(self.at_work):
            self.at_work = None

    @rule(minutes=st.sampled_from([1, 5, 45, 130, 400]))
    def time_passes(self, minutes: float) -> None:
        self.clock.moment += timedelta(minutes=minutes)

    @rule(kind=st.sampled_from(["stop", "resume", "retry", "budget"]))
    def a_person_says(self, kind: OrderKind) -> None:
        facts = self.facts()
        if facts is None or facts.merge:
            return
        self.orders += 1
        left = [spec.id for spec in facts.data.mission.agents if not self.is_done(facts, spec.id)]
        more = {
            "retry": {"attempts": {name: min(self.recorded(facts, name) + 1, 10) for name in left}},
            "budget": {"caps": dict.fromkeys(left, 1_000)},
        }.get(kind, {})
        order = Order.model_validate(
            {"id": f"comment-{self.orders}", "kind": kind, "by": "ann", "time": self.clock.now(), **more}
        )
        give(self.repo, self.clock, session_branch(self.repo, SESSION), SESSION, order)

    @rule(text=st.sampled_from(["a", "b"]))
    def the_base_moves(self, text: str) -> None:
        self.repo.seed({"NOTES.md": text + str(self.clock.now())}, self.clock.now())

    # --- what holds at any time ---

    @invariant()
    def the_money_is_kept(self) -> None:
        facts = self.facts()
        if facts:
            launch = facts.data.launch
            for (_, agent), spent in self.ledger.spent.items():
                assert spent <= launch.caps[agent], f"{agent} spent {spent} of {launch.caps[agent]}"
            assert sum(self.ledger.spent.values()) <= facts.data.mission.limits.max_usd

    @invariant()
    def everything_is_there_once(self) -> None:
        assert len(self.hub.pulls) <= 1 and len(self.hub.merged) <= 1
        assert len(self.issues.bodies(1)) <= 1
        assert len([ref for ref in self.repo.refs("refs/heads") if ref.startswith("refs/heads/swarm/")]) <= 1

    @invariant()
    def no_finding_is_lost(self) -> None:
        facts = self.facts()
        for agent, verified in self.verified.items():
            assert facts and facts.data.records[agent].verified >= verified

    def teardown(self) -> None:
        """Nothing more goes wrong: the session comes to its end by itself, or says what it waits for."""
        for _ in range(40):
            if self.at_work:
                self.close(None)
            while self.runs.active(SESSION_WORKFLOW):
                for attempt in self.launch_next_now():
                    self.record(attempt, self.researched(attempt, None), None)
                self.close(None)
            self.clock.moment += timedelta(minutes=30)
            self.status(None, True)
            if not self.runs.active(SESSION_WORKFLOW):
                break
        facts = self.facts()
        assert not self.runs.active(SESSION_WORKFLOW), "it goes on for ever"
        if facts is None or facts.merge or held(facts.data.orders):
            return
        body = self.issues.bodies(1)[0]
        assert "held back by the gate" in body or "circuit breaker" in body, body

    # --- parts ---

    def launch_next_now(self) -> Sequence[Given]:
        waiting = [run for run in self.runs.runs if not run.conclusion]
        run = self.at_work = waiting[0].id
        asked = self.asked() if waiting[0].title.startswith("Issue") else ContinueSession(SESSION, "b[bot]", QUEUE)
        outcome = request(self.desk(self.machine(None), run), asked)
        turns = json.loads(outcome.outputs.get("agents") or "[]")
        return [(json.dumps(dict(outcome.outputs)), turn["agent"], turn["attempt"]) for turn in turns]

    def asked(self) -> LaunchAsked:
        body = FORM.format(mission="widgets")
        return LaunchAsked(1, "swarm:launch", "ann", False, "ann", "Widgets", body, ("swarm:launch",))

    def researched(self, attempt: Given, fault: AgentFault | None) -> bytes | None:
        told, agent, number = json.loads(attempt[0]), attempt[1], attempt[2]
        data = load_session(self.repo, told["commit"], SESSION)
        backend = Rehearsed(self.library, self.clock, self.chance, self.ledger, fault)  # type: ignore[arg-type]
        handed = research(lambda _: backend, self.clock, data, spec_of(data, agent), number, lambda _: None)
        if fault in ("crashes", "vanishes"):
            return None
        return GARBAGE[1] if fault == "garbage" else handed.artifact

    def record(self, attempt: Given, artifact: bytes | None, dies: int | None) -> None:
        comment = int(json.loads(attempt[0])["comment"] or 0)

        def work(repo: Mortal) -> None:
            parts = Recording(repo, self.library, self.clock, self.telling(), lambda: 0.5, "9/1")
            made = record_job(parts, SESSION, attempt[1], attempt[2], artifact, comment).record
            self.verified[attempt[1]] = max(made.verified, self.verified.get(attempt[1], 0))

        self.job(dies, work)

    def job(self, dies: int | None, work: Callable[[Mortal], T]) -> T | None:
        try:
            return work(self.machine(dies))
        except (SwarmError, Dead):
            return None

    def machine(self, dies: int | None) -> Mortal:
        made = Mortal(self.repo.store)
        made.left = dies
        return made

    def end(self) -> None:
        if self.at_work:
            self.runs.end(self.at_work)
            self.at_work = None

    def conclusion(self, run: str) -> str:
        return next(one.conclusion for one in self.runs.runs if one.id == run)

    def facts(self) -> SessionFacts | None:
        return load_overview(self.repo, self.clock.now(), base="main").facts.get(SESSION)

    def is_done(self, facts: SessionFacts, agent: str) -> bool:
        record = facts.data.records.get(agent)
        return record is not None and record.state == "done"

    def recorded(self, facts: SessionFacts, agent: str) -> int:
        return facts.data.records[agent].attempt if agent in facts.data.records else 0

    def telling(self) -> Telling:
        return Telling(self.issues, self.clock, ADDRESSES, "9")

    def desk(self, repo: Mortal, run: str) -> Desk:
        prices = ListedPrices(self.clock)
        return Desk(repo, self.issues, self.clock, "main", lambda _: None, self.telling(), prices, run, "1")

    def finishing(self, repo: Mortal, *, merge: bool) -> Finishing:
        forge = MemoryForge(self.hub, repo, self.clock)
        closing = Closing(repo, forge, self.library, self.clock, "main", scan, run="9/1")
        return Finishing(closing, self.telling(), self.runs, merge)


TestSessions = Sessions.TestCase
TestSessions.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
