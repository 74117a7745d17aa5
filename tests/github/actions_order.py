"""What act is given for a run: a checkout of its commit, stand-ins for actions, a token, an environment."""

import json
import os
import secrets
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

import yaml

from tests.github.actions_act import Order, for_steps
from tests.github.actions_runs import Run
from tests.github.actions_workflows import Use, Workflow, for_act, permissions, uses
from tests.github.state import BOT, Level, Token
from tests.github.world import REPOSITORY, World

STANDINS: Final = Path(__file__).parent / "standins"
PULLS: Final = ("pull_request", "pull_request_review", "pull_request_review_comment")
TURNS: Final = "turns"
SAVE_CACHES: Final = {
    "name": "Save caches",
    "shell": "bash",
    "run": 'if [ -f "$RUNNER_TEMP/cache-due.sh" ]; then bash "$RUNNER_TEMP/cache-due.sh"; fi',
}


@dataclass(frozen=True)
class Ordering:
    """Turns runs into orders. `replaced` says which folder stands for an action that has no stand-in."""

    world: World
    replaced: Mapping[str, Path]
    caches: Path
    artifacts: Path
    secrets: Mapping[str, str]
    variables: Mapping[str, str]
    environment: Mapping[str, str]
    jobs_at_once: int

    def order(self, run: Run, workflows: Mapping[str, Workflow], work: Path) -> Order:
        """The order of a run. Raises ValueError for an action that is not there or has not the input."""
        checkout = work / "checkout"
        clone(self.world.bare.path, checkout, run.sha)
        found = list(self._uses(checkout, workflows))
        after = [SAVE_CACHES] if any(use.repository == "actions/cache" and not use.path for use in found) else []
        for path, workflow in workflows.items():
            (checkout / path).write_text(for_act(workflow, self.jobs_at_once, after))
        payload = work / "event.json"
        payload.write_text(json.dumps(run.payload))
        return Order(
            event=run.event,
            payload=payload,
            workflow=run.workflow.path,
            checkout=checkout,
            work=work,
            actor=run.actor,
            replaced={f"{use.repository}@{use.ref}": self._folder(use) for use in found},
            environment=self._environment(run, work),
            secrets=self._secrets(run, workflows),
            variables=self.variables,
            jobs_at_once=self.jobs_at_once,
        )

    def _uses(self, checkout: Path, workflows: Mapping[str, Workflow]) -> Iterator[Use]:
        """Every action from elsewhere, those that actions use too."""
        waiting = [use for workflow in workflows.values() for use in uses(workflow.document, workflow.path)]
        here = checkout / "action.yml"
        if here.is_file():
            waiting += uses(yaml.safe_load(here.read_bytes()), "action.yml")
        seen = set()
        while waiting:
            use = waiting.pop()
            action = yaml.safe_load((self._folder(use) / use.path / "action.yml").read_bytes())
            unknown = sorted(set(use.given) - set(action.get("inputs") or {}))
            if unknown:
                raise ValueError(f"{use.where}: {use.repository} has no input {unknown[0]}")
            if use not in seen:
                seen.add(use)
                yield use
                waiting += uses(action, use.repository)

    def _folder(self, use: Use) -> Path:
        folder = self.replaced.get(use.repository, STANDINS / use.repository)
        if not (folder / use.path / "action.yml").is_file():
            raise ValueError(f"{use.where}: no folder stands for {use.repository}/{use.path}".rstrip("/"))
        return folder

    def _environment(self, run: Run, work: Path) -> dict[str, str]:
        url = self.world.url
        for folder in (self.artifacts, self.caches, work / TURNS):
            folder.mkdir(parents=True, exist_ok=True)
        return {
            **for_steps(work),
            "GITHUB_SERVER_URL": url,
            "GITHUB_API_URL": f"{url}/api/v3",
            "GITHUB_GRAPHQL_URL": f"{url}/api/graphql",
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_RUN_ID": str(run.id),
            "GITHUB_RUN_NUMBER": str(run.number),
            "TEST_ARTIFACTS": str(self.artifacts),
            "TEST_CACHE": str(self.caches),
            "TEST_TURNS": str(work / TURNS),
            **self.environment,
        }

    def _secrets(self, run: Run, workflows: Mapping[str, Workflow]) -> dict[str, str]:
        """The secrets and the token of the run's jobs. A fork's pull request may only read and gets no secrets."""
        may = permissions(run.workflow, workflows)
        head = run.payload.get("pull_request", {}).get("head", {}).get("repo") or {}
        foreign = run.event in PULLS and head.get("full_name") != REPOSITORY
        if foreign:
            may = {job: dict.fromkeys(levels, "read") for job, levels in may.items()}
        value = f"ghs_{secrets.token_hex(18)}"
        self.world.state.tokens[value] = Token(value, BOT, job=True)
        self.world.state.jobs_may.update(cast(dict[str, dict[str, Level]], may))
        return {"GITHUB_TOKEN": value, **({} if foreign else self.secrets)}


def clone(bare: Path, folder: Path, sha: str) -> None:
    """A checkout of one commit, without a way back to where it came from."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    plain = {**kept, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
    for command in (
        ("clone", "--quiet", "--shared", "--no-checkout", str(bare), str(folder)),
        ("-C", str(folder), "checkout", "--quiet", "--detach", sha),
        ("-C", str(folder), "remote", "remove", "origin"),
    ):
        subprocess.run(("git", *command), check=True, capture_output=True, env=plain)
