"""The cloud mission, as `make demo` runs it, in a scratch repository: `python -m bench.demo [--cold]`.

Sources come from the cache that such a run left behind; the first one fills it. With `--cold` the cache is empty
and everything is downloaded, which needs pip, npm and the network.
"""

import json
import sys
import tempfile
from pathlib import Path

from bench.agents_256 import git
from bench.measure import SWARM, Used, row, used

MISSION = "mission-templates/cloud-providers.yml"
CACHE = Path("build/bench-cache")


def main() -> None:
    if "--cold" in sys.argv[1:]:
        with tempfile.TemporaryDirectory() as cache:
            report("with downloads", run(Path(cache)), 180)
        return
    if not CACHE.is_dir():
        run(CACHE)
    report("with cached sources", run(CACHE), 60)


def run(cache: Path) -> Used:
    """The whole mission on a new repository, with sources in `cache`."""
    with tempfile.TemporaryDirectory() as repo:
        git(Path(repo), "init", "--quiet", "--initial-branch=main")
        git(Path(repo), "commit", "--quiet", "--allow-empty", "--message", "Begin")
        options = (
            "--repo",
            repo,
            "--backend",
            "extractive",
            "--only",
            "packages",
            "--cache",
            str(cache),
            "--json",
        )
        return used((*SWARM, "run", MISSION, *options, "--cache", str(cache)))


def report(how: str, done: Used, bound: int) -> None:
    found = json.loads(done.output)
    counts = f"{found['findings']} findings, {found['verified']} verified, {found['gaps']} gaps"
    what = f"the cloud mission {how} ({counts})"
    print(row(what, f"{done.seconds:.0f} s, {done.megabytes:.0f} MB", f"{bound} s", done.seconds < bound))


if __name__ == "__main__":
    main()
