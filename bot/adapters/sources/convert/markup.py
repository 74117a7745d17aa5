"""The small HTML that stands inside of documentation strings, as clean sentences."""

import html
import re

_TAG = re.compile(
    r"<(/?)(a|abbr|b|blockquote|br|code|dd|div|dl|dt|em|emphasis|i|important|li|note|ol|p|pre|span|strong|sup|sub|table|"
    r"tbody|td|th|thead|tr|u|ul|h[1-6]|hr|fullname|dfn|examplecall|caution|problem|hint|para|literal|url)\b[^<>]*>",
    re.IGNORECASE,
)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_BREAKS = frozenset(
    "p div blockquote ul ol dl table pre note important h1 h2 h3 h4 h5 h6 hr fullname dd dt tr para".split()
)


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a documentation string, without tags; the items of a list are paragraphs of their own."""
    if "<" in text:
        text = _TAG.sub(_replacement, _COMMENT.sub(" ", text))
    pieces = re.split(r"\n\s*\n", html.unescape(text))
    return [clean for piece in pieces if (clean := " ".join(piece.split()).strip())]


def _replacement(match: re.Match[str]) -> str:
    name = match[2].lower()
    if name == "li":
        return "\n\n"
    if name in ("td", "th"):
        return " "
    if name == "br":
        return " "
    return "\n\n" if name in _BREAKS else ""
