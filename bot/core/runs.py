"""Runs of workflows, as the forge tells of them, and which session each works for."""

import re
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ActiveRun:
    """A run of a workflow that is not over: it waits, is queued or is at work. `title`: as the workflow has it."""

    id: str
    title: str
    started: datetime


_ISSUE = re.compile(r"Issue ([0-9]{1,15}): ")
_SESSION = re.compile(r"([a-z0-9-]+) goes on")
_MISSION = re.compile(r"Mission (\S+)")


def is_for(title: str, *, session: str, mission: str, issue: int | None) -> bool:
    """Whether a run with this title works for a session, or may: `run-name` of swarm-session.yml says what it is.

    A title that somebody made up can at most make a session wait until that run is over.
    """
    if match := _ISSUE.match(title):
        return issue is not None and int(match[1]) == issue
    if match := _SESSION.fullmatch(title):
        return match[1] == session
    match = _MISSION.fullmatch(title)
    return match is not None and match[1] == mission
