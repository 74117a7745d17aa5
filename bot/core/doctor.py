"""What is missing before a session can run on GitHub: from facts to what to do, before a dollar is spent.

What this token is not told is "unknown" with a way to find out, and never taken for good.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Literal

from bot.core.affording import paid
from bot.core.configuration import Configuration
from bot.core.credential_keys import SECRET
from bot.core.mission import Mission, Provider
from bot.core.money import usd
from bot.core.plan import MATRIX, make_plan
from bot.errors import Problem

State = Literal["ok", "missing", "unknown", "advice"]
GATE = "swarm/gate"
ACTIONS = "Settings > Actions > General"
MERGING = "Settings > General > Pull Requests"
RULES = "Settings > Rules, and Settings > Branches"
MODEL_SECRETS: Mapping[Provider, str] = {
    "anthropic": "ANTHROPIC_API_KEY",
    "bedrock": "AWS_BEARER_TOKEN_BEDROCK",
    "vertex": "SWARM_VERTEX_ACCESS_TOKEN",
}
"""What an agent of the backend `claude` pays with. Our workflows name them all; a mission needs one at most."""


@dataclass(frozen=True, slots=True)
class Protection:
    """What a branch demands of a push or a merge. None: this token is not told."""

    protected: bool | None
    checks: tuple[str, ...] | None
    reviews: int | None


@dataclass(frozen=True, slots=True)
class Settings:
    """A repository's settings on the forge. None: this token is not told."""

    archived: bool | None
    issues: bool | None
    push: bool | None
    """Whether who asks may write."""
    merge_commits: bool | None
    auto_merge: bool | None
    delete_branches: bool | None
    actions_may_propose: bool | None
    job_permissions: str | None
    """What a job's token may do when its workflow does not say: read or write."""
    protection: Protection
    labels: frozenset[str] | None
    secrets: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Installation:
    """What lies on the base branch. `workflows`: by path, whether it is as `swarm init` writes it (None: missing);
    `secrets` and `runners` are those that the workflows name, runners only as far as they are not GitHub's own."""

    workflows: Mapping[str, bool | None]
    runners: tuple[str, ...]
    secrets: tuple[str, ...]
    configuration: Configuration | None
    missions: tuple[Mission, ...]
    labels: tuple[str, ...]
    """Those that start sessions; the first one is enough."""
    problems: tuple[Problem, ...] = ()
    """What is wrong with the configuration and the missions."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that is looked at, of one repository and its base branch."""

    base: str
    settings: Settings
    installed: Installation


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One thing that a session needs: how it stands, and what to do. Only what is missing makes a session fail."""

    id: str
    state: State
    what: str
    todo: str = ""


def diagnose(facts: Facts) -> tuple[Diagnosis, ...]:
    """How everything stands that a session needs, in the order in which it needs it."""
    settings, installed = facts.settings, facts.installed
    return (
        *_repository(settings),
        *_workflows(installed),
        *_files(installed),
        *_labels(settings, installed),
        *_secrets(settings, installed),
        _proposing(settings),
        _job_permissions(settings),
        *_merging(settings, installed.configuration),
        *_protection(facts),
    )


def _ok(name: str, what: str) -> Diagnosis:
    return Diagnosis(name, "ok", what)


def _told(name: str, value: bool | None, good: str, bad: str, todo: str, look: str) -> Diagnosis:
    """A thing that has to be switched on."""
    if value is None:
        return Diagnosis(name, "unknown", f"not told to this token: whether {good}", look)
    return _ok(name, good) if value else Diagnosis(name, "missing", bad, todo)


def _repository(settings: Settings) -> Iterator[Diagnosis]:
    alive = None if settings.archived is None else not settings.archived
    yield _told(
        "repository",
        alive,
        "the repository can be written",
        "the repository is archived, and takes no branch and no comment",
        "take it out of the archive: Settings > General > Danger Zone",
        "look at its page",
    )
    yield _told(
        "issues",
        settings.issues,
        "issues are switched on",
        "issues are switched off, and sessions start from issues",
        "switch them on: Settings > General > Features, or start sessions by hand in the Actions tab",
        "look at Settings > General > Features",
    )
    if settings.push is False:
        yield Diagnosis("write", "advice", "whoever asks may not write here", "labels count from those who may")


def _workflows(installed: Installation) -> Iterator[Diagnosis]:
    absent = [path for path, same in installed.workflows.items() if same is None]
    edited = [path for path, same in installed.workflows.items() if same is False]
    if absent:
        todo = "run `swarm init`, commit what it writes, and push it to the base branch"
        yield Diagnosis("workflows", "missing", f"not on the base branch: {', '.join(absent)}", todo)
    if edited:
        what = f"not as this version of swarm writes them: {', '.join(edited)}"
        yield Diagnosis("workflows", "advice", what, "compare them with `swarm init`, which shows what differs")
    if not absent and not edited:
        yield _ok("workflows", f"{len(installed.workflows)} workflows as `swarm init` writes them")
    for runner in installed.runners:
        what = f"not told to anybody here: whether the runner {runner} has Python 3.11 or newer, and git"
        yield Diagnosis("runner", "unknown", what, "run `python3 --version` and `git --version` on it")


def _files(installed: Installation) -> Iterator[Diagnosis]:
    for problem in installed.problems:
        yield Diagnosis("files", "missing", str(problem._replace(todo="")), problem.todo)
    configuration = installed.configuration
    for mission in installed.missions:
        count = len(mission.agents)
        if configuration and mission.limits.max_usd > configuration.max_usd:
            what = f"mission {mission.mission} may spend {usd(mission.limits.max_usd)} USD, and max_usd allows"
            todo = "lower limits.max_usd of the mission, or raise max_usd in .github/swarm.yml"
            yield Diagnosis("budget", "missing", f"{what} {usd(configuration.max_usd)}", todo)
        if count > MATRIX:
            what = f"mission {mission.mission} has {count:,} agents; a matrix of GitHub holds {MATRIX}"
            todo = f"nothing: its session takes {ceil(count / MATRIX)} runs, one after the other"
            yield Diagnosis("matrix", "advice", what, todo)
    if not installed.problems:
        count = len(installed.missions)
        words = (
            f"{count} mission{'s' * (count != 1)}"
            if count
            else "no mission of its own; templates can be asked for"
        )
        yield _ok("files", f"configuration and missions are valid: {words}")


def _labels(settings: Settings, installed: Installation) -> Iterator[Diagnosis]:
    if settings.labels is None:
        yield Diagnosis(
            "labels", "unknown", "not told to this token: which labels there are", "look at Issues > Labels"
        )
        return
    known = {label.casefold() for label in settings.labels}
    absent = [label for label in installed.labels if label.casefold() not in known]
    todo = "run `swarm doctor --fix`, which creates them"
    if not absent:
        yield _ok("labels", f"{len(installed.labels)} labels for sessions")
    elif absent[0] == installed.labels[0]:
        yield Diagnosis("labels", "missing", f"there is no label {', '.join(absent)}", todo)
    else:
        yield Diagnosis("labels", "advice", f"there is no label {', '.join(absent)}", todo)


def _secrets(settings: Settings, installed: Installation) -> Iterator[Diagnosis]:
    unused = {*MODEL_SECRETS.values(), SECRET} - set(_paying(installed.missions))
    wanted = [name for name in installed.secrets if name not in unused]
    if not wanted:
        yield _ok("secrets", "no secret is needed: no mission here asks a model")
    elif settings.secrets is None:
        what = f"not told to this token: whether there are the secrets {', '.join(wanted)}"
        yield Diagnosis("secrets", "unknown", what, "look at Settings > Secrets and variables > Actions")
    elif absent := [name for name in wanted if name not in settings.secrets]:
        what = f"the repository has no secret {', '.join(absent)} (its organisation may)"
        yield Diagnosis("secrets", "advice", what, "set it in Settings > Secrets and variables > Actions")
    else:
        yield _ok("secrets", f"there is {', '.join(wanted)}")


def _paying(missions: Sequence[Mission]) -> Iterator[str]:
    """The secrets of the models that missions ask: of those with a sealed credential, what opens it."""
    for mission in missions:
        for agent in paid(make_plan(mission)):
            yield SECRET if agent.credential else MODEL_SECRETS[agent.provider]


def _proposing(settings: Settings) -> Diagnosis:
    switch = f"{ACTIONS} > Allow GitHub Actions to create and approve pull requests"
    return _told(
        "pull-requests",
        settings.actions_may_propose,
        "Actions may open pull requests",
        "Actions may not open pull requests, so that no session can be merged",
        f"switch on {switch}",
        f"look at {switch}",
    )


def _job_permissions(settings: Settings) -> Diagnosis:
    match settings.job_permissions:
        case "read":
            return _ok("job-permissions", "jobs that ask for nothing may only read")
        case None:
            what = "not told to this token: what jobs may do that ask for nothing"
            return Diagnosis("job-permissions", "unknown", what, f"look at {ACTIONS} > Workflow permissions")
        case _:
            what = "jobs of other workflows may write when they ask for nothing; ours ask for what they need"
            return Diagnosis("job-permissions", "advice", what, f"choose read in {ACTIONS} > Workflow permissions")


def _merging(settings: Settings, configuration: Configuration | None) -> Iterator[Diagnosis]:
    merge = _told(
        "merge-commits",
        settings.merge_commits,
        "merge commits are allowed",
        "merge commits are not allowed, and a session is merged by one: the gated commit itself goes in",
        f"allow them in {MERGING}",
        f"look at {MERGING}",
    )
    by_hand = configuration is not None and configuration.merge == "manual"
    yield Diagnosis(merge.id, "advice", merge.what, merge.todo) if by_hand and merge.state == "missing" else merge
    if settings.delete_branches is False:
        what = "branches of merged pull requests stay, unless swarm deletes them, which it does"
        yield _ok("delete-branches", what)


def _protection(facts: Facts) -> Iterator[Diagnosis]:
    it, base, configuration = facts.settings.protection, facts.base, facts.installed.configuration
    if it.protected is None:
        yield Diagnosis(
            "protection", "unknown", f"not told to this token: what protects {base}", f"look at {RULES}"
        )
        return
    if not it.protected:
        todo = f"protect it and make {GATE} a required check, so that nobody merges what does not pass"
        yield Diagnosis("protection", "advice", f"{base} is not protected", todo)
        return
    yield from _state_files(it, base, configuration)
    yield from _reviews(it, base, configuration)
    yield from _checks(facts, it.checks)


def _state_files(it: Protection, base: str, configuration: Configuration | None) -> Iterator[Diagnosis]:
    apart = bool(configuration and configuration.state_branch not in (None, base))
    if apart:
        yield _ok("state-files", f"{base} is protected, and the state files have a branch of their own")
    elif it.checks or it.reviews:
        what = f"{base} takes no push, and the state files are pushed to it"
        yield Diagnosis("state-files", "missing", what, "set `state_branch: swarm-state` in .github/swarm.yml")
    else:
        what = f"not told to this token: whether {base}, which is protected, takes a push of the state files"
        todo = f"look at {RULES}, or set `state_branch: swarm-state` in .github/swarm.yml"
        yield Diagnosis("state-files", "unknown", what, todo)


def _reviews(it: Protection, base: str, configuration: Configuration | None) -> Iterator[Diagnosis]:
    if it.reviews is None:
        what = f"not told to this token: whether {base} demands reviews"
        yield Diagnosis("reviews", "unknown", what, f"look at {RULES}; a bot does not approve itself")
    elif it.reviews:
        reviews = f"{it.reviews} approving review{'s' * (it.reviews != 1)}"
        what = f"{base} demands {reviews}, and a bot does not approve itself"
        todo = "a person approves each session's pull request; set `merge: manual` if that is what you want"
        manual = configuration is not None and configuration.merge == "manual"
        yield _ok("reviews", what) if manual else Diagnosis("reviews", "advice", what, todo)
    else:
        yield _ok("reviews", f"{base} demands no review")


def _checks(facts: Facts, checks: Sequence[str] | None) -> Iterator[Diagnosis]:
    base = facts.base
    if checks is None:
        what = f"not told to this token: which checks {base} demands"
        yield Diagnosis("checks", "unknown", what, f"look at {RULES}")
        return
    if GATE not in checks:
        todo = f"make {GATE} a required check of {base}: auto-merge is armed only then"
        yield Diagnosis("checks", "advice", f"{base} does not demand {GATE}", todo)
    else:
        yield _ok("checks", f"{base} demands {GATE}")
    if others := [name for name in checks if name != GATE]:
        what = f"{base} demands {', '.join(others)}; a pull request that a job opens starts no workflow by itself"
        todo = "approve the runs that wait at the pull request, or demand of sessions nothing but the gate"
        yield Diagnosis("other-checks", "advice", what, todo)
    if checks and facts.settings.auto_merge is not True:
        switch = f"{MERGING} > Allow auto-merge"
        told = facts.settings.auto_merge is not None
        what = "auto-merge is not allowed: a session whose checks are late waits for the next run"
        unknown = "not told to this token: whether auto-merge is allowed"
        state: State = "advice" if told else "unknown"
        yield Diagnosis(
            "auto-merge", state, what if told else unknown, f"{'switch on' if told else 'look at'} {switch}"
        )
