"""The live display of a run: redrawn in place on a terminal, plain lines elsewhere."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from bot.core.mission import Mission
from bot.core.money import usd
from bot.core.neutral import inert, visible
from bot.core.progress import Progress, by_team
from bot.core.records import AgentRecord

if TYPE_CHECKING:
    from rich.console import Group
    from rich.live import Live

BAR = 15


class PlainDisplay:
    """One line for each thing that happened."""

    def __init__(self, mission: Mission, stream: TextIO) -> None:
        self.progress = Progress(mission)
        self.stream = stream
        self.began = time.monotonic()
        self.lock = threading.Lock()

    def started(self, agent: str, attempt: int) -> None:
        again = f", attempt {attempt}" if attempt > 1 else ""
        self._say(f"{agent} started{again}")

    def doing(self, agent: str, what: str) -> None:
        """Too much for a log; the live display shows it."""

    def recorded(self, record: AgentRecord) -> None:
        with self.lock:
            self.progress = self.progress.with_record(record)
            progress = self.progress
        done = f"{len(progress.records)} of {len(progress.mission.agents)} agents"
        why = f" ({record.reason})" if record.reason else ""
        self._say(
            f"{record.agent} {record.state}: {record.verified} of {record.findings} findings verified, "
            f"{record.gaps} gap{_s(record.gaps)}, {record.blockers} blocker{_s(record.blockers)}{why} · {done}"
        )

    def note(self, text: str) -> None:
        self._say(text)

    def _say(self, text: str) -> None:
        """On one line, of which no runner takes anything for a command: this may be somebody's CI (A2)."""
        text = inert(visible(text))
        print(f"{clock(time.monotonic() - self.began)}  {text}", file=self.stream, flush=True)


class LiveDisplay:
    """The sketch of MOCKUPS: a line for each team, and the sums."""

    def __init__(self, mission: Mission, live: "Live") -> None:
        self.progress = Progress(mission)
        self.live = live
        self.began = time.monotonic()
        self.lock = threading.Lock()

    def started(self, agent: str, attempt: int) -> None:
        self.doing(agent, "started" if attempt == 1 else f"started attempt {attempt}")

    def doing(self, agent: str, what: str) -> None:
        with self.lock:
            self.progress = self.progress.with_doing(agent, visible(what))

    def recorded(self, record: AgentRecord) -> None:
        with self.lock:
            self.progress = self.progress.with_record(record)

    def note(self, text: str) -> None:
        self.live.console.print(visible(text), highlight=False, markup=False)

    def __rich__(self) -> "Group":
        from rich.console import Group
        from rich.text import Text

        lines = screen(self.progress, time.monotonic() - self.began)
        return Group(*(Text(line, no_wrap=True, overflow="ellipsis") for line in lines))


def screen(progress: Progress, seconds: float) -> list[str]:
    """The lines of the live display."""
    teams = by_team(progress)
    wide = max(len(team.name) for team in teams)
    lines = []
    for team in teams:
        full = BAR * team.done // team.agents
        bar = "█" * full + "░" * (BAR - full)
        lines.append(f"{team.name:<{wide}}  {bar}  {team.done}/{team.agents}   {team.now}")
    figures = [f"{name} {progress.total(name)}" for name in ("findings", "verified", "gaps")]
    lines.append(" · ".join([*figures, f"{usd(progress.micro_usd)} USD", clock(seconds)]))
    return lines


def clock(seconds: float) -> str:
    """Elapsed time as minutes and seconds."""
    return f"{int(seconds) // 60:02d}:{int(seconds) % 60:02d}"


@contextmanager
def show(mission: Mission, stream: TextIO) -> Iterator[PlainDisplay | LiveDisplay]:
    """A display on a stream: live on a terminal, plain lines elsewhere."""
    if not stream.isatty():
        yield PlainDisplay(mission, stream)
        return
    from rich.console import Console
    from rich.live import Live

    live = Live(console=Console(file=stream), refresh_per_second=8)
    display = LiveDisplay(mission, live)
    live.update(display)
    with live:
        yield display


def _s(number: int) -> str:
    return "" if number == 1 else "s"
