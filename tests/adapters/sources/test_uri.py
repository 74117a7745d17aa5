"""What the URIs of sources mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.sources.state import Unusable
from bot.adapters.sources.uri import FileUri, PackageUri, WebUri, parse


@pytest.mark.parametrize(
    ("uri", "meaning"),
    [
        ("https://docs.example/limits#per-account", WebUri("https://docs.example/limits")),
        ("file:docs/api.md", FileUri("docs/api.md")),
        ("pypi:hcloud==2.27.0", PackageUri("pypi", "hcloud", "2.27.0")),
        ("pypi:botocore==1.44.5#botocore/data/*", PackageUri("pypi", "botocore", "1.44.5", "botocore/data/*")),
        ("npm:stripe@23.1.0#types/*", PackageUri("npm", "stripe", "23.1.0", "types/*")),
        ("npm:@vultr/vultr-node@2.8.0", PackageUri("npm", "@vultr/vultr-node", "2.8.0")),
    ],
)
def test_a_uri_is_understood(uri: str, meaning: object) -> None:
    assert parse(uri) == meaning


@pytest.mark.parametrize("name", ["pypi:hcloud==2.27.0", "npm:@vultr/vultr-node@2.8.0"])
def test_a_document_has_a_uri_that_is_understood_again(name: str) -> None:
    package = parse(f"{name}#*.md")
    assert isinstance(package, PackageUri)
    assert parse(package.document("a/b.md")) == PackageUri(
        package.registry, package.name, package.version, "a/b.md"
    )


@pytest.mark.parametrize("uri", ["pypi:hcloud", "npm:stripe", "npm:@vultr/vultr-node", "pypi:hcloud#x==1"])
def test_a_package_without_its_version_is_not_pinned(uri: str) -> None:
    with pytest.raises(Unusable, match="not pinned") as caught:
        parse(uri)
    assert caught.value.state == "unreadable"


@pytest.mark.parametrize(
    "uri",
    [
        *("pypi:--index-url==1", "pypi:a b==1", "pypi:hcloud==1.*", "pypi:hcloud==--pre", "pypi:x[extra]==1"),
        *("pypi:==1", "pypi:a==1;b==2", "npm:stripe@latest", "npm:stripe@git+ssh://x", "npm:../x@1", "npm:-g@1"),
    ],
)
def test_a21_nothing_but_a_name_and_a_version_reaches_a_client(uri: str) -> None:
    with pytest.raises(Unusable):
        parse(uri)


@pytest.mark.parametrize("uri", ["http://docs.example/", "ftp://x", "git+https://x", "", "docs.md"])
def test_another_scheme_is_blocked(uri: str) -> None:
    with pytest.raises(Unusable) as caught:
        parse(uri)
    assert caught.value.state == "blocked"


@given(st.text())
def test_any_text_is_a_uri_or_refused(text: str) -> None:
    for scheme in ("pypi:", "npm:", ""):
        try:
            parse(scheme + text)
        except Unusable as problem:
            assert problem.reason
