"""Concurrency groups: one run in each, one that waits, and a newer one that takes the waiting one's place."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Turn:
    """A run's place in one group. With `job`, the group is free again when that job is over.

    A turn with a `name` was asked for by a job of a run that is under way, which waits for it.
    """

    run: int
    group: str
    cancels: bool = False
    job: str = ""
    name: str = ""


@dataclass
class Turns:
    """Who is in which group. A run takes its groups one after the other, in the order in which it names them.

    Every change gives the turns that are lost by it: of those who waited, and of those who are to be cancelled.
    """

    inside: dict[str, Turn] = field(default_factory=dict)
    waiting: dict[str, Turn] = field(default_factory=dict)
    ahead: dict[int, list[Turn]] = field(default_factory=dict)

    def arrive(self, run: int, turns: Sequence[Turn]) -> set[Turn]:
        """A run wants these turns, after those that it has asked for already."""
        self.ahead.setdefault(run, []).extend(turns)
        return self._go_on(run)

    def ready(self, run: int) -> bool:
        """Whether the run has all of its turns and may start."""
        return not self.ahead[run]

    def has(self, turn: Turn) -> bool:
        return self.inside.get(turn.group) == turn

    def leave(self, run: int, job: str | None = None) -> set[Turn]:
        """The run, or one job of it, is over."""
        if job is None:
            self.ahead.pop(run, None)
            self.waiting = {group: turn for group, turn in self.waiting.items() if turn.run != run}
        left = [t.group for t in self.inside.values() if t.run == run and job in (None, t.job)]
        lost: set[Turn] = set()
        for group in left:
            del self.inside[group]
        for group in left:
            if group in self.waiting and group not in self.inside:
                lost |= self._go_on(self.waiting.pop(group).run)
        return lost

    def _go_on(self, run: int) -> set[Turn]:
        lost: set[Turn] = set()
        ahead = self.ahead[run]
        while ahead:
            turn = ahead[0]
            holder = self.inside.get(turn.group)
            if holder is not None:
                replaced = self.waiting.get(turn.group)
                if replaced is not None:
                    self.ahead[replaced.run].remove(replaced)
                    lost.add(replaced)
                if turn.cancels:
                    lost.add(holder)
                self.waiting[turn.group] = turn
                break
            self.inside[turn.group] = ahead.pop(0)
        return lost
