"""Each guarantee that a rehearsal looks for can be seen to break."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.core.overview import Overview, overview
from bot.core.records import FindingsFile
from bot.core.state import Merge
from bot.rehearsal.guarantees import Aftermath, Handed, held, together
from bot.rehearsal.sources import MadeUpSources
from tests.builders import NOW, agent, checked, mission, subject
from tests.sessions import data, record, state

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
    handed=(Handed("cloud-1", "a", 1, "1", NOW), Handed("cloud-1", "b", 1, "1", NOW)),
    pulls=1,
    merges=1,
    comments=1,
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
        ({"pulls": 2}, "G10", "2 pull requests, 1 merges, 1 comments"),
        ({"comments": 2}, "G10", "1 pull requests, 1 merges, 2 comments"),
        ({"merges": 2}, "G10", "1 pull requests, 2 merges, 1 comments"),
        (
            {"handed": (Handed("cloud-1", "a", 1, "1", NOW), Handed("cloud-1", "a", 1, "2", NOW))},
            "G12",
            "a/1 was given to the runs 1 and 2",
        ),
        ({"made": (record("cloud-1", "a", verified=2),)}, "G13", "a had 2 verified findings, and 1 are left"),
        ({"made": (record("cloud-1", "a", attempt=2),)}, "G14", "a: attempt 1 stands in place of 2"),
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


TWO = mission(agent("a", subject("A")))


def seen(*sessions: str, merged: bool = True) -> Overview:
    """Sessions that all research the same."""
    merge = Merge("c" * 40, NOW) if merged else None
    return overview("main", "0" * 40, NOW, [state(TWO, session=session, merge=merge) for session in sessions])


def at_all(
    over: Overview | None = None,
    writes: Sequence[datetime] = (),
    bugs: Sequence[BaseException] = (),
    never: Sequence[str] = (),
    *,
    all_merged: bool = False,
) -> dict[str, str]:
    found = together(over or seen("cloud-1"), writes, bugs, never, all_merged=all_merged)
    return {one.id: one.broken for one in found if one.broken}


def test_over_all_sessions_nothing_is_broken_where_all_is_well() -> None:
    assert at_all(writes=[NOW + timedelta(seconds=n) for n in range(80)], all_merged=True) == {}


def test_too_much_written_at_once_is_named() -> None:
    assert at_all(writes=[NOW] * 81) == {"G18": "81 writes within 0:01:00"}
    slowly = [NOW + timedelta(seconds=7 * n) for n in range(510)]
    assert at_all(writes=slowly) == {"G18": "501 writes within 1:00:00"}


def test_bugs_and_labels_that_came_to_nothing_are_named() -> None:
    assert at_all(bugs=[KeyError("x")]) == {"exit": "KeyError: 'x'"}
    assert at_all(never=["cloud"]) == {"G21": "no session was opened of cloud"}


def test_g30_work_that_is_done_twice_is_named() -> None:
    assert at_all(seen("cloud-1", "cloud-2"))["G30"].startswith("no duplicate work: 0 of 1 subjects")
    assert at_all(seen("cloud-1", merged=False), all_merged=True)["G30"] == "zero merge conflicts: 0 of 1 merged"
