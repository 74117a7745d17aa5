"""Refuses a test run that left too much of the code unseen: `python -m tests.coverage_floors` after pytest."""

import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

FLOORS = {"bot/core/": 100.0, "bot/render/": 100.0, "bot/": 95.0}


def main() -> int:
    with TemporaryDirectory() as folder:
        report = Path(folder) / "coverage.json"
        command = [sys.executable, "-m", "coverage", "json", "--quiet", "-o", str(report)]
        subprocess.run(command, check=True)
        files = json.loads(report.read_text())["files"]
    bad = 0
    for prefix, floor in FLOORS.items():
        summaries = [file["summary"] for path, file in files.items() if path.startswith(prefix)]
        seen = sum(s["covered_lines"] + s["covered_branches"] for s in summaries)
        there = sum(s["num_statements"] + s["num_branches"] for s in summaries)
        percent = 100 * seen / there
        bad += percent < floor
        print(f"{prefix:<12} {percent:6.2f}% of lines and branches (floor {floor:g}%)")
    return min(bad, 1)


if __name__ == "__main__":
    sys.exit(main())
