"""What GitHub reads from workflow files before it runs anything: triggers, groups, permissions, actions."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from textwrap import dedent
from typing import Any, Final

import yaml

FOLDER: Final = ".github/workflows/"
LEVELS: Final = ("none", "read", "write")
DEFAULT_PERMISSIONS: Final = {"contents": "read", "packages": "read"}
SCOPES: Final = (
    *(
        "actions",
        "attestations",
        "checks",
        "contents",
        "deployments",
        "discussions",
        "id-token",
        "issues",
        "models",
    ),
    *("packages", "pages", "pull-requests", "repository-projects", "security-events", "statuses"),
)
DEFAULT_TYPES: Final[Mapping[str, Sequence[str]]] = {
    "pull_request": ("opened", "synchronize", "reopened"),
    "pull_request_target": ("opened", "synchronize", "reopened"),
}
OUTPUT: Final = re.compile(r"\bneeds\.([\w-]+)\.outputs\.[\w-]+")
FILTERS: Final = frozenset(
    {"types", "branches", "branches-ignore", "tags", "workflows", "inputs", "paths", "cron"}
)

Permissions = dict[str, str]


class StartupFailure(Exception):
    """GitHub would refuse to start this workflow."""


@dataclass(frozen=True, slots=True)
class Concurrency:
    """A concurrency group as it is written, expressions and all; `job` is empty for the whole run's."""

    job: str
    group: object
    cancel: object


@dataclass(frozen=True)
class Workflow:
    """One workflow file."""

    path: str
    document: Mapping[str, Any]

    @classmethod
    def read(cls, path: str, text: bytes) -> "Workflow":
        document = yaml.safe_load(text)
        document["on"] = document.pop(True, document.get("on"))  # YAML 1.1 reads `on` as yes
        return cls(path, document)

    @property
    def name(self) -> str:
        return str(self.document.get("name") or self.path)

    @property
    def jobs(self) -> Mapping[str, Mapping[str, Any]]:
        jobs: Mapping[str, Mapping[str, Any]] = self.document["jobs"]
        return jobs

    @property
    def triggers(self) -> Mapping[str, Mapping[str, Any]]:
        """Every event that it listens to, with its filters."""
        match self.document["on"]:
            case str(event):
                return {event: {}}
            case list(events):
                return {event: {} for event in events}
            case dict(triggers):
                return {event: _filters(filters) for event, filters in triggers.items()}
        raise StartupFailure(f"{self.path}: nothing starts it")

    def groups(self) -> list[Concurrency]:
        """The groups that a run has to have its turn in before it starts."""
        groups = [_concurrency("", self.document["concurrency"])] if "concurrency" in self.document else []
        jobs = {key: job for key, job in self.jobs.items() if "concurrency" in job and not self.waits(job)}
        return groups + [_concurrency(key, job["concurrency"]) for key, job in jobs.items()]

    def waits(self, job: Mapping[str, Any]) -> bool:
        """Whether a job with a group asks for its turn when the run is under way."""
        return "concurrency" in job and bool(job.get("needs") or "workflow_call" in self.triggers)

    def inputs(self, given: Mapping[str, str]) -> dict[str, str]:
        """The inputs of a dispatch, with their defaults. Raises StartupFailure as GitHub refuses a dispatch."""
        declared = self.triggers["workflow_dispatch"].get("inputs") or {}
        unknown = sorted(set(given) - set(declared))
        if unknown:
            raise StartupFailure(f"{self.path}: unexpected inputs: {', '.join(unknown)}")
        values = {}
        for name, spec in declared.items():
            value = given.get(name, (spec or {}).get("default", ""))
            if (spec or {}).get("required") and value in ("", None):
                raise StartupFailure(f"{self.path}: the input {name} is required")
            values[name] = value if isinstance(value, str) else str(value).lower()
        return values


def _filters(filters: object) -> Mapping[str, Any]:
    match filters:
        case None:
            return {}
        case list(crons):  # schedule
            return {"cron": [entry["cron"] for entry in crons]}
        case dict():
            return filters
    raise StartupFailure(f"not understood as a trigger: {filters!r}")


def _concurrency(job: str, value: object) -> Concurrency:
    if isinstance(value, Mapping):
        return Concurrency(job, value["group"], value.get("cancel-in-progress", False))
    return Concurrency(job, value, False)


# --- triggers ----------------------------------------------------------------------------------------------


def listens(workflow: Workflow, event: str, payload: Mapping[str, Any], changed: Sequence[str] = ()) -> bool:
    """Whether an event starts the workflow; `changed` are the paths that a push or a pull request changes."""
    if event not in workflow.triggers:
        return False
    filters = workflow.triggers[event]
    unknown = sorted(set(filters) - FILTERS)
    if unknown:
        raise NotImplementedError(f"{workflow.path}: the tests don't know the filter {unknown[0]} of {event}")
    return (
        _type_matches(event, filters, payload)
        and _branch_matches(event, filters, payload)
        and ("paths" not in filters or any(_any_matches(filters["paths"], path) for path in changed))
        and (event != "workflow_run" or payload["workflow_run"]["name"] in filters.get("workflows", ()))
    )


def _type_matches(event: str, filters: Mapping[str, Any], payload: Mapping[str, Any]) -> bool:
    types = filters.get("types", DEFAULT_TYPES.get(event))
    return types is None or payload.get("action") in _listed(types)


def _branch_matches(event: str, filters: Mapping[str, Any], payload: Mapping[str, Any]) -> bool:
    match event:
        case "pull_request" | "pull_request_target":
            branch = payload["pull_request"]["base"]["ref"]
        case "push" if payload["ref"].startswith("refs/tags/"):
            return _tag_matches(filters, payload["ref"].removeprefix("refs/tags/"))
        case "push":
            if "tags" in filters and "branches" not in filters:
                return False
            branch = payload["ref"].removeprefix("refs/heads/")
        case "workflow_run":
            branch = payload["workflow_run"]["head_branch"]
        case _:
            return True
    wanted, unwanted = filters.get("branches"), filters.get("branches-ignore", ())
    return (wanted is None or _any_matches(wanted, branch)) and not _any_matches(unwanted, branch)


def _tag_matches(filters: Mapping[str, Any], tag: str) -> bool:
    """Who names branches alone does not listen to tags, and the other way around."""
    if "tags" in filters:
        return _any_matches(filters["tags"], tag)
    return "branches" not in filters and "branches-ignore" not in filters


def _listed(value: object) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else [value]


def _any_matches(patterns: Sequence[str], name: str) -> bool:
    """A later pattern outweighs an earlier one; `!` excludes."""
    matched = False
    for pattern in _listed(patterns or []):
        if _pattern(pattern.removeprefix("!")).fullmatch(name):
            matched = not pattern.startswith("!")
    return matched


def _pattern(pattern: str) -> re.Pattern[str]:
    parts = {"**": ".*", "*": "[^/]*", "?": "?", "+": "+"}
    words = re.findall(r"\*\*/?|\*|[?+]|\[[^\]]*\]|.", pattern)
    translated = (
        "(?:.*/)?" if word == "**/" else parts.get(word) or (word if word.startswith("[") else re.escape(word))
        for word in words
    )
    return re.compile("".join(translated))


# --- permissions -------------------------------------------------------------------------------------------


def permissions(workflow: Workflow, others: Mapping[str, Workflow]) -> dict[str, Permissions]:
    """What the token of every job may do, by the job's id; the jobs of called workflows too.

    Raises StartupFailure when a called workflow asks for more than its caller has.
    """
    found: dict[str, Permissions] = {}
    for key, granted, job in _granted(workflow, others, DEFAULT_PERMISSIONS):
        if "uses" not in job and found.setdefault(key, granted) != granted:
            raise NotImplementedError(f"{workflow.path}: two jobs {key} with different permissions in one run")
    return found


def _granted(
    workflow: Workflow, others: Mapping[str, Workflow], inherited: Permissions, *, called: bool = False
) -> Iterator[tuple[str, Permissions, Mapping[str, Any]]]:
    for key, job in workflow.jobs.items():
        asked = job.get("permissions", workflow.document.get("permissions"))
        granted = inherited if asked is None else permissions_of(asked)
        more = [scope for scope, level in granted.items() if rank(level) > rank(inherited.get(scope, "none"))]
        if called and more:
            raise StartupFailure(
                f"{workflow.path}: {key} asks for {more[0]}: {granted[more[0]]}, its caller has less"
            )
        yield key, granted, job
        uses = str(job.get("uses", ""))
        if uses.startswith("./"):
            if uses[2:] not in others:
                raise StartupFailure(f"{workflow.path}: there is no {uses}")
            yield from _granted(others[uses[2:]], others, granted, called=True)


def permissions_of(asked: object) -> Permissions:
    """The scopes of a `permissions:` entry; what is not named is none."""
    match asked:
        case "read-all" | "write-all":
            return {scope: str(asked).removesuffix("-all") for scope in SCOPES}
        case None:
            return {}
        case dict():
            unknown = sorted(set(asked) - set(SCOPES)) + [v for v in asked.values() if v not in LEVELS]
            if unknown:
                raise StartupFailure(f"no such permission: {unknown[0]}")
            return dict(asked)
    raise StartupFailure(f"not understood as permissions: {asked!r}")


def rank(level: str) -> int:
    return LEVELS.index(level)


# --- what act is given -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Use:
    """A step with an action of another repository, `repository/path@ref`, and the inputs that it gives."""

    repository: str
    path: str
    ref: str
    given: tuple[str, ...]
    where: str


def uses(document: Mapping[str, Any], where: str) -> list[Use]:
    """The actions that a workflow or a composite action takes from other repositories."""
    found = []
    for step in steps(document):
        name, _, ref = str(step.get("uses", "")).partition("@")
        if name and not name.startswith("./"):
            owner, repository, *path = name.split("/")
            given = tuple(step.get("with") or ())
            found.append(Use(f"{owner}/{repository}", "/".join(path), ref, given, where))
    return found


def steps(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for job in (document.get("jobs") or {}).values():
        yield from job.get("steps", ())
    yield from (document.get("runs") or {}).get("steps", ())


def for_act(workflow: Workflow, parallel: int, after: Sequence[Mapping[str, Any]]) -> str:
    """The file as act is to read it: no more jobs at once than given, and `after` as the last steps of every job.

    act reads no expression in `max-parallel`, knows no bound over the jobs of called workflows, and no groups; the
    outputs of a job that was skipped are to it the text of their expressions.
    """
    jobs = {}
    for key, written in workflow.jobs.items():
        job = _only_real_outputs(written, inside=False)
        changed = dict(job)
        if "matrix" in job.get("strategy", {}):
            changed["strategy"] = job["strategy"] | {"max-parallel": parallel}
        if "steps" in job:
            before = [_wait_step(key, _concurrency(key, job["concurrency"]))] if workflow.waits(job) else []
            changed["steps"] = [*before, *job["steps"], *after]
        jobs[key] = changed
    return yaml.safe_dump({**workflow.document, "jobs": jobs}, sort_keys=False, allow_unicode=True, width=10_000)


def _only_real_outputs(value: Any, *, inside: bool) -> Any:
    """A job's text with outputs of skipped jobs empty, as on GitHub; `inside`: all of it is an expression."""
    match value:
        case dict():
            return {key: _only_real_outputs(item, inside=key == "if") for key, item in value.items()}
        case list():
            return [_only_real_outputs(item, inside=False) for item in value]
        case str() if inside or "${{" in value:
            return OUTPUT.sub(r"(needs.\1.result != 'skipped' && \g<0> || '')", value)
    return value


def _wait_step(job: str, concurrency: Concurrency) -> dict[str, Any]:
    """Asks the driver for the job's turn, by a file that it answers with another."""
    if concurrency.cancel is not False:
        raise NotImplementedError("a job that is held back cannot cancel another in these tests")
    script = """
        asked="$TEST_TURNS/$(date +%s%N)-$RANDOM"
        printf '%s\\n%s' "$JOB" "$GROUP" > "$asked.part"
        mv "$asked.part" "$asked.asked"
        until [ -e "$asked.given" ]; do
          if [ -e "$asked.lost" ]; then echo "another took its place in the group $GROUP"; exit 1; fi
          sleep 0.05
        done
    """
    name = "Wait for its turn"
    return {"name": name, "shell": "bash", "env": {"JOB": job, "GROUP": concurrency.group}, "run": dedent(script)}
