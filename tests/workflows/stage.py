"""This repository on the test GitHub, with a small mission, and its own workflows run by act."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.github.actions import Actions
from tests.github.actions_runs import Run
from tests.github.server import GitHub
from tests.workshop import GUIDE

ROOT = Path(__file__).parents[2]
PRODUCT = ("action.yml", "pyproject.toml", "scripts", "bot", "mission-templates", ".github")
WORKFLOWS = "swarm-*.yml"
JOBS_AT_ONCE = 4
"""More than there are processors: these jobs spend most of their time waiting, so as not to crowd GitHub."""
FORM = "### Mission\n\n{mission}\n\n### Budget (US dollars)\n\n{budget}\n\n### Backend\n\n{backend}\n"
HEAD = """\
mission: widgets
session: 1
phase: {{number: 1, name: Widgets}}
title: Widget services
domain: WIDGET
deliverable: INTEGRATIONS-WIDGETS.md
agent: {{backend: {backend}, max_usd: 0.05, timeout_minutes: 5}}
limits: {{max_usd: {cap}, max_parallel: 10}}
criteria: {{required_field_gaps: {gaps}}}
teams:
  - id: 1
    name: Everybody
    agents:
"""
AGENT = '      - {{id: agent-{n}, subjects: [{{name: "Widget Store {n}", sources: ["file:docs/guide.md"]}}]}}\n'


def mission(agents: int, backend: str = "simulated") -> str:
    """A mission of so many agents that read a file of the repository."""
    head = HEAD.format(backend=backend, cap=0.05 * agents, gaps=10 * agents)
    return head + "".join(AGENT.format(n=n) for n in range(1, agents + 1))


def form(mission: str = "widgets", budget: str = "_No response_", backend: str = "_No response_") -> str:
    """The body that the issue form makes."""
    return FORM.format(mission=mission, budget=budget, backend=backend)


def product() -> dict[str, str]:
    """The files of this checkout that a job needs, by their paths; of the workflows only the product's own."""
    paths = [*ROOT.glob("requirements-*.lock")]
    for name in PRODUCT:
        paths += [ROOT / name] if (ROOT / name).is_file() else (ROOT / name).rglob("*")
    kept = [
        path
        for path in paths
        if path.is_file()
        and "__pycache__" not in path.parts
        and (path.parent.name != "workflows" or path.parent.parent.name != ".github" or path.match(WORKFLOWS))
    ]
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in kept}


@contextmanager
def stage(github: GitHub, folder: Path, caches: Path, text: str) -> Iterator[Actions]:
    """The test GitHub with the product and a mission on its default branch, and Actions that listen."""
    files = product() | {"docs/guide.md": GUIDE, "missions/widgets.yml": text}
    github.seed(files, message="Set up the swarm")
    with Actions(github.world, folder, caches=caches, jobs_at_once=JOBS_AT_ONCE) as actions:
        yield actions


def reports(runs: list[Run]) -> str:
    return "\n".join(run.report() for run in runs)
