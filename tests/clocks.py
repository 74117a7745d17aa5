"""The clocks of tests: time passes when somebody sleeps, and nobody waits for it."""

from datetime import datetime, timedelta

from tests.builders import NOW


class VirtualClock:
    """Stands still until somebody sleeps or sets it."""

    def __init__(self, moment: datetime = NOW) -> None:
        self.moment = moment
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self.moment

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.moment += timedelta(seconds=seconds)


class StillClock(VirtualClock):
    """Always the same time, so that the same work gives the same commits."""

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
