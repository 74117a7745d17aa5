"""What an agent must not find where it works (G24): tokens, keys, and a checkout that git may push from.

A model has no tool that reads any of this. It is looked for all the same, before anything foreign is read: a
workflow or a runner that hands a token to an agent's job is wrong, whatever becomes of the token.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from bot.errors import Problem

TOKENS = (
    "SWARM_TOKEN",
    "GITHUB_TOKEN",
    "GH_TOKEN",
    "GITHUB_ENTERPRISE_TOKEN",
    "GH_ENTERPRISE_TOKEN",
    "GITHUB_PAT",
    "ACTIONS_RUNTIME_TOKEN",
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
    "ACTIONS_ID_TOKEN_REQUEST_URL",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AZURE_CLIENT_SECRET",
    "ANTHROPIC_API_KEY",
    "ANTHROPIC_AUTH_TOKEN",
    "AWS_BEARER_TOKEN_BEDROCK",
    "SWARM_VERTEX_ACCESS_TOKEN",
    "SWARM_CREDENTIALS_KEY",
)
"""Variables that hold a credential. Those of registries of packages are not among them: reading may need them."""

_OF_GITHUB = re.compile(r"\bgh[pousr]_\w{16,}|\bgithub_pat_\w{16,}")
_USERINFO = re.compile(r"(?i)https?://[^/@\s]+@")
_OWN = frozenset({"local", "worktree", "command"})
_LOGIN = re.compile(r"(?i)credential\.(?:.*\.)?helper|core\.(?:sshcommand|askpass)|http\.(?:.*\.)?cookiefile")
_HEADER = re.compile(r"(?i)http\.(?:.*\.)?extraheader")


@dataclass(frozen=True, slots=True)
class Setting:
    """One line of git's configuration. `scope` is system, global, local, worktree or command."""

    scope: str
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Environ:
    """What a process was started with. `who` says which one it is, for a person."""

    who: str
    variables: Mapping[str, str]


def tokens_in(variables: Mapping[str, str]) -> tuple[str, ...]:
    """The names of variables that hold a credential: the known ones, and any that holds a token of GitHub's."""
    known = [name for name in TOKENS if variables.get(name)]
    return (*known, *sorted(name for name, value in variables.items() if _looks(name, value)))


def _looks(name: str, value: str) -> bool:
    return name not in TOKENS and bool(_OF_GITHUB.search(value))


def pushes_with(settings: Iterable[Setting]) -> tuple[str, ...]:
    """The settings of git that carry a credential, by their names and never with their values.

    A header or a URL with a login in it counts wherever it is set. A helper that knows logins counts only where
    the checkout brings it along: machines of people and of macOS have one that has nothing to do with the job.
    """
    return tuple(dict.fromkeys(_hidden(setting) for setting in settings if _carries(setting)))


def _carries(setting: Setting) -> bool:
    if _USERINFO.search(setting.name) or _USERINFO.search(setting.value):
        return True
    if not setting.value:  # an empty one forgets those before it
        return False
    return bool(_HEADER.fullmatch(setting.name) or (setting.scope in _OWN and _LOGIN.fullmatch(setting.name)))


def _hidden(setting: Setting) -> str:
    return _USERINFO.sub("https://…@", setting.name)


def keys_in(environs: Iterable[Environ], secrets: Iterable[str]) -> tuple[str, ...]:
    """Where a key can still be read from what a process was started with: `NAME of PROCESS`."""
    keys = [key for key in secrets if key]
    return tuple(
        f"{name} of {environ.who}"
        for environ in environs
        for name, value in environ.variables.items()
        if any(key in value for key in keys)
    )


def problems(tokens: tuple[str, ...], settings: tuple[str, ...], keys: tuple[str, ...]) -> Iterator[Problem]:
    """What was found, by name, and what to do; nothing where an agent may start."""
    if tokens:
        yield Problem(
            what=f"an agent must not hold a token, and {', '.join(tokens)} is in its environment",
            todo="run it with the action, which keeps the token from it; give none to the whole job or runner",
        )
    if settings:
        yield Problem(
            what=f"an agent must not be able to push, and git is set up to log in ({', '.join(settings)})",
            todo="check out with `persist-credentials: false`, and keep logins out of the runner's git",
        )
    if keys:
        yield Problem(
            what=f"the model's key can be read by whatever runs beside the agent: {', '.join(keys)}",
            todo="hand the key to the step that runs the agent and to nothing else",
        )
