"""A field that a mission adds: searched for by the words of its title, with a high bar."""

import re

from bot.adapters.agents.extractive.rule import Rule, Scored, pattern

_SMALL = frozenset(
    "a an and are by can does for from has have how in is it of on or the their to what which who with".split()
)
_WORDS_MAX = 8


def asked(title: str) -> Rule:
    """A sentence answers when it has all words of the title (in any form); it says so in one statement."""
    words = list(dict.fromkeys(w for w in re.findall(r"[a-z0-9]{3,}", title.lower()) if w not in _SMALL))[
        :_WORDS_MAX
    ]
    if not words:
        return Rule(queries=(), answers=(), refused=re.compile("(?!)"))
    every = "".join(rf"(?=.*\b{re.escape(_stem(word))})" for word in words)
    return Rule(
        queries=(" AND ".join(f'"{word}"' for word in words),),
        answers=(Scored(5, re.compile(f"^{every}", re.IGNORECASE | re.DOTALL)),),
        refused=pattern(r"\b(?:example|sample|deprecated|error|exception|fails?|raised?|invalid)\b"),
        heading=pattern(*map(re.escape, words)),
        limit=4,
    )


def _stem(word: str) -> str:
    return re.sub(r"(?:ies|es|s|ing|ed)$", "", word) if len(word) > 5 else word
