"""Fixtures and hooks for every test."""

import gc
import os
from collections.abc import Generator
from pathlib import Path

import pytest

pytest_plugins = ["tests.github.fixtures"]

SESSIONS = ("test_act_", "test_hosted_", "test_claude_session", "test_four_missions")
ELSEWHERE = {"attacks", "fuzz", "github", "messages"}
"""Attacks go through what is watched already; the others are tests of stand-ins."""


@pytest.hookimpl(trylast=True)  # after hypothesis has marked what is its own
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Says what coverage does not watch, and lets the longest tests begin first: nobody waits for them at the end.

    The same lines again would take twice as long in whole sessions and property tests. So the floors of
    coverage_floors.py are kept by single examples, close to the code. `unwatched` says the same of other
    repetitions, `watched` that a session shows what nothing else does.
    """
    for item in items:
        part = item.path.relative_to(Path(__file__).parent).parts[0]
        session = item.path.name.startswith(SESSIONS) and not item.get_closest_marker("watched")
        if item.get_closest_marker("hypothesis") or session or part in ELSEWHERE:
            item.add_marker(pytest.mark.unwatched)
    items.sort(key=lambda item: not item.path.name.startswith("test_act_"))


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """In a worker of xdist, pytest-cov has begun to watch before it knows that it is one, and will begin again."""
    plugin = session.config.pluginmanager.getplugin("_cov")
    if plugin and plugin.cov_controller and hasattr(session.config, "workerinput"):
        plugin.cov_controller.pause()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Leaves out what is unwatched, with its fixtures; the marker `no_cover` leaves those in."""
    plugin = item.config.pluginmanager.getplugin("_cov")
    if not plugin or not item.get_closest_marker("unwatched"):
        return (yield)
    plugin.cov_controller.pause()
    try:
        return (yield)
    finally:
        plugin.cov_controller.resume()


def pytest_collection_finish() -> None:
    """What was imported stays: the garbage collector need not go through it again and again."""
    gc.freeze()


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: what act runs waits about as often as it works."""
    return (os.cpu_count() or 1) + 1
