"""REST calls of a status run over 100 open sessions, counted by the test GitHub that answers them.

Once with runs at work for a third of them, a third that the gate holds back, and a third that people stopped; once
with all of them standing still and told so. Needs Node.js, for GitHub's description of its interface.
"""

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.measure import row
from bench.status_1000 import START, as_json, commit, inline, mission_text, session_files
from bot.adapters.git import GitRepository
from bot.commands.dispatching import FILE
from bot.core.dispatches import Dispatches, Judged
from bot.core.orders import Order, Orders
from bot.core.session import dispatch_ref, orders_path
from bot.ports import RefUpdate
from tests.clocks import VirtualClock
from tests.github.openapi import DESCRIPTION
from tests.github.server import GitHub
from tests.hosted import Swarm

SESSIONS, AGENTS, BOUND = 100, 5, 10
NOW = datetime(2026, 9, 21, 12, 30, tzinfo=UTC)
WORKFLOW = ".github/workflows/swarm-session.yml"
Kind = str
"""working: a run is at work. judged: the gate said no. held: a person stopped it, and its issue says so."""


def main() -> None:
    if not DESCRIPTION.exists():
        print("left out: GitHub's description of its interface is not installed (no Node.js)", file=sys.stderr)
        return
    mixed, still = (counted(kind) for kind in (lambda n: ("working", "judged", "held")[n % 3], lambda _: "held"))
    what = f"REST calls of `status` over {SESSIONS} open sessions"
    print(row(f"{what}, each at work, judged or stopped", str(mixed), str(BOUND), mixed <= BOUND), flush=True)
    print(row(f"{what}, all told why they stand still", str(still), str(BOUND), still <= BOUND), flush=True)


def counted(kind: Callable[[int], Kind]) -> int:
    """The calls of the second status run: the first one writes the state files."""
    with tempfile.TemporaryDirectory() as name, GitHub(Path(name)) as github:
        github.user("ann", "write")
        kinds = {number: kind(number) for number in range(1, SESSIONS + 1)}
        build(github.bare, github.seed({"README.md": "# Sessions\n"}), kinds)
        swarm = Swarm(github, Path(name), clock=VirtualClock(NOW))
        for number, what in kinds.items():
            github.open_issue(f"Mission {number}", "")
            if what == "working":
                run = github.start_run(WORKFLOW, "issues")
                run.status, run.title = "in_progress", f"Issue {number}: swarm:launch"
        calls = []
        for _ in range(2):
            before = len(github.calls)
            outcome = swarm.status()
            assert not outcome.notes and not outcome.data["repaired"], outcome.text
            calls.append(len(github.calls) - before)
        return max(calls)


def build(folder: Path, base: str, kinds: Mapping[int, Kind]) -> None:
    """Open sessions of one mission each, on branches that begin at `base`, and what was set going for them."""
    with subprocess.Popen(["git", "-C", str(folder), "fast-import", "--quiet"], stdin=subprocess.PIPE) as process:
        assert process.stdin
        write = process.stdin.write
        for number, kind in kinds.items():
            branch = f"refs/heads/swarm/bench-{number}-1"
            write(commit(branch, "Record", START) + f"from {base}\n".encode())
            write(b"".join(map(inline, files(number, base, kind))))
    assert process.returncode == 0
    repo = GitRepository(folder)
    tips = repo.refs("refs/heads/swarm")
    repo.update([ledger(repo, f"bench-{number}-1", kind, tips) for number, kind in kinds.items()])


def files(number: int, base: str, kind: Kind) -> Iterator[tuple[str, bytes]]:
    """What lies on a session's branch: the last agent is not recorded where somebody is at work, or was."""
    session = f"bench-{number}-1"
    everything = list(session_files(session, mission_text(AGENTS, number), number, AGENTS, base))
    yield from everything if kind == "judged" else everything[:-2]
    if kind == "held":
        order = Order(id=f"comment-{number}", kind="stop", by="ann", time=NOW - timedelta(minutes=5))
        yield orders_path(session), as_json(Orders(orders=(order,)).model_dump(mode="json"))


def ledger(repo: GitRepository, session: str, kind: Kind, tips: Mapping[str, str]) -> RefUpdate:
    """What was set going for a session, as its own ref has it."""
    known = Dispatches(session=session, told="held: ann stopped it" if kind == "held" else "")
    if kind == "judged":
        tip = tips[f"refs/heads/swarm/{session}"]
        known = known.model_copy(update={"judged": Judged(tip=tip, verdict="fail", settled=True, time=NOW)})
    content = as_json(known.model_dump(mode="json"))
    return RefUpdate(dispatch_ref(session), repo.commit([], {FILE: content}, "Known\n", NOW), None)


if __name__ == "__main__":
    main()
