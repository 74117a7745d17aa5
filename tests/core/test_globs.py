import pytest

from bot.core.globs import selected


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("**/*.md", "README.md", True),
        ("**/*.md", "docs/a/b.md", True),
        ("**/*.md", "docs/a.mdx", False),
        ("*.md", "README.md", True),
        ("*.md", "docs/a.md", False),
        ("docs/**", "docs/a/b.md", True),
        ("docs/**", "docs.md", False),
        ("docs/**/*.md", "docs/a.md", True),
        ("docs/?.md", "docs/a.md", True),
        ("docs/?.md", "docs//.md", False),
        ("docs/a.md", "docs/aXmd", False),
        ("docs/[a].md", "docs/[a].md", True),
        ("**/*.md", "a\nb.md", True),
        ("**", "anything/at/all", True),
    ],
)
def test_a_pattern_fits_whole_paths(pattern: str, path: str, fits: bool) -> None:
    assert selected(path, [pattern]) is fits


def test_the_last_pattern_that_fits_decides() -> None:
    patterns = ["**/*.md", "!vendor/**", "vendor/ours.md"]
    paths = ["a.md", "vendor/a.md", "vendor/ours.md", "a.txt"]
    assert [path for path in paths if selected(path, patterns)] == ["a.md", "vendor/ours.md"]
    assert not selected("a.md", [])
    assert not selected("a.md", ["!b.md"])
