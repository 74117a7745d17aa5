"""Runs of workflows on GitHub."""

from collections.abc import Mapping
from datetime import timedelta
from itertools import takewhile

from bot.adapters.github.client import Client

SKEW = timedelta(seconds=10)
"""How far GitHub's clock may be behind this machine's."""


class WorkflowRuns:
    """`Runs` over GitHub Actions."""

    def __init__(self, client: Client, base: str) -> None:
        """`base` is the branch whose workflow files are run."""
        self.client = client
        self.base = base

    def start(self, workflow: str, inputs: Mapping[str, str]) -> None:
        """Starts a run. When GitHub's answer is lost, a run whose title names the session is the one (G11)."""
        handle = self.client.repo.get_workflow(workflow)
        since = self.client.clock.now() - SKEW
        title = inputs.get("session") or inputs.get("mission") or ""

        def begun() -> bool | None:
            runs = handle.get_runs(branch=self.base, event="workflow_dispatch")
            fresh = takewhile(lambda run: run.created_at >= since, runs)
            return True if any(title in run.display_title.split() for run in fresh) else None

        def find() -> bool | None:
            return self.client.read(begun, f"list the runs of {workflow}")

        self.client.create(
            lambda: handle.create_dispatch(self.base, dict(inputs), throw=True), find, f"start {workflow}"
        )
