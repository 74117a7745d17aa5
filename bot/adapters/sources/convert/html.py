"""HTML pages: the main text, as trafilatura finds it, below the path of its headings."""

import trafilatura

from bot.adapters.sources.convert import markdown, walls
from bot.adapters.sources.draft import Draft


def convert(path: str, text: str) -> list[Draft]:
    """Navigation, footers and scripts are left out. Raises Unusable for an error page or a test for robots."""
    main = trafilatura.extract(
        text, output_format="markdown", include_formatting=True, include_tables=True, include_comments=False,
        favor_recall=True,
    )  # fmt: skip
    drafts = list(markdown.sections(main or ""))
    walls.refuse(text, drafts)
    return drafts
