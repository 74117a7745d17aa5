"""`swarm log`: the trail of a session for people and programs, whatever state the repository is in."""

import json
import re
from pathlib import Path

import pytest

from bot.adapters.git import GitRepository
from bot.commands.log import log
from bot.commands.outcome import Outcome
from bot.commands.trail import note_facts
from bot.core.trail import parse_trail
from bot.errors import Refused
from bot.ports import RefUpdate
from tests.builders import NOW
from tests.clocks import StillClock
from tests.commands.test_record import Session, opened
from tests.repos import git, repository
from tests.test_cli import swarm
from tests.workshop import session, widgets

REF = "refs/swarm/trail/widgets-1"


def told(folder: Path, *, jsonl: bool = False) -> Outcome:
    return log(GitRepository(folder), "widgets-1", jsonl=jsonl)


def kinds(outcome: Outcome) -> list[str]:
    events = outcome.data["events"]
    assert isinstance(events, list)
    return [event["kind"] for event in events]


@pytest.fixture(scope="module")
def merged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository whose session ran from its launch to its merge."""
    made = tmp_path_factory.mktemp("merged")
    folder = widgets(made / "repo")
    session(folder, made / "cache")
    return folder


def test_a_merged_session_is_told_line_by_line(merged: Path) -> None:
    outcome = told(merged)
    assert re.sub(r"[0-9a-f]{12}", "(commit)", outcome.text).splitlines() == [
        "2026-11-22 16:40:00  launched  -          2 agents for Widget services   (local)",
        "2026-11-22 16:40:00  reserved  -          2 subjects: Widget Store, Widget Lab   (local)",
        "2026-11-22 16:40:00  recorded  agent-1/1  done: 4 findings, 4 verified, 6 gaps   (swarm)",
        "2026-11-22 16:40:00  recorded  agent-2/1  done: 4 findings, 4 verified, 6 gaps   (swarm)",
        "2026-11-22 16:40:00  gated     -          pass at (commit)   (swarm)",
        "2026-11-22 16:40:00  merged    -          into main as (commit)   (swarm)",
    ]
    assert int(outcome.exit) == 0


def test_as_json_lines_it_is_what_lies_in_git(merged: Path) -> None:
    outcome = told(merged, jsonl=True)
    assert outcome.text == git(merged, "show", f"{REF}:trail.jsonl")
    assert [json.loads(line) for line in outcome.text.splitlines()] == outcome.data["events"]
    assert set(outcome.data) == {"session", "events", "problems"}


def test_what_is_not_written_down_yet_is_shown_as_it_will_be(tmp_path: Path) -> None:
    opened_session = opened(tmp_path, 2)
    folder = opened_session.repo.git.directory
    assert kinds(told(folder)) == ["launched", "reserved"]
    note_facts(opened_session.repo, StillClock(), opened_session.data)
    opened_session.record(opened_session.handed(1))
    ahead = told(folder)
    assert kinds(ahead) == ["launched", "reserved", "recorded"]
    note_facts(opened_session.repo, StillClock(), opened_session.data)
    assert told(folder) == ahead


def test_a_clone_says_what_to_fetch(merged: Path, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", str(merged), str(clone))
    done = swarm("log", "widgets-1", "--repo", clone)
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "there is no trail of session widgets-1 here: a clone does not have refs/swarm; "
        '`git fetch origin "+refs/swarm/*:refs/swarm/*"` fetches them from the repository that it was cloned from'
    ]
    git(clone, "fetch", "--quiet", "origin", "+refs/swarm/*:refs/swarm/*")
    assert swarm("log", "widgets-1", "--repo", clone).stdout == f"{told(merged).text}\n"


def test_a_session_that_nobody_knows_is_refused(merged: Path, tmp_path: Path) -> None:
    for name in ("gadgets-1", "*", "../trail/x"):
        with pytest.raises(Refused, match=r"there is no trail of session .*; `swarm status` lists the sessions"):
            log(GitRepository(merged), name, jsonl=False)
    with pytest.raises(Refused, match="a clone does not have refs/swarm"):
        told(repository(tmp_path / "other"))


def test_the_command_line_prints_text_one_object_or_lines(merged: Path) -> None:
    git(merged, "checkout", "--quiet", "--detach")
    done = swarm("log", "widgets-1", "--repo", merged)
    assert (done.returncode, done.stdout) == (0, f"{told(merged).text}\n")
    assert json.loads(swarm("log", "widgets-1", "--repo", merged, "--json").stdout) == told(merged).data
    lines = swarm("log", "widgets-1", "--repo", merged, "--jsonl").stdout
    assert len(parse_trail(lines.encode()).events) == 6


def rewritten(session: Session, content: bytes) -> None:
    """Somebody with a push of their own."""
    tip = session.repo.refs(REF)[REF]
    session.repo.update([RefUpdate(REF, session.repo.commit([tip], {"trail.jsonl": content}, "Edit", NOW), tip)])


def test_who_takes_lines_away_or_writes_nonsense_is_found_out(tmp_path: Path) -> None:
    opened_session = opened(tmp_path, 1)
    folder = opened_session.repo.git.directory
    note_facts(opened_session.repo, StillClock(), opened_session.data)
    honest = opened_session.repo.refs(REF)[REF]
    lines = git(folder, "show", f"{REF}:trail.jsonl").splitlines()
    rewritten(opened_session, f"{lines[1]}\nnonsense\n".encode())
    outcome = told(folder)
    assert int(outcome.exit) == 1
    first, second = outcome.text.splitlines()[-2:]
    assert f"changed what was written down before; `git show {honest[:12]}:trail.jsonl` shows it" in first
    assert second.startswith("line 2 of the trail is no event that this version of swarm knows; `git show refs")
    assert outcome.data["problems"] == [first, second]
    assert kinds(outcome) == ["reserved", "launched"], "what follows from facts is shown all the same"
    assert int(told(folder, jsonl=True).exit) == 1
