"""Runs of workflows in memory. Whoever plays GitHub Actions begins and ends them here, and carries them out.

It takes from `runs` what was started and has not begun, marks what it ends with `end`, and calls `begin` for the
runs that events start. A run is not over from the moment it is here until it is ended or cancelled.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.core.runs import ActiveRun
from bot.errors import SwarmError
from bot.ports import Clock


@dataclass(slots=True)
class MemoryRun:
    """A run of a workflow file. `inputs` are those of one that was started through the port; `conclusion` is empty
    until it is over, and then how it ended ("success", "failure", "cancelled")."""

    id: str
    workflow: str
    title: str
    started: datetime
    inputs: Mapping[str, str] = field(default_factory=dict)
    conclusion: str = ""


class MemoryRuns:
    """`Runs` in memory; `runs` are all that there ever were, oldest first."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.runs: list[MemoryRun] = []

    # --- what GitHub Actions does ---

    def begin(self, workflow: str, title: str, inputs: Mapping[str, str] | None = None) -> MemoryRun:
        """A run comes up, because of an event or of a start. Its id is what GITHUB_RUN_ID would be."""
        run = MemoryRun(str(len(self.runs) + 1), workflow, title, self.clock.now(), dict(inputs or {}))
        self.runs.append(run)
        return run

    def end(self, run: str, conclusion: str = "success") -> None:
        """A run is over; one that was cancelled stays so."""
        known = self._run(run)
        if known is None:
            raise SwarmError(f"there is no run {run}", "begin it first")
        known.conclusion = known.conclusion or conclusion

    # --- the port ---

    def start(self, workflow: str, inputs: Mapping[str, str]) -> None:
        """A run comes up with the title that `run-name` of swarm-session.yml gives it."""
        session = inputs.get("session")
        title = f"{session} goes on" if session else f"Mission {inputs.get('mission', '')}"
        self.begin(workflow, title, inputs)

    def active(self, workflow: str) -> tuple[ActiveRun, ...]:
        """The runs that are not over, newest first."""
        return tuple(
            ActiveRun(run.id, run.title, run.started)
            for run in reversed(self.runs)
            if run.workflow == workflow and not run.conclusion
        )

    def cancel(self, run: str) -> None:
        """Ends a run at once; whoever carries it out sees that its conclusion is "cancelled"."""
        known = self._run(run)
        if known:
            known.conclusion = known.conclusion or "cancelled"

    def _run(self, run: str) -> MemoryRun | None:
        return next((known for known in self.runs if known.id == run), None)
