"""The cloud mission, as `make demo` runs it: first with downloads, then with the sources that are cached by then.

Needs pip, npm and the network.
"""

import json
import tempfile
from pathlib import Path

from bench.agents_256 import git
from bench.measure import SWARM, Used, row, used

MISSION = "mission-templates/cloud-providers.yml"
OPTIONS = ("--backend", "extractive", "--only", "packages", "--json")


def main() -> None:
    with tempfile.TemporaryDirectory() as cache:
        report("with downloads", run(Path(cache)), 180)
        report("with cached sources", run(Path(cache)), 60)


def run(cache: Path) -> Used:
    """The whole mission on a new repository, with sources in `cache`."""
    with tempfile.TemporaryDirectory() as repo:
        git(Path(repo), "init", "--quiet", "--initial-branch=main")
        git(Path(repo), "commit", "--quiet", "--allow-empty", "--message", "Begin")
        return used((*SWARM, "run", MISSION, "--repo", repo, "--cache", str(cache), *OPTIONS))


def report(how: str, done: Used, bound: int) -> None:
    found = json.loads(done.output)
    counts = f"{found['findings']} findings, {found['verified']} verified, {found['gaps']} gaps"
    what = f"the cloud mission {how} ({counts})"
    print(row(what, f"{done.seconds:.0f} s, {done.megabytes:.0f} MB", f"{bound} s", done.seconds < bound))


if __name__ == "__main__":
    main()
