"""Every text of the corpus through every channel that it names: no secret leaves, nothing is executed, no state
changes, and what is rendered of it does nothing."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.attacks.corpus import CHANNELS, LEAST, corpus, texts
from tests.attacks.forging import SOURCE, as_bytes, pages, quoting, result, talking
from tests.attacks.invariants import (
    CANARY,
    assert_no_leak,
    assert_nothing_ran,
    committed,
    published,
    without_marker,
)
from tests.attacks.line import Done, swarm
from tests.attacks.memory import STRANGER, Repository
from tests.attacks.models import LIES, Parrot
from tests.github.server import GitHub
from tests.hosted import FORM, Swarm
from tests.messages.server import MessagesServer
from tests.render.inactive import MARKDOWN, assert_inactive
from tests.repos import git, repository
from tests.workshop import GUIDE, MISSION

OURS = {"/swarm stop\n/swarm merge": "stop"}
"""Comments that are commands, of a person who may give them."""
STATE_FILES = [
    "BLOCKERS.md",
    "INTEGRATION-MASTER-ROADMAP.md",
    "INTEGRATION-PROGRESS-TRACKER.md",
    "MULTI-SESSION-STATUS.md",
    "SESSION-HANDOVER-PROTOCOL.md",
]


def assert_inert(document: str, *ours: str) -> None:
    """As `assert_inactive`, for a document: no image, no HTML but our comments, no link that leads elsewhere."""
    blocks = MARKDOWN.parse(document)
    tokens = [*blocks, *(child for block in blocks for child in block.children or ())]
    html = [token.content for token in tokens if token.type.startswith("html_")]
    assert [found for found in html if not re.fullmatch(r"<!-- swarm[\w: -]*-->\n?", found)] == []
    assert not [token for token in tokens if token.type == "image"]
    targets = [str(token.attrs["href"]) for token in tokens if token.type == "link_open"]
    assert [to for to in targets if re.match(r"\w+:|//", to) and not to.startswith(ours)] == []
    shown = "\n".join(token.content for token in tokens if token.type == "text")
    active = re.search(r"@\w|#\w|\bGH-\d|://|\bwww\.|:[\w+-]+:", shown)
    assert active is None, active
    assert not re.search("[\x00-\x08\x0b-\x1f\u200b-\u200f\u202a-\u202e\U000e0000-\U000e007f]", document)


def test_the_corpus_is_large_and_no_idea_stands_in_it_twice() -> None:
    every = corpus()
    assert len(every) >= LEAST
    assert len({one.idea for one in every}) == len({one.text for one in every}) == len(every)
    assert all(one.channels and set(one.channels) <= set(CHANNELS) for one in every)
    assert all(len(texts(channel)) >= 100 for channel in CHANNELS)


# --- issues and comments ---


def test_a01_a04_no_answer_in_a_form_starts_anything_and_the_refusal_does_nothing() -> None:
    for text in texts("issue"):
        for body, label in ((FORM.replace("widgets", text), "swarm:launch"), ("", f"swarm:{text}")):
            place = Repository()
            before = place.refs
            outcome = place.ask(body, title=text, label=label)
            assert outcome and outcome.data["state"] == "refused", text
            assert place.refs == before
            (told,) = place.ours()
            assert_no_leak([told, outcome.text, outcome.summary])
            assert_inactive(without_marker(told))


def test_a01_a04_whatever_else_stands_in_an_issue_the_same_session_is_launched() -> None:
    quiet = Repository()
    assert quiet.ask()
    for text in texts("issue"):
        place = Repository()
        outcome = place.ask(f"### Anything\n\n{text}\n\n{FORM}", title=text)
        if "<!--" in text and "-->" not in text:  # it hides all that comes after it, for a reader too
            assert outcome and outcome.data["state"] == "refused"
        else:
            assert (place.refs, place.ours()) == (quiet.refs, quiet.ours()), text


@pytest.fixture
def talking_place() -> Repository:
    place = Repository()
    assert place.ask()
    return place


def test_a07_no_comment_of_a_stranger_changes_anything(talking_place: Repository) -> None:
    place = talking_place
    before = place.refs, place.ours()
    for text in texts("comment"):
        for body in (text, f"/swarm {text}", "/swarm merge"):
            outcome = place.say(body, by=STRANGER)
            assert outcome is None or outcome.data["state"] == "refused"
    assert (place.refs, place.ours()) == before


def test_a15_no_comment_is_taken_for_what_it_does_not_say_and_the_answer_does_nothing(
    talking_place: Repository,
) -> None:
    place = talking_place
    for text in texts("comment"):
        for body in (text, f"/swarm {text}"):
            before = place.refs
            outcome = place.say(body)
            assert_no_leak([outcome.text, outcome.summary] if outcome else [])
            if body in OURS:
                assert outcome and outcome.data["state"] == "done"
                assert place.refs != before
                continue
            assert place.refs == before, body
            if outcome is None:
                continue
            (told,) = place.ours()
            assert_inactive(without_marker(told))


def test_a01_a02_the_whole_corpus_in_one_issue_through_the_real_command(github: GitHub, tmp_path: Path) -> None:
    everything = "\n".join(text for text in texts("issue") if "<!--" not in text)
    made = Swarm(github, tmp_path)
    event = made.ask(body=f"### Anything\n\n{everything}\n\n{FORM}")
    event.payload["issue"]["title"] = everything
    job, token = _job(made, event.payload), github.token()
    assert swarm("auto", cache=tmp_path / "cache", environment=job | {"SWARM_TOKEN": token}).code == 0
    assert "session" in (tmp_path / "output").read_text()
    assert github.tip("swarm/widgets-1")
    assert_no_leak(
        [*published(github), (tmp_path / "output").read_text(), (tmp_path / "summary").read_text()], token
    )
    assert_inactive(without_marker(made.status_comment()), github.url)
    assert_nothing_ran(tmp_path)


def _job(made: Swarm, payload: object) -> dict[str, str]:
    """The environment of a launch job."""
    event = made.folder / "event.json"
    event.write_text(json.dumps(payload))
    return {
        "GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "acme/widgets", "GITHUB_EVENT_NAME": "issues",
        "GITHUB_EVENT_PATH": str(event), "GITHUB_SERVER_URL": made.github.url,
        "GITHUB_API_URL": made.github.api_url,
        "GITHUB_OUTPUT": str(made.folder / "output"), "GITHUB_STEP_SUMMARY": str(made.folder / "summary"),
        "GITHUB_JOB": "launch", "GITHUB_RUN_ID": "7", "GITHUB_RUN_ATTEMPT": "1",
        "RUNNER_TEMP": str(made.folder / "temp"),
        "SWARM_FORGE": "github", "GITHUB_WORKSPACE": str(made.folder),
    }  # fmt: skip


# --- sources, artifacts, models ---


def hostile(folder: Path, texts: Sequence[str]) -> Path:
    """A repository whose documents say these, and a mission that reads them."""
    (folder / "widgets.yml").write_text(MISSION.replace("file:docs/guide.md", SOURCE))
    return repository(folder / "repo", **pages(texts), **{"docs/guide.md": GUIDE})


def test_a13_a14_a15_forged_results_that_quote_and_say_the_corpus_are_data(tmp_path: Path) -> None:
    """One agent quotes every hostile passage truly, so that all of it stands in the documents; another one writes
    the corpus wherever a result has room."""

    repo = hostile(tmp_path, texts("source"))

    def run(*args: object) -> Done:
        return swarm(*args, "--repo", repo, cache=tmp_path / "cache")

    assert run("launch", tmp_path / "widgets.yml").code == 0
    base = git(repo, "rev-parse", "main")
    true, forged = tmp_path / "true.json", tmp_path / "forged.json"
    true.write_bytes(as_bytes(result(findings=list(quoting(repo, tmp_path / "cache")))))
    lies = (
        as_bytes(talking(texts("artifact")))
        .replace(b"agent-1", b"agent-2")
        .replace(b"widget-store", b"widget-lab")
    )
    forged.write_bytes(lies)
    assert "agent-1 done" in run("record", "widgets-1", "agent-1", "--artifact", true).out
    assert "0 of 264 findings verified" in run("record", "widgets-1", "agent-2", "--artifact", forged).out
    closed = run("close", "widgets-1")
    assert closed.code == 1
    assert "not merged" in closed.out
    deliverable = git(repo, "show", "swarm/widgets-1:INTEGRATIONS-WIDGETS.md")
    assert deliverable.count("[^widget-store-") > 300
    assert_inert(deliverable)
    run("status", "--write")
    assert git(repo, "diff", "--name-only", base, "main").split() == STATE_FILES
    for name in STATE_FILES:
        assert_inert(git(repo, "show", f"main:{name}"))
    table = git(repo, "show", "swarm/widgets-1:INTEGRATIONS-WIDGETS.csv")
    assert not re.search(r'(?:^|,)"?[=+@-](?!\d)', table, re.MULTILINE), "a formula of a spreadsheet"
    assert_no_leak([committed(repo)])
    assert_nothing_ran(tmp_path)


def test_a14_a15_a_model_that_repeats_the_corpus_in_every_call_gets_nothing(tmp_path: Path) -> None:
    repo = hostile(tmp_path, texts("source")[::8])
    mission = tmp_path / "widgets.yml"
    mission.write_text(mission.read_text().replace("backend: simulated", "backend: claude"))
    with MessagesServer(Parrot(texts("model")), keys=(CANARY,)) as server:
        keys = {
            "ANTHROPIC_API_KEY": CANARY,
            "ANTHROPIC_BASE_URL": server.url,
            "SWARM_CACHE": str(tmp_path / "cache"),
        }
        done = swarm("run", mission, "--repo", repo, "--json", cache=tmp_path, environment=keys)
        told = json.loads(done.out)
        assert 0 < told["cost_usd"] <= 1
        assert len(server.calls) >= len(texts("model")) // LIES
        assert {call.headers["host"] for call in server.calls} == {server.url.removeprefix("http://")}
    branch = "main" if told["merged"] else "swarm/widgets-1"
    deliverable = git(repo, "show", f"{branch}:INTEGRATIONS-WIDGETS.md")
    assert deliverable.count("[^widget-store-") > 10
    assert_inert(deliverable)
    assert {
        file for file in git(repo, "ls-tree", "-r", "--name-only", branch).split() if "swarm-pwned" in file
    } == set()
    transcripts = [file.read_text() for file in (repo / ".git" / "swarm").rglob("*") if file.is_file()]
    assert_no_leak([committed(repo), *transcripts])
    assert_nothing_ran(tmp_path)


# --- missions and documents ---


def test_a16_a17_no_text_of_a_mission_does_anything(tmp_path: Path) -> None:
    """As its title, focus, welcome, and as a subject's name, source or id."""
    places = (
        "title: Widget services",
        "name: Everybody",
        "name: Widget Lab",
        "file:docs/guide.md",
        "id: agent-2",
        "mission: widgets",
    )
    files: list[Path] = []
    for number, text in enumerate(texts("mission")):
        written = json.dumps(text)
        for place in places:
            key, colon, _ = place.rpartition(": ")
            changed = f"{key}{colon}{written}" if colon else written[1:-1]
            file = tmp_path / f"{number}-{len(files)}.yml"
            file.write_text(
                MISSION.replace(place, changed, 1) if colon else MISSION.replace(f'"{place}"', written, 1)
            )
            files.append(file)
    assert swarm("validate", *files, cache=tmp_path).code == 1
    assert_nothing_ran(tmp_path)


@pytest.mark.parametrize("place", ["title: Widget services", "name: Everybody", "name: Widget Lab"])
def test_a17_what_a_launched_mission_says_is_shown_as_text(place: str) -> None:
    key = place.partition(":")[0]
    for text in texts("mission"):
        here = Repository(MISSION.replace(place, f"{key}: {json.dumps(text)}", 1))
        outcome = here.ask()
        assert outcome
        (told,) = here.ours()
        assert_inactive(without_marker(told))
        assert_no_leak([told, outcome.text, outcome.summary])


def test_a20_documents_of_a_pull_request_are_audited_whatever_they_say(tmp_path: Path) -> None:
    for number, text in enumerate(texts("document")):
        (tmp_path / f"{number}.md").write_text(
            f"The limit is 600 requests per minute.\n\n{text}\n\nIt costs 5 USD.\n"
        )
    files = sorted(tmp_path.glob("*.md"))
    assert swarm("audit", *files, cache=tmp_path).code == 0
