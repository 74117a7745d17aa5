"""Pages that answer 200 and are not the page: error pages, tests for robots, shells that need their scripts."""

import re

from bot.adapters.sources.convert.markup import paragraphs
from bot.adapters.sources.draft import Draft
from bot.adapters.sources.state import Unusable

_TITLES = re.compile(r"<(title|h1)\b[^<>]{0,500}>(.{0,500}?)</\1>", re.IGNORECASE | re.DOTALL)
_GONE = re.compile(
    r"\b404\b|\b(?:page|content|document|resource|url|site) (?:was |is |could |can )?(?:not|no longer|n't) "
    r"(?:be )?(?:found|available|exist)|\bnot found\b|(?:does not|doesn['’]t|no longer) exist"
    r"|(?:can['’]t|cannot) (?:be )?f(?:i|ou)nd|\boops\b",
    re.IGNORECASE,
)
_WALL = re.compile(
    r"just a moment|attention required|access (?:to this page )?(?:has been )?denied"
    r"|are you (?:a )?(?:human|robot)|captcha|verify(?:ing)? (?:that )?you are (?:a )?human|checking your browser"
    r"|security check|unusual traffic|bot detection|request unsuccessful|pardon our interruption"
    r"|enable javascript and cookies",
    re.IGNORECASE,
)
_SHORT = 2_500  # characters; a page about such errors is longer than such a page


def refuse(page: str, drafts: list[Draft]) -> None:
    """Raises Unusable when an HTML page is not what its address promises."""
    said = " ".join(draft.text for draft in drafts)
    titles = " ".join(" ".join(paragraphs(match[2])) for match in _TITLES.finditer(page[:100_000]))
    if len(said) < _SHORT:
        if _WALL.search(f"{titles} {said}"):
            raise Unusable("blocked", "answered with a test for robots, not with the page")
        if _GONE.search(titles):
            raise Unusable("dead", f"answered 200, but the page says {titles.strip()[:80]!r}")
    if not said:
        raise Unusable("unreadable", "the page holds no text unless its scripts are run")
