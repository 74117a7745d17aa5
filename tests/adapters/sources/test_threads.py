"""Converters at work side by side, as the agents of a session use them."""

from concurrent.futures import ThreadPoolExecutor

from bot.adapters.sources.convert.markdown import convert

TEXT = "# Limits\n\nAt most 600 requests per minute.\n\n| plan | price |\n|---|---|\n| small | 5 USD |\n"


def test_documents_are_converted_in_many_threads_at_once() -> None:
    alone = list(convert("README.md", TEXT))
    with ThreadPoolExecutor(16) as pool:
        for together in pool.map(lambda _: list(convert("README.md", TEXT)), range(200)):
            assert together == alone
