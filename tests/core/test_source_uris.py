import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.source_uris import belongs, package_name

BOTO = "pypi:botocore==1.44.5#botocore/data/ec2/**/service-2.json.gz"
PAGE = "https://docs.example.com/api/auth.html"


@pytest.mark.parametrize(
    ("document", "source"),
    [
        (BOTO, BOTO),
        ("pypi:botocore==1.44.5#botocore/data/ec2/2016-11-15/service-2.json.gz", BOTO),
        ("pypi:Boto_Core==1#a/b.py", "pypi:boto-core==1"),
        ("pypi:a==1#pkg/x/y.py", "pypi:a==1#pkg/"),
        ("pypi:a==1#pkg/y.py", "pypi:a==1#pkg/y.py"),
        ("npm:@scope/name@1.2.3#dist/index.d.ts", "npm:@scope/name@1.2.3#dist/*.d.ts"),
        ("file:docs/api.md", "file:docs"),
        ("file:docs/api.md", "file:docs/*.md"),
        ("https://docs.example.com/api/limits.html?x=1#y", PAGE),
        ("https://docs.example.com/api/deep/page", PAGE),
        ("https://docs.example.com", "https://docs.example.com/"),
        ("https://docs.example.com/any", "https://docs.example.com"),
        ("https://DOCS.example.com/api/", PAGE),
    ],
)
def test_a_document_of_a_source_belongs_to_it(document: str, source: str) -> None:
    assert belongs(document, source)


@pytest.mark.parametrize(
    ("document", "source"),
    [
        ("pypi:botocore==1.44.6#botocore/data/ec2/2016-11-15/service-2.json.gz", BOTO),
        ("pypi:botocore==1.44.5#botocore/data/s3/2006-03-01/service-2.json.gz", BOTO),
        ("npm:botocore==1.44.5#botocore/data/ec2/x/service-2.json.gz", BOTO),
        ("pypi:a==1", "pypi:a==1#*.py"),
        ("npm:name@1.2.3#a.ts", "npm:@scope/name@1.2.3"),
        ("file:docs/../.env", "file:docs"),
        ("file:/etc/passwd", "file:docs"),
        ("file:/etc/passwd", "file:*"),
        ("file:docs\\..\\secret", "file:*"),
        ("file:.git/config", "file:docs/*"),
        ("file:docsx/a.md", "file:docs"),
        ("https://evil.example/api/auth.html", PAGE),
        ("https://docs.example.com/other/", PAGE),
        ("https://docs.example.com/api/../admin", PAGE),
        ("https://docs.example.com/api/%2e%2e/admin", PAGE),
        ("https://docs.example.com:8443/api/x", PAGE),
        ("https://docs.example.com:x/api/x", PAGE),
        ("https://docs.example.com@evil.example/api/x", PAGE),
        ("https://user@docs.example.com/api/x", PAGE),
        ("https://[/api/x", PAGE),
        ("https:///api/x", PAGE),
        ("http://docs.example.com/api/x", PAGE),
        ("https://docs.example.com/api/a b", PAGE),
        ("ftp:thing", "ftp:other"),
        ("", PAGE),
    ],
)
def test_a11_anything_else_does_not(document: str, source: str) -> None:
    assert not belongs(document, source)


@pytest.mark.parametrize(
    ("host", "allowed"),
    [
        ("example.org", True),
        ("a.example.org", True),
        ("example.org.", True),
        ("example.org:443", True),
        ("notexample.org", False),
        ("example.org.evil.example", False),
        ("example.org:22", False),
    ],
)
def test_an_allowed_domain_holds_for_its_hosts(host: str, allowed: bool) -> None:
    assert belongs(f"https://{host}/x", PAGE, ("", "*.Example.org")) == allowed


@given(st.text(), st.sampled_from(["https://a.example/b", "file:*", "pypi:a==1#*", "npm:a@1#*"]))
def test_a11_any_text_may_be_asked_about(text: str, source: str) -> None:
    scheme = source.partition(":")[0]
    assert belongs(f"{scheme}:{text}", source, ("b.example",)) in (True, False)
    assert not belongs(f"{scheme}:/{text}/../x", source)


@pytest.mark.parametrize(
    ("uri", "name"),
    [
        ("pypi:google-cloud-storage==3.17.1#README.md", "google-cloud-storage"),
        ("npm:@vultr/vultr-node@2.8.0", "@vultr/vultr-node"),
        ("https://docs.example.com/", ""),
        ("file:docs/api.md", ""),
        ("pypi:unpinned", ""),
    ],
)
def test_the_name_of_a_cited_package(uri: str, name: str) -> None:
    assert package_name(uri) == name
