"""Looks for keys in every file that git tracks, with the scanner that the gate uses.

    python -m scripts.scan_secrets

What it finds is named by file, line and kind, never by what it is. Made-up keys in tests are listed in
`scripts/allowed_secrets.txt`, each line for one key in one file; a line that allows nothing is an error. Ends with
0 when nothing is found, else with 1.
"""

import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.adapters.secrets import scan
from bot.core.secrets import SecretHit

LIST = "scripts/allowed_secrets.txt"
TESTS = "tests/"


@dataclass(frozen=True, slots=True)
class Allowed:
    """A key that one file may hold, by its fingerprint, and why. Lines count from 1."""

    line: int
    path: str
    fingerprint: str
    reason: str


def main(root: Path | None = None) -> int:
    """Scans a repository; the exit code."""
    folder = root or Path.cwd()
    wrong = list(problems(scan(dict(tracked(folder))), allowed(folder)))
    print("\n".join(wrong) if wrong else "No secrets were found.", file=sys.stderr if wrong else sys.stdout)
    return 1 if wrong else 0


def tracked(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Path and content of every file that git tracks and that is there; of a link, where it leads."""
    listed = subprocess.run(
        ["git", "-C", str(folder), "ls-files", "-z"], check=True, capture_output=True, text=True
    ).stdout
    for path in filter(None, listed.split("\0")):
        place = folder / path
        if place.is_symlink():
            yield path, str(place.readlink()).encode(errors="replace")
        elif place.is_file():
            yield path, place.read_bytes()


def allowed(folder: Path) -> list[Allowed]:
    """What the list allows; nothing where there is no list. A line without its three parts allows nothing."""
    place = folder / LIST
    lines = place.read_text(encoding="utf-8").splitlines() if place.is_file() else []
    return [
        Allowed(number, *parts_of(line))
        for number, line in enumerate(lines, 1)
        if line.strip() and not line.startswith("#")
    ]


def parts_of(line: str) -> tuple[str, str, str]:
    """Path, fingerprint and reason of a line; empty where one is missing."""
    path, mark, reason, *_ = [*line.split(maxsplit=2), "", "", ""]
    return path, mark, reason.strip()


def problems(hits: Iterable[SecretHit], listed: Iterable[Allowed]) -> Iterator[str]:
    """What is found and not allowed; what is allowed and not found, or not for a good reason."""
    entries = list(listed)
    usable = {(entry.path, entry.fingerprint) for entry in entries if not complaint(entry)}
    found = set()
    for hit in sorted(hits):
        found.add((hit.path, hit.fingerprint))
        if (hit.path, hit.fingerprint) not in usable:
            yield (
                f"{hit.path}:{hit.line}: this looks like a secret ({hit.kind}); take it out and revoke it."
                f" If it is made up and a test needs it, add to {LIST}: {hit.path} {hit.fingerprint} REASON"
            )
    for entry in entries:
        said = complaint(entry)
        if not said and (entry.path, entry.fingerprint) not in found:
            said = f"{entry.fingerprint} is not found in {entry.path}; remove this line"
        if said:
            yield f"{LIST}:{entry.line}: {said}"


def complaint(entry: Allowed) -> str:
    """What is wrong with a line of the list by itself; empty when nothing is."""
    if not entry.reason:
        return "this allows nothing; write a path, a fingerprint and a reason"
    if not entry.path.startswith(TESTS):
        return f"{entry.path} is no test; only tests may hold what looks like a secret"
    return ""


if __name__ == "__main__":
    sys.exit(main())
