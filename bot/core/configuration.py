"""The repository's configuration, `.github/swarm.yml`: what holds for every session. Read from the base branch."""

from typing import Annotated, Literal

from pydantic import Field as Constraint
from pydantic import StringConstraints

from bot.core.models import Model
from bot.core.money import Usd

PATH = ".github/swarm.yml"
Folder = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_./-]*$", max_length=200)]
BranchName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_./-]*$", max_length=200)]


class CitationCheck(Model):
    """The audit of Markdown files that a pull request changes."""

    paths: tuple[str, ...] = ("**/*.md",)
    min_cited: Annotated[float, Constraint(ge=0, le=100)] = 95


class Configuration(Model):
    """What a repository's maintainers decide. Everything has a default; an unknown key is an error."""

    missions: Folder = "missions"
    """The folder of mission files, `<mission>.yml`; a mission that is not there is taken from the templates."""
    max_usd: Usd = 50_000_000
    """The highest cap that a session may ask for, in millionths of a US dollar (written in dollars)."""
    sources: Literal["all", "packages", "files"] = "all"
    merge: Literal["auto", "manual"] = "auto"
    """manual: the gate's verdict is reported, and a person merges."""
    state_branch: BranchName | None = None
    """Where the state files are written when the base branch is protected; None: on the base branch."""
    required_checks: tuple[Annotated[str, StringConstraints(min_length=1, max_length=200)], ...] = ()
    """Checks by name that must have passed on exactly the commit that is merged (G7)."""
    audit: CitationCheck | None = None
