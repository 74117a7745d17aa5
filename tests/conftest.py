"""Fixtures and hooks for every test."""

import gc

import pytest

pytest_plugins = ["tests.github.fixtures"]

UNWATCHED = ("test_act_", "test_hosted", "test_claude_session", "test_four_missions")
STAND_INS = {"attacks", "fuzz", "github", "messages", "rehearsal"}


@pytest.hookimpl(trylast=True)  # after hypothesis has marked what is its own
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Coverage does not watch property tests, whole sessions and attacks: it makes them twice as slow.

    So the floors of coverage_floors.py are kept by single examples. `no_cover` says the same of other repetitions.
    """
    for item in items:
        whole = item.path.name.startswith(UNWATCHED) or item.path.parent.name in STAND_INS
        if item.get_closest_marker("hypothesis") or whole:
            item.add_marker(pytest.mark.no_cover)


def pytest_collection_finish() -> None:
    """What was imported stays: the garbage collector need not go through it again and again."""
    gc.freeze()
