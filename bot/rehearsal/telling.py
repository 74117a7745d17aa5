"""How rehearsals are told: the timeline of one, or what became of many."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta

from bot.commands.outcome import Exit, Outcome
from bot.core.money import MICRO, usd
from bot.core.neutral import visible
from bot.rehearsal.rehearse import Rehearsal
from bot.render.words import duration

SHOWN = 10
"""How many seeds that broke a guarantee are named."""


def told(one: Rehearsal) -> Outcome:
    """One rehearsal from its first event to its last."""
    return Outcome(_data(one), "\n".join(_lines(one)), Exit.ACT if one.broken else Exit.DONE)


def told_all(every: Sequence[Rehearsal]) -> Outcome:
    """Many rehearsals, by how they ended; those that broke a guarantee by their seeds."""
    broken = [one for one in every if one.broken]
    report = {
        "rehearsals": len(every),
        "ended": dict(_endings(every)),
        "broken": [_data(one) for one in broken],
    }
    return Outcome(report, "\n".join(_many(every, broken)), Exit.ACT if broken else Exit.DONE)


def _data(one: Rehearsal) -> dict[str, object]:
    return {
        "seed": one.seed,
        "sessions": [
            {"session": s.session, "ended": s.ended, "agents": s.agents, "spent_usd": s.spent / MICRO}
            for s in one.sessions
        ],
        "seconds": one.took.total_seconds(),
        "runs": one.runs,
        "timeline": [{"seconds": line.after.total_seconds(), "what": line.text} for line in one.lines],
        "guarantees": [{"id": g.id, "promise": g.promise, "broken": g.broken} for g in one.guarantees],
    }


def _lines(one: Rehearsal) -> Iterator[str]:
    yield from (f"{_clock(line.after):>12}  {visible(line.text)}" for line in one.lines)
    yield ""
    for session in one.sessions:
        money = f", {usd(session.spent)} USD (made up)" if session.spent else ""
        yield f"{session.session}: {session.ended} · {session.agents} agents{money}"
    yield f"over after {duration(one.took)} on the virtual clock, {one.runs} runs"
    yield ""
    for g in one.guarantees:
        yield f"{'BROKEN' if g.broken else 'held':<8}{g.id:<5}{g.promise}{f': {g.broken}' if g.broken else ''}"
    yield from _again([one] if one.broken else [])


def _many(every: Sequence[Rehearsal], broken: Sequence[Rehearsal]) -> Iterator[str]:
    for how, count in _endings(every):
        yield f"{count:>7,}  {how}"
    yield ""
    yield f"{len(every):,} rehearsals, {len(broken):,} of them broke a guarantee"
    yield from _again(broken)


def _endings(every: Sequence[Rehearsal]) -> list[tuple[str, int]]:
    """How the sessions of all of them ended, the most frequent first."""
    return Counter(session.ended for one in every for session in one.sessions).most_common()


def _again(broken: Sequence[Rehearsal]) -> Iterator[str]:
    for one in broken[:SHOWN]:
        names = ", ".join(f"{g.id} ({g.broken})" for g in one.broken)
        yield f"seed {one.seed}: {names}; rehearse it again with --seed {one.seed}"


def _clock(after: timedelta) -> str:
    """`1d 02:03:04`, `02:03:04`."""
    days, rest = divmod(int(after.total_seconds()), 86_400)
    clock = f"{rest // 3600:02}:{rest % 3600 // 60:02}:{rest % 60:02}"
    return f"{days}d {clock}" if days else clock
