"""What the commands need from the world. Adapters fulfil these; tests fulfil them with few, stateful fakes."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from bot.core.changes import Change
from bot.core.credential_keys import KeyPair, KeyRing
from bot.core.evidence import Evidence, Passage, PassageKind
from bot.core.fields import Field
from bot.core.findings import AgentResult, Finding, Method, Searched
from bot.core.gate.verdict import Verdict
from bot.core.mission import AgentSpec, Mission, Provider, Subject, Team
from bot.core.pricing import Prices
from bot.core.records import AgentRecord, FindingsFile
from bot.core.runs import ActiveRun


class Clock(Protocol):
    """The time, in UTC."""

    def now(self) -> datetime: ...

    def sleep(self, seconds: float) -> None: ...


# --- sources -----------------------------------------------------------------------------------------------


class Source(Protocol):
    """One source of a mission, opened. Nothing here raises because of the source; its state says it all."""

    @property
    def searched(self) -> Searched: ...

    @property
    def retrieved(self) -> datetime: ...

    @property
    def sha256(self) -> str:
        """Of the texts of all its documents together: what a counted citation names."""
        ...

    def search(self, query: str, *, kinds: Sequence[PassageKind] = (), limit: int = 20) -> list[Passage]:
        """Passages that match a full-text query (FTS5 syntax: words, "phrases", OR, prefix*), best first."""
        ...

    def passages(self, kind: PassageKind, *, below: str = "") -> Iterable[Passage]:
        """All passages of a kind, in document order; `below` keeps those whose locator starts with it."""
        ...

    def count(self, kind: PassageKind, *, below: str = "") -> int: ...


class SourceLibrary(Protocol):
    """All sources of a mission: each fetched once, however many agents ask for it at the same time."""

    def open(self, uri: str, within: Callable[[str], bool] | None = None) -> Source:
        """The source. `within`: which URLs a page may lead to; others are not asked for (state: blocked)."""
        ...

    def evidence(self, source: str, locator: str, method: Method) -> Evidence:
        """What verification needs; `source` is a document's URI (quoted) or a source's URI (counted)."""
        ...


# --- agents ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Brief:
    """What an agent is given: its assignment, its attempt, its money (millionths of a dollar), its deadline.

    `prices` are those of its model, `earlier` what earlier attempts left behind; `last`: no other attempt follows.
    """

    mission: Mission
    session: str
    launched: datetime
    agent: AgentSpec
    attempt: int
    cap: int
    deadline: datetime
    prices: Prices | None = None
    earlier: FindingsFile | None = None
    last: bool = True


class Prompts(Protocol):
    """The words in which a model is told what to do: `bot/render/prompts.py`."""

    def mission_prompt(self, mission: Mission) -> str: ...

    def team_prompt(self, team: Team) -> str: ...

    def assignment_prompt(
        self,
        subject: Subject,
        sources: Sequence[tuple[str, Searched]],
        unreadable: Sequence[Searched],
        found: Sequence[Finding],
        still_open: Sequence[Field],
    ) -> str: ...

    def review_prompt(self) -> str: ...

    def claims_prompt(self, subject: Subject, findings: Sequence[Finding]) -> str: ...

    def sent_back_prompt(self, doubted: Sequence[tuple[Finding, str]]) -> str: ...


class Agent(Protocol):
    """A backend: carries out one assignment. What it returns is untrusted."""

    def research(self, brief: Brief, progress: Callable[[str], None]) -> AgentResult:
        """`progress` is told, in a few words, what is being done now."""
        ...


class PriceList(Protocol):
    """What models cost today."""

    def __call__(self, provider: Provider, model: str, /) -> Prices | None:
        """The prices of a provider's model; None where they are not known for sure."""
        ...


# --- git and the forge -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RefUpdate:
    """`expected` is the value that the ref must have now; None: it must not exist. `new` None: delete it."""

    ref: str
    new: str | None
    expected: str | None


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One commit of a history; `time` is when it was committed, in UTC, and `author` whose name it bears."""

    commit: str
    parents: tuple[str, ...]
    time: datetime
    message: str
    author: str = ""


class Repository(Protocol):
    """Commits and refs. Never a work tree."""

    def refs(self, prefix: str) -> dict[str, str]:
        """All refs below `prefix` with the commits or blobs that they name, read from the source of truth."""
        ...

    def still(self) -> AbstractContextManager[None]:
        """Within it refs may be as they were when it began, and as they are after each update, lost or won: one
        look serves many questions. What is decided on an old look loses its race, and nothing else happens."""
        ...

    def files(self, commit: str, prefixes: Sequence[str] = ()) -> dict[str, bytes]:
        """All files of a commit (below any of `prefixes`), read in one go."""
        ...

    def read(self, wanted: Sequence[tuple[str, str]]) -> dict[tuple[str, str], bytes]:
        """Files of many commits, (commit, path) each, read in one go; what is not there is left out."""
        ...

    def paths(self, commit: str) -> dict[str, str]:
        """Every path of a commit with its mode."""
        ...

    def commit(
        self,
        parents: Sequence[str],
        files: Mapping[str, bytes | None],
        message: str,
        when: datetime,
        *,
        tree: str | None = None,
    ) -> str:
        """A commit on the first parent's tree with `files` written (None: removed). No ref moves.

        `tree` names a commit whose tree is taken instead of the first parent's, with all of its modes.
        """
        ...

    def update(self, updates: Sequence[RefUpdate]) -> None:
        """All of the updates or none. Raises LostRace when a ref is not what was expected."""
        ...

    def changes(self, base: str, tip: str) -> list[Change]:
        """What `tip` changed since it left `base`."""
        ...

    def conflicts(self, base: str, tip: str) -> tuple[str, ...]:
        """The paths that a merge of `tip` into `base` would conflict in; none when it merges cleanly.

        Both sides changed them, not alike, or one side has a file where the other has a folder.
        """
        ...

    def contains(self, tip: str, commit: str) -> bool:
        """Whether `commit` is `tip` or one of its ancestors."""
        ...

    def log(self, tip: str, *, since: str = "", first_parent: bool = True) -> list[LogEntry]:
        """The history of `tip` without that of `since`, newest first; by default only what came onto it itself."""
        ...


@dataclass(frozen=True, slots=True)
class Proposal:
    """A session that was gated: exactly `tip` of `branch`, to be merged into `base`, which was at `base_tip` then.

    Branches are names without `refs/heads/`. `title` and `body` are the pull request's, `message` the merge
    commit's.
    """

    session: str
    branch: str
    tip: str
    base: str
    base_tip: str
    title: str
    body: str
    message: str


@dataclass(frozen=True, slots=True)
class Merged:
    """The session is in the base branch, as this commit says that the forge says."""

    commit: str


@dataclass(frozen=True, slots=True)
class Postponed:
    """Not merged now, and nothing is wrong with the session: what the forge waits for, and what to do about it."""

    reason: str
    todo: str


class Forge(Protocol):
    """Where a session's branch is merged into the base branch."""

    def turn(self, branch: str) -> AbstractContextManager[None]:
        """Waits until nobody else closes a session into the branch. Raises Refused after too long."""
        ...

    def advance(self, branch: str, expected: str, new: str) -> None:
        """Moves a branch from `expected` to its descendant `new`. Raises LostRace when it is elsewhere by now."""
        ...

    def delete(self, branch: str, expected: str) -> None:
        """Deletes a merged branch; not when somebody has it checked out. Raises LostRace when it has moved."""
        ...

    def report(self, commit: str, verdict: Verdict) -> None:
        """Says at the commit what the gate's verdict on it is; where nobody can look, nothing."""
        ...

    def propose(self, proposal: Proposal) -> str:
        """Opens the session's pull request or brings it up to date; its address, empty where there are none."""
        ...

    def merge(self, proposal: Proposal) -> Merged | Postponed:
        """Merges exactly the proposal's tip, once, also when called again (G1, G5).

        Raises LostRace when the branch or the base moved since the verdict (gate again), and Refused when the
        forge says no for another reason (G4).
        """
        ...


Say = Literal["status", "refusal", "answer"]
"""answer: to a command where there is no status comment that it could stand in."""
Reaction = Literal["+1", "confused"]
"""What an answer to a comment begins with: done, or not understood or not allowed."""


class Conversation(Protocol):
    """The issues of a repository: who may ask for a session, and where the answer stands."""

    def permission(self, login: str) -> str:
        """What somebody may do here: admin, maintain, write, triage, read or none."""
        ...

    def say(self, issue: int, kind: Say, body: str) -> int:
        """Writes the one comment of its kind, creating it when there is none; its id.

        A status takes the place of all others, never the other way round. Those that are there twice become one.
        """
        ...

    def edit(self, comment: int, body: str) -> bool:
        """Writes a comment whose id is known; False when it is gone."""
        ...

    def unlabel(self, issue: int, label: str) -> None:
        """Takes a label off; one that is not there is no error."""
        ...

    def react(self, comment: int, reaction: Reaction) -> None:
        """Puts a reaction of ours under somebody's comment, once; a comment that is gone is no error."""
        ...

    def close(self, issue: int) -> None: ...


class Runs(Protocol):
    """Runs of workflows on other machines."""

    def start(self, workflow: str, inputs: Mapping[str, str]) -> None:
        """Starts a run of a workflow file of the base branch."""
        ...

    def active(self, workflow: str) -> tuple[ActiveRun, ...]:
        """The runs of a workflow file that are not over, with a bounded number of calls however many there are."""
        ...

    def cancel(self, run: str) -> None:
        """Asks for the end of a run; one that is over by now is no error."""
        ...


class Display(Protocol):
    """Somebody watches a session run."""

    def started(self, agent: str, attempt: int) -> None: ...

    def doing(self, agent: str, what: str) -> None: ...

    def recorded(self, record: AgentRecord) -> None: ...

    def note(self, text: str) -> None: ...


# --- sealed credentials --------------------------------------------------------------------------------------


class Sealing(Protocol):
    """Cryptography, in memory only. Keys and signatures are texts as `bot.core.credential_keys` has them."""

    def new_keys(self) -> KeyPair: ...

    def recipient(self, identity: str) -> str:
        """Whom to seal to, so that this identity opens it."""
        ...

    def verify_key(self, seed: str) -> str: ...

    def seal(self, recipient: str, plaintext: bytes) -> bytes: ...

    def open(self, identity: str, sealed: bytes) -> bytes:
        """What is sealed. Raises Refused, without a word of it, when this identity cannot open all of it."""
        ...

    def sign(self, seed: str, message: bytes) -> str: ...

    def signed(self, verify_key: str, message: bytes, signature: str) -> bool:
        """Whether a signature is that of this key over just this message."""
        ...


class CredentialStore(Protocol):
    """`credentials/` of a work tree; paths begin with it. A file is written whole or not at all."""

    def read(self, path: str) -> bytes | None: ...

    def write(self, path: str, content: bytes) -> None: ...

    def delete(self, path: str) -> None: ...

    def sealed(self) -> list[str]:
        """The paths of all sealed files, whether or not a manifest names them."""
        ...


class Keys(Protocol):
    """The maintainers' keys, outside of the repository. All three raise Refused where they would lie inside."""

    def read(self) -> KeyRing | None: ...

    def create(self, ring: KeyRing) -> None:
        """Raises Refused when there are keys in that place already."""
        ...

    def replace(self, ring: KeyRing) -> None: ...
