"""All measurements, as the table of the README: `make bench`. The bounds are what the project promises itself."""

import subprocess
import sys

MEASUREMENTS = (
    "startup",
    "setup_action",
    "agents_256",
    "recording",
    "github_calls",
    "status_calls",
    "act_session",
    "gate_10000",
    "verify_1000",
    "status_1000",
    "rehearsals",
    "demo",
    "claude",
)


def main() -> None:
    print("| what | measured | at most | kept |\n|---|---|---|---|", flush=True)
    for name in MEASUREMENTS:
        subprocess.run([sys.executable, "-m", f"bench.{name}"], check=True)


if __name__ == "__main__":
    main()
