"""Many processes on one virtual clock: one at a time, each until it waits. Nothing here takes any real time."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import count

from greenlet import getcurrent, greenlet


class Killed(BaseException):
    """The machine is gone: not an Exception, so that nobody takes it for a failure of their own."""


class Process:
    """Something that goes on beside others. `failed`: what ended it before its time; None where nothing did."""

    def __init__(self, scheduler: "Scheduler", work: Callable[[], object]) -> None:
        self.scheduler = scheduler
        self.work = work
        self.over = False
        self.failed: BaseException | None = None
        self.waiting: list[greenlet] = []
        self.thread = greenlet(self._run, scheduler.hub)

    def _run(self) -> None:
        if self.over:
            return
        try:
            self.work()
        except BaseException as error:
            self.failed = error
        self.end()

    def end(self) -> None:
        """Whoever has waited for it goes on."""
        self.over = True
        for other in self.waiting:
            self.scheduler.at(self.scheduler.moment, other)


class Scheduler:
    """The virtual clock (`Clock`), and whose turn it is. Times are aware, in UTC."""

    def __init__(self, start: datetime) -> None:
        self.moment = start
        self.hub = getcurrent()
        self._until = start
        self._turns: list[tuple[datetime, int, greenlet, bool]] = []
        self._numbers = count()

    # --- for whoever is at work ---

    def now(self) -> datetime:
        return self.moment

    def sleep(self, seconds: float) -> None:
        """Lets others go on until so much time has passed."""
        then = self.moment + timedelta(seconds=seconds)
        if then <= self._until and not (self._turns and self._turns[0][0] <= then):
            self.moment = then  # nobody else has anything to do before that
            return
        self.at(then, getcurrent())
        self.hub.switch()

    def wait(self, processes: Iterable[Process]) -> None:
        """Until all of them are over."""
        for process in processes:
            if not process.over:
                process.waiting.append(getcurrent())
                self.hub.switch()

    def start(self, work: Callable[[], object], after: float = 0) -> Process:
        """Begins something beside, so many seconds from now."""
        process = Process(self, work)
        self.at(self.moment + timedelta(seconds=after), process.thread)
        return process

    # --- for whoever has begun it all ---

    def run(self, until: datetime) -> bool:
        """Goes on until the time has come, or nobody has anything to do any more; whether somebody has."""
        self._until = until
        while self._turns and self._turns[0][0] <= until:
            self.moment, _, thread, killed = heappop(self._turns)
            if killed:
                thread.throw(Killed)
            elif not thread.dead:
                thread.switch()
        self._until = self.moment
        return bool(self._turns)

    def kill(self, process: Process) -> None:
        """Ends something wherever it is, without a last word; what is over stays as it is."""
        if process.over:
            return
        if process.thread:
            self.at(self.moment, process.thread, killed=True)
        else:  # it has not begun
            process.failed = Killed()
            process.end()

    def at(self, moment: datetime, thread: greenlet, *, killed: bool = False) -> None:
        heappush(self._turns, (moment, next(self._numbers), thread, killed))
