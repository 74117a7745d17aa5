"""Consolidating and gating 10,000 findings, and 20,000: `python -m bench.gate_10000`.

What is measured is `gate` on a real repository: reading the records, consolidating, rendering the document and
its table again, scanning what was written, and deciding. Citations are not read again here; see verify_1000.
"""

import json
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from bench.agents_256 import git
from bench.measure import row, used
from tests.clocks import StillClock

FINDINGS = 10_000
ROUNDS = 3
AGENTS = 20
SUBJECTS = 5
NOW = datetime(2026, 11, 22, 16, 40, tzinfo=UTC)
FIELDS = ("authentication", "operations", "rate-limits", "sdks", "webhooks", "versions", "regions", "pricing")
HEAD = """\
mission: many
session: 1
phase: {number: 1, name: Many}
title: Many findings
domain: BENCH
deliverable: INTEGRATIONS-MANY.md
agent: {max_usd: 0.01}
limits: {max_usd: 1.00}
teams:
  - id: 1
    name: Everybody
    agents:
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        for folder, findings in ((one, FINDINGS), (two, 2 * FINDINGS)):
            used((sys.executable, "-m", "bench.gate_10000", "prepare", folder, str(findings)))
        # They take turns, and the median counts, so that a busy moment of the machine hits both.
        runs = [(measure(one), measure(two)) for _ in range(ROUNDS)]
    seconds, longer = (statistics.median(run[n][0] for run in runs) for n in (0, 1))
    memory = max(run[0][1] for run in runs)
    growth = longer / seconds
    print(row(f"consolidating and gating {FINDINGS:,} findings", f"{seconds:.2f} s", "3 s", seconds < 3))
    print(row("its memory", f"{memory:.0f} MB", "300 MB", memory < 300))
    measured = f"{longer:.2f} s, {growth:.2f} × as long"
    print(row(f"the same for {2 * FINDINGS:,}", measured, "2.3 ×", growth <= 2.3))


def measure(folder: str) -> tuple[float, float]:
    """Seconds and megabytes of gating the session in `folder`, in a process of its own."""
    done = used((sys.executable, "-m", "bench.gate_10000", "gate", folder))
    return float(json.loads(done.output)["seconds"]), done.megabytes


def gate(folder: Path) -> None:
    """Gates the session in `folder`, and prints how long that took."""
    from bot.adapters.git import GitRepository
    from bot.adapters.secrets import scan
    from bot.commands.gate import gate

    began = time.perf_counter()
    found = gate(GitRepository(folder), StillClock(), session="many-1", base="main", library=None, scan=scan)
    seconds = time.perf_counter() - began
    assert found.data["verdict"] == "pass", found.text
    print(json.dumps({"seconds": seconds}))


def prepare(folder: Path, findings: int) -> None:
    """A repository with a session that holds so many findings and passes the gate."""
    from bot.adapters.git import GitRepository
    from bot.adapters.local_forge import LocalForge
    from bot.adapters.prices import ListedPrices
    from bot.commands.close import rendered
    from bot.commands.files import json_bytes
    from bot.commands.launch import launch
    from bot.commands.load import load_session
    from bot.commands.record import fold
    from bot.commands.status import write_state_files
    from bot.core.session import agent_path, findings_path, record_ref
    from bot.ports import RefUpdate

    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "Begin")
    repo, forge = GitRepository(folder), LocalForge(folder, StillClock())
    opened = launch(
        repo,
        StillClock(),
        ListedPrices(StillClock()),
        mission=mission().encode(),
        file="many.yml",
        base="main",
        by="bench",
    )
    for agent in opened.mission.agents:
        record, file = written(agent.id, [subject.id for subject in agent.subjects], findings // AGENTS)
        content: dict[str, bytes | None] = {
            agent_path("many-1", agent.id): json_bytes(record),
            findings_path("many-1", agent.id): json_bytes(file),
        }
        commit = repo.commit([], content, "Record", NOW)
        repo.update([RefUpdate(record_ref("many-1", agent.id, 1), commit, None)])
    fold(repo, StillClock(), opened.branch, "many-1")
    tip = repo.refs(opened.branch)[opened.branch]
    document = repo.commit([tip], dict(rendered(load_session(repo, tip, "many-1"))), "Write", NOW)
    repo.update([RefUpdate(opened.branch, document, tip)])
    write_state_files(repo, StillClock(), base="main", advance=lambda old, new: forge.advance("main", old, new))


def mission() -> str:
    """Twenty agents with five subjects each."""
    source = 'sources: ["file:docs/guide.md"]'
    return HEAD + "".join(
        f"      - {{id: agent-{a}, subjects: ["
        + ", ".join(f'{{name: "Service {a} {s}", {source}}}' for s in range(SUBJECTS))
        + "]}\n"
        for a in range(AGENTS)
    )


def written(agent: str, subjects: list[str], number: int) -> tuple[dict[str, object], dict[str, object]]:
    """An agent's record and its findings, as the files hold them."""
    findings = [finding(subjects[n % len(subjects)], n) for n in range(number)]
    time = NOW.isoformat().replace("+00:00", "Z")
    record = {"session": "many-1", "agent": agent, "attempt": 1, "state": "done", "findings": number}
    times = dict.fromkeys(("started", "finished", "recorded"), time)
    return {**record, **times, "verified": number}, {"agent": agent, "findings": findings}


def finding(subject: str, number: int) -> dict[str, object]:
    """A finding as long as those of real sessions."""
    field = FIELDS[number // SUBJECTS % len(FIELDS)]
    quote = (
        f"Operation{number} lists up to {number} resources of the account in the region that the request names; "
        "the answer holds a token with which the next page is asked for, until there is none left. "
        "Requests that come too fast are answered with a status of 429 and the seconds to wait."
    )
    citation = {
        "source": "pypi:botocore==1.44.5#botocore/data/ec2/2016-11-15/service-2.json.gz",
        "locator": f"/operations/Operation{number}/documentation",
        "quote": quote,
        "sha256": f"{number:064x}",
        "retrieved": "2026-11-22T16:40:00Z",
        "method": "quoted",
    }
    claim = f"Operation{number} lists up to {number} resources of the account."
    stated = {"subject": subject, "field": field, "claim": claim, "value": f"{number}", "citation": citation}
    return {**stated, "state": "verified", "reason": ""}


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["gate", folder]:
            gate(Path(folder))
        case ["prepare", folder, findings]:
            prepare(Path(folder), int(findings))
        case _:
            main()
