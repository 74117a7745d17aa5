"""Converters at work side by side, as the agents of a session use them."""

import importlib
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from bot.adapters.sources.convert import markdown
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
