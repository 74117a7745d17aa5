"""Asks the model within what an attempt has: its money, its time, and patience with a busy service (G17)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.adapters.agents.claude.account import Account
from bot.adapters.agents.claude.client import CallFailed, Json, Reply
from bot.adapters.agents.claude.endings import Ended, Halted, TooLong
from bot.adapters.agents.claude.transcript import Transcript
from bot.adapters.agents.claude.wire import TooLate
from bot.core.halting import halts
from bot.core.pricing import rates_above
from bot.core.retrying import PATIENCE, GiveUp, after
from bot.ports import Clock

OUTPUTS = (8_000, 4_000, 2_000)
"""How many tokens an answer may have, thinking included: the most that the money allows."""
CONTEXT = 90_000
"""How many tokens a prompt may have; beyond 100,000 the default model costs five times as much."""


class Model(Protocol):
    """A model that can be called once."""

    def call(self, request: Json, most: int, deadline: datetime) -> Reply: ...


@dataclass
class Caller:
    """`jitter` gives numbers from [0, 1)."""

    model: Model
    account: Account
    clock: Clock
    jitter: Callable[[], float]
    deadline: datetime
    transcript: Transcript

    def ask(self, request: Json, prompt: int) -> Reply:
        """The answer to a request of at most `prompt` tokens. Raises Ended, Halted and TooLong."""
        if prompt > min(CONTEXT, rates_above(self.account.prices)):
            raise TooLong
        begun = self.clock.now()
        for attempt in range(1, 1_000):
            try:
                return self._once(request, prompt)
            except CallFailed as error:
                self.transcript.fault(error.failure)
                if reason := halts(error.failure):
                    raise Halted(reason) from error
                now = self.clock.now()
                step = after(error.failure, attempt, now, min(begun + PATIENCE, self.deadline), self.jitter())
                if isinstance(step, GiveUp):
                    raise Ended(_gave_up(error, attempt), retry=error.failure.ambiguous) from error
                self.clock.sleep(step.seconds)
        raise AssertionError("`after` gives up before that")

    def _once(self, request: Json, prompt: int) -> Reply:
        if self.clock.now() >= self.deadline:
            raise Ended("its time was over", retry=True)
        most = next((most for most in OUTPUTS if self.account.affords(prompt, most)), None)
        if most is None:
            raise Ended("its money was gone", retry=True)
        reserved = self.account.begin(prompt, most)
        try:
            reply = self.model.call(request, most, self.deadline)
        except CallFailed as error:
            self.account.failed(reserved, began=error.began)
            raise
        except TooLate:
            self.account.failed(reserved, began=True)
            raise Ended("its time was over", retry=True) from None
        except BaseException:  # whatever it was, the call may have been made
            self.account.failed(reserved, began=True)
            raise
        used = self.account.answered(reserved, reply)
        self.transcript.reply(reply, used)
        return reply


def _gave_up(error: CallFailed, attempt: int) -> str:
    status = f"status {error.failure.status}" if error.failure.status else "no answer"
    times = "once" if attempt == 1 else f"{attempt} times"
    return f"the model was asked {times} in vain: {status}, {error.failure.message}"
