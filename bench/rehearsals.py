"""Rehearsals per second, and how long an agent that died waits for its replacement: `python -m bench.rehearsals`.

The rehearsals are of a session of 20 agents where nothing goes wrong, on all processors. The times are those of
the virtual clock, over many seeds: from the loss of an agent's machine to the start of its next attempt, where the
machine of the run's last job, which would have started it, is lost as well. An agent waits for the others of its
run: only one run of a session is at work at a time.
"""

import os
import statistics
from datetime import timedelta
from random import Random

from bench.measure import row, timed
from bot.adapters.clock import SystemClock
from bot.adapters.prices import ListedPrices
from bot.core.mission_edit import with_backend
from bot.rehearsal.faults import FaultFile, OfAgent, OfEvent, OfJob, Scripted
from bot.rehearsal.many import Rehearsing, rehearse_all
from bot.rehearsal.rehearse import Rehearsal, rehearse
from tests.rehearsal.stages import widgets

REHEARSALS, AGENTS, SEEDS = 1_000, 20, 40
FILE = "widgets.yml"


def main() -> None:
    script = Rehearsing(((mission(), FILE),), None, "", 0)
    made: list[Rehearsal] = []
    seconds = timed(lambda: made.extend(rehearse_all(script, range(REHEARSALS))))
    assert all(one.sessions[0].ended == "merged" and not one.broken for one in made)
    rate = REHEARSALS / seconds
    what = f"rehearsals of a session of {AGENTS} agents, on {os.cpu_count()} processors"
    print(row(what, f"{rate:.0f} a second", "≥ 50", rate >= 50))
    for how, lost in (("with events", False), ("with the schedule only", True)):
        waits = [waited(seed, lost).total_seconds() / 60 for seed in range(SEEDS)]
        measured = f"{statistics.median(waits):.1f} min in the median, at most {max(waits):.1f} min"
        print(row(f"from an agent's death to its replacement, {how}", measured, "–", True))


def mission() -> bytes:
    """That of the tests, with agents that cost nothing."""
    return with_backend(widgets(AGENTS), FILE, "simulated").replace(b"max_parallel: 10", b"max_parallel: 20")


def waited(seed: int, lost: bool) -> timedelta:
    """How long the assignment of an agent whose machine was lost waits. `lost`: so are all events."""
    events = tuple(OfEvent(completed=n, fault="lost") for n in range(1, 50)) if lost else ()
    dying = OfAgent(agent="agent-7", fault="vanishes", attempt=1)
    closing = OfJob(job="close", nth=1, dies_after=0)
    faults, chance = Scripted(FaultFile(agents=(dying,), jobs=(closing,), events=events)), Random(seed)
    one = rehearse([(mission(), FILE)], ListedPrices(SystemClock()), faults, chance, seed)
    died = next(line.after for line in one.lines if line.text == "the machine of agent-7/1 is lost")
    began = next(h.begun for h in one.handed if (h.agent, h.attempt) == ("agent-7", 2))
    return began - one.began - died


if __name__ == "__main__":
    main()
