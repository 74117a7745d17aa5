"""How a case is played: one function for each channel, from a payload to what the product has made of it.

Each checks for itself that nothing has changed but what may; what was said is compared with the case.
"""

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.sources.archive import opened
from bot.adapters.sources.library import Library
from bot.adapters.sources.state import Caps, Unusable
from bot.commands.outcome import Outcome
from bot.commands.pull_gate import check_pull
from bot.core.redaction import Redactor
from bot.hosting import Job, publish
from bot.rehearsal.faults import FaultFile
from tests.adapters.agents.claude.scene import scene
from tests.attacks.forging import as_bytes, result
from tests.attacks.generators import MODELS, bad_place, generated
from tests.attacks.invariants import assert_no_leak, assert_nothing_ran, committed, without_marker
from tests.attacks.line import swarm
from tests.attacks.memory import Repository
from tests.clocks import StillClock
from tests.commands.test_gate import push
from tests.commands.test_pull_gate import Reporting, parts, pull
from tests.hosted import FORM
from tests.rehearsal.stages import play
from tests.render.inactive import assert_inactive
from tests.repos import git
from tests.workshop import MISSION, session, widgets


@dataclass(frozen=True)
class Case:
    """An attack as data; `says` are texts of which each has to stand in what comes of it."""

    id: str
    number: str
    channel: str
    payload: Any
    says: tuple[str, ...]
    never: tuple[str, ...]
    by: str = "ann"

    @property
    def text(self) -> str:
        return str(generated(self.payload))

    @property
    def content(self) -> bytes:
        """The payload as a file: a text, bytes from a generator, or a value as JSON."""
        value = generated(self.payload)
        if isinstance(value, bytes):
            return value
        return value.encode(errors="surrogatepass") if isinstance(value, str) else as_bytes(value)


# --- on GitHub ---


def title(case: Case, folder: Path) -> str:
    """An issue's title: the same session is launched, and the title stands nowhere."""
    quiet, place = Repository(), Repository()
    quiet.ask()
    place.ask(title=case.text)
    assert (place.refs, place.ours()) == (quiet.refs, quiet.ours())
    return "launched"


def form(case: Case, folder: Path) -> str:
    """An issue's body; what is refused has changed nothing."""
    return _asked(case, body=case.text)


def label(case: Case, folder: Path) -> str:
    return _asked(case, body=FORM, label=case.text)


def _asked(case: Case, **asked: str) -> str:
    place = Repository()
    before = place.refs
    outcome = place.ask(**asked, by=case.by)
    if outcome is None:
        assert place.refs == before and not place.ours()
        return "ignored"
    if outcome.data["state"] == "refused":
        assert place.refs == before
        assert place.talk.issues[place.issue].labels == []
    (told,) = place.ours()
    assert_inactive(without_marker(told))
    return "\n".join([str(outcome.data["state"]), outcome.text, *place.ours()])


def comment(case: Case, folder: Path) -> str:
    """A comment below a session's issue: the answer, and nothing else."""
    place = Repository()
    place.ask()
    before = place.refs
    outcome = place.say(case.text, by=case.by)
    assert place.refs == before
    (told,) = place.ours()
    assert_inactive(without_marker(told))
    return "ignored" if outcome is None else f"{outcome.data['state']}\n{outcome.text}\n{told}"


def event(case: Case, folder: Path) -> str:
    """An event's name and payload, through `swarm auto` in a job that may not reach anything."""
    name, payload = case.payload
    (folder / "event.json").write_bytes(as_bytes(generated(payload)))
    environment = {
        "GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "acme/widgets", "GITHUB_EVENT_NAME": name,
        "GITHUB_EVENT_PATH": str(folder / "event.json"), "GITHUB_OUTPUT": str(folder / "output"),
        "SWARM_FORGE": "github", "SWARM_TOKEN": "none", "GITHUB_API_URL": "http://127.0.0.1:1",
    }  # fmt: skip
    done = swarm("auto", cache=folder / "cache", environment=environment)
    assert (folder / "output").read_text() == ""
    return f"{done.code} {done.said}"


def branch(case: Case, folder: Path) -> str:
    """A pull request from a session's branch, onto which somebody has pushed files (path: content)."""
    repo = folder / "repo"
    before = git(repo, "rev-parse", "main")
    push(repo, {path: str(content).encode() for path, content in case.payload.items()})
    outcome = check_pull(parts(Reporting(repo)), pull(repo), None)
    assert git(repo, "rev-parse", "main") == before
    return f"{outcome.data.get('verdict', outcome.data.get('state'))}\n{outcome.text}\n{outcome.summary}"


def fork(case: Case, folder: Path) -> str:
    """A pull request whose event says this."""
    repo = folder / "repo"
    forge = Reporting(repo)
    outcome = check_pull(parts(forge), pull(repo, **case.payload), None)
    assert forge.reports == []
    return f"{outcome.data['state']}\n{outcome.text}"


def output(case: Case, folder: Path) -> str:
    """A value that a job hands to others: read as the runner reads it, it is the only one, and whole."""
    file = folder / "output"
    job = {"SWARM_FORGE": "github", "GITHUB_REPOSITORY": "acme/widgets", "GITHUB_EVENT_NAME": "x"}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**job, "GITHUB_OUTPUT": str(file)}.items():
            patch.setenv(name, value)
        publish(Job.from_environment(os.environ), Outcome({}, "", outputs={"value": case.text}), Redactor())
    head, *lines = file.read_text().split("\n")
    name, _, delimiter = head.partition("<<")
    end = lines.index(delimiter)
    assert (name, "\n".join(lines[:end]), lines[end + 1 :]) == ("value", case.text, [""])
    return "whole"


# --- on a machine ---


def mission(case: Case, folder: Path) -> str:
    """A mission's file: validated, and where it is refused `run` refuses it before anything is started."""
    file = folder / "m.yml"
    file.write_bytes(case.content)
    done = swarm("validate", file, cache=folder / "cache")
    if done.code:
        repo = widgets(folder / "repo")
        assert swarm("run", file, "--repo", repo, cache=folder / "cache").code == 1
        assert git(repo, "for-each-ref", "--format=%(refname)") == "refs/heads/main"
    return f"{done.code} {done.said}"


def edit(case: Case, folder: Path) -> str:
    """A valid mission in which one text is replaced by another."""
    old, new = case.payload
    assert old in MISSION
    text = MISSION.replace(old, str(generated(new)), 1)
    return mission(Case(case.id, case.number, "mission", text, (), ()), folder)


def artifact(case: Case, folder: Path) -> str:
    """What an agent's job hands over in place of a result: bytes, or changes of a valid one."""
    repo, cache, file = folder / "repo", folder / "cache", folder / "a.json"
    changed = isinstance(case.payload, Mapping) and "generate" not in case.payload
    file.write_bytes(as_bytes(result(**case.payload)) if changed else case.content)
    before = git(repo, "rev-parse", "main")
    done = swarm("record", "widgets-1", "agent-1", "--artifact", file, "--repo", repo, cache=cache)
    kept = json.loads(git(repo, "show", "swarm/widgets-1:sessions/widgets-1/agents/agent-1.json"))
    files = git(repo, "ls-tree", "-r", "--name-only", "swarm/widgets-1").split()
    others = {path for path in files if path.startswith("sessions/")} - {
        f"sessions/widgets-1/{name}"
        for name in ("launch.json", "mission.yml", "agents/agent-1.json", "findings/agent-1.json")
    }
    assert (others, git(repo, "rev-parse", "main")) == (set(), before)
    assert not any(finding["state"] == "verified" for finding in _findings(repo))
    assert_no_leak([committed(repo)])
    return f"{kept['state']} {kept['reason']}\n{done.said}\n{json.dumps(_findings(repo))}"


def _findings(repo: Path) -> list[dict[str, Any]]:
    text = git(repo, "show", "swarm/widgets-1:sessions/widgets-1/findings/agent-1.json")
    found: list[dict[str, Any]] = json.loads(text)["findings"]
    return found


def argument(case: Case, folder: Path) -> str:
    """The words of a command, in a repository."""
    repo = widgets(folder / "repo")
    before = git(repo, "for-each-ref")
    done = swarm(*map(str, case.payload), "--repo", repo, cache=folder / "cache")
    assert git(repo, "for-each-ref") == before
    return f"{done.code} {done.said}"


def source(case: Case, folder: Path) -> str:
    """The URI of a source, opened by a library as sessions have it."""
    repo = widgets(folder / "repo")
    (folder / "secret.txt").write_text("A secret that lies beside the repository and that nobody may read.")
    (repo / "out").symlink_to(folder)
    found = Library(folder / "cache", repo, StillClock()).open(case.text).searched
    return f"{found.state} {found.reason}"


def package(case: Case, folder: Path) -> str:
    """A downloaded package, as a generator makes it."""
    name, content = generated(case.payload)
    file = folder / name
    file.write_bytes(content)
    caps = Caps(file_bytes=1_000_000, package_files=100, package_unpacked_bytes=5_000_000)
    try:
        archive = opened(file, caps)
        paths = archive.paths()
        read = dict(archive.read(paths))
    except Unusable as problem:
        return f"unreadable {problem.reason}"
    told = [str(content) for content in read.values() if isinstance(content, Unusable)]
    return f"readable {paths} {told}"


def model(case: Case, folder: Path) -> str:
    """A model whose answers are the attack: the attempt ends, within its money, with nothing that is not so."""
    with scene(folder, MODELS[case.text]) as stage:
        found = stage.run()
        assert stage.billed <= found.usage.micro_usd <= stage.cap
        assert {it.state for it in stage.checked(found.findings)} <= {"verified"}
        assert len(stage.server.calls) <= 60
        assert_no_leak([found.model_dump_json(), stage.journal.transcript.read_text()], stage.server.key * 3)
        gaps = " ".join(gap.reason for gap in found.gaps)
        return f"{found.unfinished} {gaps} " + " ".join(blocker.description for blocker in found.blockers)


def faults(case: Case, folder: Path) -> str:
    """A whole session in which this goes wrong: it comes to rest, and all guarantees hold."""
    played = play(FaultFile.model_validate(case.payload, strict=False))
    return f"{[one.ended for one in played.sessions]} broken: {list(played.broken)}"


def place(case: Case, folder: Path) -> str:
    """A repository in a bad state: a clear error, and what was there is there still."""
    repo, more = bad_place(case.text, folder)
    (folder / "m.yml").write_text(MISSION)
    done = swarm("run", folder / "m.yml", "--repo", repo, *more, cache=folder / "cache")
    return f"{done.code} {done.said}"


CHANNELS: Mapping[str, Callable[[Case, Path], str]] = {
    function.__name__: function
    for function in (
        title, form, label, comment, event, branch, fork, output, mission, edit, artifact, argument, source,
        package, model, faults, place,
    )
}  # fmt: skip


def ready(folder: Path) -> Path:
    """A repository with a session that would be merged."""
    repo = widgets(folder / "repo")
    assert session(repo, folder / "cache", merge=False).verdict.state == "pass"
    return repo


def launched(folder: Path) -> Path:
    """A repository with a session of which nothing is recorded yet."""
    repo = widgets(folder / "repo")
    (folder / "m.yml").write_text(MISSION)
    assert swarm("launch", folder / "m.yml", "--repo", repo, cache=folder / "cache").code == 0
    return repo


BEGIN: Mapping[str, Callable[[Path], Path]] = {"branch": ready, "fork": ready, "artifact": launched}
"""Channels that find a repository in their folder, and how it is made."""


def played(case: Case, folder: Path) -> str:
    """What comes of a case. Whatever it is, nothing of it was executed."""
    said = CHANNELS[case.channel](case, folder)
    assert_nothing_ran(folder)
    assert not Path(os.sep, "tmp", "evil").exists()
    return said
