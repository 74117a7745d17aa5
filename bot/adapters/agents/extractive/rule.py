"""What counts as an answer to a field: rules as data, and how a sentence is judged by them. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.adapters.agents.extractive.scope import Scope
from bot.adapters.agents.extractive.sentences import Sentence, near, parameter, sentences
from bot.core.evidence import Passage

FIELD_MAX = 8  # findings of one field
_NOT_THERE = re.compile(
    r"(?:^|[/#])(?:licen[cs]e|copying|notice|changelog|changes|history|contributing|code_of_conduct|security|upgrad\w*|"
    r"migrat\w*)[^/]*$|(?:^|[/#])(?:tests?|examples?|samples?|_vendor)/",
    re.IGNORECASE,
)
_NOT_BELOW = re.compile(
    r"\b(?:change ?log|release (?:history|notes)|contribut\w*|migrat\w*|upgrad\w*|breaking changes|"
    r"troubleshooting|known issues|code of conduct|testing|development|deprecat\w*)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Scored:
    """A pattern, and what a sentence that has it is worth."""

    points: int
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Rule:
    """How a field is answered in prose.

    `queries` narrow the passages down (FTS5). A sentence must have one of `answers` and none of `refused`; the
    points of all that it has, of `bonus`, and of `heading` (in the locator) decide which come first. `nowhere`
    refuses places (`document locator`); a parameter's description answers only where `parameters` is set. With
    `subject`, a sentence must name the subject (or be the API description's own). `beginnings` are locators
    whose first passages are read as well, without a query ("" is the beginning of the source).
    """

    queries: tuple[str, ...]
    answers: tuple[Scored, ...]
    refused: re.Pattern[str]
    bonus: tuple[Scored, ...] = ()
    heading: re.Pattern[str] | None = None
    nowhere: re.Pattern[str] | None = None
    parameters: bool = False
    subject: bool = False
    limit: int = FIELD_MAX
    beginnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """A quote that answers a field, where it stands, and how well it does."""

    passage: Passage
    sentence: Sentence
    points: int


def pattern(*alternatives: str) -> re.Pattern[str]:
    """Words and phrases as one pattern, without regard to case."""
    return re.compile("|".join(f"(?:{alternative})" for alternative in alternatives), re.IGNORECASE)


def scored(points: int, *alternatives: str) -> Scored:
    return Scored(points, pattern(*alternatives))


def points(rule: Rule, passage: Passage, sentence: str) -> int:
    """What a sentence is worth as an answer; 0 when it is none."""
    found = sum(answer.points for answer in rule.answers if answer.pattern.search(sentence))
    if not found or rule.refused.search(sentence):
        return 0
    more = sum(extra.points for extra in rule.bonus if extra.pattern.search(sentence))
    headed = 3 if rule.heading and rule.heading.search(passage.locator) else 0
    return found + more + headed


def place_answers(rule: Rule, passage: Passage) -> bool:
    """Whether a passage stands where the field may be answered."""
    document = passage.document.partition("#")[2] or passage.document
    if _NOT_THERE.search(document) or _NOT_BELOW.search(passage.locator):
        return False
    if rule.nowhere and rule.nowhere.search(f"{document} {passage.locator}"):
        return False
    return passage.kind == "operation" or rule.parameters or not parameter(passage.text)


def answers(rule: Rule, passages: Iterable[Passage], scope: Scope) -> list[Answer]:
    """The best answers about a subject, best first, none of which repeats another."""
    found = [
        Answer(passage, sentence, worth)
        for passage in passages
        if place_answers(rule, passage) and scope.allows(passage)
        for sentence in sentences(passage.text)
        if (worth := points(rule, passage, sentence.plain))
        and (not rule.subject or scope.names(passage, sentence.plain))
    ]
    found.sort(key=lambda answer: -answer.points)
    return distinct(found, rule.limit)


def distinct(found: Sequence[Answer], limit: int) -> list[Answer]:
    """The first `limit` that don't say nearly the same as an earlier one."""
    kept: list[Answer] = []
    for answer in found:
        if len(kept) == limit:
            break
        if not any(near(answer.sentence.text, other.sentence.text) for other in kept):
            kept.append(answer)
    return kept
