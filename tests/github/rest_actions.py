"""REST: workflows, their runs and jobs, and dispatching them."""

from tests.github import runs
from tests.github.state import Run
from tests.github.web import Answer, Call, Failure, missing, page, route
from tests.github.world import World


@route("GET", "/actions/workflows", "actions:read")
def list_workflows(world: World, call: Call) -> Answer:
    return page(world, call, runs.workflows(world), lambda path: runs.show_workflow(world, path), "workflows")


def _path(world: World, call: Call) -> str:
    wanted = call.parts["workflow_id"]
    for path in runs.workflows(world):
        if wanted in (str(runs.workflow_id(path)), path.rpartition("/")[2]):
            return path
    raise missing()


@route("GET", "/actions/workflows/{workflow_id}", "actions:read")
def get_workflow(world: World, call: Call) -> Answer:
    return Answer(200, runs.show_workflow(world, _path(world, call)))


@route("POST", "/actions/workflows/{workflow_id}/dispatches", "actions:write")
def dispatch(world: World, call: Call) -> Answer:
    made = runs.dispatch(world, _path(world, call), str(call.given("ref")), call.given("inputs", {}), call.actor)
    if not call.given("return_run_details"):
        return Answer(204)
    run = runs.show(world, world.state.runs[made.run])
    return Answer(200, {"workflow_run_id": made.run, "run_url": run["url"], "html_url": run["html_url"]})


def _runs(world: World, call: Call, path: str | None) -> Answer:
    """Newest first."""
    query = call.query

    def wanted(run: Run) -> bool:
        return (
            path in (None, run.path)
            and query.get("status", run.status) in (run.status, run.conclusion)
            and query.get("event", run.event) == run.event
            and query.get("branch", run.branch) == run.branch
            and query.get("head_sha", run.sha) == run.sha
        )

    found = [run for run in reversed(world.state.runs.values()) if wanted(run)]
    return page(world, call, found, lambda run: runs.show(world, run), "workflow_runs")


@route("GET", "/actions/workflows/{workflow_id}/runs", "actions:read")
def workflow_runs(world: World, call: Call) -> Answer:
    return _runs(world, call, _path(world, call))


@route("GET", "/actions/runs", "actions:read")
def list_runs(world: World, call: Call) -> Answer:
    return _runs(world, call, None)


def _run(world: World, call: Call) -> Run:
    found = world.state.runs.get(call.number("run_id"))
    if found is None:
        raise missing()
    return found


@route("GET", "/actions/runs/{run_id}", "actions:read")
def get_run(world: World, call: Call) -> Answer:
    return Answer(200, runs.show(world, _run(world, call)))


@route("POST", "/actions/runs/{run_id}/cancel", "actions:write")
def cancel_run(world: World, call: Call) -> Answer:
    run = _run(world, call)
    if run.status == "completed":
        raise Failure(409, "Cannot cancel a workflow run that is completed.")
    runs.cancel(world, run)
    return Answer(202, {})


@route("GET", "/actions/runs/{run_id}/jobs", "actions:read")
def list_jobs(world: World, call: Call) -> Answer:
    run = _run(world, call)
    found = [job for job in world.state.jobs if job.run == run.id]
    return page(world, call, found, lambda job: runs.show_job(world, job, run), "jobs")
