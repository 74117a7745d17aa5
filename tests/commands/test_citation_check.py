"""The citation check at pull requests: what they bring into Markdown files, with the head read as data."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.adapters.git import GitRepository
from bot.adapters.remote import RemoteRepository
from bot.commands import citation_check as module
from bot.commands.citation_check import citation_check, fork_point
from bot.commands.outcome import Exit, Outcome
from bot.core.configuration import CitationCheck
from bot.core.events import PullChanged
from bot.errors import Problem, Refused
from bot.ports import RefUpdate
from tests.builders import NOW
from tests.repos import git, repository, tip

HEAD = "refs/pull/7/head"
OLD = "# Report\n\nA seat costs $5.\n\nStorage is 10 GB ([docs](https://a.example)).\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return repository(tmp_path / "repo", **{"docs/report.md": OLD, "notes.txt": "It has 5 GB.\n"})


def commit(folder: Path, files: Mapping[str, str | bytes | None], *parents: str, ref: str = HEAD) -> str:
    """A commit of a pull request, as the forge keeps it."""
    repo = GitRepository(folder)
    contents = {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}
    made = repo.commit(parents or [tip(folder)], contents, "A change", NOW)
    repo.update([RefUpdate(ref, made, repo.refs(ref).get(ref))])
    return made


def pull(folder: Path, **changes: object) -> PullChanged:
    values: dict[str, object] = {
        "number": 7,
        "head": "feature",
        "head_sha": git(folder, "rev-parse", "--verify", "--quiet", HEAD),
        "base": "main",
        "base_sha": tip(folder),
        "same_repository": False,
        "author": "stranger",
    }
    return PullChanged(**(values | changes))  # type: ignore[arg-type]


def checked(folder: Path, check: CitationCheck = CitationCheck()) -> Outcome:  # noqa: B008
    return citation_check(GitRepository(folder), pull(folder), check)


def test_a_new_claim_without_a_citation_is_named_at_its_line(folder: Path) -> None:
    commit(folder, {"docs/report.md": OLD + "\nA desk costs $9.\n"})
    outcome = checked(folder)
    assert outcome.exit is Exit.ACT
    what = "claim without a citation: A desk costs $9."
    assert outcome.notes == (Problem("docs/report.md", 7, 1, what, level="error"),)
    assert outcome.data["below"] == ["docs/report.md"]
    assert outcome.data["files"] == [
        {
            "path": "docs/report.md",
            "claims": 3,
            "cited": 1,
            "uncited_before": 1,
            "uncited": [{"line": 7, "text": "A desk costs $9."}],
            "placeholders": [],
            "totals": [],
        }
    ]
    assert json.loads(json.dumps(outcome.data)) == outcome.data
    assert f"docs/report.md:7: {what}" in outcome.text
    assert "A seat costs" not in outcome.text + outcome.summary  # it was there before


def test_a_file_with_enough_citations_passes_and_its_new_claims_are_advice(folder: Path) -> None:
    commit(folder, {"docs/report.md": OLD + "\nA desk costs $9.\n"})
    outcome = checked(folder, CitationCheck(min_cited=33))
    assert outcome.exit is Exit.DONE
    assert [note.level for note in outcome.notes] == ["advice"]
    assert "every audited file has at least 33% of its claims cited" in outcome.summary


def test_a_changed_file_that_was_below_before_is_below_still(folder: Path) -> None:
    commit(folder, {"docs/report.md": OLD.replace("Report", "The report")})
    outcome = checked(folder)
    assert (outcome.exit, outcome.notes) == (Exit.ACT, ())
    assert "1 of 2 claims cited (50.0%), below the 95% that it has to have" in outcome.text
    assert "0 new, 1 from before" in outcome.text


def test_only_the_files_that_are_meant_and_changed_are_read(folder: Path) -> None:
    files = {"CHANGELOG.md": "Up to 5 GB.\n", "docs/b.md": "Fine.\n", "notes.txt": "It has 9 GB.\n"}
    commit(folder, files)
    outcome = checked(folder, CitationCheck(paths=("**/*.md", "!CHANGELOG.md")))
    assert [one["path"] for one in outcome.data["files"]] == ["docs/b.md"]  # type: ignore[attr-defined]
    assert outcome.exit is Exit.DONE


def test_a_pull_request_without_such_files_has_nothing_to_audit(folder: Path) -> None:
    commit(folder, {"notes.txt": "It has 9 GB.\n", "docs/report.md": None})
    outcome = checked(folder)
    assert (outcome.data["state"], outcome.exit, outcome.summary) == ("ignored", Exit.DONE, "")
    assert outcome.text.startswith("nothing to audit at pull request #7: it changes no file that audit.paths")


def test_a_link_to_a_file_has_no_text_of_its_own(folder: Path) -> None:
    git(folder, "checkout", "--quiet", "--detach")
    (folder / "a.md").symlink_to("docs/report.md")
    git(folder, "add", "a.md")
    git(folder, "commit", "--quiet", "--message", "A link")
    git(folder, "update-ref", HEAD, "HEAD")
    assert checked(folder).data["state"] == "ignored"


def test_what_the_base_changed_meanwhile_is_not_the_pull_requests(folder: Path) -> None:
    start = tip(folder)
    commit(folder, {"docs/report.md": OLD.replace("$5", "$6")}, start)
    changed = OLD.replace("A seat costs $5.", "A seat costs $5. A desk costs $9.")
    commit(folder, {"docs/report.md": changed, "docs/new.md": "It has 5 GB.\n"}, ref="refs/heads/main")
    outcome = checked(folder)
    assert [note.what for note in outcome.notes] == ["claim without a citation: A seat costs $6."]


def test_what_was_merged_in_from_the_base_is_not_the_pull_requests(folder: Path) -> None:
    first = commit(folder, {"a.md": "Fine.\n"})
    base = commit(folder, {"docs/report.md": OLD + "\nA desk costs $9.\n"}, ref="refs/heads/main")
    merged = {"docs/report.md": OLD + "\nA desk costs $9.\n\nA lamp costs $2.\n"}
    commit(folder, merged, first, base)
    outcome = checked(folder)
    assert [note.what for note in outcome.notes] == ["claim without a citation: A lamp costs $2."]


def test_the_point_that_a_branch_left_the_base_at_is_what_git_finds(folder: Path) -> None:
    repo, root = GitRepository(folder), tip(folder)
    one = commit(folder, {"a.md": "1"}, root)
    two = commit(folder, {"b.md": "2"}, ref="refs/heads/main")
    both = commit(folder, {"c.md": "3"}, one, two)
    later = commit(folder, {"d.md": "4"}, two, ref="refs/heads/main")
    apart = commit(folder, {"e.md": "5"}, ref="refs/heads/apart")
    GitRepository(folder).update([RefUpdate("refs/heads/apart", None, apart)])
    alone = repo.commit([], {"f.md": b"6"}, "Alone", NOW)
    for base, head in ((later, both), (later, one), (root, both), (later, root), (later, later)):
        assert fork_point(repo, base, head) == git(folder, "merge-base", base, head)
    assert fork_point(repo, later, alone) is None


def test_a_history_of_its_own_is_all_new(folder: Path) -> None:
    alone = GitRepository(folder).commit([], {"docs/report.md": OLD.encode()}, "Alone", NOW)
    git(folder, "update-ref", HEAD, alone)
    assert [note.line for note in checked(folder).notes] == [3]


def test_a_branch_of_this_repository_is_read_where_no_ref_of_the_pull_request_is(folder: Path) -> None:
    head = commit(folder, {"a.md": "It has 5 GB.\n"}, ref="refs/heads/feature")
    repo = GitRepository(folder)
    event = {"head_sha": head, "base": "main", "number": 9}
    commit(folder, {"x": "x"})
    assert citation_check(repo, pull(folder, same_repository=True, **event), CitationCheck()).exit is Exit.ACT
    with pytest.raises(Refused, match="pull request #9 has no commit here"):
        citation_check(repo, pull(folder, **event), CitationCheck())
    with pytest.raises(Refused, match="the branch trunk has no commit"):
        citation_check(repo, pull(folder, **event | {"base": "trunk"}), CitationCheck())


def test_g1_an_event_that_came_late_is_passed_over(folder: Path) -> None:
    commit(folder, {"a.md": "It has 5 GB.\n"})
    late = pull(folder)
    newer = commit(folder, {"a.md": "Fine.\n"})
    outcome = citation_check(GitRepository(folder), late, CitationCheck())
    assert f"it is at {newer[:12]} by now, no longer at {late.head_sha[:12]}" in outcome.text
    assert outcome.data["state"] == "ignored"


def test_a9_nothing_of_a_fork_is_written_or_run(folder: Path) -> None:
    commit(folder, {"a.md": "It has 5 GB.\n", ".gitattributes": "*.md filter=evil diff=evil\n"})
    git(folder, "config", "filter.evil.smudge", "touch ran")
    git(folder, "config", "diff.evil.textconv", "touch ran;")
    before = GitRepository(folder).refs("refs/")
    assert checked(folder).exit is Exit.ACT
    assert GitRepository(folder).refs("refs/") == before
    assert git(folder, "status", "--porcelain") == ""


def test_the_head_of_a_fork_is_fetched_from_the_forges_ref(folder: Path, tmp_path: Path) -> None:
    start = tip(folder)
    commit(folder, {"docs/report.md": OLD + "\nA desk costs $9.\n"}, start)
    commit(folder, {"docs/other.md": "It has 5 GB.\n"}, ref="refs/heads/main")
    remote = RemoteRepository(tmp_path / "store", str(folder), None, "tests", None)
    outcome = citation_check(remote, pull(folder), CitationCheck())
    assert [(note.file, note.line) for note in outcome.notes] == [("docs/report.md", 7)]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"\xff\xfe", "line 1 is not UTF-8"),
        (b"a\0b", "it is no text but binary"),
        (b"x" * 2_000_001, "it has more than 2,000,000 bytes"),
    ],
)
def test_a20_a_file_that_cannot_be_audited_is_said_and_does_not_pass(
    folder: Path, content: bytes, why: str
) -> None:
    commit(folder, {"bad.md": content, "good.md": "Fine.\n"})
    outcome = checked(folder)
    assert outcome.exit is Exit.ACT
    assert [(note.file, note.what) for note in outcome.notes] == [("bad.md", f"cannot be audited: {why}")]
    assert why in outcome.text
    assert why in outcome.summary
    assert [one["file"] for one in outcome.data["left_out"]] == ["bad.md"]  # type: ignore[attr-defined]
    assert [one["path"] for one in outcome.data["files"]] == ["good.md"]  # type: ignore[attr-defined]


def test_a20_more_than_is_read_is_said_and_does_not_pass(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commit(folder, {f"{n}.md": f"It has {n} GB.\n" for n in range(1, 6)})
    monkeypatch.setattr(module, "MAX_FILES", 3)
    outcome = checked(folder, CitationCheck(min_cited=0))
    assert [note.file for note in outcome.notes if note.level == "error"] == ["4.md"]
    assert "was not audited: it is one of 2 files beyond the first 3; split the pull request" in outcome.text
    assert outcome.exit is Exit.ACT
    monkeypatch.setattr(module, "MAX_TOTAL", 30)
    outcome = checked(folder, CitationCheck(min_cited=0))
    assert "3.md: was not audited: the changed files have more than 30 bytes" in outcome.text
    assert "not audited: 2" in outcome.summary


def test_a_file_that_was_no_text_before_is_compared_all_the_same(folder: Path) -> None:
    commit(folder, {"docs/report.md": b"\xff\n\nA seat costs $5.\n"}, ref="refs/heads/main")
    commit(folder, {"docs/report.md": OLD})
    outcome = checked(folder)
    assert (outcome.exit, outcome.notes) == (Exit.ACT, ())


def test_a2_hostile_names_and_texts_stay_what_they_are(folder: Path) -> None:
    name = "::error file=x::@all <img src=x>|.md"
    commit(
        folder, {name: "It has 5 GB @all <b>![x](https://evil.example/x.png)</b> | Closes #1\n", "a\nb.md": "x"}
    )
    outcome = checked(folder)
    assert "a b.md: was not audited: its name has a line break" in outcome.text
    for active in ("<img", "<b>", "@all", "](https", " #1"):
        assert active not in outcome.summary
    assert [note.file for note in outcome.notes] == ["a\nb.md", name]


def test_annotations_are_as_many_as_are_shown(folder: Path) -> None:
    commit(folder, {"a.md": "".join(f"Seat {n} costs ${n}.\n\n" for n in range(60))})
    outcome = checked(folder)
    assert len(outcome.notes) == module.MAX_NOTES
    assert "- and 40 more" in outcome.summary


def test_the_page_of_a_job_shows_the_worst_files_first_and_counts_the_others(folder: Path) -> None:
    good = {f"good-{n:02}.md": "Fine.\n" for n in range(25)}
    commit(folder, {**good, "zzz.md": "It has 5 GB.\n"})
    lines = checked(folder).summary.splitlines()
    assert lines[2] == "**1 of 26 changed files below 95% cited claims** · new claims without a citation: 1"
    assert lines[6] == "| zzz.md | 1 | 0.0% | 1 | 0 | **below** |"
    assert "and 6 more files" in lines


def test_a_job_whose_every_file_was_left_out_has_no_table(folder: Path) -> None:
    commit(folder, {"bad.md": b"\xff"})
    assert "|" not in checked(folder).summary


def test_the_data_is_documented(folder: Path) -> None:
    commit(folder, {"docs/report.md": OLD + "\nA desk costs $9.\n"})
    data = checked(folder).data
    document = (Path(__file__).parents[2] / "docs" / "audit.md").read_text()
    keys = {*data, *data["files"][0]}  # type: ignore[index]
    assert [key for key in sorted(keys) if f"`{key}`" not in document] == []
