"""REST calls of a session of 1, 20 and 256 agents, label to merge, counted by the test GitHub that answers them.

The agents end one after the other, which is the worst case: every recorder finds itself the last. Needs Node.js,
for GitHub's description of its interface.
"""

import sys
import tempfile
from pathlib import Path

from bench.agents_256 import AGENT, MISSION
from bench.measure import row
from tests.github.openapi import DESCRIPTION
from tests.github.server import GitHub
from tests.github.world import Event
from tests.hosted import FORM, Here, Swarm

BOUNDS = {1: 35, 20: 35, 256: 120}
WRITES = ("POST", "PUT", "PATCH", "DELETE")


class OneMachine(Swarm):
    """All jobs share a folder: what is counted is what they ask of GitHub, not how long they take."""

    def job(
        self, name: str, event: Event, *, commit: str = "main", token: bool = True, launched_by: str = ""
    ) -> Here:
        kind = name if name != "run" else f"run-{commit}"
        if kind not in self.made:
            self.made[kind] = super().job(name, event, commit=commit, token=token, launched_by=launched_by)
        return self.made[kind]


def main() -> None:
    if not DESCRIPTION.exists():
        print("left out: GitHub's description of its interface is not installed (no Node.js)", file=sys.stderr)
        return
    for agents, bound in BOUNDS.items():
        with tempfile.TemporaryDirectory() as folder:
            calls, writes = counted(Path(folder), agents)
        what = f"REST calls of a session of {agents} agent{'s' if agents > 1 else ''}, label to merge"
        print(row(what, f"{calls}, of which {writes} write", str(bound), calls <= bound), flush=True)


def counted(folder: Path, agents: int) -> tuple[int, int]:
    with GitHub(folder) as github:
        github.user("ann", "write")
        swarm = OneMachine(github, folder)
        mission = MISSION.format(agents=4 * agents) + "".join(AGENT.format(n=n) for n in range(agents))
        github.seed({"missions/rehearsal.yml": mission})
        ended = swarm.run(swarm.ask(body=FORM.replace("widgets", "rehearsal")))
        assert ended.data["verdict"] == "pass", ended.text
        return len(github.calls), sum(call.method in WRITES for call in github.calls)


if __name__ == "__main__":
    main()
