"""The state of a citation: what the source says today, next to what the claim says."""

import re
from dataclasses import dataclass
from functools import lru_cache

from bot.core.evidence import Evidence
from bot.core.findings import CheckedFinding, CitationState, Finding
from bot.core.quotes import document, invisible, meaningful, normalise, reordering, stands_in
from bot.core.remembered import each, remembered
from bot.core.source_uris import package_name
from bot.core.support import unsupported
from bot.core.tokens import facts

_REASON = 300
KEPT = 4_000
"""Characters of a passage up to which it is kept what stands in it."""


@dataclass(frozen=True, slots=True)
class Checked:
    """The state of a citation and, when it isn't verified, why not."""

    state: CitationState
    reason: str = ""


def check(finding: Finding, evidence: Evidence) -> Checked:
    """Whether a finding stands. Verified only when nothing speaks against it (G27)."""
    checked = _source(evidence) or _drift(finding, evidence) or _doubted(finding) or _stands(finding, evidence)
    return Checked(checked.state, checked.reason[:_REASON])


def _source(evidence: Evidence) -> Checked | None:
    match evidence.state:
        case "readable":
            return None
        case "dead":
            return Checked("dead", evidence.reason or "the source does not exist any more")
        case state:
            return Checked("blocked", evidence.reason or f"the source is {state}")


def _drift(finding: Finding, evidence: Evidence) -> Checked | None:
    if evidence.sha256 == finding.citation.sha256:
        return None
    quote = normalise(finding.citation.quote)
    still = meaningful(quote) and (stands_in(quote, normalise(evidence.text)) or _elsewhere(quote, evidence))
    return Checked(
        "drifted", f"the source has changed; the quote {'still stands in' if still else 'is gone from'} it"
    )


def _doubted(finding: Finding) -> Checked | None:
    return Checked("unsupported", f"a reviewer doubts it: {finding.doubt}") if finding.doubt else None


def _elsewhere(quote: str, evidence: Evidence) -> bool:
    return document(evidence.document_text()).has(quote)


def _stands(finding: Finding, evidence: Evidence) -> Checked:
    # What is recorded is checked at every gate, and seldom changes.
    kept = (
        isinstance(finding, CheckedFinding) and finding.citation.method == "quoted" and len(evidence.text) <= KEPT
    )
    if kept and _stands_there((finding, evidence.text)):
        return Checked("verified")
    reason = _disguised(finding, evidence) or _misquoted(finding, evidence) or _overstated(finding, evidence)
    return Checked("unsupported", reason) if reason else Checked("verified")


@remembered(512, each)
def _stands_there(of: tuple[Finding, str]) -> bool:
    """Whether the passage at its place bears a finding out, without a look at the rest of the document."""
    finding, text = of
    there = Evidence("readable", text=text)
    quoted = _quoted(finding.citation.quote, text)
    return quoted and not _disguised(finding, there) and not _overstated(finding, there)


def _disguised(finding: Finding, evidence: Evidence) -> str:
    """Invisible characters are allowed only in words that the source has just so."""
    quote = finding.citation.quote
    for name, text in (("claim", finding.claim), ("value", finding.value), ("quote", quote)):
        hidden = invisible(text)
        if hidden and (reordering(text) or text not in (quote, finding.value) or text not in evidence.text):
            return f"the {name} holds an invisible character, U+{ord(hidden):04X}"
    return ""


def _misquoted(finding: Finding, evidence: Evidence) -> str:
    if len(evidence.text) <= KEPT and _quoted(finding.citation.quote, evidence.text):
        return ""
    quote = normalise(finding.citation.quote)
    if not meaningful(quote):
        return "the quote is too short to say anything; it needs three letters or digits"
    if stands_in(quote, text := normalise(evidence.text)):
        return ""
    if quote in text:
        return "the quote cuts off a word, a number or its unit, or leaves out the denial right before it"
    if not evidence.text and finding.citation.locator:
        place = f"the document has no {finding.citation.locator!r}"
    else:
        place = "the quote is not at the locator"
    if finding.citation.method == "quoted" and _elsewhere(quote, evidence):
        return f"{place}; the quote stands elsewhere in the document"
    return f"{place}, nor anywhere in the document"


@lru_cache(maxsize=512)  # the same few passages are cited again and again, and checked at every gate
def _quoted(quote: str, text: str) -> bool:
    """Whether a quote stands at its place."""
    normal = normalise(quote)
    return meaningful(normal) and stands_in(normal, normalise(text))


def _overstated(finding: Finding, evidence: Evidence) -> str:
    """What the claim or its short form says beyond the quote."""
    counted = evidence.count if finding.citation.method == "counted" else None
    claim, value = (_without_package(normalise(text), finding) for text in (finding.claim, finding.value))
    if counted is not None and (wrong := _miscounted(claim, value, counted)):
        return wrong
    quote = normalise(finding.citation.quote)
    beyond = (
        unsupported(text, quote, finding.subject, counted=counted)
        for text in (claim, value)
        if text not in ("", quote)
    )
    return next(filter(None, beyond), "")


def _without_package(text: str, finding: Finding) -> str:
    """The text without the name of the cited package: the citation itself says which one it is."""
    name = package_name(finding.citation.source)
    return re.sub(rf"(?<![\w@/.-]){re.escape(name)}(?![\w/-])", "it", text) if name else text


def _miscounted(claim: str, value: str, count: int) -> str:
    stated = [number.form for number in facts(claim).numbers if number.form.isdecimal()]
    if stated != [str(count)]:
        return f"the claim counts {', '.join(stated) or 'nothing'}; the source has {count}"
    wrong = [number.form for number in facts(value).numbers if number.form != str(count)]
    return f"the short form counts {wrong[0]}; the source has {count}" if wrong else ""
