"""What people can tell a session in a comment, and what a line that somebody wrote means."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from bot.core.events import COMMAND
from bot.core.ids import ID_MAX, ID_PATTERN
from bot.core.money import micro_usd
from bot.core.neutral import visible

SHOWN = 60
_AMOUNT = re.compile(r"\+?\$?(?P<dollars>[0-9]{1,9}(?:\.[0-9]{1,9})?)", re.ASCII)


@dataclass(frozen=True, slots=True)
class AskStatus:
    """Write the status comment anew."""


@dataclass(frozen=True, slots=True)
class Retry:
    """Try one agent again; None: all whose last attempt failed."""

    agent: str | None


@dataclass(frozen=True, slots=True)
class Stop:
    """Let nothing new start, and end what is at work."""


@dataclass(frozen=True, slots=True)
class Resume:
    """Let the session go on."""


@dataclass(frozen=True, slots=True)
class AddBudget:
    """Let the session spend so much more."""

    micro_usd: int


@dataclass(frozen=True, slots=True)
class Merge:
    """Ask the gate again, and merge when it passes."""


@dataclass(frozen=True, slots=True)
class Explain:
    """Say what a criterion of the gate measures; `criterion` is its name as somebody wrote it."""

    criterion: str


@dataclass(frozen=True, slots=True)
class Help:
    """Say what can be said."""


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """A line that is no command, and why, in words for a person."""

    text: str
    why: str


Ordering = Stop | Resume | Retry | AddBudget | Merge
"""What changes a session: it becomes an order on its branch."""
Command = AskStatus | Ordering | Explain | Help | NotUnderstood

COMMANDS: Mapping[str, tuple[str, str]] = {
    "status": ("", "this comment is written anew"),
    "retry": (
        "[AGENT]",
        "one more attempt of an agent that failed or is blocked; without a name, of all that failed",
    ),
    "stop": ("", "what is at work is ended and nothing new starts"),
    "resume": ("", "the session goes on"),
    "budget": ("+5", "so many US dollars more, divided among the agents that are not done"),
    "merge": ("", "the gate is asked again, and what passes it is merged"),
    "explain": ("CRITERION", "what a criterion of the gate measures, how it stands, and what to do"),
    "help": ("", "this list"),
}
"""Every command: what follows its name, and what happens."""
HELP = tuple(f"`{f'{COMMAND} {name} {after}'.strip()}`: {what}" for name, (after, what) in COMMANDS.items())
"""The list of the commands, a line each, with code between backticks."""


def parse(text: str) -> Command:
    """What a line means that begins with `/swarm`. Raises nothing."""
    line = visible(text)
    name, _, rest = line.partition(" ")[2].strip().partition(" ")
    rest = rest.strip()
    if not name:
        return Help()
    read = _READ.get(name.casefold())
    found = read(rest) if read else _nearest(name)
    return NotUnderstood(line, found) if isinstance(found, str) else found


def amount(text: str) -> int | str:
    """Millionths of a US dollar from an amount such as `+2.50`; what is wrong with it, otherwise."""
    match = _AMOUNT.fullmatch(text)
    if not match:
        what = f"{_quoted(text)} is no amount" if text else "no amount is named"
        return f"{what}: write US dollars such as `+5` or `+2.50`"
    try:
        return micro_usd(match["dollars"]) or "nothing is added by 0: write US dollars such as `+5`"
    except ValueError as error:
        return str(error)


def _alone(name: str, command: Command) -> Callable[[str], Command | str]:
    """A command that nothing follows: more words may well mean something else than it does."""

    def read(rest: str) -> Command | str:
        return f"nothing follows {name}: write `{COMMAND} {name}` alone on its line" if rest else command

    return read


def _retry(rest: str) -> Command | str:
    agent = rest.casefold()
    if len(agent) > ID_MAX or (agent and not re.fullmatch(ID_PATTERN, agent)):
        return f"{_quoted(rest)} is no agent's id: write one as the table shows it, or none"
    return Retry(agent or None)


def _budget(rest: str) -> Command | str:
    added = amount(rest)
    return added if isinstance(added, str) else AddBudget(added)


def _explain(rest: str) -> Command | str:
    return Explain(rest[:SHOWN]) if rest else "no criterion is named: write one as the gate's checklist has it"


_READ: Mapping[str, Callable[[str], Command | str]] = {
    "status": _alone("status", AskStatus()),
    "retry": _retry,
    "stop": _alone("stop", Stop()),
    "resume": _alone("resume", Resume()),
    "budget": _budget,
    "merge": _alone("merge", Merge()),
    "explain": _explain,
    "help": _alone("help", Help()),
}


def _nearest(name: str) -> str:
    near = get_close_matches(name[:SHOWN].casefold(), COMMANDS, n=1)
    meant = f": do you mean `{COMMAND} {near[0]}`?" if near else ""
    return f"{_quoted(name)} is no command{meant}"


def _quoted(text: str) -> str:
    """What somebody wrote, as code, cut short."""
    plain = text.replace("`", "'")
    return f"`{plain if len(plain) <= SHOWN else f'{plain[:SHOWN]}…'}`"
