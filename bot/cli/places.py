"""Where a command works: on this machine, or in a job of GitHub Actions; built of what the environment says."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from bot.adapters.model_access import Access
    from bot.adapters.process_secrets import Secrets
    from bot.assembly import Workplace
    from bot.core.redaction import Redactor
    from bot.hosting import Hosted


def place(
    forge: str,
    repo: Path,
    *,
    base: str = "",
    only: str = "all",
    cache: Path | None = None,
    access: "Access | None" = None,
) -> "Workplace | Hosted":
    """Where the session lives: the work of this job, or a repository on this machine."""
    if forge == "github":
        return hosted(only, cache, base, access)
    return workplace(repo, base=base, only=only, cache=cache, access=access)


def workplace(
    repo: Path, *, base: str = "", only: str = "all", cache: Path | None = None, access: "Access | None" = None
) -> "Workplace":
    """A repository on this machine. Raises SwarmError where there is none."""
    from bot.assembly import Workplace

    return Workplace.at(repo, base=base, only=only, cache=cache, access=access, redactor=process_redactor(access))


def hosted(only: str, cache: Path | None, base: str = "", access: "Access | None" = None) -> "Hosted":
    """The work of this job. Raises Refused where this is no job of GitHub Actions."""
    from bot.adapters.model_access import Access
    from bot.hosting import Hosted, Job

    job = Job.from_environment(os.environ)
    return Hosted(job, only, cache, templates(), base, access or Access(), process_redactor(access))


def process_redactor(access: "Access | None" = None) -> "Redactor":
    """What keeps every secret of this process out of all that leaves it (G25)."""
    secrets = process_secrets()
    secrets.learn(access.secrets if access else ())
    return secrets.redactor


def process_secrets() -> "Secrets":
    """The secrets in this process, as its entry has found them; each command's redactor is made of them."""
    from bot.adapters.process_secrets import Secrets

    root = click.get_current_context().find_root()
    root.obj = root.obj or Secrets(os.environ)
    made: Secrets = root.obj
    return made


def model_access() -> "Access":
    """The keys of a model, which are in the environment no longer: nothing that an agent reads is near them."""
    from bot.adapters.model_access import take_access

    return take_access(os.environ)


def model_access_anew() -> "Access":
    """The same in a job, where nothing may be able to read what the process was started with either (G24)."""
    from bot.adapters.model_access import start_anew

    return start_anew(os.environ)


def templates() -> Path:
    """The folder of the mission templates: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).parent.parent
    inside = package / "mission-templates"
    return inside if inside.is_dir() else package.parent / "mission-templates"
