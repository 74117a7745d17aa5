"""The merge of the base into a session's branch that settles a conflict in files of the session's own.

It is one push: a crash leaves it done or not begun. Where there is no conflict nothing is written.
"""

from collections.abc import Callable, Mapping

from bot.commands.conflicts import conflicts
from bot.commands.gate_snapshot import launched
from bot.commands.load import load_session
from bot.core.conflicts import resolvable, resolve_message
from bot.core.paths import ground_of
from bot.core.session import SessionData
from bot.errors import LostRace, Refused
from bot.ports import Clock, RefUpdate, Repository

TRIES = 3
"""How often a merge is made anew because the branch moved under it."""


def resolve(
    repo: Repository,
    clock: Clock,
    branch: str,
    base: str,
    session: str,
    rendered: Callable[[SessionData], Mapping[str, bytes]],
) -> None:
    """Merges the base into a session's branch where they conflict in nothing but files of the session's own.

    The branch then has the base's tree, and in it the session's files: documents `rendered` from the findings, all
    others as they were recorded. Nothing is done where there is no conflict, and where a person has to settle it.
    `branch` and `base` are refs. Raises Refused when the branch kept moving.
    """
    for _ in range(TRIES):
        tip, base_tip = repo.refs(branch)[branch], repo.refs(base)[base]
        if not repo.conflicts(base_tip, tip):
            return
        # The mission of the launch commit says what is the session's own, whatever the branch holds now (G2).
        launch = launched(repo, session, tip, base_tip).launch
        changes = repo.changes(base_tip, tip)
        found = conflicts(repo, session, launch.mission, base_tip, tip)
        if not resolvable(found, changes, ground_of(session, launch.mission)):
            return
        data = load_session(repo, tip, session)
        own = repo.read([(tip, change.path) for change in changes])
        files = {path: content for (_, path), content in own.items()} | dict(rendered(data))
        message = resolve_message(session, base.removeprefix("refs/heads/"), base_tip, [one.path for one in found])
        merge = repo.commit([tip, base_tip], files, message, clock.now(), tree=base_tip)
        try:
            repo.update([RefUpdate(branch, merge, tip)])
        except LostRace:
            continue
        return
    raise Refused(f"{branch} kept moving while a merge conflict was resolved", "run again; nothing was merged")
