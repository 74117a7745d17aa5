"""Converters at work side by side, as the agents of a session use them."""

import gc
import importlib
import os
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from bot.adapters.sources.convert import markdown, python
from bot.adapters.sources.draft import Draft

TEXT = "# Limits\n\nAt most 600 requests per minute.\n\n| plan | price |\n|---|---|\n| small | 5 USD |\n"
THREADS = 8


@pytest.fixture
def restless() -> Iterator[None]:
    """Threads take turns as often as they can, so that a race is seen."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("restless")
def test_the_first_documents_may_be_converted_side_by_side() -> None:
    """What is built on first use must not be seen half built."""
    alone = list(markdown.convert("README.md", TEXT))
    for _ in range(40):
        importlib.reload(markdown)
        start = Barrier(THREADS)

        def convert(_: int, start: Barrier = start) -> list[Draft]:
            start.wait()
            return list(markdown.convert("README.md", TEXT))

        with ThreadPoolExecutor(THREADS) as pool:
            assert all(together == alone for together in pool.map(convert, range(THREADS)))


@pytest.fixture
def interrupted() -> Iterator[None]:
    """The garbage collector runs as often as it can and lets another thread on, as any finalizer may."""

    def let_another_on(_: str, __: dict[str, int]) -> None:
        os.sched_yield()

    before = gc.get_threshold()
    gc.callbacks.append(let_another_on)
    gc.set_threshold(1)
    yield
    gc.set_threshold(*before)
    gc.callbacks.remove(let_another_on)


@pytest.mark.usefixtures("restless", "interrupted")
def test_python_modules_may_be_converted_side_by_side() -> None:
    """Python 3.11's parser counts its depth for all threads together (python/cpython#106905)."""
    text = "\n".join(f"LIMIT_{n} = {'[' * n}{n}{']' * n}" for n in range(1, 20))
    alone = list(python.convert("client.py", text))

    def convert(_: int) -> list[Draft]:
        return list(python.convert("client.py", text))

    with ThreadPoolExecutor(THREADS) as pool:
        assert all(together == alone for together in pool.map(convert, range(100)))
