"""Concurrency groups: one run in each, one that waits, and a newer one that takes the waiting one's place."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Turn:
    """A run's place in one group. With `job`, the group is free again when that job is over."""

    run: int
    group: str
    cancels: bool = False
    job: str = ""


@dataclass
class Turns:
    """Who is in which group. A run takes its groups one after the other, in the order in which it names them."""

    inside: dict[str, Turn] = field(default_factory=dict)
    waiting: dict[str, Turn] = field(default_factory=dict)
    ahead: dict[int, list[Turn]] = field(default_factory=dict)

    def arrive(self, run: int, turns: Sequence[Turn]) -> set[int]:
        """A run wants these turns; the runs that are cancelled for it."""
        self.ahead[run] = list(turns)
        return self._go_on(run)

    def ready(self, run: int) -> bool:
        """Whether the run has all of its turns and may start."""
        return not self.ahead[run]

    def leave(self, run: int, job: str | None = None) -> set[int]:
        """The run, or one job of it, is over; the runs that are cancelled by those who are next."""
        if job is None:
            self.ahead.pop(run, None)
            self.waiting = {group: turn for group, turn in self.waiting.items() if turn.run != run}
        left = [t.group for t in self.inside.values() if t.run == run and job in (None, t.job)]
        cancelled: set[int] = set()
        for group in left:
            del self.inside[group]
        for group in left:
            if group in self.waiting and group not in self.inside:
                cancelled |= self._go_on(self.waiting.pop(group).run)
        return cancelled

    def _go_on(self, run: int) -> set[int]:
        cancelled: set[int] = set()
        ahead = self.ahead[run]
        while ahead:
            turn = ahead[0]
            holder = self.inside.get(turn.group)
            if holder is not None:
                if turn.group in self.waiting:
                    cancelled.add(self.waiting[turn.group].run)
                if turn.cancels:
                    cancelled.add(holder.run)
                self.waiting[turn.group] = turn
                break
            self.inside[turn.group] = ahead.pop(0)
        return cancelled
