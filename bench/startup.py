"""How long commands take to start, next to the imports that any such tool pays: `python -m bench.startup`."""

import sys

from bench.measure import SWARM, medians, row

BARE = (sys.executable, "-c", "import click, yaml, jinja2, pydantic")
MISSION = "mission-templates/hosting-panels.yml"
BOUNDS = {"--help": 0.8, "validate": 1.5, "plan": 1.5}


def main() -> None:
    commands = {"bare": BARE} | {
        "--help": (*SWARM, "--help"),
        "validate": (*SWARM, "validate", MISSION),
        "plan": (*SWARM, "plan", MISSION),
    }
    taken = medians(commands, rounds=15)
    print(f"bare imports: {taken['bare'] * 1000:.0f} ms", file=sys.stderr)
    for name, bound in BOUNDS.items():
        ratio = taken[name] / taken["bare"]
        what = f"`swarm {name}`" + (" of a mission with 20 agents" if name != "--help" else "")
        measured = f"{taken[name] * 1000:.0f} ms, {ratio:.2f} × the bare imports"
        print(row(what, measured, f"{bound} ×", ratio <= bound))


if __name__ == "__main__":
    main()
