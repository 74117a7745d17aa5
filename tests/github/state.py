"""What the test GitHub knows, apart from what lies in git. Tests may read and set all of it."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Json = dict[str, Any]
Role = Literal["none", "read", "triage", "write", "maintain", "admin"]
Level = Literal["none", "read", "write", "admin"]
Method = Literal["merge", "squash", "rebase"]

BOT = "github-actions[bot]"
ACTIONS_APP = 15368


@dataclass
class User:
    login: str
    id: int
    role: Role = "read"
    kind: Literal["User", "Bot", "Organization"] = "User"


@dataclass(frozen=True)
class Token:
    """A person's token, or that of a job (an installation's). `permissions` None: by the job that calls."""

    value: str
    login: str
    job: bool
    permissions: Mapping[str, Level] | None = None


@dataclass(frozen=True)
class Actor:
    """Who changes something. A job's own events start no workflow runs."""

    login: str
    is_job: bool = False
    job: str = ""


@dataclass
class Label:
    name: str
    id: int
    color: str = "ededed"
    description: str | None = None


@dataclass
class Comment:
    id: int
    issue: int
    login: str
    body: str
    created: datetime
    updated: datetime


@dataclass(frozen=True)
class Reaction:
    """Somebody's, to a comment; one of each content (+1, confused, ...) at most."""

    id: int
    comment: int
    login: str
    content: str
    created: datetime


@dataclass
class AutoMerge:
    login: str
    method: Method
    title: str = ""
    message: str = ""
    actor: Actor = Actor(BOT)


@dataclass
class Pull:
    """The part of a pull request that an issue has not. `sha` is the head as of its last event."""

    number: int
    id: int
    head: str
    base: str
    sha: str
    base_sha: str
    owner: str = "acme"
    draft: bool = False
    merged_at: datetime | None = None
    merged_by: str = ""
    merge_commit: str | None = None
    auto_merge: AutoMerge | None = None
    computed: tuple[str, str] | None = None
    reads: int = 0


@dataclass
class Issue:
    number: int
    id: int
    title: str
    body: str | None
    login: str
    created: datetime
    updated: datetime
    labels: list[str] = field(default_factory=list)
    state: Literal["open", "closed"] = "open"
    reason: str | None = None
    closed_at: datetime | None = None
    closed_by: str = ""
    locked: bool = False
    pull: Pull | None = None


@dataclass
class Status:
    id: int
    sha: str
    context: str
    state: str
    description: str | None
    target_url: str | None
    login: str
    created: datetime


@dataclass
class CheckRun:
    id: int
    sha: str
    name: str
    status: str = "completed"
    conclusion: str | None = "success"
    app: int = ACTIONS_APP
    summary: str | None = None


@dataclass
class Review:
    id: int
    pull: int
    login: str
    state: str
    body: str
    sha: str
    submitted: datetime


@dataclass
class Protection:
    """Of a branch. As a ruleset it is reported and worded as one. Jobs never bypass it."""

    checks: tuple[str, ...] = ()
    strict: bool = False
    reviews: int = 0
    ruleset: bool = False
    admins_too: bool = False
    force_pushes: bool = False


@dataclass
class Settings:
    """Of the repository. `mergeable_after`: so many reads say null before mergeability is known; None: all."""

    default_branch: str = "main"
    private: bool = True
    archived: bool = False
    allow_auto_merge: bool = False
    allow_merge_commit: bool = True
    allow_squash_merge: bool = True
    allow_rebase_merge: bool = True
    delete_branch_on_merge: bool = False
    workflow_permissions: Literal["read", "write"] = "read"
    actions_may_propose: bool = True
    mergeable_after: int | None = 1
    refuse_moved_base: bool = False


@dataclass
class Run:
    """A run of a workflow file (its path), as Actions would list it."""

    id: int
    path: str
    event: str
    sha: str
    branch: str
    login: str
    created: datetime
    status: str = "queued"
    conclusion: str | None = None
    title: str = ""
    inputs: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Job:
    id: int
    run: int
    name: str
    status: str = "completed"
    conclusion: str | None = "success"


@dataclass(frozen=True)
class Dispatch:
    workflow: str
    ref: str
    inputs: Mapping[str, str]
    actor: Actor
    run: int


@dataclass
class State:
    users: dict[str, User] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)
    jobs_may: dict[str, Mapping[str, Level]] = field(default_factory=dict)
    settings: Settings = field(default_factory=Settings)
    labels: dict[str, Label] = field(default_factory=dict)
    issues: dict[int, Issue] = field(default_factory=dict)
    comments: dict[int, Comment] = field(default_factory=dict)
    reactions: list[Reaction] = field(default_factory=list)
    statuses: list[Status] = field(default_factory=list)
    check_runs: list[CheckRun] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)
    protections: dict[str, Protection] = field(default_factory=dict)
    secrets: list[str] = field(default_factory=list)
    runs: dict[int, Run] = field(default_factory=dict)
    jobs: list[Job] = field(default_factory=list)
    dispatches: list[Dispatch] = field(default_factory=list)
    ids: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1001))

    @property
    def pulls(self) -> dict[int, Issue]:
        """The issues that are pull requests."""
        return {number: issue for number, issue in self.issues.items() if issue.pull}

    def user(self, login: str) -> User:
        """The user, made up without any permission when nobody has added one."""
        if login not in self.users:
            kind: Literal["User", "Bot"] = "Bot" if login.endswith("[bot]") else "User"
            self.users[login] = User(login, next(self.ids), "none", kind)
        return self.users[login]
