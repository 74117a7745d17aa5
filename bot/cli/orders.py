"""Commands by which people tell a session what to do; on GitHub they say it in a comment."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.group import command
from bot.cli.options import base_branch, cache_folder, only_sources, repository, session_argument
from bot.cli.places import workplace

if TYPE_CHECKING:
    from bot.commands.outcome import Outcome
    from bot.core.chatops import Ordering


@command("stop")
@session_argument
@repository
def stop(session: str, repo: Path) -> "Outcome":
    """Let nothing new start in a session until it is resumed."""
    from bot.core.chatops import Stop

    return _tell(repo, session, Stop())


@command("resume")
@session_argument
@repository
def resume(session: str, repo: Path) -> "Outcome":
    """Let a session go on that was stopped, or whose time is over."""
    from bot.core.chatops import Resume

    return _tell(repo, session, Resume())


@command("retry")
@session_argument
@click.argument("agent", required=False)
@repository
def retry(session: str, agent: str | None, repo: Path) -> "Outcome":
    """Allow one more attempt of an agent that failed or is blocked, or of all that failed."""
    from bot.core.chatops import Retry

    return _tell(repo, session, Retry(agent))


@command("budget")
@session_argument
@click.argument("amount", metavar="+USD")
@repository
def budget(session: str, amount: str, repo: Path) -> "Outcome":
    """Let a session spend more, divided among the agents that are not done."""
    from bot.core.chatops import AddBudget
    from bot.core.chatops import amount as read

    added = read(amount)
    if isinstance(added, str):
        raise click.BadParameter(added, param_hint="+USD")
    return _tell(repo, session, AddBudget(added))


@command("merge")
@session_argument
@repository
@base_branch
@only_sources
@cache_folder
def merge(session: str, repo: Path, base: str, only: str, cache: Path | None) -> "Outcome":
    """Ask the gate again, and merge the session when it passes."""
    from bot.core.chatops import Merge

    return _tell(repo, session, Merge(), base=base, only=only, cache=cache)


@command("explain")
@session_argument
@click.argument("criterion", nargs=-1, required=True)
@repository
@base_branch
@only_sources
@cache_folder
def explain(
    session: str, criterion: tuple[str, ...], repo: Path, base: str, only: str, cache: Path | None
) -> "Outcome":
    """Say what a criterion of the gate measures, how it stands, and what to do."""
    return workplace(repo, base=base, only=only, cache=cache).explain(session, " ".join(criterion))


def _tell(
    repo: Path, session: str, command: "Ordering", *, base: str = "", only: str = "all", cache: Path | None = None
) -> "Outcome":
    return workplace(repo, base=base, only=only, cache=cache).order(session, command)
