"""Which calls something goes wrong with.

    server.faults.on(2, overloaded())                     # the second call to /v1/messages
    server.faults.when(reviewing, rate_limited(7), times=3)    # calls (of both paths) that fit, so many times
    server.faults.randomly(seed=4, rate=0.2, faults=[cut(), hung_up()])  # a fifth of all others to /v1/messages

A call has one fault at most. It is met after the request was checked, so that no fault hides a wrong request.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random

from tests.messages.calls import Call
from tests.messages.faults import Fault


@dataclass
class Faults:
    """The faults to come, and those that were met: (number of the call, fault)."""

    met: list[tuple[int, Fault]] = field(default_factory=list)
    _on: dict[int, Fault] = field(default_factory=dict)
    _when: list[tuple[Callable[[Call], bool], list[Fault]]] = field(default_factory=list)
    _random: tuple[int, float, Sequence[Fault]] | None = None

    def on(self, number: int, fault: Fault) -> None:
        """The call of that number to /v1/messages, from 1."""
        self._on[number] = fault

    def when(self, fits: Callable[[Call], bool], fault: Fault, times: int = 1) -> None:
        """The next so many calls that fit, to whichever path."""
        self._when.append((fits, [fault] * times))

    def randomly(self, seed: int, rate: float, faults: Sequence[Fault]) -> None:
        """Of the calls to /v1/messages, that part. Which ones and what depends on the seed and the number only."""
        self._random = (seed, rate, faults)

    def meet(self, call: Call) -> Fault | None:
        """What happens to a call."""
        found = self._on.pop(call.number, None) or self._fitting(call) or self._by_chance(call.number)
        if found:
            self.met.append((call.number, found))
        return found

    def _fitting(self, call: Call) -> Fault | None:
        for fits, left in self._when:
            if left and fits(call):
                return left.pop()
        return None

    def _by_chance(self, number: int) -> Fault | None:
        if self._random is None or not number:
            return None
        seed, rate, faults = self._random
        chance = Random(f"{seed}:{number}")
        return chance.choice(faults) if chance.random() < rate else None
