"""From a command to an order: what it gives to whom, and why it cannot be given."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.chatops import AddBudget, Merge, Ordering, Resume, Retry, Stop
from bot.core.commanding import check_merge, order_of
from bot.core.commanding import given as said
from bot.core.mission import AgentDefaults, Limits
from bot.core.orders import Order, amended
from bot.core.records import AgentRecord
from bot.core.session import SessionData
from bot.errors import Refused
from tests.builders import NOW, agent, mission, subject
from tests.sessions import data, record

MOST = 50_000_000
NAMES = ("a-1", "a-2", "a-3")


def session(
    *records: AgentRecord, backend: str = "claude", count: int = 3, orders: tuple[Order, ...] = ()
) -> SessionData:
    defaults = AgentDefaults.model_validate({"backend": backend})
    agents = [agent(f"a-{n + 1}", subject(f"S {n}")) for n in range(count)]
    made = data(mission(*agents, agent=defaults, limits=Limits(max_usd="3")), *records)
    caps = made.launch.model_copy(update={"caps": {one.id: 3_000_000 // count for one in agents}})
    return SessionData(made.session, made.mission, caps, made.records, made.findings, orders)


def order(command: Ordering, of: SessionData, most: int = MOST) -> Order:
    return order_of(command, of, most, "comment-1", "ann", NOW)


def refusal(command: Ordering, of: SessionData, most: int = MOST) -> str:
    with pytest.raises(Refused) as refused:
        order(command, of, most)
    return str(refused.value)


def done(name: str) -> AgentRecord:
    return record("cloud-1", name)


def failed(name: str, attempt: int = 1) -> AgentRecord:
    return record("cloud-1", name, "failed", attempt=attempt)


def blocked(name: str) -> AgentRecord:
    return record("cloud-1", name, "blocked")


@given(
    st.sampled_from([Stop(), Resume(), Retry("a-1"), AddBudget(1_000_000)]),
    st.timedeltas(timedelta(-9), timedelta(9)),
)
def test_an_order_counts_as_given_after_all_that_is_recorded(command: Ordering, later: timedelta) -> None:
    recorded = record("cloud-1", "a-1", "failed", recorded=NOW + later)
    given_at = order(command, session(recorded)).time
    assert given_at >= NOW
    assert given_at > recorded.recorded, "also when both were in the same second, or a clock is behind"


def test_stop_and_resume_need_nothing() -> None:
    for command, kind in ((Stop(), "stop"), (Resume(), "resume")):
        assert order(command, session()) == Order(id="comment-1", kind=kind, by="ann", time=NOW)
    assert said(order(Stop(), session()), session()) == "nothing new starts until somebody resumes it"
    assert said(order(Resume(), session()), session()) == "the session goes on"


# --- retry ---


def test_all_that_failed_are_tried_once_more() -> None:
    of = session(failed("a-1", 2), blocked("a-2"), failed("a-3"))
    made = order(Retry(None), of)
    assert made.attempts == {"a-1": 3, "a-3": 2}
    assert said(made, of) == "tried once more: `a-1`, `a-3`"


def test_one_that_is_blocked_is_tried_again_by_its_name() -> None:
    assert order(Retry("a-2"), session(failed("a-1"), blocked("a-2"))).attempts == {"a-2": 2}


@pytest.mark.parametrize(
    ("name", "why"),
    [
        (None, "no agent has failed; one that is blocked is tried again by its name"),
        ("a-9", "the mission has no agent a-9; its agents are a-1, a-2, a-3"),
        ("a-3", "a-3 has no record yet; when nobody is at work, resume the session"),
        ("a-1", "a-1 is done; nothing of it is tried again"),
    ],
)
def test_what_cannot_be_tried_again_says_why(name: str | None, why: str) -> None:
    assert refusal(Retry(name), session(done("a-1"), blocked("a-2"))) == why


def test_g17_no_agent_goes_beyond_the_highest_attempt() -> None:
    of = session(failed("a-1", 9), failed("a-2", 10))
    assert order(Retry("a-1"), of).attempts == {"a-1": 10}
    for command in (Retry(None), Retry("a-2")):
        assert refusal(command, of).startswith("an agent has at most 10 attempts, and a-2 made all of them")


# --- budget ---


def test_g23_money_goes_to_those_that_are_not_done_to_the_last_millionth() -> None:
    of = session(done("a-1"), failed("a-2"))
    made = order(AddBudget(5_000_001), of)
    assert made.caps == {"a-2": 2_500_001, "a-3": 2_500_000}
    assert amended(of.launch, [made]).mission.limits.max_usd == 8_000_001
    after = SessionData(of.session, amended(of.launch, [made]).mission, of.launch)
    assert said(made, after) == "the session may spend 8.000001 USD now, 5.000001 more, for `a-2`, `a-3`"


@given(st.integers(1, MOST - 3_000_000), st.integers(1, 20), st.sets(st.integers(1, 20)))
def test_g23_all_that_is_added_is_given_out(added: int, count: int, finished: set[int]) -> None:
    of = session(*(done(f"a-{n}") for n in finished if n <= count), count=count)
    if len(of.records) == count:
        assert "are done" in refusal(AddBudget(added), of)
        return
    caps = order(AddBudget(added), of).caps
    assert sum(caps.values()) == added
    assert max(caps.values()) - min(caps.values()) <= 1
    assert not set(caps) & set(of.records)


def test_money_that_nobody_could_spend_is_not_added() -> None:
    assert refusal(AddBudget(1), session(*map(done, NAMES))) == (
        "all agents that cost money are done; nobody would spend it"
    )
    assert refusal(AddBudget(1), session(backend="extractive")) == (
        "this session costs nothing (extractive); it needs no money"
    )


def test_only_agents_that_cost_money_get_some() -> None:
    of = session()
    [team] = of.mission.teams
    free = team.agents[0].model_copy(update={"backend": "extractive"})
    mixed = of.mission.model_copy(
        update={"teams": (team.model_copy(update={"agents": (free, *team.agents[1:])}),)}
    )
    assert set(order(AddBudget(10), SessionData(of.session, mixed, of.launch)).caps) == {"a-2", "a-3"}


def test_the_configurations_bound_holds_for_what_is_added() -> None:
    assert order(AddBudget(2_000_000), session(), most=5_000_000).caps
    assert refusal(AddBudget(2_000_001), session(), most=5_000_000) == (
        "the session could spend 5.000001 USD then, and one of this repository at most 5.00; "
        "add less, or have a maintainer raise `max_usd` in `.github/swarm.yml`"
    )


# --- merge ---


def test_a_session_is_merged_when_all_are_recorded_and_nobody_stopped_it() -> None:
    of = session(*map(done, NAMES))
    assert said(order(Merge(), of), of) == "the gate is asked again, and what passes it is merged"
    check_merge(of)
    assert refusal(Merge(), session(done("a-2"))) == (
        "not recorded yet: a-1, a-3; it is merged without you when they are"
    )
    stopped = session(*map(done, NAMES), orders=(Order(id="comment-0", kind="stop", by="bob", time=NOW),))
    assert refusal(Merge(), stopped) == "bob stopped the session; resume it first"
