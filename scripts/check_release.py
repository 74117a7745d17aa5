"""Says whether a tag may become a release, and what is new in it.

    python -m scripts.check_release v1.2.3

The tag names the commit that is checked out, that commit lies on main, its version is the tag's, and CHANGELOG.md
has a section for it that is not called unreleased. That section is printed. Needs a clone with all of main's
history, and no package. Ends with 0, or with 1 and what is wrong.
"""

import argparse
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

MAIN = "origin/main"
VERSION_FILE = "bot/__init__.py"
CHANGELOG = "CHANGELOG.md"


def main(arguments: Sequence[str] | None = None, root: Path | None = None) -> int:
    """Checks a tag of a repository; the exit code."""
    parser = argparse.ArgumentParser(prog="check_release", description="Whether a tag may become a release.")
    parser.add_argument("tag")
    tag = parser.parse_args(arguments).tag
    folder = root or Path.cwd()
    changes = (folder / CHANGELOG).read_text(encoding="utf-8")
    wrong = [*wrong_version(folder, tag), *wrong_commit(folder, tag), *wrong_changes(changes, tag)]
    print("\n".join(wrong) if wrong else section(changes, tag), file=sys.stderr if wrong else sys.stdout)
    return 1 if wrong else 0


def wrong_version(folder: Path, tag: str) -> Iterator[str]:
    """Whether the package says another version than the tag."""
    found = re.search(r'^__version__ = "(.*)"$', (folder / VERSION_FILE).read_text(encoding="utf-8"), re.MULTILINE)
    version = found[1] if found else "missing"
    if tag != f"v{version}":
        yield f"{VERSION_FILE}: the version is {version}, the tag {tag}; set the version and tag that commit"


def wrong_commit(folder: Path, tag: str) -> Iterator[str]:
    """Whether the tag names something else than what is checked out, or what is not on main."""
    head, named = commit(folder, "HEAD"), commit(folder, f"refs/tags/{tag}")
    if head != named:
        yield f"the tag {tag} is {named or 'not there'}, checked out is {head}; check the tag out"
    if git(folder, "merge-base", "--is-ancestor", head, MAIN).returncode:
        yield f"{head} is not on {MAIN}; tag a commit of it"


def wrong_changes(changes: str, tag: str) -> Iterator[str]:
    """Whether the change log does not know the release."""
    heading = heading_of(changes, tag)
    if heading is None:
        yield f"{CHANGELOG}: there is no section for {tag}; say what is new"
    elif "unreleased" in heading[0]:
        line = changes.count("\n", 0, heading.start()) + 1
        yield f"{CHANGELOG}:{line}: {tag} is called unreleased; put the date there"
    elif not section(changes, tag):
        yield f"{CHANGELOG}: the section for {tag} is empty; say what is new"


def heading_of(changes: str, tag: str) -> re.Match[str] | None:
    """The heading of a release's section."""
    return re.search(rf"^## {re.escape(tag.removeprefix('v'))}(?: .*)?$", changes, re.MULTILINE)


def section(changes: str, tag: str) -> str:
    """What stands below the heading of a release, up to the next one."""
    heading = heading_of(changes, tag)
    rest = changes[heading.end() :] if heading else ""
    return re.split(r"^## ", rest, maxsplit=1, flags=re.MULTILINE)[0].strip()


def commit(folder: Path, name: str) -> str:
    """The commit that a name leads to; empty when there is none."""
    return git(folder, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}").stdout.strip()


def git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=False)


if __name__ == "__main__":
    sys.exit(main())
