"""The repository's configuration, `.github/swarm.yml`: what holds for every session. Read from the base branch."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field as Constraint
from pydantic import StringConstraints

from bot.core.loading import bounded, validated
from bot.core.models import Model
from bot.core.money import Usd
from bot.core.yaml_reader import read
from bot.core.yaml_tree import Tree
from bot.errors import InvalidInput, Problem

PATH = ".github/swarm.yml"
Folder = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_./-]*$", max_length=200)]
BranchName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_./-]*$", max_length=200)]
Login = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$", max_length=100)]


class CitationCheck(Model):
    """The audit of Markdown files that a pull request changes."""

    paths: tuple[str, ...] = ("**/*.md",)
    min_cited: Annotated[float, Constraint(ge=0, le=100)] = 95


class Allow(Model):
    """Who, of those who may write, may launch sessions and tell them something (A7)."""

    permission: Literal["write", "maintain", "admin"] = "write"
    """The least that somebody has to be allowed on GitHub."""
    logins: tuple[Login, ...] = ()
    """Nobody but these, if any are named. They need the permission as well."""


class Configuration(Model):
    """What a repository's maintainers decide. Everything has a default; an unknown key is an error."""

    missions: Folder = "missions"
    """The folder of mission files, `<mission>.yml`; a mission that is not there is taken from the templates."""
    max_usd: Usd = 50_000_000
    """The highest cap that a session may ask for, in millionths of a US dollar (written in dollars)."""
    confirm_above_usd: Usd = 10_000_000
    """A session that can cost more than this waits until a person with write permission has confirmed it."""
    allow: Allow = Allow()
    sources: Literal["all", "packages", "files"] = "all"
    merge: Literal["auto", "manual"] = "auto"
    """manual: the gate's verdict is reported, and a person merges."""
    state_branch: BranchName | None = None
    """Where the state files are written when the base branch is protected; None: on the base branch."""
    required_checks: tuple[Annotated[str, StringConstraints(min_length=1, max_length=200)], ...] = ()
    """Checks by name that must have passed on exactly the commit that is merged (G7)."""
    audit: CitationCheck | None = None


def load_configuration(content: bytes | None, file: str = PATH) -> Configuration:
    """The configuration of a file; the defaults where there is none, or where nothing stands in it.

    Raises InvalidInput with every Problem of the file, in the order of its lines.
    """
    if content is None:
        return Configuration()
    tree = read(content, file)
    if tree.value is None and not tree.problems:
        return Configuration()
    configuration = validated(Configuration, tree, file)
    problems = (*tree.problems, *(_wrong(configuration, tree, file) if configuration else ()))
    if problems or not configuration:
        raise InvalidInput(problems=bounded(problems, file))
    return configuration


def _wrong(configuration: Configuration, tree: Tree, file: str) -> Iterator[Problem]:
    place = tree.place(("missions",))
    if {"", ".", ".."} & set(configuration.missions.removesuffix("/").split("/")):
        what = f"missions is {configuration.missions}"
        yield Problem(file, *place, what, "write a folder of the repository, such as missions")
    branch, place = configuration.state_branch or "", tree.place(("state_branch",))
    if branch.startswith("swarm/"):
        what = f"state_branch is {branch}, which would be taken for a session's branch"
        yield Problem(file, *place, what, "write another name, such as swarm-state")
    elif branch.startswith("refs/"):
        yield Problem(file, *place, f"state_branch is {branch}", "write the branch's name without refs/heads/")
    elif branch and not _is_branch(branch):
        yield Problem(
            file,
            *place,
            f"state_branch is {branch}, which git allows no branch",
            "write it plainly, such as swarm-state",
        )


def _is_branch(name: str) -> bool:
    """Whether git allows a name that consists of letters, digits and `_ . / -`."""
    parts = name.split("/")
    return ".." not in name and all(
        part and part[0] != "." and not part.endswith((".", ".lock")) for part in parts
    )
