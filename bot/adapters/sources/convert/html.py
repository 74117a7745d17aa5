"""HTML pages: the main text, as trafilatura finds it, below the path of its headings."""

from collections.abc import Iterator

import trafilatura

from bot.adapters.sources.convert import markdown
from bot.adapters.sources.draft import Draft


def convert(path: str, text: str) -> Iterator[Draft]:
    """Navigation, footers and scripts are left out."""
    main = trafilatura.extract(
        text, output_format="markdown", include_formatting=True, include_tables=True, include_comments=False,
        favor_recall=True, deduplicate=False, with_metadata=False,
    )  # fmt: skip
    yield from markdown.sections(main or "")
