"""What became of a run, read from act's log as it is written."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Conclusion = Literal["", "success", "failure", "cancelled", "skipped", "timed_out", "startup_failure"]


@dataclass(frozen=True, slots=True)
class Annotation:
    """An annotation as the runner understood it."""

    level: Literal["error", "warning", "notice"]
    message: str
    properties: Mapping[str, str]


@dataclass
class Job:
    """One job of a run. `name` is unique in the run; `id` is its key in the workflow file (GITHUB_JOB)."""

    name: str
    id: str
    matrix: Mapping[str, Any] = field(default_factory=dict)
    conclusion: Conclusion = ""
    began: str = ""
    ended: str = ""
    outputs: dict[str, str] = field(default_factory=dict)
    """What its steps have set, as `step.name`."""
    summary: str = ""
    log: str = ""
    annotations: list[Annotation] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    """How long each step took, by the name that act gives it."""
    composites: set[tuple[str, ...]] = field(default_factory=set)


@dataclass
class Log:
    """act's log, line by line."""

    jobs: dict[str, Job] = field(default_factory=dict)
    other: list[str] = field(default_factory=list)

    def feed(self, line: str) -> Job | None:
        """The job that the line is about, as it is now; None when it is about none."""
        try:
            said = json.loads(line)
        except ValueError:
            said = {"msg": line}
        if "jobID" not in said:
            self.other.append(str(said.get("msg", "")).rstrip())
            return None
        name = str(said["job"]).strip()
        job = self.jobs.setdefault(name, Job(name, said["jobID"], said.get("matrix") or {}, began=said["time"]))
        _said(job, said)
        return job

    def text(self) -> str:
        """The whole log, job after job, for people."""
        parts = [f"--- {job.name}: {job.conclusion or 'not ended'}\n{job.log}" for job in self.jobs.values()]
        return "\n".join([*parts, *(f"--- act: {line}" for line in self.other if line)])


def _said(job: Job, said: Mapping[str, Any]) -> None:
    step = tuple(said.get("stepID", ()))
    for length in range(1, len(step)):
        job.composites.add(step[:length])
    message = str(said.get("msg", ""))
    job.log += message if message.endswith("\n") else message + "\n"
    match said.get("command"):
        case "set-output":
            job.outputs[f"{'.'.join(step)}.{said['name']}"] = said["arg"]
        case "summary" if step not in job.composites:  # an action's own steps have said the same before
            job.summary += said["content"]
        case "error" | "warning" | "notice" as level:
            job.annotations.append(Annotation(level, said["arg"], said.get("kvPairs") or {}))
    if "executionTime" in said and len(step) == 1:
        label = f"{said.get('stage', '')} {said.get('step', '')}".strip()
        job.seconds[label] = job.seconds.get(label, 0) + said["executionTime"] / 1e9
    if "jobResult" in said:
        job.conclusion, job.ended = said["jobResult"], said["time"]
