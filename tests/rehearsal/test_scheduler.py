"""Many processes on one clock: whose turn it is, and what becomes of those that are killed."""

from datetime import timedelta

import pytest

from bot.rehearsal.scheduler import Killed, Scheduler
from tests.builders import NOW

LATER = NOW + timedelta(days=1)


def test_processes_take_turns_by_time() -> None:
    scheduler, seen = Scheduler(NOW), list[tuple[str, float]]()

    def walk(name: str, *pauses: float) -> None:
        for pause in pauses:
            scheduler.sleep(pause)
            seen.append((name, (scheduler.now() - NOW).total_seconds()))

    scheduler.start(lambda: walk("a", 1, 5))
    scheduler.start(lambda: walk("b", 2, 2), after=0.5)
    assert not scheduler.run(LATER)
    assert seen == [("a", 1), ("b", 2.5), ("b", 4.5), ("a", 6)]


def test_it_stops_when_the_time_has_come_and_goes_on_from_there() -> None:
    scheduler, seen = Scheduler(NOW), list[int]()

    def walk() -> None:
        for number in range(3):
            scheduler.sleep(60)
            seen.append(number)

    scheduler.start(walk)
    assert scheduler.run(NOW + timedelta(seconds=90)) and seen == [0]
    assert not scheduler.run(LATER) and seen == [0, 1, 2]


def test_who_waits_goes_on_when_all_are_over() -> None:
    scheduler, seen = Scheduler(NOW), list[float]()

    def whole() -> None:
        quick, slow = scheduler.start(lambda: scheduler.sleep(1)), scheduler.start(lambda: scheduler.sleep(9))
        scheduler.wait([quick, slow])
        scheduler.wait([quick])
        seen.append((scheduler.now() - NOW).total_seconds())

    scheduler.start(whole)
    scheduler.run(LATER)
    assert seen == [9]


def test_what_is_killed_ends_where_it_is_and_whoever_waits_goes_on() -> None:
    scheduler, seen = Scheduler(NOW), list[str]()

    def victim() -> None:
        try:
            scheduler.sleep(1_000)
            seen.append("woke")
        except Exception:
            seen.append("took it for a failure of its own")

    def whole() -> None:
        process = scheduler.start(victim)
        scheduler.start(lambda: scheduler.kill(process), after=5)
        scheduler.wait([process])
        assert isinstance(process.failed, Killed)
        scheduler.kill(process)
        seen.append(f"over after {(scheduler.now() - NOW).total_seconds():g}")

    scheduler.start(whole)
    scheduler.run(LATER)
    assert seen == ["over after 5"]


def test_what_is_killed_before_it_begins_never_does() -> None:
    scheduler, seen = Scheduler(NOW), list[str]()

    def whole() -> None:
        process = scheduler.start(lambda: seen.append("begun"), after=10)
        scheduler.kill(process)
        scheduler.wait([process])
        seen.append("over")

    scheduler.start(whole)
    scheduler.run(LATER)
    assert seen == ["over"]


def test_a_failure_is_kept_and_stops_nobody_else() -> None:
    scheduler = Scheduler(NOW)
    broken = scheduler.start(lambda: pytest.fail("on purpose"))
    other = scheduler.start(lambda: scheduler.sleep(1))
    scheduler.run(LATER)
    assert "on purpose" in str(broken.failed) and other.over and other.failed is None
