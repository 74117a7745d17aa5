"""What a person should look at in a session's findings: what a gate that compares words cannot judge."""

import re
from functools import lru_cache

from bot.core.consolidate import Cited, Deliverable, SubjectReport

DECISIVE = ("authentication", "rate-limits", "pricing")
"""The fields that cost most when they are misread."""


def own_words(cited: Cited) -> float:
    """The share of a claim's words that don't stand in its quote: 0 for a quotation, 1 for none of its words.

    A counted claim is as far from its quote as can be: the quote is but the first of what was counted.
    """
    finding = cited.finding
    said, quoted = _words(finding.claim), _words(finding.citation.quote)
    if finding.citation.method == "counted" or not said:
        return 1.0
    return len(said - quoted) / len(said)


@lru_cache(maxsize=512)
def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text.lower()))


def in_own_words(subject: SubjectReport) -> int:
    """How many verified claims of a subject don't stand word for word in their quotes."""
    return sum(own_words(cited) > 0 for cited in subject.claims)


def first_to_read(deliverable: Deliverable, limit: int) -> list[Cited]:
    """One quoted claim for each subject, about a decisive field (or any, where no subject has one): the one that
    says most in words of its own. The furthest from its quote comes first."""
    claims = [(subject.id, one) for subject in deliverable.subjects for one in subject.claims]
    quoted = [pair for pair in claims if pair[1].finding.citation.method == "quoted"]
    decisive = [pair for pair in quoted if pair[1].finding.field in DECISIVE]
    best: dict[str, Cited] = {}
    for subject, one in sorted(decisive or quoted, key=lambda pair: own_words(pair[1]), reverse=True):
        best.setdefault(subject, one)
    return list(best.values())[:limit]
