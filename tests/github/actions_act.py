"""act, the program that runs workflow files on this machine."""

import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PLATFORMS: Final = ("ubuntu-latest", "ubuntu-24.04", "ubuntu-22.04", "self-hosted")
PASSED_ON: Final = (
    "PIP_",
    "UV_",
    "SSL_CERT",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "GIT_SSL_CAINFO",
    "NODE_EXTRA_CA",
)
"""What a machine needs to reach its package registries by."""

NO_TERMINAL: Final = {"GIT_TERMINAL_PROMPT": "0", "GIT_PAGER": "cat", "PAGER": "cat", "TERM": "dumb"}
"""act gives its steps a terminal; a runner has none, and nobody sits before it."""


def act() -> str | None:
    """The program, beside the Python that runs the tests or on the path; None where there is none."""
    beside = Path(sysconfig.get_path("scripts")) / "act"
    return str(beside) if beside.is_file() else shutil.which("act")


@dataclass(frozen=True, slots=True)
class Order:
    """One run for act. `replaced` says which folder stands for `owner/name@ref`."""

    event: str
    payload: Path
    workflow: str
    checkout: Path
    work: Path
    actor: str
    replaced: Mapping[str, Path]
    environment: Mapping[str, str]
    secrets: Mapping[str, str]
    variables: Mapping[str, str]
    jobs_at_once: int


def command(program: str, order: Order) -> list[str]:
    """The command line of an order."""
    return [
        *(program, order.event, "--eventpath", str(order.payload), "--workflows", order.workflow),
        *(word for name in PLATFORMS for word in ("--platform", f"{name}=-self-hosted")),
        *("--no-skip-checkout", "--no-cache-server", "--json", "--actor", order.actor),
        *("--concurrent-jobs", str(order.jobs_at_once), "--action-cache-path", str(order.work / "act")),
        *(word for name, folder in order.replaced.items() for word in ("--local-repository", f"{name}={folder}")),
        *_pairs("--env", order.environment),
        *_pairs("--var", order.variables),
        *("--secret-file", str(order.work / "secrets")),  # act hands its own environment on to the steps
        *(word for kind in ("env", "var", "input") for word in (f"--{kind}-file", os.devnull)),
    ]


def _pairs(option: str, values: Mapping[str, str]) -> list[str]:
    return [word for name, value in values.items() for word in (option, f"{name}={value}")]


def carry_out(program: str, order: Order, stop: Callable[[], bool], heard: Callable[[str], None]) -> int:
    """Runs act to its end, or until `stop` says so, and tells every line of its log; its exit code.

    Nothing that act has started is left running.
    """
    kept = order.work / "secrets"
    kept.touch(mode=0o600)
    kept.write_text("".join(f"{name}={json.dumps(value)}\n" for name, value in order.secrets.items()))
    process = subprocess.Popen(
        command(program, order),
        cwd=order.checkout,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=own_environment(order.work),
        start_new_session=True,
    )
    over = threading.Event()
    guard = threading.Thread(target=_guard, args=(process.pid, order.work, stop, over), daemon=True)
    guard.start()
    try:
        assert process.stdout
        with process.stdout:
            for line in process.stdout:
                heard(line)
        return process.wait()
    finally:
        over.set()
        guard.join()
        if process.poll() is None:
            _kill(process.pid)
            process.wait()
        end(order.work)


def _guard(group: int, work: Path, stop: Callable[[], bool], over: threading.Event) -> None:
    """Ends act when it is time. Its steps hold its output open, so they have to end too."""
    while not over.wait(0.1):
        if stop():
            _kill(group)
            end(work)
            return


def own_environment(work: Path) -> dict[str, str]:
    """Nothing of the person who runs the tests: a home, caches and a temporary folder of the run's own."""
    passed = {name: value for name, value in os.environ.items() if name.startswith(PASSED_ON)}
    folders = {}
    for name in ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "TMPDIR"):
        folder = work / name.lower()
        folder.mkdir(parents=True, exist_ok=True)
        folders[name] = str(folder)
    return {
        **passed,
        **folders,
        **NO_TERMINAL,
        "PATH": f"{_tools(work)}{os.pathsep}{os.environ['PATH']}",
        "LC_ALL": "C.UTF-8",
    }


def for_steps(work: Path) -> dict[str, str]:
    """What act has to be told to hand on to the steps; HOME and PATH it hands on by itself."""
    own = own_environment(work)
    pip = Path.home() / ".config" / "pip" / "pip.conf"
    config = {"PIP_CONFIG_FILE": str(pip)} if pip.is_file() and "PIP_CONFIG_FILE" not in own else {}
    return {**config, **{name: value for name, value in own.items() if name not in ("HOME", "PATH")}}


def _tools(work: Path) -> Path:
    """A runner has a python3 and a git; the tests' own environment is not on its path."""
    tools = work / "tools"
    if not tools.is_dir():
        tools.mkdir(parents=True)
        (tools / "python3").write_text(f'#!/bin/sh\nexec "{Path(sys.base_prefix, "bin", "python3")}" "$@"\n')
        (tools / "python3").chmod(0o755)
    return tools


def _kill(group: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


def end(work: Path) -> None:
    """Ends what a run has started, wherever it went: act puts its steps into groups of their own.

    They are known by their HOME; where the system does not show it (`/proc`), only act itself is ended.
    """
    home = f"HOME={work / 'home'}".encode()
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if home in (entry / "environ").read_bytes().split(b"\0"):
                os.kill(int(entry.name), signal.SIGKILL)
