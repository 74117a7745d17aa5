"""Criteria about the branch: it merges cleanly, touches only its own files, and the tracker knows of it."""

import re
from collections.abc import Sequence

from bot.core.conflicts import Conflict, needs_a_person
from bot.core.gate.snapshot import GateSnapshot
from bot.core.gate.verdict import Measured, failed, names, passed, plural, skipped, waiting
from bot.core.paths import ground_of, trespass


def mergeable(snapshot: GateSnapshot) -> Measured:
    """A merge into the base branch meets no conflict; as long as that is unknown, it is not ready (G3)."""
    match snapshot.conflicts:
        case None:
            return waiting("not known yet", "run the gate again in a minute")
        case ():
            return passed("no conflict")
        case found:
            first = sorted(found, key=lambda one: one.own)
            return failed(f"{plural(len(found), 'conflict')}: {names(map(str, first))}", _todo(snapshot, found))


def _todo(snapshot: GateSnapshot, found: Sequence[Conflict]) -> str:
    again = f"`swarm close {snapshot.session}` or `/swarm merge`"
    if not needs_a_person(found):
        return f"{again} resolves it, while the branch holds the session's own files only"
    return (
        "merge the base branch into the session's branch by hand and keep the base's version of what is not the "
        f"session's own, or move that away on the base; then {again} goes on with all findings"
    )


def allowed_paths(snapshot: GateSnapshot) -> Measured:
    """The branch adds its own files and nothing else; mission and launch are as launched (A10, A12, G2)."""
    ground = ground_of(snapshot.session, snapshot.rules)
    wrong = [why for change in snapshot.changes if (why := trespass(change, ground))]
    wrong += [f"{path} was changed after the launch" for path in snapshot.edited]
    if wrong:
        return failed(
            f"{len(wrong)} not allowed: {names(wrong)}",
            "take these changes off the branch; rules change on the base branch, before a launch",
        )
    return passed(plural(len(snapshot.changes), "path"))


def tracker_current(snapshot: GateSnapshot) -> Measured:
    """The tracker says of the session's phase what the facts say."""
    todo = "run `swarm status --write`"
    facts = snapshot.phase
    if facts is None:
        return waiting("the facts are not known", todo)
    if snapshot.tracker is None:
        return failed("there is no tracker", todo)
    wanted = (facts.status, f"{facts.covered}/{facts.assigned}")
    says = _phase(snapshot.tracker, facts.number)
    if says == wanted:
        return passed(f"phase {facts.number} says {wanted[1]}, {wanted[0]}")
    if snapshot.merged:
        return skipped("merged already")
    at = 1 if says[1] != wanted[1] else 0
    return failed(f"phase {facts.number} says {says[at] or 'nothing'}, not {wanted[at]}", todo)


def _phase(tracker: str, number: int) -> tuple[str, str]:
    """What a tracker says of a phase: its status and `x/y`; empty where it says nothing."""
    section = re.search(rf"^## Phase {number}:.*\n((?:(?!## ).*\n?)*)", tracker, re.MULTILINE)
    if section is None:
        return "", ""
    status = re.search(r"^- Status: (.+?)\s*$", section[1], re.MULTILINE)
    progress = re.search(r"^- APIs: (\d+/\d+)", section[1], re.MULTILINE)
    return status[1] if status else "", progress[1] if progress else ""
