"""A repository on the test GitHub that has swarms: its workflows are the real ones, and act runs them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.commands.init import init
from tests.github.actions import Actions
from tests.github.actions_runs import Run
from tests.github.server import GitHub
from tests.github.state import Issue
from tests.repos import git, repository
from tests.workshop import GUIDE

ROOT = Path(__file__).parents[2]
PRODUCT = ("action.yml", "pyproject.toml", "scripts", "bot", "mission-templates")
JOBS_AT_ONCE = 4
"""More than there are processors: these jobs spend most of their time waiting, so as not to crowd GitHub."""
STATE_FILES = frozenset(
    {
        "BLOCKERS.md",
        "INTEGRATION-PROGRESS-TRACKER.md",
        "MULTI-SESSION-STATUS.md",
        "SESSION-HANDOVER-PROTOCOL.md",
    }
)
FORM = "### Mission\n\n{mission}\n\n### Budget (US dollars)\n\n{budget}\n\n### Backend\n\n{backend}\n"
MISSION = """\
mission: {name}
session: 1
phase: {{number: {phase}, name: {title}}}
title: {title} services
domain: {domain}
deliverable: INTEGRATIONS-{domain}.md
agent: {{backend: {backend}, max_usd: 0.05, timeout_minutes: 5}}
limits: {{max_usd: {cap}, max_parallel: 20}}
criteria: {{required_field_gaps: {gaps}}}
teams:
  - id: 1
    name: Everybody
    agents:
"""
AGENT = '      - {{id: agent-{n}, subjects: [{{name: "{title} Store {n}", sources: ["file:docs/guide.md"]}}]}}\n'


def mission(agents: int, *, name: str = "widgets", phase: int = 1, backend: str = "simulated") -> str:
    """A mission of so many agents that read a file of the repository."""
    values = {"name": name, "phase": phase, "title": name.capitalize(), "domain": name.upper(), "backend": backend}
    head = MISSION.format(**values, cap=f"{0.05 * agents:.2f}", gaps=10 * agents)
    return head + "".join(AGENT.format(n=n, title=name.capitalize()) for n in range(1, agents + 1))


def form(mission: str = "widgets", budget: str = "_No response_", backend: str = "_No response_") -> str:
    """The body that the issue form makes."""
    return FORM.format(mission=mission, budget=budget, backend=backend)


@dataclass(frozen=True)
class Stage:
    """The repository, and what a person does and sees there."""

    github: GitHub
    actions: Actions

    def ask(self, *, mission: str = "widgets", label: str = "swarm:launch", by: str = "ann") -> Issue:
        issue = self.github.open_issue(f"Research {mission}", form(mission))
        self.github.label(issue.number, label, by)
        return issue

    def settle(self, timeout: float = 400.0) -> list[Run]:
        return self.actions.settle(timeout)

    def push(self, branch: str, files: Mapping[str, str], by: str = "ann") -> str:
        """A person's commit on top of a branch; its id."""
        with TemporaryDirectory() as folder:
            place, url = Path(folder, "clone"), self.github.clone_url(self.github.token(login=by))
            git(Path(folder), "clone", "--quiet", "--branch", branch, url, str(place))
            write(place, files)
            git(place, "add", "--all")
            git(place, "commit", "--quiet", "--message", "By hand")
            git(place, "push", "--quiet")
            return git(place, "rev-parse", "HEAD")

    def files(self) -> set[str]:
        """What lies on the default branch."""
        return set(self.github._bare("ls-tree", "-r", "--name-only", "main").splitlines())

    def text(self, path: str) -> str:
        return self.github._bare.text("main", path) or ""


@contextmanager
def own(
    github: GitHub,
    folder: Path,
    caches: Path,
    missions: Mapping[str, str],
    environment: Mapping[str, str] | None = None,
    jobs_at_once: int = JOBS_AT_ONCE,
    *,
    more: Mapping[str, str] | None = None,
    replaced: Mapping[str, Path] | None = None,
    secrets: Mapping[str, str] | None = None,
    variables: Mapping[str, str] | None = None,
) -> Iterator[Stage]:
    """This repository, whose workflows use `./`; `environment` is added to that of every step.

    `more` holds further files, or others for those of the repository; the rest is as for `Actions`.
    """
    files = product() | _below(ROOT / ".github", ROOT)
    ours = {path: text for path, text in files.items() if path != ".github/workflows/ci.yml"}
    github.seed(ours | _given(missions) | dict(more or {}), message="Set up the swarm")
    with Actions(
        github.world,
        folder,
        caches=caches,
        jobs_at_once=jobs_at_once,
        environment=environment,
        replaced=replaced,
        secrets=secrets,
        variables=variables,
    ) as actions:
        yield Stage(github, actions)


@contextmanager
def installed(github: GitHub, folder: Path, caches: Path, missions: Mapping[str, str]) -> Iterator[Stage]:
    """A user's repository, into which `swarm init` has written what it needs."""
    place = repository(folder / "theirs", **_given(missions))
    init(place, f"acme/swarm-sessions@{'c0ffee' * 6}c0ff", "v0.1.0", ROOT / "mission-templates", write=True)
    files = {path: text for path, text in _below(place, place).items() if not path.startswith(".git/")}
    github.seed(files, message="Set up the swarm")
    action = folder / "action"
    write(action, product())
    replaced = {"acme/swarm-sessions": action}
    with Actions(github.world, folder, caches=caches, jobs_at_once=JOBS_AT_ONCE, replaced=replaced) as actions:
        yield Stage(github, actions)


def product() -> dict[str, str]:
    """The files of this checkout that a job needs, by their paths."""
    paths = [*ROOT.glob("requirements-*.lock"), *(ROOT / name for name in PRODUCT)]
    return {name: text for path in paths for name, text in _below(path, ROOT).items()}


def _below(path: Path, root: Path) -> dict[str, str]:
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    kept = (file for file in files if not {"__pycache__", ".git"} & set(file.parts[len(root.parts) :]))
    return {file.relative_to(root).as_posix(): file.read_text(encoding="utf-8") for file in kept}


def _given(missions: Mapping[str, str]) -> dict[str, str]:
    return {"docs/guide.md": GUIDE, **{f"missions/{name}.yml": text for name, text in missions.items()}}


def write(folder: Path, files: Mapping[str, str]) -> None:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")


def reports(runs: list[Run]) -> str:
    return "\n".join(run.report() for run in runs)
