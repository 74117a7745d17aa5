"""Times `swarm status` over a repository with 1,000 sessions of 20 agents, each of a mission of its own.

    python -m bench.status_1000 [--sessions 1000] [--agents 20] [--open 100]

Builds the repository with one `git fast-import`. `--open` of the sessions are running on branches of their own,
the others are merged. The state files are written (`--write`) after the plain status was measured.
"""

import argparse
import hashlib
import json
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import yaml

from bench.measure import SWARM, row, used
from bot.core.session import agent_path, findings_path, launch_path, mission_path

START = 1_790_000_000
STAMP = "2026-09-21T12:00:00Z"
FINDINGS = 12  # of each agent


def mission_text(agents: int, number: int) -> str:
    """A mission of 20 agents with two subjects each, as a person would write it."""
    lines = [
        f"mission: bench-{number}",
        f"session: {number}",
        f"phase: {{number: {number}, name: Bench}}",
        "title: A mission to measure with",
        "domain: BENCH",
        f"deliverable: INTEGRATIONS-BENCH-{number}.md",
        "limits: {max_usd: 2.50}",
        "teams:",
    ]
    for team in range(0, agents, 5):
        lines += [f"  - id: {team}", f"    name: Team {team}", "    agents:"]
        for agent in range(team, min(team + 5, agents)):
            lines += [f"      - id: haiku-{agent:02}", "        subjects:"]
            for subject in ("First", "Second"):
                lines += [
                    f"          - name: {subject} API of {number} and {agent}",
                    '            sources: ["pypi:botocore==1.44.5#botocore/data/ec2/*/service-2.json.gz"]',
                ]
    return "\n".join(lines) + "\n"


def session_files(
    session: str, mission: str, number: int, agents: int, base: str = "0" * 40
) -> Iterator[tuple[str, bytes]]:
    """Everything that lies below sessions/<session>/ once all agents are recorded; `base` is where it began."""
    launch = {
        "session": session,
        "mission": yaml.safe_load(mission),
        "mission_sha256": hashlib.sha256(mission.encode()).hexdigest(),
        "launched": STAMP,
        "by": "bench",
        "issue": number,
        "base": "main",
        "base_commit": base,
        "caps": {f"haiku-{agent:02}": 100_000 for agent in range(agents)},
    }
    yield mission_path(session), mission.encode()
    yield launch_path(session), as_json(launch)
    for agent in range(agents):
        yield from agent_files(session, number, agent)


def agent_files(session: str, number: int, agent: int) -> Iterator[tuple[str, bytes]]:
    name = f"haiku-{agent:02}"
    record = {
        "session": session,
        "agent": name,
        "attempt": 1,
        "state": "done",
        "started": STAMP,
        "finished": "2026-09-21T12:03:00Z",
        "recorded": "2026-09-21T12:04:00Z",
        "findings": FINDINGS,
        "verified": FINDINGS,
        "usage": {"calls": 3, "micro_usd": 1_200},
    }
    citation = {
        "source": "pypi:botocore==1.44.5#botocore/data/ec2/2016-11-15/service-2.json.gz",
        "locator": "/metadata/signatureVersion",
        "quote": "signatureVersion: v4",
        "sha256": "9f2c" * 16,
        "retrieved": STAMP,
    }
    findings = [
        {
            "subject": f"{'first' if n % 2 else 'second'}-api-of-{number}-and-{agent}",
            "field": "authentication",
            "claim": f"Requests {n} are signed with signature version v4.",
            "citation": citation,
            "state": "verified",
        }
        for n in range(FINDINGS)
    ]
    yield agent_path(session, name), as_json(record)
    yield findings_path(session, name), as_json({"agent": name, "findings": findings})


def as_json(value: object) -> bytes:
    return (json.dumps(value, indent=2) + "\n").encode()


def build(folder: Path, sessions: int, agents: int, running: int) -> None:
    """A bare repository: merged sessions on main, the last `running` ones on branches without their last agent."""
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(folder)], check=True)
    plans = [(f"bench-{n}-1", n) for n in range(1, sessions + 1)]
    with subprocess.Popen(["git", "-C", str(folder), "fast-import", "--quiet"], stdin=subprocess.PIPE) as process:
        assert process.stdin
        write = process.stdin.write
        write(commit("refs/heads/main", "Begin", START))
        for session, number in plans[: sessions - running]:
            write(commit("refs/heads/main", f"Merge session {session}", START + number))
            write(b"".join(map(inline, session_files(session, mission_text(agents, number), number, agents))))
        for session, number in plans[sessions - running :]:
            write(commit(f"refs/heads/swarm/{session}", f"Record {session}", START + number))
            write(b"from refs/heads/main\n")
            files = list(session_files(session, mission_text(agents, number), number, agents))[:-2]
            write(b"".join(map(inline, files)))
    assert process.returncode == 0


def commit(ref: str, message: str, when: int) -> bytes:
    head = f"commit {ref}\ncommitter Bench <bench@example.org> {when} +0000\ndata {len(message)}\n"
    return f"{head}{message}\n".encode()


def inline(file: tuple[str, bytes]) -> bytes:
    path, content = file
    return f"M 100644 inline {path}\ndata {len(content)}\n".encode() + content + b"\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--sessions", type=int, default=1_000)
    parser.add_argument("--agents", type=int, default=20)
    parser.add_argument("--open", type=int, default=100)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "repo.git"
        build(folder, asked.sessions, asked.agents, asked.open)
        told, written = (
            used((*SWARM, "status", "--repo", str(folder), "--json", *more)) for more in ((), ("--write",))
        )
    assert json.loads(told.output)["metrics"]["sessions"] == asked.sessions
    what = f"`swarm status` over {asked.sessions:,} sessions of {asked.agents} agents"
    print(row(what, f"{told.seconds:.2f} s", "5 s", told.seconds < 5))
    print(f"| the same with `--write`, which compiles the roadmap | {written.seconds:.2f} s | – | – |")
    megabytes = max(told.megabytes, written.megabytes)
    print(row("its memory", f"{megabytes:.0f} MB", "300 MB", megabytes < 300))


if __name__ == "__main__":
    main()
