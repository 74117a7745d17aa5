"""Moves every action that this repository uses to its newest release, by its commit.

    python -m scripts.update_pins            writes the new pins, everywhere
    python -m scripts.update_pins --check    only says what is old, or wrong

A pin is `OWNER/NAME@COMMIT # vX.Y.Z`, or one of a folder, `OWNER/NAME/FOLDER@COMMIT # vX.Y.Z`, in any file that
git tracks. What its tags name now is asked of the host with `git ls-remote`. A version that no longer names the
commit which is pinned was moved. That is how stolen actions reach those who use tags, so nothing is written then:
a person has to look.

Ends with 0 when all is well, and with 1 when something is old (`--check`), wrong or out of reach.
"""

import argparse
import os
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

GITHUB = "https://github.com"
SECONDS = 60
PIN = re.compile(
    r"(?P<action>[A-Za-z0-9][\w.-]*/[\w.-]+)(?P<folder>(?:/[\w.-]+)*)@(?P<commit>[0-9a-f]{40})\b"
    r"(?: # (?P<version>v\d+\.\d+\.\d+)(?![\w.-]))?"
)
LOOSE = re.compile(
    r"uses:\s+[\"']?(?P<action>[A-Za-z0-9][\w.-]*/[\w./-]+)(?:@(?!SHA\b|[0-9a-f]{40}\b)|(?![\w./@-]))"
)
RELEASE = re.compile(r"v\d+\.\d+\.\d+")
TESTS = "tests/"

Tags = Mapping[str, str]
"""The commit that each release of an action names, by its version."""


class Refused(Exception):
    """Why no pin is moved."""


@dataclass(frozen=True, slots=True)
class Pin:
    """One place that names an action. Lines count from 1.

    The version is empty where no comment names one; so is the commit where a branch or a tag stands in its place.
    """

    path: str
    line: int
    action: str
    commit: str = ""
    version: str = ""

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.action}"


@dataclass(frozen=True, slots=True)
class Move:
    """What is pinned of an action, everywhere, and what is to be pinned."""

    action: str
    version: str
    commit: str
    newest: str
    target: str


def main(arguments: Sequence[str] | None = None, root: Path | None = None) -> int:
    """Brings the pins of a repository up to date; the exit code."""
    parser = argparse.ArgumentParser(prog="update_pins", description="Moves the actions to their newest releases.")
    parser.add_argument("--check", action="store_true", help="only say what there is to do")
    parser.add_argument("--major", action="store_true", help="go to a new major version too")
    parser.add_argument("--host", default=GITHUB, help="where the actions lie (default: %(default)s)")
    options = parser.parse_args(arguments)
    folder = root or Path.cwd()
    try:
        texts = tracked(folder)
        moves = find_moves(find_pins(texts), options.host, major=options.major)
    except Refused as refused:
        print(refused, file=sys.stderr)
        return 1
    for move in moves:
        print(f"{move.action}: {move.version} -> {move.newest} ({move.target})")
    if options.check:
        return 1 if moves else 0
    for path, text in moved(texts, moves).items():
        (folder / path).write_bytes(text.encode(errors="surrogateescape"))
    return 0


def tracked(root: Path) -> dict[str, str]:
    """The text of every file that git tracks, by its path; binary files and links are left out."""
    listed = run(root, "ls-files", "-z").split("\0")
    texts = {}
    for path in filter(None, listed):
        place = root / path
        if place.is_file() and not place.is_symlink():
            content = place.read_bytes()
            if b"\0" not in content:
                texts[path] = content.decode(errors="surrogateescape")
    return texts


def find_pins(texts: Mapping[str, str]) -> list[Pin]:
    """Every pin in some texts, and every action that should be pinned, by path."""
    pins: list[Pin] = []
    for path, text in sorted(texts.items()):
        pins += (
            Pin(path, line_of(found), found["action"], found["commit"], found["version"] or "")
            for found in PIN.finditer(text)
        )
        pins += (Pin(path, line_of(found), found["action"]) for found in LOOSE.finditer(text))
    return pins


def line_of(found: re.Match[str]) -> int:
    return found.string.count("\n", 0, found.start()) + 1


def problems(pins: Iterable[Pin]) -> Iterator[str]:
    """What is wrong with the pins by themselves: no commit, no version, two places that do not agree.

    Tests may hold whatever they like.
    """
    first: dict[str, Pin] = {}
    for pin in outside_tests(pins):
        if not pin.commit:
            yield f"{pin} is not pinned; name the full commit of a release, with # vX.Y.Z behind it"
            continue
        if not pin.version:
            yield f"{pin} has no version in a comment; write # vX.Y.Z behind the commit"
            continue
        other = first.setdefault(pin.action, pin)
        if (other.commit, other.version) != (pin.commit, pin.version):
            here, there = f"{pin.version} ({pin.commit})", f"{other.version} ({other.commit})"
            yield f"{pin} is {here} here and {there} in {other.path}:{other.line}; pin the same in both"


def outside_tests(pins: Iterable[Pin]) -> Iterator[Pin]:
    return (pin for pin in pins if not pin.path.startswith(TESTS))


def find_moves(pins: Sequence[Pin], host: str, *, major: bool = False) -> list[Move]:
    """What is to be moved. Raises Refused with everything that is wrong, a moved tag first of all."""
    wrong = list(problems(pins))
    if wrong:
        raise Refused("\n".join(wrong))
    places: dict[str, list[Pin]] = defaultdict(list)
    for pin in outside_tests(pins):
        places[pin.action].append(pin)
    moves = []
    for action, found in sorted(places.items()):
        pin, tags = found[0], release_tags(host, action)
        said = tags.get(pin.version)
        if said != pin.commit:
            wrong.append(alarm(found, said))
            continue
        newest = newest_of(tags, pin.version, major=major)
        if newest != pin.version:
            moves.append(Move(action, pin.version, pin.commit, newest, tags[newest]))
    if wrong:
        raise Refused("\n".join(wrong))
    return moves


def alarm(places: Sequence[Pin], said: str | None) -> str:
    """What is said of a tag that does not name the commit which is pinned by its name."""
    pin = places[0]
    what = f"it names {said} now" if said else "it is gone"
    where = ", ".join(f"{place.path}:{place.line}" for place in places)
    return (
        f"THE TAG {pin.version} OF {pin.action} WAS MOVED: {pin.commit} is pinned, {what}. Either the comment was"
        " wrong from the start, or somebody has taken the action over. Nothing is changed; find out which it is"
        f" before you touch {where}"
    )


def newest_of(tags: Tags, version: str, *, major: bool) -> str:
    """The newest release; of the same major version unless `major`."""
    own = number(version)[0]
    return max((name for name in tags if major or number(name)[0] == own), key=number)


def number(version: str) -> tuple[int, ...]:
    """The parts of `vX.Y.Z` as numbers."""
    return tuple(int(part) for part in version.removeprefix("v").split("."))


def release_tags(host: str, action: str) -> Tags:
    """The releases of an action and their commits; an annotated tag is followed to its commit.

    Raises Refused when the host does not answer.
    """
    listed = run(None, "ls-remote", "--tags", "--", f"{host.rstrip('/')}/{action}")
    objects = {ref: commit for commit, ref in (line.split("\t") for line in listed.splitlines())}
    return {
        name: objects.get(f"refs/tags/{name}^{{}}", commit)
        for ref, commit in objects.items()
        if RELEASE.fullmatch(name := ref.removeprefix("refs/tags/"))
    }


def moved(texts: Mapping[str, str], moves: Iterable[Move]) -> dict[str, str]:
    """The texts that change, as they are to be: in tests too, wherever they name what is pinned elsewhere."""
    targets = {(move.action, move.commit): move for move in moves}

    def replace(found: re.Match[str]) -> str:
        move = targets.get((found["action"], found["commit"]))
        if move is None:
            return found[0]
        comment = f" # {move.newest}" if found["version"] else ""
        return f"{found['action']}{found['folder']}@{move.target}{comment}"

    written = {path: PIN.sub(replace, text) for path, text in texts.items()}
    return {path: text for path, text in written.items() if text != texts[path]}


def run(folder: Path | None, *arguments: str) -> str:
    """What git prints. Raises Refused when it fails or takes more than a minute."""
    command = ["git", *(["-C", str(folder)] if folder else []), *arguments]
    environment = os.environ | {"GIT_TERMINAL_PROMPT": "0"}
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, env=environment, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise Refused(f"{' '.join(command)} took more than {SECONDS} seconds; try again") from None
    if done.returncode:
        raise Refused(f"{' '.join(command)}: {done.stderr.strip()}; see whether the host can be reached")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
