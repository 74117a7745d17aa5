"""What people tell a session: the order counts, nothing is lost, and money only grows."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.core.orders import (
    Order,
    OrderKind,
    Orders,
    amended,
    deadline,
    earliest,
    held,
    last_word,
    merge_wanted,
    moment,
)
from bot.core.snapshot import parse_orders, parse_session
from bot.errors import Problem
from tests.builders import NOW, agent, mission, subject
from tests.sessions import LAUNCHED, launch, mission_yaml, record, session_files

PLAN = mission(agent("a", subject("A")), agent("b", subject("B")))
LAUNCH = launch("cloud-1", PLAN).model_copy(update={"caps": {"a": 100, "b": 200}})


def order(number: int, kind: OrderKind, minutes: float = 0, **more: object) -> Order:
    values = {"id": f"comment-{number}", "kind": kind, "by": "ann", "time": NOW + timedelta(minutes=minutes)}
    return Order.model_validate(values | more)


def test_a_session_stands_still_from_stop_to_resume() -> None:
    stop, resume = order(1, "stop"), order(2, "resume")
    assert held([]) is None
    assert held([stop]) is stop
    assert held([stop, resume]) is None
    assert held([stop, resume, order(3, "stop"), order(4, "retry"), order(5, "budget")]) == order(3, "stop")


def test_the_time_of_a_session_begins_again_when_a_person_lets_it_go_on() -> None:
    assert last_word(LAUNCH, []) == LAUNCHED
    assert deadline(LAUNCH, []) == LAUNCHED + timedelta(hours=6)
    assert last_word(LAUNCH, [order(1, "stop", 5)]) == LAUNCHED
    given_ = [order(1, "resume", 7), order(2, "stop", 9)]
    assert deadline(LAUNCH, given_) == NOW + timedelta(minutes=7, hours=6)


def test_an_order_to_merge_counts_until_something_is_recorded_or_somebody_stops_it() -> None:
    done, later = record("cloud-1", "a"), record("cloud-1", "b", recorded=NOW + timedelta(minutes=9))
    merge = order(1, "merge", 5)
    assert not merge_wanted([], [done])
    assert not merge_wanted([order(2, "resume", 6)], [done])
    assert merge_wanted([merge], [done])
    assert merge_wanted([merge, order(2, "resume", 6), order(3, "budget", 7)], [done])
    assert not merge_wanted([merge], [done, later])
    assert merge_wanted([merge, order(2, "merge", 10)], [done, later])
    assert not merge_wanted([merge, order(2, "stop", 6), order(3, "resume", 7)], [done])
    assert merge_wanted([merge, order(2, "stop", 6), order(3, "merge", 7)], [done])


def test_an_order_comes_after_all_that_is_recorded_also_within_a_second() -> None:
    """What is refused in the very second in which a person says to go on would halt the session again."""
    of_now = record("cloud-1", "a-1", recorded=NOW)
    assert moment(NOW, [of_now]) == NOW + timedelta(seconds=1)
    assert moment(NOW + timedelta(hours=1), [of_now]) == NOW + timedelta(hours=1)
    assert moment(NOW, []) == NOW


def test_a_run_that_an_order_has_started_never_began_before_the_order() -> None:
    """GitHub cuts the fraction of a second off, and an order may bear the time of a second later."""
    given_, began = NOW + timedelta(seconds=0.2), NOW  # the run really began at NOW + 0.9 s
    late = order(1, "retry").model_copy(update={"time": moment(given_, [record("cloud-1", "a", recorded=given_)])})
    assert late.time > given_ > began >= earliest(late)
    assert began >= earliest(late.model_copy(update={"time": given_}))


def test_nothing_is_amended_by_nothing() -> None:
    assert amended(LAUNCH, [order(1, "stop"), order(2, "resume")]) is LAUNCH


def test_money_goes_to_the_agents_that_it_names_and_raises_the_sessions_cap() -> None:
    more = amended(
        LAUNCH, [order(1, "budget", caps={"a": 30, "nobody": 5}), order(2, "budget", caps={"a": 1, "b": 4})]
    )
    assert more.caps == {"a": 131, "b": 204}
    assert more.mission.limits.max_usd == PLAN.limits.max_usd + 35
    assert LAUNCH.caps == {"a": 100, "b": 200}


def test_an_agent_may_go_as_far_as_the_furthest_order_says() -> None:
    more = amended(LAUNCH, [order(1, "retry", attempts={"a": 4}), order(2, "retry", attempts={"a": 3, "b": 2})])
    assert more.again == {"a": 4, "b": 2}


KINDS = st.sampled_from(["stop", "resume", "retry", "budget", "merge"])
CAPS = st.dictionaries(st.sampled_from(["a", "b", "c"]), st.integers(0, 1_000_000))


@given(st.lists(st.tuples(KINDS, CAPS), max_size=8))
def test_g23_the_sessions_cap_grows_by_what_its_agents_get(given_: list[tuple[OrderKind, dict[str, int]]]) -> None:
    orders = [order(n, kind, caps=caps) for n, (kind, caps) in enumerate(given_)]
    more = amended(LAUNCH, orders)
    grown = sum(more.caps.values()) - sum(LAUNCH.caps.values())
    assert more.mission.limits.max_usd - PLAN.limits.max_usd == grown >= 0
    assert all(more.caps[name] >= LAUNCH.caps[name] for name in ("a", "b")) and "c" not in more.caps


def test_orders_are_read_with_their_session() -> None:
    files = session_files("cloud-1", mission_yaml())
    told = Orders(orders=(order(1, "budget", caps={"haiku-1": 5}), order(2, "stop")))
    path = "sessions/cloud-1/orders.json"
    plain, _ = parse_session("cloud-1", files)
    data, problems = parse_session("cloud-1", files | {path: told.model_dump_json().encode()})
    assert data and plain and problems == ()
    assert data.orders == told.orders and plain.orders == ()
    assert data.mission is data.launch.mission


def test_orders_that_cannot_be_read_are_a_problem_and_count_as_none() -> None:
    for content in (
        b"[]",
        b'{"orders": [{"id": "x", "kind": "destroy", "by": "a", "time": "2026-01-01T00:00:00Z"}]}',
    ):
        problems: list[Problem] = []
        assert parse_orders("cloud-1", content, problems) == Orders()
        assert [problem.file for problem in problems] == ["sessions/cloud-1/orders.json"]
    odd = Orders(orders=(order(1, "stop").model_copy(update={"time": NOW.replace(year=9000)}),))
    problems = []
    assert parse_orders("cloud-1", odd.model_dump_json().encode(), problems) == Orders()
    assert "it names the year 9000" in str(problems[0])
