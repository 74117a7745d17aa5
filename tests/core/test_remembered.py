"""What pure functions have returned is kept, for the very same values only, and not for ever."""

from collections.abc import Callable

import pytest

from bot.core.remembered import each, itself, remembered


@pytest.mark.parametrize("parts", [itself, lambda values: (*itself(values), *itself(""))])
def test_the_same_value_is_worked_out_once_and_an_equal_one_again(
    parts: Callable[[list[int]], tuple[object, ...]],
) -> None:
    asked: list[list[int]] = []

    @remembered(2, parts)
    def total(values: list[int]) -> int:
        asked.append(values)
        return sum(values)

    first, equal = [1, 2], [1, 2]
    assert [total(first), total(first), total(equal), total(first)] == [3, 3, 3, 3]
    assert [id(values) for values in asked] == [id(first), id(equal)]


def test_texts_are_the_same_when_they_are_equal() -> None:
    asked = []

    @remembered(2, itself)
    def shout(text: str) -> str:
        asked.append(text)
        return text.upper()

    assert shout("a" * 3) == shout("".join(["a", "aa"])) == "AAA"
    assert asked == ["aaa"]


def test_what_is_made_of_several_values_is_known_by_all_of_them() -> None:
    asked = []

    @remembered(2, each)
    def times(of: tuple[list[int], str]) -> str:
        asked.append(of)
        return of[1] * len(of[0])

    values = [1, 2]
    assert [times((values, "a")), times((values, "a")), times((values, "b"))] == ["aa", "aa", "bb"]
    assert asked == [(values, "a"), (values, "b")]


def test_only_so_many_are_kept_and_none_is_taken_for_one_that_is_gone() -> None:
    asked = []

    @remembered(2, itself)
    def size(values: list[int]) -> int:
        asked.append(len(values))
        return len(values)

    # Each list is gone when the next is made, often at the same place in memory.
    assert [size([0] * length) for length in range(50)] == list(range(50))
    assert asked == list(range(50))
