"""Which pending records go into the branch."""

from hypothesis import given
from hypothesis import strategies as st

from bot.core.folding import pending
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


def test_g14_an_attempt_that_is_not_newer_is_fenced_off() -> None:
    assert [item.commit for item in pending(REFS, "cloud-1", {"a": 2, "b": 2})] == []
    assert [item.commit for item in pending(REFS, "cloud-1", {"a": 1})] == ["a2", "b1"]


@given(st.permutations(list(REFS.items())), st.dictionaries(st.sampled_from("ab"), st.integers(0, 3)))
def test_g19_the_order_of_the_refs_does_not_matter(refs: list[tuple[str, str]], recorded: dict[str, int]) -> None:
    assert pending(dict(refs), "cloud-1", recorded) == pending(REFS, "cloud-1", recorded)
