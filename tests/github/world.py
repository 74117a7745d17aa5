"""What the parts of the test GitHub share: its state, its repository, the time, and who hears of changes."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from tests.github.plumbing import Bare
from tests.github.state import Actor, Json, State

OWNER, NAME = "acme", "widgets"
REPOSITORY = f"{OWNER}/{NAME}"
Listener = Callable[[str, Json, Actor], None]


class Now(Protocol):
    def now(self) -> datetime: ...


class MachineClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True)
class Event:
    """A webhook's event: its name ("issues"), its payload (with the action), and who caused it."""

    name: str
    payload: Json
    actor: Actor

    @property
    def starts_runs(self) -> bool:
        """Whether workflows run because of it: not when a job caused it, except for a dispatch."""
        return not self.actor.is_job or self.name in ("workflow_dispatch", "repository_dispatch")


@dataclass(frozen=True)
class Push:
    """One ref that a push moved. `old` or `new` is None where it did not exist. `forced`: history was left."""

    ref: str
    old: str | None
    new: str | None
    actor: Actor
    forced: bool = False


@dataclass
class World:
    bare: Bare
    clock: Now
    url: str = ""
    state: State = field(default_factory=State)
    events: list[Event] = field(default_factory=list)
    pushes: list[Push] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    capabilities: tuple[bytes, ...] = ()
    on_event: Listener | None = None
    on_cancel: Callable[[int], bool] = lambda run: False
    check_event: Callable[[str, Json], list[str]] = lambda name, payload: []
    rates: Callable[[], dict[str, int]] = dict
    began: datetime = field(init=False)
    _lock: "threading.RLock" = field(default_factory=threading.RLock)
    _depth: int = 0
    _told: int = 0

    def __post_init__(self) -> None:
        self.began = self.now()

    @property
    def api(self) -> str:
        """The address of the repository in the REST interface."""
        return f"{self.url}/api/v3/repos/{REPOSITORY}"

    @property
    def html(self) -> str:
        return f"{self.url}/{REPOSITORY}"

    @contextmanager
    def changing(self) -> Iterator[None]:
        """One change at a time; who listens is told when it is over."""
        with self._lock:
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
                fresh = self.events[self._told :] if not self._depth else []
                self._told += len(fresh)
        for event in fresh:
            if self.on_event:
                self.on_event(event.name, event.payload, event.actor)

    def emit(self, name: str, payload: Json, actor: Actor) -> None:
        self.violations += [f"event {name}: {problem}" for problem in self.check_event(name, payload)]
        self.events.append(Event(name, payload, actor))

    def now(self) -> datetime:
        return self.clock.now()

    def id(self) -> int:
        return next(self.state.ids)


def stamp(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None
