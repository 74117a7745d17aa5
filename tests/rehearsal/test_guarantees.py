"""Each guarantee that a rehearsal looks for can be seen to break."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.records import FindingsFile
from bot.rehearsal.guarantees import Aftermath, Handed, held
from bot.rehearsal.sources import MadeUpSources
from tests.builders import NOW, agent, checked, mission, subject
from tests.sessions import data, record

PLAN = mission(agent("a", subject("A")), agent("b", subject("B")))
RECORDS = (record("cloud-1", "a"), record("cloud-1", "b"))
DATA = data(PLAN, *RECORDS)
DATA = replace(DATA, launch=DATA.launch.model_copy(update={"caps": {"a": 10, "b": 10}}))
HELD = Aftermath(
    data=DATA,
    merged=True,
    why="",
    spent={"a": 10},
    made=RECORDS,
    handed=(Handed("a", 1, "1", NOW), Handed("b", 1, "1", NOW)),
    pulls=1,
    merges=1,
    comments=1,
    writes=[NOW + timedelta(seconds=n) for n in range(80)],
    runs=3,
    committed={"x.md": b"x"},
    expected={"x.md": b"x"},
)


def broken(after: Aftermath) -> dict[str, str]:
    return {one.id: one.broken for one in held(after, MadeUpSources(NOW)) if one.broken}


def test_nothing_is_broken_where_all_is_well() -> None:
    assert broken(HELD) == {}
    assert broken(replace(HELD, merged=False, why="the gate says fail")) == {}


def without(name: str) -> object:
    return replace(DATA, records={k: v for k, v in DATA.records.items() if k != name})


@pytest.mark.parametrize(
    ("changes", "guarantee", "said"),
    [
        ({"bugs": [KeyError("x")]}, "G4", "KeyError: 'x'"),
        ({"pulls": 2}, "G10", "2 pull requests, 1 merges, 1 comments"),
        ({"comments": 2}, "G10", "1 pull requests, 1 merges, 2 comments"),
        ({"merges": 2}, "G10", "1 pull requests, 2 merges, 1 comments"),
        (
            {"handed": (Handed("a", 1, "1", NOW), Handed("a", 1, "2", NOW))},
            "G12",
            "a/1 was given to the runs 1 and 2",
        ),
        ({"made": (record("cloud-1", "a", verified=2),)}, "G13", "a had 2 verified findings, and 1 are left"),
        ({"made": (record("cloud-1", "a", attempt=2),)}, "G14", "a: attempt 1 stands in place of 2"),
        ({"writes": [NOW] * 81}, "G18", "81 writes within 0:01:00"),
        ({"writes": [NOW + timedelta(seconds=7 * n) for n in range(510)]}, "G18", "501 writes within 1:00:00"),
        ({"data": None, "expected": {}, "committed": {}}, "G19", "no session was opened"),
        ({"merged": False}, "G19", "nobody is at work, and nothing says why: all agents are recorded"),
        ({"spent": {"a": 11}}, "G23", "a spent 11 of 10 millionths"),
        ({"spent": {"a": 10, "z": 10**9}}, "G23", "1000000010 of 2500000 millionths were spent"),
        ({"committed": {}}, "G28", "x.md"),
        ({"runs": 50}, "A24", "50 runs, at most 49"),
    ],
)
def test_what_breaks_a_guarantee_is_named(changes: dict[str, object], guarantee: str, said: str) -> None:
    assert broken(replace(HELD, **changes))[guarantee] == said  # type: ignore[arg-type]


def test_a_record_that_is_gone_is_named() -> None:
    found = broken(replace(HELD, data=without("b")))  # type: ignore[arg-type]
    assert (found["G13"], found["G19"]) == ("the record of b is gone", "merged without a record of b")


def test_a_claim_that_is_called_verified_and_is_not_is_named() -> None:
    file = FindingsFile(agent="a", findings=(checked(subject="a"), checked(subject="a", state="dead")))
    found = broken(replace(HELD, data=replace(DATA, findings={"a": file})))
    assert found["G27"].startswith("a: ")
