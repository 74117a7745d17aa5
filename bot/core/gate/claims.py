"""The criterion that every claim is checked: what the deliverable claims is what verified findings say."""

import re
from collections import Counter

from bot.core.findings import CheckedFinding
from bot.core.gate.snapshot import GateSnapshot, Recheck
from bot.core.gate.verdict import Measured, failed, names, passed, waiting

UNVERIFIED_LIMIT = 10  # percent of all findings of a session
DEFINITION = re.compile(r"^\[\^[^\]\s]+\]:", re.MULTILINE)


def claims_verified(snapshot: GateSnapshot) -> Measured:
    """Every claim of the deliverable is cited by a finding that was verified, and still is when it is read again.

    Findings that could not be verified are left out of the deliverable. They are counted here, and when they are
    more than a tenth of all findings, the session fails: its agents state what they did not read.
    """
    every, verified = _all(snapshot), snapshot.consolidated.totals.verified
    left_out = sum(finding.state != "verified" for finding in every)
    claims = len(DEFINITION.findall(snapshot.deliverable.committed or ""))
    measured = f"{min(claims, verified):,} of {claims:,}"
    if left_out:
        measured += f"; {left_out:,} unverified left out"
    if snapshot.deliverable.committed is None:
        return waiting(f"no deliverable; {verified:,} of {len(every):,} findings verified", "write it first")
    if claims != verified or not claims:
        return failed(
            f"{claims:,} claims cited, {verified:,} findings verified",
            "run `swarm close`, which renders the verified findings and nothing else",
        )
    if left_out * 100 > len(every) * UNVERIFIED_LIMIT:
        return failed(
            f"{measured}, of {len(every):,} ({_states(every)})",
            f"at most {UNVERIFIED_LIMIT}% may be unverified: look at these agents' sources and run them again",
        )
    return _read_again(measured, len(snapshot.verified()), snapshot.rechecks)


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
