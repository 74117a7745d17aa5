"""What `swarm init` writes besides the workflows: the issue form, the labels, the configuration."""

from collections.abc import Mapping, Sequence

import yaml

from bot.core.configuration import Configuration
from bot.core.events import PREFIX
from bot.core.issue_form import FORM_FIELDS, FormField
from bot.core.money import MICRO

FORM = ".github/ISSUE_TEMPLATE/swarm-session.yml"
LABELS = ".github/labels.yml"
LAUNCH = f"{PREFIX}launch"
CONFIRM = f"{PREFIX}confirm"
LABEL_MAX = 50  # what GitHub allows a label's name

SETTINGS: Mapping[str, tuple[str, str]] = {
    "missions": (
        "The folder of your mission files, <mission>.yml. One that is not there is taken from the templates.",
        f"missions: {Configuration().missions}",
    ),
    "max_usd": (
        "The highest budget that anybody may ask for in an issue, in US dollars for the whole session.",
        f"max_usd: {Configuration().max_usd // MICRO}",
    ),
    "confirm_above_usd": (
        "A session that can cost more, in US dollars, waits until somebody who may write sets swarm:confirm.",
        f"confirm_above_usd: {Configuration().confirm_above_usd // MICRO}",
    ),
    "allow": (
        "Who, of those who may write, may launch sessions and tell them something; with logins, nobody else.",
        "allow:\n  permission: write    # or maintain, admin\n  logins: []",
    ),
    "sources": (
        "Which sources are read: all, packages (SDKs from PyPI and npm, and files of this repository), or files.",
        f"sources: {Configuration().sources}",
    ),
    "merge": (
        "auto: a session that passes the gate is merged by itself. manual: a person merges its pull request.",
        f"merge: {Configuration().merge}",
    ),
    "state_branch": (
        "Where the state files are written when the base branch is protected; otherwise on the base branch.",
        "state_branch: swarm-state",
    ),
    "required_checks": (
        "Checks by name that must have passed on the very commit that is merged.",
        "required_checks: [test]",
    ),
    "audit": (
        "Look for claims without a citation in Markdown that a pull request changes, and point at their lines.",
        'audit:\n  paths: ["**/*.md"]\n  min_cited: 95    # per cent',
    ),
}
"""Every setting: what it means, and how it is written (its default, or an example where there is none)."""


def issue_form(missions: Sequence[str]) -> str:
    """The form of an issue that asks for a session. It sets no label: that starts a session, and needs rights."""
    intro = (
        f"After submitting, set the label `{LAUNCH}`: that starts the session. It needs write access to this"
        " repository. The session then reports in the issue, in one comment."
    )
    form = {
        "name": "Swarm session",
        "description": "Ask for a swarm of research agents whose every claim is checked against its source.",
        "title": "Session: ",
        "body": [
            {"type": "markdown", "attributes": {"value": intro}},
            *(_question(field, missions) for field in FORM_FIELDS),
        ],
    }
    return _yaml("Written by `swarm init`; run it again when there is a new mission.", form)


def _question(field: FormField, missions: Sequence[str]) -> dict[str, object]:
    attributes: dict[str, object] = {"label": field.label, "description": field.description}
    options = tuple(missions) if field.id == "mission" else field.options
    if options:
        attributes["options"] = list(options)
    else:
        attributes["placeholder"] = field.placeholder
    kind = "dropdown" if options else "input"
    return {"type": kind, "id": field.id, "attributes": attributes, "validations": {"required": False}}


def label_list(missions: Sequence[str]) -> list[dict[str, str]]:
    """The labels that start sessions and confirm their cost: name, color (hexadecimal), description (at most 100
    characters)."""
    return [
        {"name": LAUNCH, "color": "0e8a16", "description": "Starts the session that this issue asks for"},
        {"name": CONFIRM, "color": "fbca04", "description": "Lets the session be started that waits for it"},
    ] + [
        {"name": name, "color": "1d76db", "description": "Starts a session of this mission"}
        for mission in missions
        if len(name := f"{PREFIX}{mission}") <= LABEL_MAX
    ]


def labels_file(missions: Sequence[str]) -> str:
    return _yaml(
        "Written by `swarm init`. GitHub does not read this file: `swarm init` says how to create them.",
        label_list(missions),
    )


def configuration_file() -> str:
    """The configuration, with every setting in a comment."""
    parts = [
        "# What holds for every session of this repository, read from the base branch.\n"
        "# All of it is optional; remove a `#` to set something.\n"
    ]
    for meaning, example in SETTINGS.values():
        commented = "".join(f"# {line}\n" for line in example.splitlines())
        parts.append(f"\n## {meaning}\n{commented}")
    return "".join(parts)


def _yaml(comment: str, value: object) -> str:
    return f"# {comment}\n" + yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=110)
