"""The display: plain lines into a pipe, redrawn in place on a terminal."""

import io
import os
import pty
import re
from pathlib import Path

import pytest

from bot.adapters.terminal import PlainDisplay, clock, screen, show
from bot.core.mission import Mission
from bot.core.progress import Progress
from bot.core.records import AgentRecord, AgentState
from tests.builders import NOW, agent, mission, subject


def teams() -> Mission:
    return mission(agent("a-1", subject("A")), agent("a-2", subject("B")), agent("a-3", subject("C")))


def made(name: str, state: AgentState = "done", reason: str = "") -> AgentRecord:
    times = {"started": NOW, "finished": NOW, "recorded": NOW}
    figures = {"findings": 412, "verified": 409, "gaps": 7}
    return AgentRecord(
        session="s-1", agent=name, attempt=1, state=state, reason=reason, spent=380_000, **times, **figures
    )


def test_the_screen_says_how_far_and_how_good() -> None:
    progress = Progress(teams()).with_record(made("a-1")).with_doing("a-2", "reading compute.v1.json")
    assert screen(progress, 41) == [
        "Cloud Compute  █████░░░░░░░░░░  1/3   a-2 reading compute.v1.json",
        "findings 412 · verified 409 · gaps 7 · 0.38 USD · 00:41",
    ]


def test_time_is_minutes_and_seconds() -> None:
    assert [clock(seconds) for seconds in (0, 59.9, 60, 3_601)] == ["00:00", "00:59", "01:00", "60:01"]


def test_a_pipe_gets_a_line_for_each_thing_that_happened() -> None:
    stream = io.StringIO()
    with show(teams(), stream) as display:
        display.note("s-1 launched")
        display.started("a-1", 1)
        display.doing("a-1", "reading")
        display.started("a-2", 2)
        display.recorded(made("a-1"))
        display.recorded(made("a-2", "failed", "out of luck").model_copy(update={"gaps": 1, "blockers": 1}))
    lines = [line.partition("  ")[2] for line in stream.getvalue().splitlines()]
    assert lines == [
        "s-1 launched",
        "a-1 started",
        "a-2 started, attempt 2",
        "a-1 done: 409 of 412 findings verified, 7 gaps, 0 blockers · 1 of 3 agents",
        "a-2 failed: 409 of 412 findings verified, 1 gap, 1 blocker (out of luck) · 2 of 3 agents",
    ]
    assert isinstance(display, PlainDisplay)


def test_a_terminal_is_redrawn_in_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "100")
    leader, follower = pty.openpty()
    with os.fdopen(follower, "w") as terminal:
        with show(teams(), terminal) as display:
            display.note("s-1 launched [not markup]")
            display.started("a-1", 1)
            display.started("a-2", 2)
            display.recorded(made("a-1"))
        print("THE END", file=terminal, flush=True)
        shown = ""
        while "THE END" not in shown:
            shown += os.read(leader, 65_536).decode(errors="replace")
    os.close(leader)
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown)
    assert "s-1 launched [not markup]" in plain
    assert "Cloud Compute  █████░░░░░░░░░░  1/3   a-2 started attempt 2" in plain
    assert "\x1b[" in shown
