# ruff: noqa: E501 - patterns and sentences are read as wholes
"""The sentences of a passage, word for word, and whether one of them can stand alone as a quote."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

MIN, MAX = 30, 400  # characters of a quote
_END = re.compile(r"(?<=[.!?])[\"')\]]*\s+(?=[\"'(`\[]*[A-Z0-9])")
_ABBREVIATED = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|approx|no|incl|cf|Inc|Ltd|Corp|U\.S|St|Dr|Mr|Ms)\.|\.\.\.)$", re.IGNORECASE
)
_PARAMETER = re.compile(r"^`*[A-Za-z_][\w.\[\]-]*`*(?: \([^)]*\))?: ")
_LEANS_BACK = re.compile(
    r"^(?:this(?! (?:project|library|package|sdk|api|service|software|client)\b)|it|its|they|their|these|those|that|such|he|she|here|there|then|however|also|otherwise|but|and|or|so|"
    r"therefore|thus|additionally|furthermore|moreover|in addition|in this|in that|in these|in such|similarly|instead|"
    r"likewise|hence|as a result|as such|for example|for instance|e\.g|for this|for these|for more|for details|"
    r"for further|for a (?:full |complete )?list|for information|to do (?:this|so)|if so|if not|if it|if this|if that|when this|when it|because of this|"
    r"you can also|whereas|finally|second|next|the following|the above|the latter|the former|the same|same|see|refer|"
    r"please (?:see|refer|note)|note|default|alternatively|conversely|yes|once it|both|either|one of|any of these|"
    r"all of these|each of these|smaller|larger|we |i |my )\b|^(?:the )?(?:\w+ ){0,3}(?:below|above)\b",
    re.IGNORECASE,
)
_JOINS = re.compile(r"^(?:this|it|they|these)\b", re.IGNORECASE)
_BROKEN = re.compile(
    r"\\|<\w|\{@|:(?:ref|class|meth|func|attr|py|paramref)\b|\]\(|>>>|\bTODO\b|\bFIXME\b|^\W*[-*|#]|\|.*\||https?://\S*$"
    r"|:\w+:`|^\W*$|={2,}|\bsee\s*\.|\bthe\s*\.|,\s*\.|\(\s*\)|\x60\x60\x60|:$|;$|^[a-z]|\bNone\b.*\bTrue\b|^\)|"
    r"\bin\s*\.$|\bsee:|\s\.$|\b(?:the|these) following (?:\w+ ){0,3}\w+\.$|^\w+ - "
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One or two whole sentences. `text` is a piece of the passage as it stands there."""

    text: str
    order: int = 0

    @property
    def plain(self) -> str:
        """On one line, as a claim."""
        return " ".join(self.text.split())


def sentences(text: str) -> Iterator[Sentence]:
    """The sentences that can be quoted, in their order. One that leans back is joined to the one before it."""
    spans = list(_spans(text))
    for number, (start, end) in enumerate(spans):
        piece = text[start:end]
        if quotable(piece):
            yield Sentence(piece, number)
        elif number and _JOINS.match(piece):
            joined = text[spans[number - 1][0] : end]
            if quotable(joined) and whole(piece):
                yield Sentence(joined, number)


def _spans(text: str) -> Iterator[tuple[int, int]]:
    start = _lead(text)
    for gap in _END.finditer(text, start):
        end = gap.start() + len(gap.group().rstrip())
        if not _ABBREVIATED.search(text[start:end]):
            yield start, end
            start = gap.end()
    if text[start:].strip():
        yield start, len(text.rstrip())


def _lead(text: str) -> int:
    """Where the sentences begin: after the name of what is described (`create: Creates a ...`)."""
    named = _PARAMETER.match(text)
    return named.end() if named else 0


def parameter(text: str) -> bool:
    """Whether a passage describes a parameter or a member: it begins with its name."""
    return bool(_PARAMETER.match(text))


def whole(sentence: str) -> bool:
    """Whether a sentence is complete and free of markup."""
    balanced = all(sentence.count(a) == sentence.count(b) for a, b in ("()", "[]", "{}"))
    return balanced and not sentence.count("`") % 2 and not _BROKEN.search(sentence)


def quotable(sentence: str) -> bool:
    """Whether a sentence can be quoted: long and short enough, whole, and understood without the one before it."""
    if not MIN <= len(sentence) <= MAX or not sentence.rstrip("\"')`").endswith((".", "!", "?")):
        return False
    return (
        whole(sentence)
        and sentence[0] != "("
        and not _LEANS_BACK.match(sentence)
        and not sentence.rstrip().endswith("?")
    )


def near(one: str, other: str, share: float = 0.6) -> bool:
    """Whether two sentences say nearly the same: they share so much of the shorter one's words."""
    first, second = _words(one), _words(other)
    return len(first & second) >= share * min(len(first), len(second))


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z0-9]{3,}", text.lower()))
