"""`python -m tests.fuzz [--seconds N] [TARGET...]`: fuzzes the parsers with atheris, one process for each target.

The seconds are those of all targets together. What was found lies in build/fuzz/<target>/, and
`python -m tests.fuzz --replay TARGET FILE` shows it again without atheris.
"""

import argparse
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

FOUND = Path("build/fuzz")
PER_INPUT = 10
"""Seconds that one input may take, on a machine that has other things to do as well."""
MEMORY = 2_000
"""Megabytes that a process may take."""
LONGEST = 20_000
"""Bytes of an input."""


def main(arguments: list[str]) -> int:
    options = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    options.add_argument("--seconds", type=int, default=300)
    options.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    options.add_argument("--replay", type=Path)
    options.add_argument("targets", nargs="*")
    given = options.parse_args(arguments)
    if given.one:
        return _fuzz(given.targets[0], given.seconds)
    from tests.fuzz.targets import TARGETS

    if given.replay:
        TARGETS[given.targets[0]].check(given.replay.read_bytes())
        return 0
    if not find_spec("atheris"):
        print("There is no atheris for this system and Python: fuzzing is skipped.")
        return 0
    names = given.targets or list(TARGETS)
    each = max(1, given.seconds // len(names))
    failed = [name for name in names if not _ended_well(name, each)]
    print(
        f"{len(names)} parsers were fuzzed, {each} s each; "
        + (f"found: {', '.join(failed)}" if failed else "nothing found")
    )
    return min(len(failed), 1)


def _ended_well(name: str, seconds: int) -> bool:
    command = [sys.executable, "-m", "tests.fuzz", "--one", "--seconds", str(seconds), name]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    lines = done.stdout.splitlines()
    if done.returncode:
        begin = next((at for at, line in enumerate(lines) if "ncaught" in line or "ERROR" in line), -60)
        told = (line[:300] for line in lines[begin:] if not line.startswith(("0x", "Base64")))
        print(f"{name}: found something\n" + "\n".join(told), flush=True)
        return False
    print(f"{name}: {next((line for line in reversed(lines) if line.startswith('Done')), 'done')}", flush=True)
    return True


def _fuzz(name: str, seconds: int) -> int:
    import atheris

    with atheris.instrument_imports(include=["bot"]):
        from tests.fuzz.targets import TARGETS
    target, folder = TARGETS[name], FOUND / name
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(target.seeds()):
        (corpus / f"seed-{number}").write_bytes(seed)
    limits = [
        f"-max_total_time={seconds}",
        f"-timeout={PER_INPUT}",
        f"-rss_limit_mb={MEMORY}",
        f"-max_len={LONGEST}",
    ]
    atheris.Setup([sys.argv[0], *limits, f"-artifact_prefix={folder}/", str(corpus)], target.check)
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
