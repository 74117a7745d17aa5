"""The command line: the only reader of the environment, and the builder of adapters.

Each command imports what it needs when it runs, so that `swarm --help` and `swarm validate` start at once.
"""

import gc
import json
import os
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, ParamSpec

import click

from bot import __version__

if TYPE_CHECKING:
    from bot.adapters.model_access import Access
    from bot.adapters.process_secrets import Secrets
    from bot.assembly import Workplace
    from bot.commands.outcome import Outcome
    from bot.core.chatops import Ordering
    from bot.core.credentials import Kind
    from bot.core.mission import Backend
    from bot.core.redaction import Redactor
    from bot.hosting import Hosted

P = ParamSpec("P")
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
KINDS = ["anthropic-api-key", "anthropic-token", "bedrock-api-key", "vertex-access-token", "other"]
CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 110}


@click.group(context_settings=CONTEXT)
@click.version_option(__version__, prog_name="swarm")
def cli() -> None:
    """Swarms of research agents whose every claim is checked against its source before it is merged."""


def command(name: str, group: click.Group = cli) -> Callable[[Callable[P, "Outcome"]], click.Command]:
    """A command whose outcome is printed as text, or with --json as one object, and decides the exit code."""

    def wrap(function: Callable[P, "Outcome"]) -> click.Command:
        @wraps(function)
        def printed(*args: P.args, **kwargs: P.kwargs) -> None:
            as_json = bool(kwargs.pop("as_json"))
            outcome = function(*args, **kwargs)
            text = json.dumps(outcome.data, indent=2, ensure_ascii=False) if as_json else outcome.text
            if text:
                click.echo(_inert(text) if _on_github() else text)
            if _on_github():
                _publish(outcome, as_json=as_json)
            click.get_current_context().exit(int(outcome.exit))

        as_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
        return group.command(name)(as_option(printed))

    return wrap


repository = click.option("--repo", type=FOLDER, default=Path(), help="The git repository (default: here).")
base_branch = click.option("--base", default="", help="The branch to merge into (default: the one checked out).")
cache_folder = click.option(
    "--cache",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="SWARM_CACHE",
    help="Where sources are kept.",
)
only_sources = click.option(
    "--only",
    type=click.Choice(["all", "packages", "files"]),
    default="all",
    envvar="SWARM_ONLY",
    help="Read only sources of this kind; the others count as skipped.",
)
which_forge = click.option(
    "--forge",
    type=click.Choice(["local", "github"]),
    default="local",
    show_default=True,
    envvar="SWARM_FORGE",
    help="Where the session lives: in this repository, or on GitHub (in a job of Actions).",
)
session_argument = click.argument("session", envvar="SWARM_SESSION")
agent_argument = click.argument("agent", envvar="SWARM_AGENT")
every_backend = click.option(
    "--backend",
    type=click.Choice(["claude", "extractive", "simulated"]),
    help="For every agent of the mission, whatever it says.",
)
which_attempt = click.option(
    "--attempt", type=click.IntRange(1, 10), default=1, show_default=True, envvar="SWARM_ATTEMPT"
)


# --- missions ----------------------------------------------------------------------------------------------


@command("new")
@click.argument("template")
@click.argument("destination", required=False, type=click.Path(dir_okay=False, path_type=Path))
def new(template: str, destination: Path | None) -> "Outcome":
    """Write a mission file from a template (blank, cloud-providers, ...)."""
    from bot.commands.new import new

    return new(template, destination, templates())


@command("validate")
@click.argument("files", nargs=-1, required=True, type=FILE)
def validate(files: tuple[Path, ...]) -> "Outcome":
    """Say everything that is wrong with mission files, and how they contradict each other."""
    from bot.commands.validate import validate

    return validate(files)


@command("plan")
@click.argument("file", type=FILE)
def plan(file: Path) -> "Outcome":
    """Show what a mission would run: agents, subjects, caps, batches."""
    from bot.commands.plan import plan

    return plan(file)


@command("hosts")
@click.argument("file", type=FILE)
def hosts(file: Path) -> "Outcome":
    """List the hosts that a session asks, for what a runner may reach."""
    from bot.assembly import hosts

    return hosts(file, os.environ)


@command("quote")
@click.argument("mission", type=FILE)
@every_backend
def quote(mission: Path, backend: "Backend | None") -> "Outcome":
    """Say what a run will cost and take: low, likely, at most."""
    from bot.assembly import quote

    return quote(mission, backend)


@command("rehearse")
@click.argument("missions", nargs=-1, required=True, type=FILE)
@click.option("--faults", metavar="FILE|random", default="", help="What goes wrong (default: nothing).")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="The same seed gives the same.")
@click.option("--seeds", type=click.IntRange(1), help="So many rehearsals, from that seed on.")
@click.option(
    "--rate",
    type=click.FloatRange(0, 0.9),
    default=0.1,
    show_default=True,
    help="With random faults: the share of occasions at which something goes wrong.",
)
@every_backend
def rehearse(
    missions: tuple[Path, ...],
    faults: str,
    seed: int,
    seeds: int | None,
    rate: float,
    backend: "Backend | None",
) -> "Outcome":
    """Play whole sessions on a virtual clock, with whatever goes wrong, and say whether the guarantees held."""
    from bot.assembly import rehearse

    return rehearse(missions, faults, seed, seeds, rate, backend)


@command("schema")
def schema() -> "Outcome":
    """Print the JSON Schema of mission files."""
    from bot.commands.schema import schema

    return schema()


# --- a repository on GitHub ---


@command("init")
@click.option("--action", required=True, metavar="OWNER/REPO@SHA", help="The action, pinned to a full commit id.")
@click.option("--version", "version", default="", help="What that commit is called, for a comment beside it.")
@click.option("--dry-run", is_flag=True, help="Only show what would be written.")
@click.option("--force", is_flag=True, help="Overwrite files that differ.")
@repository
def init(action: str, version: str, dry_run: bool, force: bool, repo: Path) -> "Outcome":
    """Write the workflows, the issue form, the labels and the configuration into a repository."""
    from bot.commands.init import init

    return init(repo.resolve(), action, version, templates(), write=not dry_run, force=force)


@command("doctor")
@click.option("--repository", default="", metavar="OWNER/NAME", help="On GitHub (default: the remote origin's).")
@click.option("--fix", is_flag=True, help="Create the labels that are missing.")
@repository
@click.option("--base", default="", help="The branch to merge into (default: the repository's default branch).")
def doctor(repository: str, fix: bool, repo: Path, base: str) -> "Outcome":
    """Say what a repository on GitHub lacks for a session, before anything is spent."""
    from bot.hosting import doctor

    token = os.environ.get("SWARM_TOKEN") or os.environ.get("GITHUB_TOKEN") or os.environ.get("GH_TOKEN") or ""
    return doctor(repo, token, repository=repository, base=base, templates=templates(), fix=fix)


# --- a session ---------------------------------------------------------------------------------------------


@command("run")
@click.argument("mission", type=FILE)
@repository
@base_branch
@every_backend
@click.option("--agents", type=click.IntRange(1, 256), default=4, show_default=True, help="How many at once.")
@click.option("--no-merge", is_flag=True, help="Stop after the gate.")
@only_sources
@cache_folder
def run(
    mission: Path,
    repo: Path,
    base: str,
    backend: "Backend | None",
    agents: int,
    no_merge: bool,
    only: str,
    cache: Path | None,
) -> "Outcome":
    """Carry out a whole mission on this machine; called again, go on where it was."""
    place = _workplace(repo, base=base, only=only, cache=cache, access=_access())
    return place.run(mission, backend=backend, parallel=agents, merge=not no_merge)


@command("launch")
@click.argument("mission", type=FILE)
@repository
@base_branch
@click.option("--by", default="local", show_default=True, help="Who launches; another launcher is refused.")
def launch(mission: Path, repo: Path, base: str, by: str) -> "Outcome":
    """Open the session's branch and reserve its subjects, in one step."""
    return _workplace(repo, base=base).launch(mission, by)


@command("auto")
@only_sources
@cache_folder
def auto(only: str, cache: Path | None) -> "Outcome":
    """In a job of GitHub Actions: do what its event asks for."""
    return _hosted(only, cache).auto()


@command("agent")
@session_argument
@agent_argument
@which_attempt
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    envvar="SWARM_ARTIFACT",
    help="The artifact.",
)
@which_forge
@repository
@only_sources
@cache_folder
def agent(
    session: str, agent: str, attempt: int, output: Path, forge: str, repo: Path, only: str, cache: Path | None
) -> "Outcome":
    """Carry out one agent's assignment and leave its result in a file."""
    access = _access_anew() if forge == "github" else _access()
    return _place(forge, repo, only=only, cache=cache, access=access).agent(session, agent, attempt, output)


@command("record")
@session_argument
@agent_argument
@which_attempt
@click.option(
    "--artifact",
    type=click.Path(dir_okay=False, path_type=Path),
    envvar="SWARM_ARTIFACT",
    help="What the agent left; without it the attempt counts as failed.",
)
@click.option("--comment", type=int, envvar="SWARM_COMMENT", help="On GitHub: the session's status comment.")
@which_forge
@repository
@only_sources
@cache_folder
def record(
    session: str,
    agent: str,
    attempt: int,
    artifact: Path | None,
    comment: int | None,
    forge: str,
    repo: Path,
    only: str,
    cache: Path | None,
) -> "Outcome":
    """Check an agent's result against its sources and commit what holds."""
    if artifact and forge == "local" and not artifact.is_file():
        raise click.BadParameter(f"File '{artifact}' does not exist.", param_hint="--artifact")
    left = artifact if artifact and artifact.is_file() else None
    return _place(forge, repo, only=only, cache=cache).record(session, agent, attempt, left, comment)


@command("close")
@session_argument
@which_forge
@repository
@base_branch
@click.option("--no-merge", is_flag=True, help="Stop after the gate.")
@only_sources
@cache_folder
def close(
    session: str, forge: str, repo: Path, base: str, no_merge: bool, only: str, cache: Path | None
) -> "Outcome":
    """Write the deliverable, gate the session and merge it."""
    return _place(forge, repo, base=base, only=only, cache=cache).close(session, merge=not no_merge)


@command("gate")
@session_argument
@which_forge
@repository
@base_branch
@only_sources
@cache_folder
def gate(session: str, forge: str, repo: Path, base: str, only: str, cache: Path | None) -> "Outcome":
    """Say criterion by criterion whether a session may be merged."""
    return _place(forge, repo, base=base, only=only, cache=cache).gate(session)


@command("status")
@click.argument("session", required=False, envvar="SWARM_SESSION")
@which_forge
@repository
@base_branch
@click.option("--write", is_flag=True, help="Commit the state files on the base branch.")
def status(session: str | None, forge: str, repo: Path, base: str, write: bool) -> "Outcome":
    """Say how far every session is, from what is in git."""
    return _place(forge, repo, base=base).status(session, write=write)


@command("log")
@session_argument
@click.option("--jsonl", is_flag=True, help="Print one JSON object for each event, one a line.")
@repository
def log(session: str, jsonl: bool, repo: Path) -> "Outcome":
    """Show what was decided in a session: when, by whom, in which run, why."""
    from bot.assembly import log

    return log(repo, session, jsonl=jsonl)


# --- what people tell a session; on GitHub they say it in a comment ---


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
    return _workplace(repo, base=base, only=only, cache=cache).explain(session, " ".join(criterion))


def _tell(
    repo: Path, session: str, command: "Ordering", *, base: str = "", only: str = "all", cache: Path | None = None
) -> "Outcome":
    return _workplace(repo, base=base, only=only, cache=cache).order(session, command)


def _place(
    forge: str,
    repo: Path,
    *,
    base: str = "",
    only: str = "all",
    cache: Path | None = None,
    access: "Access | None" = None,
) -> "Workplace | Hosted":
    if forge == "github":
        return _hosted(only, cache, base, access)
    return _workplace(repo, base=base, only=only, cache=cache, access=access)


def _workplace(
    repo: Path, *, base: str = "", only: str = "all", cache: Path | None = None, access: "Access | None" = None
) -> "Workplace":
    from bot.assembly import Workplace

    return Workplace.at(repo, base=base, only=only, cache=cache, access=access, redactor=_redactor(access))


def _hosted(only: str, cache: Path | None, base: str = "", access: "Access | None" = None) -> "Hosted":
    from bot.adapters.model_access import Access
    from bot.hosting import Hosted, Job

    job, redactor = Job.from_environment(os.environ), _redactor(access)
    return Hosted(job, only, cache, templates(), base, access or Access(), redactor)


def _redactor(access: "Access | None" = None) -> "Redactor":
    """What keeps every secret of this process out of all that leaves it (G25)."""
    secrets = _secrets()
    secrets.learn(access.secrets if access else ())
    return secrets.redactor


def _secrets() -> "Secrets":
    from bot.adapters.process_secrets import Secrets

    root = click.get_current_context().find_root()
    root.obj = root.obj or Secrets(os.environ)
    made: Secrets = root.obj
    return made


def _access() -> "Access":
    """The keys of a model, which are in the environment no longer: nothing that an agent reads is near them."""
    from bot.adapters.model_access import take_access

    return take_access(os.environ)


def _access_anew() -> "Access":
    """The same in a job, where nothing may be able to read what the process was started with either (G24)."""
    from bot.adapters.model_access import start_anew

    return start_anew(os.environ)


# --- sealed credentials ------------------------------------------------------------------------------------


@cli.group("credentials")
def credentials() -> None:
    """Credentials that lie in the repository sealed: what a mission names, its agents get, and nothing else."""


keys_option = click.option(
    "--keys",
    type=click.Path(dir_okay=False, path_type=Path),
    envvar="SWARM_CREDENTIALS_FILE",
    help="The maintainers' key file, outside of the repository (default: in your data folder).",
)
credential_argument = click.argument("name")


@command("init", credentials)
@click.option("--secret", is_flag=True, help="Print the value of the secret SWARM_CREDENTIALS_KEY, and no more.")
@keys_option
@repository
def credentials_init(secret: bool, keys: Path | None, repo: Path) -> "Outcome":
    """Make the keys and an empty manifest; called again, print the secret for Actions (--secret)."""
    from bot.vaults import Maintained

    outcome = Maintained.at(repo, keys).init(secret=secret)
    if secret:
        _secrets().asked_for = str(outcome.data["secret"])
    return outcome


@command("add", credentials)
@credential_argument
@click.option("--kind", type=click.Choice(KINDS), required=True, help="What it is for.")
@keys_option
@repository
def credentials_add(name: str, kind: "Kind", keys: Path | None, repo: Path) -> "Outcome":
    """Seal a value, from the standard input or typed unseen, under a new name."""
    from bot.commands.credentials import add, refuse_known
    from bot.vaults import Maintained

    with Maintained.at(repo, keys).alone() as vault:
        refuse_known(vault, name)
        return add(vault, name, kind, _hidden_value(name))


@command("list", credentials)
@keys_option
@repository
def credentials_list(keys: Path | None, repo: Path) -> "Outcome":
    """Show names, kinds, since when, and whether each file is intact."""
    from bot.commands.credential_list import listed
    from bot.vaults import Maintained

    return listed(Maintained.at(repo, keys).vault)


@command("use", credentials)
@credential_argument
@click.argument("program", nargs=-1, required=True, type=click.UNPROCESSED)
@click.option("--as", "variable", default="", metavar="VAR", help="The variable (default: the usual of its kind).")
@keys_option
@repository
def credentials_use(
    name: str, program: tuple[str, ...], variable: str, keys: Path | None, repo: Path
) -> "Outcome":
    """Run a program (after --) with the value in one variable of its environment; its exit code is the answer."""
    from bot.commands.outcome import Outcome
    from bot.vaults import Maintained

    if code := Maintained.at(repo, keys).use(name, variable, program, os.environ):
        click.get_current_context().exit(code)
    return Outcome({"name": name, "exit": 0}, "")


@command("rotate", credentials)
@click.argument("name", required=False)
@click.option("--all", "everything", is_flag=True, help="New keys, and everything sealed to them again.")
@keys_option
@repository
def credentials_rotate(name: str | None, everything: bool, keys: Path | None, repo: Path) -> "Outcome":
    """Seal a new value in the place of an old one; or, with --all, everything again to new keys."""
    from bot.commands.credential_rotation import rotate_all
    from bot.commands.credentials import known, rotate
    from bot.vaults import Maintained

    if (name is None) != everything:
        raise click.UsageError("Name a credential, or write --all.")
    with Maintained.at(repo, keys).alone() as vault:
        if name is None:
            return rotate_all(vault)
        known(vault, name)
        return rotate(vault, name, _hidden_value(name))


def _at_terminal() -> bool:
    return sys.stdin.isatty()


def _hidden_value(name: str) -> str:
    """What is piped in, or typed unseen: never an argument, which others on the machine could read."""
    if _at_terminal():
        return str(click.prompt(f"The value of {name}", hide_input=True, err=True, default="", show_default=False))
    try:
        return sys.stdin.buffer.read().decode()
    except UnicodeDecodeError:
        raise click.UsageError(
            "What was piped in is no text in UTF-8; encode it, in base64 for example."
        ) from None


# --- documents ---------------------------------------------------------------------------------------------


@command("verify")
@click.argument("deliverable")
@repository
@only_sources
@cache_folder
def verify(deliverable: str, repo: Path, only: str, cache: Path | None) -> "Outcome":
    """Show each quote of DELIVERABLE[#citation] in its source, and its state now."""
    from bot.assembly import verify

    return verify(deliverable, repo, only, cache)


@command("audit")
@click.argument("files", nargs=-1, required=True, type=FILE)
@click.option("--min-cited", type=click.FloatRange(0, 100), help="Fail when a smaller percentage is cited.")
def audit(files: tuple[Path, ...], min_cited: float | None) -> "Outcome":
    """Count the claims of Markdown documents, and name those without a citation."""
    from bot.commands.audit import audit

    return audit(files, min_cited)


@command("transcript")
@click.argument("file", type=FILE)
@click.option("--full", is_flag=True, help="Show long texts whole.")
def transcript(file: Path, full: bool) -> "Outcome":
    """Show what an agent and its model said to each other, from the transcript that the agent left."""
    from bot.commands.transcript import transcript

    return transcript(file, full=full)


# --- entry -------------------------------------------------------------------------------------------------


def templates() -> Path:
    """The folder of the mission templates: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).parent
    inside = package / "mission-templates"
    return inside if inside.is_dir() else package.parent / "mission-templates"


def main(args: list[str] | None = None) -> None:
    """Runs the command line and exits: 0 done, 1 the user can act on it, 2 wrong usage, 3 a bug."""
    from bot.adapters.process_secrets import Secrets, discreet

    _start_quickly()
    secrets = Secrets(os.environ)
    try:
        with discreet(secrets, sys.stdout, sys.stderr):
            code = _carried_out(sys.argv[1:] if args is None else args, secrets)
    except BrokenPipeError:  # whoever read the output has seen enough
        sys.stdout = None
        code = 1
    sys.exit(code)


def _carried_out(arguments: list[str], secrets: "Secrets") -> int:
    try:
        return int(cli.main(arguments, standalone_mode=False, obj=secrets) or 0)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted; what was recorded is kept. The same command goes on from here.", err=True)
        return 1
    except BrokenPipeError:
        raise
    except Exception as error:
        return _failed(error, as_json="--json" in arguments)


def _start_quickly() -> None:
    """Takes a sixth off the start of every command that reads a model (`python -m bench.startup`)."""
    gc.disable()  # starting up makes many objects and no garbage; a workplace turns it on again
    # pydantic asks the metadata of all installed packages for plugins. None has any business here, and even with
    # PYDANTIC_DISABLE_PLUGINS the means to ask are imported, down to the parser of e-mails.
    none = ModuleType("pydantic.plugin._loader")
    none.get_plugins = tuple  # type: ignore[attr-defined]
    sys.modules.setdefault(none.__name__, none)


def _on_github() -> bool:
    """Whether what is printed is read by a runner of GitHub Actions."""
    return os.environ.get("GITHUB_ACTIONS") == "true"


def _inert(text: str) -> str:
    """Lines that no runner takes for a command (A2)."""
    from bot.core.neutral import inert

    return inert(text)


def _publish(outcome: "Outcome", *, as_json: bool) -> None:
    """What a runner shows: annotations at files and lines; in a job of the action also outputs and a page."""
    if outcome.notes and not as_json:
        from bot.render.annotations import annotations

        click.echo(annotations(outcome.notes))
    if os.environ.get("SWARM_FORGE") == "github":
        from bot.hosting import Job, publish

        publish(Job.from_environment(os.environ), outcome, _redactor())


def _failed(error: Exception, *, as_json: bool) -> int:
    from bot.errors import InvalidInput, MachineError, SwarmError

    if isinstance(error, OSError) and error.strerror:
        place = f"{error.filename}: " if error.filename else ""
        error = MachineError(f"{place}{error.strerror}", "mend that and run again; what was recorded is kept")
    if not isinstance(error, SwarmError):
        import traceback

        text = "".join(traceback.format_exception(error))
        click.echo(_inert(text) if _on_github() else text, nl=False, err=True)
        click.echo(
            "this is a bug in swarm; please report it with the lines above. What was recorded is kept.", err=True
        )
        return 3
    if as_json:
        click.echo(json.dumps({"errors": [problem.as_dict() for problem in error.problems]}, indent=2))
    for problem in error.problems:
        click.echo(_inert(str(problem)) if _on_github() else str(problem), err=True)
    if _on_github() and not as_json:
        from bot.render.annotations import annotations

        click.echo(annotations(error.problems))
    if isinstance(error, InvalidInput) and any(problem.line for problem in error.problems):
        count = len(error.problems)
        problems = "1 problem" if count == 1 else f"{count} problems"
        click.echo(f"{problems}; nothing was started. The schema: swarm schema", err=True)
    return 1
