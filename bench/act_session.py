"""A session of 20 agents through the real workflow files and act, next to what the agents themselves take.

Needs act, and Node.js for GitHub's description of its interface.
"""

import sys
import tempfile
from datetime import datetime
from pathlib import Path

from bench.measure import row, timed
from bot.core.records import AgentRecord
from tests.github.actions_act import act
from tests.github.actions_runs import Run
from tests.github.openapi import DESCRIPTION
from tests.github.server import GitHub
from tests.workflows.stage import Stage, mission, own, reports

AGENTS = 20


def main() -> None:
    if act() is None or not DESCRIPTION.exists():
        print(
            "left out: act, or GitHub's description of its interface (no Node.js), is not installed",
            file=sys.stderr,
        )
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with GitHub(folder) as github:
            github.user("ann", "write")
            missions = {"widgets": mission(AGENTS, backend="extractive")}
            with own(github, folder / "stage", folder / "caches", missions, jobs_at_once=2) as stage:
                stage.ask(
                    mission="rehearsal", label="bug"
                )  # a run that does nothing: all that is read once is read
                stage.settle()
                stage.ask()
                runs: list[Run] = []
                seconds = timed(lambda: runs.extend(stage.settle(900)))
                show(stage, runs, seconds)


def show(stage: Stage, runs: list[Run], seconds: float) -> None:
    records = [stage.text(f"sessions/widgets-1/agents/agent-{n}.json") for n in range(1, AGENTS + 1)]
    if not all(records):
        raise SystemExit(reports(runs))
    agents = sum(own_seconds(AgentRecord.model_validate_json(text)) for text in records)
    jobs = sum(lasted(job.began, job.ended) for run in runs for job in run.jobs)
    overhead = (jobs - agents) / AGENTS
    what = f"{AGENTS} agents through act: job time beyond the agents' own"
    measured = f"{overhead:.1f} s an agent ({seconds:.0f} s in all; the agents themselves {agents:.1f} s)"
    print(row(what, measured, "–", True))


def own_seconds(record: AgentRecord) -> float:
    return (record.finished - record.started).total_seconds()


def lasted(began: str, ended: str) -> float:
    return (datetime.fromisoformat(ended) - datetime.fromisoformat(began)).total_seconds()


if __name__ == "__main__":
    main()
