"""Which pending records go into the branch, and that two pushes are enough for everybody."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.folding import LONGEST, LOOKS, PUSHES, Step, Wait, next_step, pending
from bot.core.session import record_ref

REFS = {
    record_ref("cloud-1", "a", 1): "a1",
    record_ref("cloud-1", "a", 2): "a2",
    record_ref("cloud-1", "b", 1): "b1",
    record_ref("cloud-10", "c", 1): "c1",
    "refs/swarm/records/cloud-1/d/junk": "d1",
}


def test_the_newest_attempt_of_each_agent_of_this_session() -> None:
    assert [item.commit for item in pending(REFS, "cloud-1", {})] == ["a2", "b1"]


def test_the_newest_attempt_counts_whichever_comes_first() -> None:
    turned = dict(reversed(REFS.items()))
    assert [item.commit for item in pending(turned, "cloud-1", {})] == ["a2", "b1"]


def test_g14_an_attempt_that_is_not_newer_is_fenced_off() -> None:
    assert [item.commit for item in pending(REFS, "cloud-1", {"a": 2, "b": 2})] == []
    assert [item.commit for item in pending(REFS, "cloud-1", {"a": 1})] == ["a2", "b1"]


@given(st.permutations(list(REFS.items())), st.dictionaries(st.sampled_from("ab"), st.integers(0, 3)))
def test_g19_the_order_of_the_refs_does_not_matter(refs: list[tuple[str, str]], recorded: dict[str, int]) -> None:
    assert pending(dict(refs), "cloud-1", recorded) == pending(REFS, "cloud-1", recorded)


def step(*, waiting: int = 1, lost: int = 0, waits: int = 0, chance: float = 0.5) -> Step:
    return next_step(waiting=waiting, lost=lost, waits=waits, chance=chance)


def seconds(found: Step) -> float:
    assert isinstance(found, Wait)
    return found.seconds


def test_who_is_alone_folds_at_once_and_who_is_not_waits_first() -> None:
    assert step() == "fold"
    assert seconds(step(waiting=20)) == 2.5
    assert step(waiting=20, waits=1) == "fold"


def test_waits_grow_with_the_crowd_up_to_a_bound() -> None:
    assert 0 == seconds(step(waiting=20, chance=0)) < seconds(step(waiting=20)) < seconds(step(waiting=64))
    assert seconds(step(waiting=2_000, chance=0.999)) < LONGEST
    assert seconds(step(waiting=64, lost=1)) == 2 * seconds(step(waiting=64))
    assert seconds(step(waiting=1, lost=1)) > 0


def test_who_has_lost_all_pushes_looks_for_a_while_and_leaves_it() -> None:
    looks = [seconds(step(lost=PUSHES, waits=n)) for n in range(len(LOOKS))]
    assert looks == sorted(looks)
    assert 30 < sum(looks) < 120
    assert step(lost=PUSHES, waits=len(LOOKS)) == "leave"


# --- every order in which recorders can meet ---


@dataclass
class World:
    """The records that are kept, and what the branch has after each commit."""

    kept: set[str] = field(default_factory=set)
    branch: list[frozenset[str]] = field(default_factory=lambda: [frozenset()])
    pushes: dict[str, int] = field(default_factory=dict)
    steps: dict[str, Step] = field(default_factory=dict)


def recorder(world: World, name: str, chance: float) -> Iterator[None]:
    """What `settle` does; others may come in between wherever this yields."""
    yield
    world.kept.add(name)
    lost = waits = 0
    while True:
        yield
        version, branch = len(world.branch), world.branch[-1]
        if name in branch:
            return
        yield
        waiting = frozenset(world.kept - branch)
        world.steps[name] = found = next_step(waiting=len(waiting), lost=lost, waits=waits, chance=chance)
        if found == "leave":
            return
        yield
        if isinstance(found, Wait):
            waits += 1
            continue
        world.pushes[name] = world.pushes.get(name, 0) + 1
        if len(world.branch) == version:
            world.branch.append(branch | waiting)
            return
        lost, waits = lost + 1, 0


@settings(deadline=None, max_examples=200)
@given(st.lists(st.floats(0, 0.99), min_size=1, max_size=6), st.lists(st.integers(0, 5), max_size=150))
def test_g13_two_pushes_are_enough_in_every_order(chances: list[float], order: list[int]) -> None:
    world = World()
    recorders = [recorder(world, f"agent-{n}", chance) for n, chance in enumerate(chances)]
    for number in order:
        next(recorders[number % len(recorders)], None)
    for left in recorders:  # nobody stops half way
        for _ in left:
            pass
    assert world.branch[-1] == world.kept == {f"agent-{n}" for n in range(len(chances))}
    assert max(world.pushes.values()) <= PUSHES
    assert "leave" not in world.steps.values()
    assert all(before < after for before, after in zip(world.branch, world.branch[1:], strict=False))
