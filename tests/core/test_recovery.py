"""What is done about a session, from facts alone, and that it comes to an end whatever happens."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from operator import attrgetter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.continuing import LOST, Turn
from bot.core.dispatches import Dispatch, Dispatches, Judged, Start
from bot.core.mission import AgentDefaults, Limits
from bot.core.orders import Order, OrderKind
from bot.core.records import AgentRecord, AgentState
from bot.core.recovery import ASK_AGAIN, End, Situation, Stand, Step, Work, breaker, longest, next_step, next_work
from bot.core.runs import ActiveRun
from bot.core.session import SessionData
from tests.builders import NOW, agent, mission, subject
from tests.sessions import LAUNCHED, data, record

NAMES = ("a-1", "a-2")
TIP = "b" * 40
NOTHING = Dispatches(session="cloud-1")
MINUTE = timedelta(minutes=1)


def session(
    *records: AgentRecord, orders: Sequence[Order] = (), at: datetime = LAUNCHED, **changes: object
) -> SessionData:
    defaults = AgentDefaults.model_validate({"attempts": 2} | changes)
    plan = mission(
        *(agent(name, subject(name)) for name in NAMES), agent=defaults, limits=Limits(max_usd="1", max_parallel=1)
    )
    made = data(plan, *records, at=at)
    return SessionData(made.session, made.mission, made.launch, made.records, made.findings, tuple(orders))


def order(kind: OrderKind, minutes: float) -> Order:
    return Order(id=f"comment-{int(minutes)}", kind=kind, by="ann", time=LAUNCHED + minutes * MINUTE)


def known(*given_out: Dispatch, starts: Sequence[float] = (), judged: Judged | None = None) -> Dispatches:
    begun = tuple(Start(time=LAUNCHED + minutes * MINUTE, why="", run="76/1") for minutes in starts)
    return Dispatches(session="cloud-1", dispatches=given_out, starts=begun, judged=judged)


def given_out(name: str, attempt: int = 1, run: str = "77/1", minutes: float = 0) -> Dispatch:
    return Dispatch(agent=name, attempt=attempt, run=run, time=LAUNCHED + minutes * MINUTE)


def judged(tip: str = TIP, *, settled: bool = True, times: int = 1, minutes: float = 10) -> Judged:
    verdict = "fail" if settled else "waiting"
    return Judged(tip=tip, verdict=verdict, settled=settled, times=times, time=LAUNCHED + minutes * MINUTE)


def run(number: str = "77", minutes: float = 0) -> ActiveRun:
    return ActiveRun(number, "cloud-1 goes on", LAUNCHED + minutes * MINUTE)


def step(
    of: SessionData, told: Dispatches = NOTHING, *runs: ActiveRun, minutes: float = 30, completed: bool = False
) -> Step:
    situation = Situation(of, TIP, told, runs, LAUNCHED + minutes * MINUTE)
    return next_step(situation, completed=completed)


DONE = tuple(record("cloud-1", name) for name in NAMES)


# --- nobody is at work ---


def test_g15_agents_without_a_record_are_run_when_nobody_is_at_work() -> None:
    assert step(session(DONE[0])) == Work((Turn("a-2", 1, 70),), "not done yet: a-2")


def test_g15_a_silent_agent_is_tried_again_by_a_backup() -> None:
    lost = record("cloud-1", "a-2", "failed", reason=LOST)
    found = step(session(DONE[0], lost, backups=("backup-1",)))
    assert found == Work((Turn("a-2", 2, 70, "backup-1"),), "not done yet: a-2")


def test_a_session_whose_agents_are_all_recorded_is_closed() -> None:
    assert step(session(*DONE)) == Work((), "every agent is recorded")


def test_a_session_whose_agents_have_used_up_their_attempts_is_closed() -> None:
    assert step(session(*(record("cloud-1", name, "failed", attempt=2) for name in NAMES))) == Work(
        (), "every agent is recorded"
    )


def test_what_the_gate_has_refused_is_not_gated_again_before_its_branch_moves() -> None:
    assert step(session(*DONE), known(judged=judged())) == Stand("judged", "the gate says fail")
    assert step(session(*DONE), known(judged=judged("c" * 40))) == Work((), "every agent is recorded")


@pytest.mark.parametrize(("times", "pause"), [(1, 20), (2, 40), (3, 80), (6, 640), (7, 720), (100, 720)])
def test_a_gate_that_waits_is_asked_again_less_and_less_often(times: int, pause: int) -> None:
    told = known(judged=judged(settled=False, times=times, minutes=0))
    assert step(session(*DONE), told, minutes=pause - 1) == Stand("judged", "the gate says waiting")
    assert step(session(*DONE), told, minutes=pause) == Work((), "the gate said waiting", again=True)
    assert timedelta(minutes=20) == ASK_AGAIN


def test_g15_over_its_time_what_is_unfinished_is_given_up() -> None:
    assert step(session(DONE[0]), minutes=360) == Work((Turn("a-2", 1, 70),), "not done yet: a-2")
    assert step(session(DONE[0]), minutes=361) == Work((), "its time is over", over=True)
    assert step(session(*DONE), minutes=361) == Work((), "every agent is recorded")
    assert step(session(DONE[0], orders=[order("resume", 10)]), minutes=361) == Work(
        (Turn("a-2", 1, 70),), "not done yet: a-2"
    )


def test_a_run_that_was_just_started_is_waited_for() -> None:
    told = known(starts=[29])
    assert step(session(), told) == Stand("busy", "a run was just started")
    assert isinstance(step(session(), told, minutes=33), Work)
    assert isinstance(step(session(), told, completed=True), Work), "it came, and is over"
    seen = known(given_out("a-1", minutes=29.5), starts=[29])
    assert isinstance(step(session(), seen), Work), "it came and handed out attempts"
    gated = known(starts=[29], judged=judged("c" * 40, minutes=29.5))
    assert isinstance(step(session(*DONE), gated), Work), "it came and asked the gate"


# --- somebody has to act ---


def test_a_session_that_a_person_stopped_stands_still() -> None:
    assert step(session(orders=[order("stop", 5)])) == Stand("held", "ann stopped it")
    assert isinstance(step(session(orders=[order("stop", 5), order("resume", 6)])), Work)


def test_g16_while_the_model_refuses_access_nobody_is_tried_again() -> None:
    refused = record("cloud-1", "a-1", "failed", halted=True, halts=1, reason="401: invalid x-api-key")
    why = "a-1 was refused access to its model: 401: invalid x-api-key"
    assert step(session(refused)) == Stand("halted", why)
    assert isinstance(step(session(refused, orders=[order("resume", 25)])), Work)


def test_a24_after_three_runs_in_a_row_that_brought_nothing_the_breaker_opens() -> None:
    failed = record("cloud-1", "a-1", "failed", recorded=LAUNCHED + 20 * MINUTE)
    of = session(failed, attempts=9)
    assert breaker(of, known(starts=[1, 2])) is None
    assert step(of, known(starts=[1, 2, 3])) == Stand("broken", "3 runs in a row brought nothing")
    resumed = session(failed, attempts=9, orders=[order("resume", 4)])
    assert isinstance(step(resumed, known(starts=[1, 2, 3])), Work)
    done = record("cloud-1", "a-2", recorded=LAUNCHED + 2 * MINUTE)
    assert isinstance(step(session(failed, done, attempts=9), known(starts=[1, 2, 3])), Work)


def test_a24_the_run_that_was_started_last_does_its_work_all_the_same() -> None:
    of, told = session(attempts=9), known(starts=[1, 2, 3])
    assert isinstance(next_work(of, TIP, told, NOW), Work)


def test_a24_asking_the_gate_again_is_no_failure() -> None:
    told = known(starts=[11, 12, 13], judged=judged(settled=False))
    assert step(session(*DONE), told) == Work((), "the gate said waiting", again=True)


def test_g23_when_the_money_is_gone_nothing_new_starts() -> None:
    spent = record("cloud-1", "a-1", spent=1_000_000)
    why = "all of its money is spent: 1.00 of 1.00 USD"
    assert step(session(spent, backend="claude")) == Stand("broken", why)
    assert isinstance(step(session(spent)), Work), "the others cost nothing"
    both = session(spent, record("cloud-1", "a-2"), backend="claude")
    assert step(both) == Work((), "every agent is recorded")


# --- somebody is at work ---


def test_a_session_with_a_run_is_left_alone() -> None:
    assert step(session(), known(given_out("a-1")), run()) == Stand("busy", "a run is at work")


def test_what_a_person_stopped_is_ended() -> None:
    assert step(session(orders=[order("stop", 5)]), NOTHING, run("78", 3), run("77", 1)) == End(
        "77", "ann stopped the session"
    )


def test_a_run_does_not_outlive_the_time_of_its_session() -> None:
    assert step(session(), NOTHING, run(), minutes=361) == End("77", "the session's time is over")
    assert step(session(*DONE), NOTHING, run(), minutes=361) == Stand("busy", "a run is at work")


def test_g15_a_run_whose_agents_never_report_is_ended_from_the_time_of_dispatch() -> None:
    told = known(given_out("a-1"), given_out("a-2"), given_out("a-3", run="78/1"))
    of = session(DONE[0], timeout_minutes=30, at=LAUNCHED)
    assert longest(of.mission, 2) == timedelta(hours=3)
    assert step(of, told, run(), minutes=180) == Stand("busy", "a run is at work")
    assert step(of, told, run(), minutes=181) == End("77", "a-2 fell silent")
    assert step(of, told, run("79"), minutes=181) == Stand("busy", "a run is at work"), "it was given nothing"


def test_a_newer_attempt_than_the_recorded_one_may_be_silent_too() -> None:
    failed = record("cloud-1", "a-1", "failed")
    told = known(given_out("a-1", attempt=2))
    of = session(failed, timeout_minutes=1)
    assert step(of, told, run(), minutes=62) == End("77", "a-1 fell silent")


def test_many_names_are_cut_short() -> None:
    plan = mission(*(agent(f"b-{n}", subject(f"S {n}")) for n in range(5)))
    found = next_work(data(plan), TIP, NOTHING, NOW)
    assert isinstance(found, Work) and found.why == "not done yet: b-0, b-1, b-2 and 2 more"


# --- whatever happens ---

HOW = st.sampled_from(["lost before", "lost", "failed", "done"])


@given(st.lists(HOW, min_size=80, max_size=80), st.integers(1, 10))
def test_a24_g19_a_session_comes_to_an_end_by_itself_whatever_becomes_of_its_runs(
    hows: list[str], attempts: int
) -> None:
    of, told, minutes, runs = session(attempts=attempts), NOTHING, 1.0, 0
    records: dict[str, AgentRecord] = {}
    while isinstance(found := step(of, told, minutes=minutes, completed=True), Work) and found.turns:
        told = known(starts=[*((s - LAUNCHED) / MINUTE for s in map(attrgetter("time"), told.starts)), minutes])
        how, runs, minutes = hows[runs], runs + 1, minutes + 1
        if how != "lost before":
            for turn in found.turns[:1]:
                state: AgentState = "done" if how == "done" else "failed"
                at = LAUNCHED + minutes * MINUTE
                records[turn.agent] = record("cloud-1", turn.agent, state, attempt=turn.attempt, recorded=at)
        of, minutes = session(*records.values(), attempts=attempts), minutes + 1
    assert runs <= 3 * (len(NAMES) + 1)
    assert isinstance(found, Work) or (isinstance(found, Stand) and found.how == "broken")
