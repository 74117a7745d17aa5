"""What goes wrong: as a file says, or the same for the same seed."""

from random import Random

import pytest

from bot.errors import InvalidInput
from bot.rehearsal.faults import AGENT_FAULTS, EVENTS, MEDDLING, Chance, FaultFile, Scripted, load_faults

FILE = b"""\
agents:
  - {agent: haiku-21, fault: crashes, attempt: 1}
  - {agent: haiku-22, fault: hangs}
jobs: [{job: close, nth: 2, dies_after: 3}]
events: [{completed: 2, fault: lost}]
people: [{minute: 12, does: base-moves}]
slow_calls: 1
schedule: false
"""


def test_a_file_says_what_goes_wrong_and_when() -> None:
    faults = load_faults(FILE, "faults.yml")
    assert [faults.of_agent("haiku-21", n) for n in (1, 2)] == ["crashes", None]
    assert [faults.of_agent("haiku-22", n) for n in (1, 2)] == ["hangs", "hangs"]
    assert [faults.dies_after("close") for _ in range(3)] == [None, 3, None]
    assert faults.dies_after("launch") is None
    assert [faults.of_event() for _ in range(3)] == [None, "lost", None]
    assert list(faults.people()) == [(12, "base-moves")]
    assert faults.is_slow() and not faults.schedule


def test_without_a_word_nothing_goes_wrong() -> None:
    faults = Scripted(FaultFile())
    assert (faults.of_agent("a", 1), faults.dies_after("close"), faults.of_event()) == (None, None, None)
    assert list(faults.people()) == [] and not faults.is_slow() and faults.schedule


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"agents: [{agent: a, fault: explodes}]", 'agents[0].fault is "explodes"'),
        (b"jobs: [{job: close}]", "jobs[0]"),
        (b"faults: []", "faults"),
        (b"agents: [", "not YAML"),
    ],
)
def test_a_file_that_is_wrong_is_refused_with_its_place(content: bytes, said: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        load_faults(content, "faults.yml")
    assert said in str(caught.value) and "faults.yml" in str(caught.value)


def drawn(seed: int, rate: float) -> list[object]:
    faults = Chance(Random(seed), rate)
    found: list[object] = [faults.schedule, *faults.people()]
    for _ in range(200):
        found += [faults.of_agent("a", 1), faults.dies_after("record"), faults.of_event(), faults.is_slow()]
    return found


def test_chance_is_the_same_for_the_same_seed() -> None:
    assert drawn(7, 0.3) == drawn(7, 0.3) != drawn(8, 0.3)


def test_chance_finds_every_fault_and_none_at_a_rate_of_nothing() -> None:
    found = [one for seed in range(20) for one in drawn(seed, 0.5)]
    assert {one for one in found if isinstance(one, str)} == {*AGENT_FAULTS, *EVENTS}
    assert {one[1] for one in found if isinstance(one, tuple)} == set(MEDDLING)
    assert not [one for one in drawn(1, 0)[1:] if one]


def test_where_nothing_is_there_to_find_it_no_event_is_lost() -> None:
    for seed in range(200):
        faults = Chance(Random(seed), 0.9)
        if not faults.schedule:
            assert [faults.of_event() for _ in range(50)] == [None] * 50
            assert [faults.dies_after("status") for _ in range(50)] == [None] * 50
            return
    raise AssertionError("no seed without a schedule")
