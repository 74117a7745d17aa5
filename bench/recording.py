"""256 agents whose record jobs end at once, each with an object store of its own, over one bare repository.

    python -m bench.recording [--agents 256] [--naive 64]

Next to it the naive way in the same run: each builds its commit on the tip and pushes, again and again, until it
wins (64 of them, since this grows with the square of their number; `--naive 0` leaves it out).
"""

import argparse
import random
import statistics
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.agents_256 import AGENT, MISSION, prepare
from bench.measure import row, timed
from bot.adapters.clock import SystemClock
from bot.adapters.git import GitRepository
from bot.adapters.prices import ListedPrices
from bot.adapters.remote import RemoteRepository
from bot.adapters.sources.library import Library
from bot.commands.launch import launch
from bot.commands.load import load_session
from bot.commands.record import Handover, record, settle
from bot.core.session import SessionData, agent_path
from bot.errors import LostRace
from bot.ports import RefUpdate


class Store(RemoteRepository):
    """Counts its pushes."""

    pushed = 0

    def update(self, updates: Sequence[RefUpdate]) -> None:
        self.pushed += 1
        super().update(updates)


@dataclass(frozen=True)
class Ground:
    """A launched session in a bare repository that lets nobody rewrite a branch."""

    folder: Path
    origin: Path
    branch: str
    data: SessionData

    def store(self, number: int) -> Store:
        return Store(self.folder / f"store-{number}", str(self.origin), None, "bench", 1)


def ground(folder: Path, agents: int) -> Ground:
    repo, origin = folder / "repo", folder / "origin.git"
    prepare(repo)
    text = MISSION.format(agents=agents) + "".join(AGENT.format(n=n) for n in range(agents))
    text = text.replace("max_usd: 2.56", f"max_usd: {agents / 100:.2f}")
    local = GitRepository(repo)
    opened = launch(
        local,
        SystemClock(),
        ListedPrices(SystemClock()),
        mission=text.encode(),
        file="m.yml",
        base="main",
        by="bench",
    )
    subprocess.run(["git", "clone", "--quiet", "--mirror", str(repo), str(origin)], check=True)
    subprocess.run(["git", "-C", str(origin), "config", "receive.denyNonFastForwards", "true"], check=True)
    data = load_session(local, local.refs(opened.branch)[opened.branch], opened.session)
    return Ground(folder, origin, opened.branch, data)


def ours(at: Ground, number: int) -> int:
    """What a record job does; its pushes."""
    store, clock, spec = at.store(number), SystemClock(), at.data.mission.agents[number]
    handed = Handover(spec, 1, datetime.now(UTC), failure="measured")
    library = Library(at.folder / "cache", at.folder, clock)
    record(store, library, clock, at.data.mission, at.data.launch, handed)
    done = settle(store, clock, random.random, at.branch, at.data.session, spec.id, 1)
    assert done.state in ("folded", "taken"), done.state
    return store.pushed


def naive(at: Ground, number: int) -> int:
    """A record job that builds its commit on the tip and pushes until it wins; its pushes."""
    store, agent = at.store(number), at.data.mission.agents[number].id
    while True:
        tip = store.refs(at.branch)[at.branch]
        commit = store.commit([tip], {agent_path(at.data.session, agent): b"{}\n"}, "Record\n", datetime.now(UTC))
        try:
            store.update([RefUpdate(at.branch, commit, tip)])
        except LostRace:
            continue
        return store.pushed


def measure(job: Callable[[Ground, int], int], agents: int) -> tuple[list[int], float]:
    """The pushes of each agent, and the seconds until all were recorded."""
    with tempfile.TemporaryDirectory() as scratch, ThreadPoolExecutor(agents) as pool:
        at = ground(Path(scratch), agents)
        pushes: list[int] = []
        seconds = timed(lambda: pushes.extend(pool.map(lambda number: job(at, number), range(agents))))
        repo = GitRepository(at.origin)
        there = repo.read(
            [(repo.refs(at.branch)[at.branch], agent_path(at.data.session, f"agent-{n}")) for n in range(agents)]
        )
        assert len(there) == agents, "every record is on the branch"
    return pushes, seconds


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--agents", type=int, default=256)
    parser.add_argument("--naive", type=int, default=64)
    asked = parser.parse_args()
    pushes, seconds = measure(ours, asked.agents)
    beside = ""
    if asked.naive:
        others, longer = measure(naive, asked.naive)
        who = "" if asked.naive == asked.agents else f" of {asked.naive}"
        mean = statistics.mean(others)
        beside = f"; each{who} rebuilding until it wins: {mean:.1f}, at most {max(others)}, {longer:.0f} s"
    measured = f"{statistics.mean(pushes):.2f} in the mean, at most {max(pushes)}, {seconds:.0f} s{beside}"
    print(row(f"pushes of {asked.agents} agents recorded at once, each", measured, "3", max(pushes) <= 3))


if __name__ == "__main__":
    main()
