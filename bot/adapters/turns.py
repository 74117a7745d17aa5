"""Turns at closing sessions into a branch, taken by machines that share nothing but the repository.

A turn is a lease on a ref. It is for efficiency only: it keeps sessions from voiding each other's verdicts by
merging at the same time. Clocks differ and a machine may sleep longer than its lease, so two may think that it is
theirs; what is merged is guarded by its sha all the same (G1).
"""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote
from uuid import uuid4

from pydantic import AwareDatetime, ValidationError

from bot.core.models import Model
from bot.errors import LostRace, Refused, SwarmError
from bot.ports import Clock, RefUpdate, Repository

TURNS = "refs/swarm/turns/"
PAUSE = 5.0
"""Seconds between two looks at a turn that somebody else has, each time multiplied by 0.5 to 1.5 by chance."""


class Lease(Model):
    """turn.json: whose turn it is and until when. `nonce` makes the commit one that nobody else can have made."""

    owner: str
    until: AwareDatetime
    nonce: str


@dataclass(frozen=True, slots=True)
class Turns:
    """Who may close into a branch.

    `lease_seconds` is how long a turn lasts when its owner dies, `patience` how many seconds to wait for one.
    """

    repository: Repository
    clock: Clock
    owner: str
    lease_seconds: float = 900
    patience: float = 1200
    jitter: Callable[[], float] = random.random

    @contextmanager
    def turn(self, branch: str) -> Iterator[None]:
        """Waits for the turn and holds it. Raises Refused when the patience is at its end."""
        ref = turn_ref(branch)
        held = self._take(ref, branch)
        try:
            yield
        finally:
            # A turn that cannot be given back, or that another has taken over, ends with its lease.
            with suppress(SwarmError):
                self.repository.update([RefUpdate(ref, None, held)])

    def _take(self, ref: str, branch: str) -> str:
        waited = 0.0
        while True:
            before = self.repository.refs(ref).get(ref)
            lease = self._lease(before) if before else None
            # One's own is what an earlier attempt of the same run has left behind.
            if lease is None or lease.owner == self.owner or lease.until <= self.clock.now():
                with suppress(LostRace):
                    return self._lay_hold(ref, before)
            if waited >= self.patience:
                owner = f" by {lease.owner}" if lease else ""
                raise Refused(f"another session is being closed into {branch}{owner}", "run again when it is done")
            pause = PAUSE * (0.5 + self.jitter())
            self.clock.sleep(pause)
            waited += pause

    def _lay_hold(self, ref: str, before: str | None) -> str:
        now = self.clock.now()
        lease = Lease(owner=self.owner, until=now + timedelta(seconds=self.lease_seconds), nonce=uuid4().hex)
        commit = self.repository.commit([], {"turn.json": lease.model_dump_json().encode()}, _message(lease), now)
        self.repository.update([RefUpdate(ref, commit, before)])
        return commit

    def _lease(self, commit: str) -> Lease | None:
        """What a turn's ref says; None when it says nothing that anybody could hold on to."""
        content = self.repository.read([(commit, "turn.json")]).get((commit, "turn.json"), b"")
        try:
            return Lease.model_validate_json(content)
        except ValidationError:
            return None


def turn_ref(branch: str) -> str:
    """The ref of a branch's turn; no two branches share one, and none lies below another's."""
    return TURNS + quote(branch, safe="")


def _message(lease: Lease) -> str:
    return f"The turn is {lease.owner}'s until {_time(lease.until)}\n"


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S UTC")
