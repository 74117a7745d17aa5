"""Packages, downloaded with the ordinary clients, so that a user's own index settings hold.

They are read only: nothing is installed, and nothing of them is executed. pip would run an sdist's build script
even to download it; so only wheels are asked for. npm is run outside of the repository and without scripts.
"""

import errno
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from bot.adapters.sources.state import MB, Caps, Unusable
from bot.adapters.sources.uri import PackageUri

_UNREACHABLE = (
    "NewConnectionError", "ConnectTimeout", "ConnectionError", "Max retries", "Retrying (", "ProxyError",
    "SSLError", "timed out", "401 ", "403 ", "407 ", "No module named pip",
)  # fmt: skip
_FULL = ("No space left on device", "ENOSPC", "Disk quota exceeded", "EDQUOT")
_NPM_ABSENT = ("E404", "ETARGET", "ENOVERSIONS")
_PIP_OPTIONS = ("--disable-pip-version-check", "--no-input", "--no-cache-dir", "--retries", "2")


@dataclass(frozen=True, slots=True)
class Ended:
    """How a client ended: its exit code, and what it said."""

    code: int
    out: str
    err: str

    @property
    def reason(self) -> str:
        """The last line that says something."""
        lines = [line.strip() for line in self.err.splitlines() if _says_something(line)]
        return lines[-1] if lines else f"ended with exit code {self.code}"


def fetch(uri: PackageUri, store: Path, caps: Caps) -> Path:
    """The package's file in `store`, downloaded unless it is there. Raises Unusable when it cannot be had."""
    folder = store / uri.registry / uri.name.replace("/", "+") / uri.version
    there = _packages(folder)
    if there:
        return there[0]
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="download-", dir=store) as scratch:
        download = _pip if uri.registry == "pypi" else _npm
        file = download(uri, Path(scratch), caps)
        if file.stat().st_size > caps.package_bytes:
            raise _too_large(caps)
        return file.replace(folder / file.name)


def _pip(uri: PackageUri, scratch: Path, caps: Caps) -> Path:
    wanted = f"{uri.name}=={uri.version}"
    pip = [python_with_pip(), "-m", "pip"]
    options = ["--no-deps", "--only-binary=:all:", "--dest", str(scratch), *_PIP_OPTIONS]
    ended = _run([*pip, "download", *options, wanted], scratch, caps)
    files = _packages(scratch)
    if ended.code == 0 and files:
        return files[0]
    if _unreachable(ended):
        raise Unusable("blocked", f"pip: {ended.reason}")
    listing = _run([*pip, "index", "versions", "--pre", *_PIP_OPTIONS, uri.name], scratch, caps)
    if uri.version in listing.out.replace(",", " ").split():
        raise Unusable("unreadable", f"{wanted} has no wheel for this Python, and an sdist is not read")
    raise Unusable("dead", f"pip: {ended.reason}")


def python_with_pip() -> str:
    """This Python, or the one that its environment was made from: that of the action has no pip of its own."""
    if find_spec("pip"):
        return sys.executable
    return str(Path(sys.base_prefix, "bin", f"python{sys.version_info.major}.{sys.version_info.minor}"))


def _npm(uri: PackageUri, scratch: Path, caps: Caps) -> Path:
    wanted = f"{uri.name}@{uri.version}"
    quiet = ["--loglevel=error", "--no-update-notifier", "--no-audit", "--no-fund"]
    ended = _run([npm_client(), "pack", "--ignore-scripts", *quiet, "--", wanted], scratch, caps)
    files = _packages(scratch)
    if ended.code == 0 and files:
        return files[0]
    absent = any(word in ended.err for word in _NPM_ABSENT)
    raise Unusable("dead" if absent else "blocked", f"npm: {wanted}: {ended.reason}")


def npm_client() -> str:
    """npm's path. Raises Unusable when it is not installed."""
    found = shutil.which("npm") or shutil.which("npm", path=str(Path(sys.executable).parent))
    if not found:
        raise Unusable("blocked", "npm is not installed; install Node.js (it brings npm) and run again")
    return found


def _run(command: list[str], scratch: Path, caps: Caps) -> Ended:
    """Bounded in time and in what it may write; the environment is passed through and never shown."""
    deadline = time.monotonic() + caps.package_seconds
    environment = os.environ | {"TMPDIR": str(scratch)}
    out, err = scratch / "out.log", scratch / "err.log"
    with out.open("wb") as to_out, err.open("wb") as to_err:
        process = subprocess.Popen(
            command, cwd=scratch, stdin=subprocess.DEVNULL, stdout=to_out, stderr=to_err,
            env=environment, start_new_session=True,
        )  # fmt: skip
        try:
            while (code := _wait(process, deadline)) is None:
                if time.monotonic() > deadline:
                    raise Unusable(
                        "blocked", f"{_name(command)} took longer than {caps.package_seconds:g} seconds"
                    )
                if _size(scratch) > 3 * caps.package_bytes:
                    raise _too_large(caps)
        finally:
            _end(process)
    ended = Ended(code, out.read_text(errors="replace"), err.read_text(errors="replace"))
    if code and any(word in ended.err for word in _FULL):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))  # the disk's fault, not the package's
    return ended


def _wait(process: subprocess.Popen[bytes], deadline: float) -> int | None:
    """The exit code, if the process ends soon; no longer than until the deadline."""
    try:
        return process.wait(timeout=max(min(0.5, deadline - time.monotonic()), 0))
    except subprocess.TimeoutExpired:
        return None


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _size(folder: Path) -> int:
    """Bytes of the files below a folder; what the client removes meanwhile, files and folders, is passed over."""
    total = 0
    for above, _, names in os.walk(folder):
        for name in names:
            with suppress(FileNotFoundError):
                total += Path(above, name).lstat().st_size
    return total


def _packages(folder: Path) -> list[Path]:
    return sorted([*folder.glob("*.whl"), *folder.glob("*.tgz")])


def _unreachable(ended: Ended) -> bool:
    return any(word in ended.err for word in _UNREACHABLE)


def _name(command: list[str]) -> str:
    return "pip" if "pip" in command else "npm"


def _says_something(line: str) -> bool:
    text = line.strip().lower()
    return bool(text) and not text.startswith(("[notice]", "npm error a complete log", "npm notice"))


def _too_large(caps: Caps) -> Unusable:
    return Unusable("unreadable", f"the package is larger than {caps.package_bytes // MB} MB")
