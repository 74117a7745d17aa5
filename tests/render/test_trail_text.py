"""The audit trail for a terminal: one line for each event, aligned."""

from datetime import timedelta

from bot.core.trail import decided
from bot.render.trail_text import trail_data, trail_text
from tests.builders import NOW, mission
from tests.sessions import launch

LAUNCH = launch("cloud-1", mission())
EVENTS = (
    decided(LAUNCH, "launched", "", NOW, "20 agents", actor="ann"),
    decided(
        LAUNCH,
        "recorded",
        "x",
        NOW + timedelta(seconds=3),
        "done: 61 findings",
        run="77/1",
        agent="a-2",
        attempt=2,
    ),
    decided(LAUNCH, "retried", "x", NOW + timedelta(hours=9), "once more", actor="bob", agent="haiku-22"),
)


def test_columns_stand_below_each_other() -> None:
    assert trail_text(EVENTS).splitlines() == [
        "2026-11-22 16:40:00  launched  -         20 agents   (ann)",
        "2026-11-22 16:40:03  recorded  a-2/2     done: 61 findings   (run 77/1, swarm)",
        "2026-11-23 01:40:00  retried   haiku-22  once more   (bob)",
    ]


def test_nothing_is_nothing() -> None:
    assert (trail_text(()), trail_data(())) == ("", [])


def test_a_machine_gets_every_field() -> None:
    told = trail_data(EVENTS)[1]
    assert (told["time"], told["agent"], told["attempt"]) == ("2026-11-22T16:40:03Z", "a-2", 2)
    assert set(told) == {"time", "kind", "actor", "run", "agent", "attempt", "reason", "key", "launch"}
