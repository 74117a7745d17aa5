"""What must hold for every workflow, as functions that name each violation: the tests show that they can."""

import re
from collections.abc import Iterator, Mapping

from tests.workflows.files import EXPRESSION, Document, Node

LEVELS = ("none", "read", "write")
# What may stand in `with:`: made by ourselves, or by those who may administer the repository.
HARMLESS = re.compile(
    r"(?:needs\.launch|steps\.[a-z-]+)\.outputs\.[a-z-]+|matrix\.(?:agent|attempt|minutes)|inputs\.[a-z-]+"
    r"|runner\.temp|github\.event\.repository\.default_branch|github\.event\.pull_request\.base\.sha"
    r"|secrets\.[A-Z_]+|vars\.[A-Z_]+"
)
PAYS = {
    "anthropic-api-key": "ANTHROPIC_API_KEY",
    "bedrock-api-key": "AWS_BEARER_TOKEN_BEDROCK",
    "vertex-access-token": "SWARM_VERTEX_ACCESS_TOKEN",
    "credentials-key": "SWARM_CREDENTIALS_KEY",
}
"""The inputs of the action that pay for a model, each with the secret that goes there."""
CALLED = "./.github/workflows/swarm-agent.yml"
PINNED = re.compile(r"uses: (\.\S*|[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)(?: # zizmor: .*)?")


def foreign_text(document: Document) -> Iterator[str]:
    """Expressions in scripts, and those in inputs of actions and workflows that could hold somebody's text.

    Inputs of a dispatch are somebody's text too; those of a called workflow are what its caller made sure of.
    """
    dispatched = "workflow_dispatch" in document.node.get("on", {})
    for job, step in document.steps:
        for found in EXPRESSION.findall(step.get("run", "")):
            yield f"{document.name}: {job}: run: {found.strip()}"
    places = [*document.steps, *((job, content) for job, content in document.node.get("jobs", {}).items())]
    for job, place in places:
        for name, value in place.get("with", {}).items():
            for found in map(str.strip, EXPRESSION.findall(value)):
                if not HARMLESS.fullmatch(found) or (dispatched and found.startswith("inputs.")):
                    yield f"{document.name}: {job}: with: {name}: {found}"


def unpinned(document: Document) -> Iterator[str]:
    """Actions that are not pinned to a full SHA with the version in a comment."""
    for line in document.text.splitlines():
        text = line.strip().removeprefix("- ")
        if text.startswith("uses:") and not PINNED.fullmatch(text):
            yield f"{document.name}: {text}"


def loose(document: Document) -> Iterator[str]:
    """What is missing of: no permission by default, a timeout for every job, credentials that are not kept."""
    if document.node.get("permissions") != {}:
        yield f"{document.name}: permissions: {{}} is not at the top"
    for job, content in document.jobs.items():
        if "permissions" not in content:
            yield f"{document.name}: {job} has no permissions of its own"
        if "uses" not in content and "timeout-minutes" not in content:
            yield f"{document.name}: {job} has no timeout"
    for job, step in document.steps:
        checkout = step.get("uses", "").startswith("actions/checkout@")
        if checkout and step.get("with", {}).get("persist-credentials") != "false":
            yield f"{document.name}: {job} keeps its credentials in the checkout"


def unexplained(document: Document) -> Iterator[str]:
    """Permissions without a comment that says why."""
    for line in document.text.splitlines():
        if re.fullmatch(r"\s+[a-z-]+: (read|write)\s*", line):
            yield f"{document.name}: {line.strip()}"


def risky_triggers(document: Document) -> Iterator[str]:
    """Triggers that give a stranger's code a token that writes, or that GitHub may leave out for hours (G20)."""
    triggers = set(document.node["on"])
    if "pull_request_target" in triggers:
        yield f"{document.name}: pull_request_target"
    if triggers & {"schedule"} and not triggers - {"schedule", "workflow_dispatch"}:
        yield f"{document.name}: nothing but a schedule starts it"


def secrets_in(document: Document) -> Iterator[str]:
    """Uses of secrets, but for what pays for a model: by name to the workflow of an agent, there to one step."""
    expected = []
    for job, content in document.node.get("jobs", {}).items():
        handed = content.get("secrets", {})
        if isinstance(handed, str):
            yield f"{document.name}: {job} hands all secrets on"
        elif content.get("uses", "").startswith(CALLED):
            expected += [f"secrets.{name}" for name in handed if name in PAYS.values()]
    for job, step in document.steps:
        if (document.name, job, step.get("name")) == ("swarm-agent.yml", "run", "Research"):
            given = step.get("with", {})
            expected += [f"secrets.{secret}" for name, secret in PAYS.items() if name in given]
    for found in map(str.strip, EXPRESSION.findall(document.text)):
        if found in expected:
            expected.remove(found)
        elif "secrets" in found.lower():
            yield f"{document.name}: {found}"
    yield from (f"{document.name}: something else is handed on in the place of {name}" for name in expected)


def wrong_calls(document: Document, called: Mapping[str, Document]) -> Iterator[str]:
    """What GitHub refuses at start-up: what is not declared, missing inputs, more permissions than the caller has.

    `called` are workflows and actions by what stands behind `uses:`.
    """
    for job, content in document.jobs.items():
        for place in (content, *content.get("steps", [])):
            target = called.get(place.get("uses", ""))
            if target is None:
                continue
            inputs = inputs_of(target)
            given = place.get("with", {})
            yield from (f"{document.name}: {job}: unknown input {name}" for name in given if name not in inputs)
            for name, about in inputs.items():
                if about.get("required") == "true" and name not in given:
                    yield f"{document.name}: {job}: missing input {name}"
        if target := called.get(content.get("uses", "")):
            known = target.node["on"]["workflow_call"].get("secrets", {})
            handed = content.get("secrets", {})
            unknown = set() if isinstance(handed, str) else set(handed) - set(known)
            yield from (f"{document.name}: {job}: unknown secret {name}" for name in unknown)
            for scope, level in needed(target).items():
                if LEVELS.index(content["permissions"].get(scope, "none")) < LEVELS.index(level):
                    yield f"{document.name}: {job}: {target.name} needs {scope}: {level}"


def inputs_of(target: Document) -> Mapping[str, Node]:
    """The inputs of an action or of a workflow that is called."""
    node = target.node
    inputs: Mapping[str, Node] = (
        node.get("inputs", {}) if "runs" in node else node["on"]["workflow_call"]["inputs"]
    )
    return inputs


def needed(target: Document) -> Mapping[str, str]:
    """The highest level of each permission that a workflow's jobs ask for."""
    levels: dict[str, str] = {}
    for job in target.jobs.values():
        for scope, level in job["permissions"].items():
            levels[scope] = max(level, levels.get(scope, "none"), key=LEVELS.index)
    return levels


def unguarded_matrices(document: Document) -> Iterator[str]:
    """Matrices from an output that may be empty: without a condition and a fallback the run ends at once."""
    for job, content in document.jobs.items():
        text = str(content.get("strategy", ""))
        for output in set(re.findall(r"needs\.[a-z-]+\.outputs\.[a-z-]+", text)):
            if not re.search(re.escape(output) + r" \|\| '", text):
                yield f"{document.name}: {job}: {output} has no fallback"
        for output in re.findall(r"fromJSON\((needs[^ )]+)", str(content.get("strategy", {}).get("matrix", ""))):
            if f"{output} != ''" not in content.get("if", ""):
                yield f"{document.name}: {job}: runs although {output} is empty"
