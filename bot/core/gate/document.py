"""Criteria about the deliverable: it is there, it is what the findings say, its totals are right."""

from collections import Counter

from bot.core.gate.snapshot import Document, GateSnapshot
from bot.core.gate.verdict import Measured, failed, names, passed, plural, waiting


def deliverable_committed(snapshot: GateSnapshot) -> Measured:
    """The document and its table are committed, byte for byte as the findings render them (G28)."""
    documents = (snapshot.deliverable, snapshot.table)
    if absent := [document.path for document in documents if document.committed is None]:
        missing = [agent.id for agent in snapshot.rules.agents if agent.id not in snapshot.records]
        if missing:
            return waiting(f"not written before {names(missing)} is done", "wait for the agents")
        return failed(f"{names(absent)} is not committed", "run `swarm close`, which renders it")
    if differing := [difference(document) for document in documents if document.committed != document.expected]:
        return failed("; ".join(differing), "take the hand edit back: `swarm close` renders it from the findings")
    return passed(f"{plural(len(snapshot.deliverable.expected.splitlines()), 'line')} as rendered")


def difference(document: Document) -> str:
    """Where a committed document departs from its rendering: the first line, and how many came and went.

    What stands there is not told: it may be a secret, and verdicts are posted (G25).
    """
    ours, theirs = (document.committed or "").split("\n"), document.expected.split("\n")
    pairs = enumerate(zip(ours, theirs, strict=False), start=1)
    first = next((n for n, (a, b) in pairs if a != b), min(len(ours), len(theirs)) + 1)
    added = (Counter(ours) - Counter(theirs)).total()
    removed = (Counter(theirs) - Counter(ours)).total()
    said = f"{plural(added, 'line')} added, {removed:,} removed" if added or removed else "lines in another order"
    return f"{document.path}:{first} differs ({said})"
