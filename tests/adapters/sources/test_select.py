"""Which files are read."""

from bot.adapters.sources.select import matching, newest, selected

PATHS = [
    "acme-1.0.dist-info/METADATA",
    "acme-1.0.dist-info/RECORD",
    "acme/aio/client.py",
    "acme/client.py",
    "acme/data/ec2/2014-10-01/service-2.json.gz",
    "acme/data/ec2/2016-11-15/service-2.json.gz",
    "acme/data/s3/2006-03-01/service-2.json",
    "acme/logo.png",
    "acme/tests/test_client.py",
    "docs/guide.md",
]


def test_without_a_glob_documentation_modules_and_descriptions_are_read() -> None:
    assert selected(PATHS, "") == [
        "acme-1.0.dist-info/METADATA",
        "acme/client.py",
        "acme/data/ec2/2016-11-15/service-2.json.gz",
        "acme/data/s3/2006-03-01/service-2.json",
        "docs/guide.md",
    ]


def test_what_tells_about_the_package_is_always_read() -> None:
    assert selected(PATHS, "acme/client.py") == ["acme-1.0.dist-info/METADATA", "acme/client.py"]


def test_of_an_api_in_dated_versions_the_newest_is_read() -> None:
    assert selected(PATHS, "acme/data/ec2/*/service-2.json.gz")[1:] == [
        "acme/data/ec2/2016-11-15/service-2.json.gz"
    ]
    assert newest(["a/v2021_03_01/x.py", "a/v2022_01_01_preview/x.py"]) == ["a/v2022_01_01_preview/x.py"]


def test_an_old_version_is_read_when_it_is_named() -> None:
    old = "acme/data/ec2/2014-10-01/service-2.json.gz"
    assert selected(PATHS, old)[1:] == [old]


def test_a_star_stays_in_its_directory_and_two_cross_them() -> None:
    paths = ["a.md", "d/b.md", "d/e/c.md", "d/x.md.bak"]
    assert matching(paths, "*.md") == ["a.md"]
    assert matching(paths, "**/*.md") == ["a.md", "d/b.md", "d/e/c.md"]
    assert matching(paths, "d/**") == ["d/b.md", "d/e/c.md", "d/x.md.bak"]
    assert matching(paths, "d/") == ["d/b.md", "d/e/c.md", "d/x.md.bak"]
    assert matching(paths, "d/?.md") == ["d/b.md"]


def test_a_declaration_for_another_module_system_is_read_only_without_its_twin() -> None:
    assert selected(["a.d.cts", "a.d.ts", "b.d.mts"], "") == ["a.d.ts", "b.d.mts"]
