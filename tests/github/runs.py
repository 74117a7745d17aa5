"""Workflows and their runs: what is dispatched is listed as queued until somebody says how it went."""

from collections.abc import Mapping
from typing import Any
from zlib import crc32

import yaml

from tests.github import happenings, views
from tests.github.actions_expressions import fill
from tests.github.state import Actor, Dispatch, Job, Json, Run
from tests.github.web import Failure
from tests.github.world import Event, World, stamp

_FOLDER = ".github/workflows/"


def workflows(world: World) -> list[str]:
    """The paths of the workflow files on the default branch."""
    branch = world.state.settings.default_branch
    listed = world.bare("ls-tree", "-r", "--name-only", branch, _FOLDER).splitlines()
    return [path for path in listed if path.endswith((".yml", ".yaml"))]


def workflow_id(path: str) -> int:
    return crc32(path.encode())


def definition(world: World, path: str, ref: str) -> Mapping[Any, Any]:
    """What a workflow file says at a branch, a tag or a commit. Raises a Failure where there is none."""
    commit = world.bare.commit_of(ref.removeprefix("refs/heads/").removeprefix("refs/tags/"))
    if commit is None:
        raise Failure(422, f"No ref found for: {ref}")
    text = world.bare.text(commit, path)
    if text is None:
        raise Failure(404, "Not Found")
    found = yaml.safe_load(text)
    return found if isinstance(found, dict) else {}


def show_workflow(world: World, path: str) -> Json:
    moment, number = stamp(world.now()), workflow_id(path)
    named = definition(world, path, world.state.settings.default_branch).get("name", path)
    return {
        "id": number,
        "node_id": f"W_{number}",
        "name": named,
        "path": path,
        "state": "active",
        "created_at": moment,
        "updated_at": moment,
        "url": f"{world.api}/actions/workflows/{number}",
        "html_url": f"{world.html}/blob/main/{path}",
        "badge_url": f"{world.html}/workflows/{named}/badge.svg",
    }


def dispatch(world: World, path: str, ref: str, inputs: Mapping[str, Any], actor: Actor) -> Dispatch:
    """Starts a run by hand. Raises the Failure with which GitHub refuses it."""
    said = definition(world, path, ref)
    triggers = said.get("on", said.get(True)) or {}
    if "workflow_dispatch" not in triggers:
        raise Failure(422, "Workflow does not have 'workflow_dispatch' trigger")
    declared = (triggers["workflow_dispatch"] if isinstance(triggers, dict) else None) or {}
    wanted = declared.get("inputs") or {}
    unexpected = sorted(inputs.keys() - wanted.keys())
    if unexpected:
        raise Failure(422, f"Unexpected inputs provided: {unexpected}".replace("'", '"'))
    for name, about in wanted.items():
        if (about or {}).get("required") and "default" not in about and not inputs.get(name):
            raise Failure(422, f"Required input '{name}' not provided")
    branch, given = ref.removeprefix("refs/heads/"), {name: str(value) for name, value in inputs.items()}
    run = start(world, path, "workflow_dispatch", branch, actor.login)
    run.inputs, run.title = given, titled(path, said, "workflow_dispatch", {}, given)
    made = Dispatch(path, ref, run.inputs, actor, run.id)
    world.state.dispatches.append(made)
    happenings.dispatched(world, made)
    return made


def titled(
    path: str, said: Mapping[Any, Any], event: str, payload: Mapping[str, Any], inputs: Mapping[str, Any]
) -> str:
    """What a run is called: by the workflow's `run-name`, if it has one."""
    known = {"github": {"event_name": event, "event": payload}, "inputs": inputs}
    return fill(said["run-name"], known) if "run-name" in said else path.rpartition("/")[2]


def start(world: World, path: str, event: str, branch: str, login: str, sha: str = "") -> Run:
    """Lists a run."""
    at = sha or world.bare.commit_of(branch) or ""
    run = Run(world.id(), path, event, at, branch, login, world.now(), title=path.rpartition("/")[2])
    world.state.runs[run.id] = run
    return run


def begun(world: World, path: str, event: Event) -> Run:
    """The run that an event starts; one that was dispatched is listed already."""
    told = (it for it in world.events if it.name == "workflow_dispatch")
    for one, made in zip(told, world.state.dispatches, strict=False):
        if one is event:
            return world.state.runs[made.run]
    branch = world.state.settings.default_branch
    run = start(world, path, event.name, branch, event.actor.login)
    said, inputs = definition(world, path, branch), event.payload.get("inputs") or {}
    run.title = titled(path, said, event.name, event.payload, inputs)
    return run


def complete(world: World, run: Run, conclusion: str) -> None:
    """The run is over: `workflow_run: completed` happens."""
    run.status, run.conclusion = "completed", conclusion
    actor = Actor(run.login)
    shown = show(world, run)
    about = {"workflow_run": shown, "workflow": show_workflow(world, run.path)}
    world.emit("workflow_run", happenings.about(world, actor, "completed", **about), actor)


def cancel(world: World, run: Run) -> None:
    """Ends a run, unless somebody carries it out and sees to that."""
    if not world.on_cancel(run.id):
        complete(world, run, "cancelled")


def show(world: World, run: Run) -> Json:
    api, number = f"{world.api}/actions/runs/{run.id}", workflow_id(run.path)
    moment = stamp(run.created)
    urls = ("jobs", "logs", "artifacts", "cancel", "rerun")
    return {
        "id": run.id,
        "name": run.path,
        "node_id": f"WFR_{run.id}",
        "check_suite_id": run.id + 1,
        "check_suite_node_id": f"CS_{run.id}",
        "head_branch": run.branch,
        "head_sha": run.sha,
        "path": run.path,
        "run_number": 1,
        "run_attempt": 1,
        "event": run.event,
        "display_title": run.title,
        "status": run.status,
        "conclusion": run.conclusion,
        "workflow_id": number,
        "url": api,
        "html_url": f"{world.html}/actions/runs/{run.id}",
        **{f"{name}_url": f"{api}/{name}" for name in urls},
        "check_suite_url": f"{world.api}/check-suites/{run.id + 1}",
        "workflow_url": f"{world.api}/actions/workflows/{number}",
        "previous_attempt_url": None,
        "pull_requests": [],
        "created_at": moment,
        "updated_at": moment,
        "run_started_at": moment,
        "actor": views.user(world, run.login),
        "triggering_actor": views.user(world, run.login),
        "head_commit": _head_commit(world, run.sha),
        "repository": views.minimal_repository(world),
        "head_repository": views.minimal_repository(world),
    }


def _head_commit(world: World, sha: str) -> Json:
    tree, name, email, moment, message = world.bare("show", "-s", "--format=%T%n%an%n%ae%n%cI%n%B", sha).split(
        "\n", 4
    )
    person = {"name": name, "email": email}
    return {
        "id": sha, "tree_id": tree, "message": message, "timestamp": moment, "author": person, "committer": person,
    }  # fmt: skip


def show_job(world: World, job: Job, run: Run) -> Json:
    api, moment = f"{world.api}/actions/jobs/{job.id}", stamp(run.created)
    done = job.status == "completed"
    return {
        "id": job.id,
        "run_id": run.id,
        "run_url": f"{world.api}/actions/runs/{run.id}",
        "run_attempt": 1,
        "node_id": f"J_{job.id}",
        "head_sha": run.sha,
        "head_branch": run.branch,
        "url": api,
        "html_url": f"{world.html}/actions/runs/{run.id}/job/{job.id}",
        "status": job.status,
        "conclusion": job.conclusion if done else None,
        "created_at": moment,
        "started_at": moment,
        "completed_at": moment if done else None,
        "name": job.name,
        "steps": [],
        "check_run_url": f"{world.api}/check-runs/{job.id}",
        "labels": ["ubuntu-latest"],
        "runner_id": 1,
        "runner_name": "GitHub Actions 1",
        "runner_group_id": 0,
        "runner_group_name": "GitHub Actions",
        "workflow_name": run.path,
    }
