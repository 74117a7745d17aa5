"""Rehearsals of one mission with many seeds, as many at a time as the machine has processors."""

import gc
import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from random import Random

from bot.adapters.clock import SystemClock
from bot.adapters.prices import ListedPrices
from bot.rehearsal.faults import Chance, Faults, load_faults
from bot.rehearsal.rehearse import Rehearsal, rehearse

AT_ONCE = 8
"""Seeds that a process is given together."""


@dataclass(frozen=True, slots=True)
class Rehearsing:
    """What is rehearsed: missions (content and file), and what goes wrong: as a file says, or at random."""

    missions: tuple[tuple[bytes, str], ...]
    faults: bytes | None
    faults_file: str
    rate: float

    def rehearse(self, seed: int) -> Rehearsal:
        """One rehearsal. Raises InvalidInput for a bad mission or a bad file of faults."""
        chance = Random(seed)  # noqa: S311  nothing secret: the same seed has to give the same
        faults: Faults = Chance(chance, self.rate)
        if self.faults is not None:
            faults = load_faults(self.faults, self.faults_file)
        return rehearse(self.missions, ListedPrices(SystemClock()), faults, chance, seed)


def rehearse_all(script: Rehearsing, seeds: Iterable[int], processes: int | None = None) -> Sequence[Rehearsal]:
    """Rehearsals in the order of the seeds."""
    script.rehearse(0)  # what is wrong with the files is said before anything else is begun
    with ProcessPoolExecutor(processes or os.cpu_count(), initializer=_begin) as pool:
        return list(pool.map(script.rehearse, seeds, chunksize=AT_ONCE))


def _begin() -> None:
    """What a rehearsal makes is gone with it; looking for more garbage all the time costs a tenth."""
    gc.enable()
    gc.set_threshold(200_000, 50, 50)
