"""`doctor`: says what is missing before a session can run on GitHub; creates missing labels when asked."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Protocol

from bot.commands.discovery import HEADS
from bot.commands.outcome import Exit, Outcome
from bot.core.configuration import PATH, Configuration, load_configuration
from bot.core.credential_checks import check_credentials
from bot.core.credentials import MANIFEST
from bot.core.doctor import Diagnosis, Facts, Installation, Settings, State, diagnose
from bot.core.loading import load
from bot.core.mission import Mission
from bot.core.neutral import visible
from bot.errors import InvalidInput, Problem, Refused
from bot.ports import Repository
from bot.render.installation import label_list
from bot.render.workflows import workflows

WORDS: dict[State, str] = {"ok": "ok", "missing": "MISSING", "unknown": "unknown", "advice": "advice"}
_OURS = re.compile(
    r"^\s*(?:-\s+)?uses:\s+(\./|[\w.-]+/[\w.-]+@[0-9a-f]{40}(?:[ \t]+#[ \t]*\S+)?)[ \t]*$", re.MULTILINE
)
_RUNNER = re.compile(r"^\s*runs-on:\s*(.+?)\s*$", re.MULTILINE)
_SECRET = re.compile(r"\bsecrets\.([A-Za-z_][A-Za-z0-9_]*)")
_HOSTED = re.compile(r"(?:ubuntu|windows|macos)-[\w.-]+")


class Inspection(Protocol):
    """A repository on a forge, looked at from outside."""

    def settings(self, base: str) -> Settings:
        """The settings, with what protects the base branch; None for whatever is not told."""
        ...

    def create_label(self, name: str, color: str, description: str) -> None: ...


def doctor(repo: Repository, inspection: Inspection, *, base: str, templates: Sequence[str], fix: bool) -> Outcome:
    """What a session on the base branch would lack. Exit code 1 when it would fail.

    `templates` are the missions that come with this package. `fix` creates the labels that are missing, and
    nothing else. Raises Refused when there is no base branch.
    """
    tip = repo.refs(HEADS + base).get(HEADS + base)
    if tip is None:
        raise Refused(f"the branch {base} has no commit", "make a first commit on it, or name another with --base")
    installed, wanted = _installation(repo, tip, templates)
    settings = inspection.settings(base)
    created: tuple[str, ...] = ()
    if fix and settings.labels is not None:
        created = _create(inspection, settings.labels, wanted)
        settings = replace(settings, labels=settings.labels | set(created))
    found = diagnose(Facts(base, settings, installed))
    return _outcome(found, created)


def _create(
    inspection: Inspection, there: Collection[str], wanted: Sequence[Mapping[str, str]]
) -> tuple[str, ...]:
    known = {label.casefold() for label in there}
    absent = [label for label in wanted if label["name"].casefold() not in known]
    for label in absent:
        inspection.create_label(label["name"], label["color"], label["description"])
    return tuple(label["name"] for label in absent)


# --- what lies on the base branch --------------------------------------------------------------------------


def _installation(
    repo: Repository, tip: str, templates: Sequence[str]
) -> tuple[Installation, list[dict[str, str]]]:
    files = {path: text.decode(errors="replace") for path, text in repo.files(tip, [".github"]).items()}
    configuration, problems = _configuration(files)
    missions, wrong = _missions(repo, tip, configuration or Configuration())
    wanted = label_list(list(dict.fromkeys([*(mission.mission for mission in missions), *templates])))
    states = _compared(files)
    ours = [files[path] for path, state in states.items() if state is not None]
    installed = Installation(
        workflows=states,
        runners=tuple(dict.fromkeys(_runners(ours))),
        secrets=tuple(sorted({name for text in ours for name in _SECRET.findall(text)} - {"GITHUB_TOKEN"})),
        configuration=configuration,
        missions=tuple(missions),
        labels=tuple(label["name"] for label in wanted),
        problems=(*problems, *wrong),
    )
    return installed, wanted


def _compared(files: Mapping[str, str]) -> dict[str, bool | None]:
    """Each of our workflows: whether it is as this version writes it for the action that it uses."""
    return {
        path: None
        if path not in files
        else any(files[path] == workflows(action)[path] for action in _actions(files))
        for path in workflows("./")
    }


def _actions(files: Mapping[str, str]) -> list[str]:
    """What stands behind `uses:` in our workflows, those that come from others among them."""
    texts = [files[path] for path in workflows("./") if path in files]
    return list(dict.fromkeys(action for text in texts for action in _OURS.findall(text)))


def _runners(texts: Sequence[str]) -> Iterator[str]:
    for text in texts:
        yield from (runner for runner in _RUNNER.findall(text) if not _HOSTED.fullmatch(runner))


def _configuration(files: Mapping[str, str]) -> tuple[Configuration | None, tuple[Problem, ...]]:
    try:
        return load_configuration(files[PATH].encode() if PATH in files else None), ()
    except InvalidInput as error:
        return None, error.problems


def _missions(repo: Repository, tip: str, configuration: Configuration) -> tuple[list[Mission], list[Problem]]:
    folder = configuration.missions.removesuffix("/")
    missions: list[Mission] = []
    problems: list[Problem] = []
    manifest = repo.read([(tip, MANIFEST)]).get((tip, MANIFEST))
    for path, content in sorted(repo.files(tip, [folder]).items()):
        if path.endswith(".yml"):
            try:
                loaded = load(content, path)
                missions.append(loaded.mission)
                problems += check_credentials(loaded, manifest)
            except InvalidInput as error:
                problems += [problem for problem in error.problems if problem.level == "error"]
    return missions, problems


# --- how it is told ----------------------------------------------------------------------------------------


def _outcome(found: Sequence[Diagnosis], created: Sequence[str]) -> Outcome:
    count = {state: sum(one.state == state for one in found) for state in WORDS}
    data = {"ready": not count["missing"], "diagnoses": [asdict(one) for one in found], "created": list(created)}
    lines = [_line(one) for one in found]
    lines += [f"created the label {name}" for name in created]
    return Outcome(data, "\n".join([*lines, "", _last(count)]), Exit.ACT if count["missing"] else Exit.DONE)


def _line(one: Diagnosis) -> str:
    line = f"{WORDS[one.state]:<8} {visible(one.what)}"
    return f"{line}\n{'':<8} → {visible(one.todo)}" if one.todo else line


def _last(count: Mapping[State, int]) -> str:
    unsure = f"; {count['unknown']} could not be looked at with this token" if count["unknown"] else ""
    if count["missing"]:
        return f"{count['missing']} missing: a session would fail{unsure}"
    return f"nothing is known to be missing{unsure}" if unsure else "everything that a session needs is there"
