"""Fixtures and hooks for every test."""

import gc

import pytest

pytest_plugins = ["tests.github.fixtures"]


@pytest.hookimpl(trylast=True)  # after hypothesis has marked what is its own
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Coverage does not watch property tests, nor act: the same lines again would take three times as long.

    So the floors of coverage_floors.py are kept by single examples. `no_cover` says the same of other repetitions.
    """
    for item in items:
        if item.get_closest_marker("hypothesis") or item.path.name.startswith("test_act_"):
            item.add_marker(pytest.mark.no_cover)


def pytest_collection_finish() -> None:
    """What was imported stays: the garbage collector need not go through it again and again."""
    gc.freeze()
