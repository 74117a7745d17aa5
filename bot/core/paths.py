"""Which paths a session's branch may touch (A10, A12), and paths of a machine in a text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from string import ascii_letters

from bot.core.changes import Change
from bot.core.credentials import FOLDER as CREDENTIALS
from bot.core.mission import Mission
from bot.core.secrets import line_of, line_starts, scannable
from bot.core.session import SESSIONS, csv_path, launch_path, mission_path, orders_path

INSTRUCTIONS = frozenset(
    {
        "agents.md",
        "agents.override.md",
        "claude.md",
        "claude.local.md",
        "gemini.md",
        "copilot-instructions.md",
        "skill.md",
        "llms.txt",
        "conventions.md",
    }
)
"""Files that coding agents take instructions from, wherever in a tree they lie."""
RULES = frozenset(
    {".github", ".gitlab", ".cursor", ".claude", ".codex", ".gemini", ".windsurf", ".vscode", ".git"}
)
"""Folders that hold workflows or instructions."""

# Each begins with a literal, which makes megabytes of findings cheap; what may stand before it is asked later.
TAIL = r"[^\s\"'`<>()\[\]|*]"
MACHINE = (
    re.compile(
        r"/(?:home|Users|root|tmp|builds|workspaces?|github/workspace|__w|private/var|var/folders)/[\w.@+-]"
        + TAIL.replace("|*", "|*\\\\")
        + "*"
    ),
    re.compile(r":(?:\\{1,2}|/)(?:Users|Documents and Settings|Windows|Temp)(?:\\{1,2}|/)" + TAIL + "*"),
    re.compile(r"file://" + TAIL + "+"),
)
BEFORE = re.compile(r"[\w./~@%-]")


@dataclass(frozen=True, slots=True)
class Ground:
    """What a session may write: its own folder, its agents' files, its deliverable."""

    session: str
    deliverable: str
    agents: frozenset[str]


def ground_of(session: str, mission: Mission) -> Ground:
    """What a session may write by the mission that was launched."""
    return Ground(session, mission.deliverable, frozenset(agent.id for agent in mission.agents))


def documents_of(mission: Mission) -> tuple[str, str]:
    """The paths of a mission's deliverable and of its table."""
    return mission.deliverable, csv_path(mission.deliverable)


def trespass(change: Change, ground: Ground) -> str:
    """Why a branch may not make a change; empty when it may."""
    if change.mode not in ("100644", "000000"):
        return f"{change.path} has mode {change.mode}, only plain files may be added"
    parts = change.path.lower().split("/")
    if change.path.lower() == "codeowners" or parts[-1] == "codeowners":
        return f"{change.path} says who must review"
    if RULES.intersection(parts):
        return f"{change.path} holds rules or workflows"
    if parts[0] == CREDENTIALS:
        return f"{change.path} belongs to the sealed credentials"
    if parts[-1] in INSTRUCTIONS or parts[-1].startswith("."):
        return f"{change.path} instructs agents or tools"
    if change.path in (ground.deliverable, csv_path(ground.deliverable)):
        return f"{change.path} was deleted" if change.status == "deleted" else ""
    return _trespass_in_folder(change, ground)


def is_own(path: str, ground: Ground) -> bool:
    """Whether a path is one of the files that a session writes."""
    return not trespass(Change(path, "modified", "100644"), ground)


def _trespass_in_folder(change: Change, ground: Ground) -> str:
    folder = f"{SESSIONS}{ground.session}/"
    if not change.path.startswith(folder):
        return f"{change.path} is outside {folder}"
    # What was changed is compared with the launch, and with what the record jobs kept, byte for byte elsewhere.
    if change.status == "deleted":
        return f"{change.path} was deleted; a session only adds files"
    kind, _, name = change.path.removeprefix(folder).partition("/")
    if kind in ("agents", "findings"):
        agent, _, ending = name.partition(".")
        known = agent in ground.agents and ending == "json"
        return "" if known else f"{change.path} belongs to no agent of the mission"
    own = (*own_files(ground.session), orders_path(ground.session))
    return "" if change.path in own else f"{change.path} is no file of a session"


def own_files(session: str) -> tuple[str, str]:
    """The files that only `launch` writes."""
    return mission_path(session), launch_path(session)


@dataclass(frozen=True, slots=True, order=True)
class MachinePath:
    """A path of some machine in a text. Lines count from 1."""

    file: str
    line: int
    path: str


def machine_paths(file: str, text: str) -> Iterator[MachinePath]:
    """Absolute paths below the folders where people and runners keep their checkouts, and `file://` URLs.

    `file:docs/api.md`, a source inside the repository, is none, nor is the path of a URL.
    """
    text = scannable(text)
    found = sorted(
        (start, match.end())
        for pattern in MACHINE
        for match in pattern.finditer(text)
        if (start := _beginning(text, match.start())) >= 0 and not BEFORE.match(text[start - 1 : start])
    )
    starts, last = line_starts(text) if found else [], 0
    for start, end in found:
        if start >= last:  # else it is the inner part of a path that is told already
            last = end
            yield MachinePath(file, line_of(starts, start), text[start:end].rstrip(".,;:"))


def _beginning(text: str, offset: int) -> int:
    """Where a path begins: at its match or, when that is a colon, at the drive's letter before it; -1: nowhere."""
    if text[offset] != ":":
        return offset
    return offset - 1 if offset and text[offset - 1] in ascii_letters else -1
