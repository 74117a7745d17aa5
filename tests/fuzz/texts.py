"""What is fuzzed of the parsers that need no library: each function takes any bytes, and raises when a promise
does not hold. The errors that a parser declares are answers; all else that is raised is a find."""

import contextlib
import json
from pathlib import PurePosixPath

from bot.adapters.agents.claude.tools import NAMES, Judge, Rejected, parsed
from bot.core.artifacts import failure_of, parse_result
from bot.core.asking import from_issue, meant
from bot.core.audit.report import audit_text
from bot.core.changes import Change
from bot.core.chatops import NotUnderstood, parse
from bot.core.cited_table import altered, footnotes, read_table
from bot.core.comment_view import Answer
from bot.core.configuration import load_configuration
from bot.core.events import COMMAND, CommandAsked, LaunchAsked, intent
from bot.core.issue_form import read_form
from bot.core.links import broken_links
from bot.core.loading import load_mission
from bot.core.mission import Mission
from bot.core.mission_edit import with_backend
from bot.core.neutral import code, link, neutral, visible
from bot.core.paths import ground_of, machine_paths, trespass
from bot.core.plan import make_plan
from bot.core.quotes import document, meaningful, normalise, stands_in
from bot.core.session import agent_path, findings_path, launch_path, mission_path, orders_path
from bot.core.snapshot import parse_session
from bot.core.source_uris import belongs
from bot.core.support import unsupported
from bot.core.trail import appended, is_append_only, parse_trail
from bot.core.transcripts import read_transcript, spent
from bot.errors import InvalidInput, Refused
from bot.render.answer import answer_comment
from bot.render.refusal import refusal_comment
from bot.render.transcript import render_transcript
from bot.render.words import clip, prose
from tests.core.payloads import commented, labeled
from tests.render.inactive import assert_inactive, links

EVENTS = (
    "issues",
    "issue_comment",
    "workflow_dispatch",
    "pull_request",
    "pull_request_review",
    "workflow_run",
    "",
)
"""An event's payload begins with the number of its name."""
MISSION = b"""\
mission: cloud
session: 1
phase: {number: 2, name: Cloud}
title: Cloud
domain: CLOUD
deliverable: INTEGRATIONS-CLOUD.md
limits: {max_usd: 1}
teams:
  - id: 6
    name: Compute
    agents:
      - {id: haiku-21, subjects: [{name: AWS EC2, sources: ["file:docs/api.md", "https://docs.example.com/a/"]}]}
"""
SOURCES = ("file:docs/*.md", "https://docs.example.com/a/", "pypi:acme==1.0#docs/**", "npm:@acme/api@1.0.0")
SPLIT = b"\x00"
"""Between the parts of an input that has several."""


def missions(data: bytes) -> None:
    """Valid or refused in words; what is valid can be planned within its money, and edited."""
    try:
        mission = load_mission(data, "m.yml")
    except InvalidInput as error:
        assert all(problem.what and problem.file == "m.yml" for problem in error.problems)
        return
    assert 0 <= sum(agent.cap for agent in make_plan(mission).agents) <= mission.limits.max_usd
    with contextlib.suppress(InvalidInput):
        again = load_mission(with_backend(data, "m.yml", "extractive"), "m.yml")
        assert {agent.backend for agent in make_plan(again).agents} == {"extractive"}


def configurations(data: bytes) -> None:
    """Valid, or refused in words."""
    try:
        load_configuration(data)
    except InvalidInput as error:
        assert all(problem.what for problem in error.problems)


def artifacts(data: bytes) -> None:
    """What is accepted speaks of what was assigned, and of sources of the mission, alone."""
    failure_of(data)
    mission = _mission()
    try:
        result = parse_result(
            data, session="cloud-1", agent="haiku-21", attempt=1, mission=mission, allowance=1_000
        )
    except (InvalidInput, Refused) as error:
        assert error.problems
        return
    fields = {field.id for field in mission.fields}
    said = [(item.subject, item.field) for item in result.findings]
    said += [(item.subject, item.field) for item in result.gaps]
    assert all(subject == "aws-ec2" and field in fields for subject, field in said)
    named = [finding.citation.source for finding in result.findings]
    assert all(any(belongs(one, source) for source in mission.agents[0].subjects[0].sources) for one in named)


def _mission() -> Mission:
    return load_mission(MISSION, "m.yml")


def session_files(data: bytes) -> None:
    """Files of a session's branch, with whatever somebody has pushed there."""
    session, problems = parse_session("cloud-1", files_of(data))
    assert session or problems
    assert all(problem.what.isprintable() for problem in problems)


def files_of(data: bytes) -> dict[str, bytes]:
    """The parts of an input as the files of a session."""
    names = (
        launch_path("cloud-1"), agent_path("cloud-1", "haiku-1"), findings_path("cloud-1", "haiku-1"),
        orders_path("cloud-1"), mission_path("cloud-1"),
    )  # fmt: skip
    return dict(zip(names, data.split(SPLIT), strict=False))


def trails(data: bytes) -> None:
    """A trail is only ever added to."""
    before, _, more = data.partition(SPLIT)
    after = appended(before, parse_trail(more).events)
    assert is_append_only(before, after)
    assert appended(after, parse_trail(more).events) == after


def transcripts(data: bytes) -> None:
    """What can be read can be shown."""
    with contextlib.suppress(InvalidInput):
        entries = read_transcript(data, "t.jsonl")
        assert spent(entries) >= 0
        assert render_transcript(entries)
        assert render_transcript(entries, full=True)


def events(data: bytes) -> None:
    """Any payload of any event is understood, or ignored with a reason on one line."""
    with contextlib.suppress(ValueError, RecursionError):
        payload = json.loads(data[1:])
        asked = intent(EVENTS[data[0] % len(EVENTS)], payload)
        if isinstance(asked, LaunchAsked):
            _asked(asked)
        assert getattr(asked, "reason", "nothing") and "\n" not in getattr(asked, "reason", "")


def comments(data: bytes) -> None:
    """A comment is a command or says why not, and what is answered does nothing."""
    text = data.decode(errors="replace")
    asked = intent("issue_comment", commented(text))
    if isinstance(asked, CommandAsked):
        assert asked.text.casefold().startswith(COMMAND)
    command = parse(f"{COMMAND} {text}")
    if isinstance(command, NotUnderstood):
        assert_inactive(answer_comment(Answer(command.text, (command.why,))))


def issues(data: bytes) -> None:
    """A form is a request or refused, and the refusal does nothing."""
    label, _, body = data.decode(errors="replace").partition("\x00")
    read_form(body)
    asked = intent("issues", labeled(f"swarm:{label}", body=body))
    assert isinstance(asked, LaunchAsked)
    _asked(asked)


def _asked(asked: LaunchAsked) -> None:
    try:
        from_issue(meant(asked))
    except InvalidInput as error:
        assert_inactive(refusal_comment(error.problems, asked.label, asked.sender))


def texts(data: bytes) -> None:
    """Nothing of a text from outside is active, and it reads the same."""
    text, _, url = data.decode(errors="replace")[:600].partition("\x00")
    assert visible(visible(text)) == visible(text)
    for made in (neutral(text), clip(text, 200), prose(text), code(text)):
        assert "\n" not in made
        assert_inactive(made)
    assert links(link(text, url)) in ([], [*links(link("x", url))])


def quotes(data: bytes) -> None:
    """Two ways to look a quote up agree, and a claim is supported by itself."""
    quote, _, text = (part.decode(errors="replace")[:2_000] for part in data.partition(SPLIT))
    quote, text = normalise(quote), normalise(text)
    assert normalise(quote) == quote
    if meaningful(quote):
        assert stands_in(quote, text) == document(text).has(quote)
        assert not unsupported(quote, quote, "zzzz")
    unsupported(text, quote, "aws-ec2", counted=7)


def documents(data: bytes) -> None:
    """The Markdown that a pull request changes: audited, and its links followed, whatever stands in it."""
    text = data.decode(errors="replace")[:20_000]
    found = audit_text(text)
    assert 0 <= found.cited <= found.claims
    list(broken_links("a.md", {"a.md": text}, {"a.md", "docs/b.md"}))


def tables(data: bytes) -> None:
    """The table of a deliverable is read or refused; its document is compared with it."""
    table, _, markdown = (part.decode(errors="replace") for part in data.partition(SPLIT))
    with contextlib.suppress(InvalidInput):
        rows = read_table(table, "t.csv")
        altered(markdown, rows)
    footnotes(markdown)


def uris(data: bytes) -> None:
    """What is said to belong to a source has its scheme and its place."""
    text = data.decode(errors="replace")
    for source in SOURCES:
        if belongs(text, source) and text != source:
            scheme, _, rest = text.partition(":")
            assert source.startswith(f"{scheme}:")
            path = rest.partition("#")[2] if scheme in ("pypi", "npm") else rest
            assert ".." not in PurePosixPath(path.partition("?")[0]).parts


def calls(data: bytes) -> None:
    """What a model calls is a call of a tool, or refused in words."""
    name, _, given = data.partition(SPLIT)
    with contextlib.suppress(ValueError, RecursionError, Rejected):
        parsed(name.decode(), json.loads(given), NAMES | {"judge": Judge})


def paths(data: bytes) -> None:
    """A path that a session may write lies in its own folder, or is its deliverable."""
    path = data.decode(errors="replace")
    mission = _mission()
    if not trespass(Change(path, "added", "100644"), ground_of("cloud-1", mission)):
        assert path.startswith(("sessions/cloud-1/", "INTEGRATIONS-CLOUD."))
        assert ".." not in path.split("/")
    list(machine_paths("a.md", path))
