"""What the measurements share: run a command, take its time and its memory, print a row."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

SWARM = (str(Path(sys.executable).with_name("swarm")),)


@dataclass(frozen=True, slots=True)
class Used:
    """What a finished command used: seconds of wall time, and the most memory it held, in MB."""

    seconds: float
    megabytes: float
    output: str


def used(command: Sequence[str], **environment: str) -> Used:
    """Runs a command to its end, with compiled modules as an installed program has them.

    Raises CalledProcessError when the command fails.
    """
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    began = time.perf_counter()
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env={**inherited, **environment}
    )
    assert process.stdout is not None
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command, output)
    return Used(time.perf_counter() - began, usage.ru_maxrss / 1024, output)


def medians(commands: Mapping[str, Sequence[str]], rounds: int) -> dict[str, float]:
    """The median seconds of each command; they take turns, so that a busy moment hits all of them."""
    times: dict[str, list[float]] = {name: [] for name in commands}
    for command in commands.values():
        used(command)  # once, so that everything is compiled
    for _ in range(rounds):
        for name, command in commands.items():
            times[name].append(used(command).seconds)
    return {name: statistics.median(taken) for name, taken in times.items()}


def timed(work: Callable[[], object]) -> float:
    """Seconds that a piece of work takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def row(what: str, measured: str, bound: str, ok: bool) -> str:
    """One line of the table in the README; a bound of – is none."""
    kept = "–" if bound == "–" else "yes" if ok else "**no**"
    return f"| {what} | {measured} | {bound} | {kept} |"
