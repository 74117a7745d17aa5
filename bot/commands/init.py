"""`init`: the workflows, the issue form, the labels and the configuration, in a user's repository."""

import re
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bot.commands.outcome import Exit, Outcome
from bot.core.configuration import PATH, load_configuration
from bot.core.ids import ID_MAX, ID_PATTERN
from bot.errors import InvalidInput, Refused
from bot.render.installation import FORM, LABELS, configuration_file, issue_form, label_list, labels_file
from bot.render.workflows import workflows

State = Literal["new", "same", "differs", "yours"]
REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]+@[0-9a-f]{40}")
VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,63}")
SAID = {
    "new": "new",
    "same": "there already",
    "differs": "differs from what is there",
    "yours": "yours, left alone",
}


@dataclass(frozen=True, slots=True)
class File:
    """One file of the installation, as text and as it compares with what is in the repository."""

    path: str
    text: str
    state: State


def init(folder: Path, action: str, version: str, templates: Path, *, write: bool, force: bool = False) -> Outcome:
    """Compares what an installation consists of with what is there, and writes what is missing.

    `action` is `OWNER/REPO@SHA`; `version` stands behind it in a comment. When a file is there with other content
    nothing is written, unless by `force`. The configuration is the user's from the first time on: it is never
    overwritten. Raises InvalidInput for an action that is not pinned, Refused for a folder that is no repository.
    """
    if not (folder / ".git").exists():
        raise Refused(f"{folder} is not the root of a git repository", "go there, or name it with --repo")
    missions = _missions(folder, templates)
    files = [_compared(folder, path, text) for path, text in _texts(_uses(folder, action, version), missions)]
    hindered = not force and any(file.state == "differs" for file in files)
    to_write = [file for file in files if file.state in ("new", "differs")]
    written = write and not hindered
    if written:
        for file in to_write:
            target = folder / file.path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(file.text, encoding="utf-8")
    data = {"files": [{"path": file.path, "state": file.state} for file in files], "written": written}
    lines = [*_listed(files), "", *_ending(to_write, missions, written=written, hindered=hindered)]
    return Outcome(data, "\n".join(lines), Exit.ACT if hindered else Exit.DONE)


def _uses(folder: Path, action: str, version: str) -> str:
    """What stands behind `uses:`."""
    if action == "./" and (folder / "action.yml").is_file():
        return action  # the repository of the action itself
    if not REFERENCE.fullmatch(action):
        raise InvalidInput(
            f"{action!r} is not pinned to a commit: whoever moves a tag or a branch would decide what runs there",
            "write OWNER/REPO@ and the 40 digits of a commit, such as one that `git ls-remote --tags` shows",
        )
    if not version:
        return action
    if not VERSION.fullmatch(version):
        raise InvalidInput(f"{version!r} cannot stand in a comment", "write a version such as v1.2.0")
    return f"{action} # {version}"


def _missions(folder: Path, templates: Path) -> tuple[str, ...]:
    """The missions that can be asked for: the repository's own, then the templates."""
    settings = folder / PATH
    own = folder / load_configuration(settings.read_bytes() if settings.is_file() else None).missions
    known = [*_stems(own), *(name for name in _stems(templates) if name != "blank")]
    return tuple(dict.fromkeys(known))


def _stems(folder: Path) -> Iterable[str]:
    names = sorted(file.stem for file in folder.glob("*.yml"))
    return (name for name in names if len(name) <= ID_MAX and re.fullmatch(ID_PATTERN, name))


def _texts(uses: str, missions: Sequence[str]) -> Iterable[tuple[str, str]]:
    yield from workflows(uses).items()
    yield FORM, issue_form(missions)
    yield LABELS, labels_file(missions)
    yield PATH, configuration_file()


def _compared(folder: Path, path: str, text: str) -> File:
    target = folder / path
    if not target.exists():
        return File(path, text, "new")
    if target.read_bytes() == text.encode():
        return File(path, text, "same")
    return File(path, text, "yours" if path == PATH else "differs")


def _listed(files: Sequence[File]) -> list[str]:
    width = max(len(file.path) for file in files)
    return [f"{file.path:<{width}}  {SAID[file.state]}" for file in files]


def _ending(to_write: Sequence[File], missions: Sequence[str], *, written: bool, hindered: bool) -> list[str]:
    if hindered:
        return [
            "nothing was written: what differs may have been changed here, or comes from another version.",
            "commit what is there, then `swarm init --force` and `git diff` show what changes",
        ]
    if to_write and not written:
        return [f"{_count(to_write)} to be written; nothing was written yet"]
    begun = f"wrote {_count(to_write)}" if to_write else "everything is there"
    labels = [
        f"     gh label create {shlex.quote(label['name'])} --force --color {label['color']}"
        f" --description {shlex.quote(label['description'])}"
        for label in label_list(missions)
    ]
    return [
        begun,
        "",
        "next",
        "  1. commit .github and push it to the default branch: GitHub runs only what is there",
        "  2. swarm doctor: says what is missing in the repository's settings",
        "  3. create the labels, once:",
        *labels,
        "  4. open an issue with the form Swarm session, and set the label swarm:launch",
    ]


def _count(files: Sequence[File]) -> str:
    return "1 file" if len(files) == 1 else f"{len(files)} files"
