"""What every job pays before it begins: the set-up of the action, next to installing a well-known peer with npm.

Runs the real set-up script: from nothing, and with the packages from an archive as the cache of Actions keeps it.
All caches of pip, uv and npm are empty each time. Needs pip, npm and the network.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from bench.measure import row, timed

ROOT = Path(__file__).parent.parent
SCRIPT = ROOT / "scripts" / "set_up.py"
PEER = "@anthropic-ai/claude-code"
ROUNDS = 3


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        first, archive, home = (Path(folder) / name for name in ("first", "packages.tar", "home"))
        cold(first)
        once = timed(partial(keep, first, archive))
        ways: dict[str, Callable[[Path], None]] = {"npm": npm, "cold": cold, "cached": partial(restored, archive)}
        times: dict[str, list[float]] = {way: [] for way in ways}
        for _ in range(ROUNDS):  # in turns, so that a busy moment hits all of them
            for way, work in ways.items():
                os.sync()  # nobody waits for what another way has left to be written
                times[way].append(timed(partial(work, home)))
                if way == "npm":
                    peer = megabytes(home / "node_modules")
                shutil.rmtree(home)
        slow = timed(partial(naively, home))
        size, kept = megabytes(first / "swarm-sessions" / "site"), archive.stat().st_size // 1_000_000
    seconds = {way: statistics.median(taken) for way, taken in times.items()}
    print(row(f"`npm install {PEER}`, to compare with", f"{seconds['npm']:.1f} s, {peer} MB", "–", True))
    against("setting up the action from nothing", seconds, "cold", f"{size} MB", 1.5)
    against("the same for an agent, from the cache", seconds, "cached", f"{kept} MB fetched", 0.5)
    print(row("once for all jobs: compiling the packages, packing them for the cache", f"{once:.1f} s", "–", True))
    print(row("naively: a virtual environment, pip, and all packages", f"{slow:.1f} s", "–", True))


def against(what: str, seconds: Mapping[str, float], way: str, size: str, bound: float) -> None:
    """A row with a bound in times of what npm took."""
    ratio = seconds[way] / seconds["npm"]
    print(row(what, f"{seconds[way]:.1f} s, {size}, {ratio:.2f} × npm", f"{bound} ×", ratio <= bound))


def cold(home: Path) -> None:
    set_up(home, "find")
    set_up(home, "build")


def keep(home: Path, archive: Path) -> None:
    """What follows a set-up from nothing: the packages are compiled and packed, as the cache of Actions packs."""
    set_up(home, "keep")
    run(["tar", *compression(), "-cf", str(archive), "-C", str(home / "swarm-sessions"), "site"])


def restored(archive: Path, home: Path) -> None:
    """What an agent's job does: names the cache, unpacks it, makes the environment."""
    set_up(home, "find")
    site = home / "swarm-sessions"
    site.mkdir()
    run(["tar", *compression(), "-xf", str(archive), "-C", str(site)])
    set_up(home, "build")


def set_up(home: Path, command: str) -> None:
    """A step of action.yml, with a folder of its own in place of the runner's."""
    home.mkdir(exist_ok=True)
    places = {"RUNNER_TEMP": str(home), "GITHUB_OUTPUT": str(home / "output"), "PIP_NO_CACHE_DIR": "1"}
    run([sys.executable, "-I", str(SCRIPT), command], **places)


def compression() -> list[str]:
    """As the cache of Actions packs: zstd where there is one."""
    return ["--use-compress-program", "zstd -T0"] if shutil.which("zstd") else ["--gzip"]


def npm(home: Path) -> None:
    home.mkdir()
    run(["npm", "install", "--silent", "--cache", str(home / "cache"), "--prefix", str(home), PEER])


def naively(home: Path) -> None:
    """What first comes to mind: a virtual environment with pip, and all packages with it."""
    run([sys.executable, "-m", "venv", str(home)])
    install = ["install", "--quiet", "--disable-pip-version-check", "--no-cache-dir", "--require-hashes"]
    run([str(home / "bin" / "python"), "-m", "pip", *install, "--requirement", str(ROOT / "requirements.lock")])


def run(command: Sequence[str], **environment: str) -> None:
    """Runs a command to its end. Raises CalledProcessError when it fails."""
    quiet = subprocess.DEVNULL
    subprocess.run(command, check=True, stdout=quiet, stderr=quiet, env=dict(os.environ) | environment)


def megabytes(folder: Path) -> int:
    """What the files of a folder take, in MB; one that has two names is counted once."""
    found = [path.lstat() for path in folder.rglob("*") if path.is_file()]
    return sum({entry.st_ino: entry.st_size for entry in found}.values()) // 1_000_000


if __name__ == "__main__":
    main()
