"""The runs of a session: which are not over, and how the next one is started.

It is written down first, so that what leads nowhere comes to an end (A24).
"""

from collections.abc import Iterable

from bot.commands.dispatching import note
from bot.core.dispatches import Dispatches, Start
from bot.core.runs import ActiveRun, is_for
from bot.core.session import SessionData
from bot.ports import Clock, Repository, Runs

WORKFLOW = "swarm-session.yml"


def go_on(
    repo: Repository,
    clock: Clock,
    runs: Runs,
    data: SessionData,
    known: Dispatches,
    why: str,
    run: str,
    *,
    counted: bool = True,
) -> bool:
    """Starts a run that goes on with a session; False when somebody else has, since `known` was read.

    Mission and issue put it into the queue of all others of the session. `run` is the one that starts it;
    `counted`: it is one of those of which there may not be too many in a row.
    """
    session = data.session
    start = Start(time=clock.now(), why=why, run=run)

    def edit(now: Dispatches) -> Dispatches:
        if now.starts != known.starts:
            return now
        return now.model_copy(update={"starts": (*now.starts, start), "told": ""})

    if counted and not note(repo, clock, session, edit, f"Start a run of session {session}"):
        return False
    issue = str(data.launch.issue or "")
    runs.start(WORKFLOW, {"session": session, "issue": issue, "mission": data.mission.mission})
    return True


def at_work_for(active: Iterable[ActiveRun], data: SessionData, known: Dispatches) -> tuple[ActiveRun, ...]:
    """Of the runs that are not over those that work for a session, by what they were given or by their title."""
    given = {dispatch.run.partition("/")[0] for dispatch in known.dispatches}
    return tuple(run for run in active if run.id in given or is_titled_for(run.title, data))


def is_titled_for(title: str, data: SessionData) -> bool:
    """Whether a run with this title works for a session, or may."""
    return is_for(title, session=data.session, mission=data.mission.mission, issue=data.launch.issue)
