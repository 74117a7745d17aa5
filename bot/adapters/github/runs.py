"""Runs of workflows on GitHub."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any
from urllib.parse import quote

from bot.adapters.github.client import Client
from bot.adapters.github.errors import CallFailed
from bot.core.runs import ActiveRun

SKEW = timedelta(seconds=10)
"""How far GitHub's clock may be behind this machine's."""

NOT_OVER = ("requested", "pending", "waiting", "queued", "in_progress")
"""The states of a run before it is over, in the order in which it goes through them."""
OVER = (404, 409)
"""How GitHub answers who cancels a run that is over, or deleted."""


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

    def active(self, workflow: str) -> tuple[ActiveRun, ...]:
        """The runs that are not over, newest first: one call for each state, and of each the newest 100.

        A run that goes on while the states are asked for is seen in a later one: none is missed.
        """
        url = f"{self.client.repo.url}/actions/workflows/{quote(workflow, safe='')}/runs"
        found = {run.id: run for status in NOT_OVER for run in self._listed(url, status)}
        return tuple(sorted(found.values(), key=lambda run: (run.started, int(run.id)), reverse=True))

    def cancel(self, run: str) -> None:
        repo = self.client.repo
        url = f"{repo.url}/actions/runs/{quote(run, safe='')}/cancel"
        try:
            self.client.write(lambda: repo.requester.requestJsonAndCheck("POST", url), f"cancel run {run}")
        except CallFailed as error:
            if error.status not in OVER:
                raise

    def _listed(self, url: str, status: str) -> list[ActiveRun]:
        wanted = {"status": status, "per_page": 100, "exclude_pull_requests": "true"}
        requester, name = self.client.repo.requester, url.split("/")[-2]
        _, page = self.client.read(
            lambda: requester.requestJsonAndCheck("GET", url, parameters=wanted), f"list the runs of {name}"
        )
        return [_active(run) for run in page["workflow_runs"]]


def _active(shown: Mapping[str, Any]) -> ActiveRun:
    """`id` is what the run itself is told as GITHUB_RUN_ID."""
    return ActiveRun(str(shown["id"]), shown["display_title"], datetime.fromisoformat(shown["created_at"]))
