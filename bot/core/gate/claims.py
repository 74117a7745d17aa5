"""The criterion that every claim is checked: what the deliverable claims is what verified findings say."""

import re
from collections import Counter

from bot.core.findings import CheckedFinding
from bot.core.gate.snapshot import GateSnapshot, Recheck
from bot.core.gate.verdict import Measured, failed, names, passed, waiting
from bot.core.links import without_code

UNVERIFIED_LIMIT = 10  # percent of all findings of a session
DEFINITION = re.compile(r"^\[\^[^\]\s]+\]:(.*)$", re.MULTILINE)
VERIFIED = " verified "


def claims_verified(snapshot: GateSnapshot) -> Measured:
    """Every claim of the deliverable is cited by a finding that was verified, and still is when it is read again.

    Findings that could not be verified are no claims: the document lists them apart, as not verified. When they
    are more than a tenth of all findings, the session fails: its agents state what they did not read.
    """
    every, totals = _all(snapshot), snapshot.consolidated.totals
    left_out = sum(finding.state != "verified" for finding in every)
    if snapshot.deliverable.committed is None:
        return waiting(f"no deliverable; {totals.verified:,} findings verified", "write it first")
    claims, doubted = _cited(snapshot.deliverable.committed)
    if snapshot.all_goes_on and claims == totals.verified == left_out == 0:
        return passed("0 of 0, another session goes on with every subject")
    if doubted or claims != totals.verified or not claims:
        return failed(
            f"{claims - doubted:,} of {claims:,} citations are called verified, {totals.verified:,} findings are",
            "run `swarm close`, which renders the verified findings and no others"
            if totals.verified
            else "give the subjects sources that can be read and that answer the fields",
        )
    measured = f"{totals.verified:,} of {claims:,}" + (f", {left_out:,} unverified left out" if left_out else "")
    if left_out * 100 > len(every) * UNVERIFIED_LIMIT:
        return failed(
            f"{measured}, of {len(every):,} ({_states(every)})",
            f"at most {UNVERIFIED_LIMIT}% may be unverified: look at these agents' sources and run them again",
        )
    return _read_again(measured, len(snapshot.verified()), snapshot.rechecks)


def _cited(text: str) -> tuple[int, int]:
    """How many citations a document has in its footnotes, and how many of these are not called verified."""
    notes = [without_code(note) for note in DEFINITION.findall(text)]
    return len(notes), sum(VERIFIED not in note for note in notes)


def _all(snapshot: GateSnapshot) -> list[CheckedFinding]:
    return [finding for file in snapshot.findings.values() for finding in file.findings]


def _states(findings: list[CheckedFinding]) -> str:
    counts = Counter(finding.state for finding in findings if finding.state != "verified")
    return ", ".join(f"{count:,} {state}" for state, count in counts.most_common())


def _read_again(measured: str, verified: int, rechecks: tuple[Recheck, ...] | None) -> Measured:
    if rechecks is None:
        return passed(f"{measured}, as recorded")
    refuted = [again for again in rechecks if again.state not in ("verified", "blocked")]
    if refuted:
        said = names(f"{again.subject} {again.field} is {again.state}" for again in refuted)
        return failed(
            f"{measured}, but {len(refuted):,} no longer: {said}", "run the agents of these subjects again"
        )
    unread = verified - sum(again.state == "verified" for again in rechecks)
    if unread:
        return waiting(
            f"{measured}, {unread:,} could not be read again", "run the gate again when the sources answer"
        )
    return passed(f"{measured}, read again")
