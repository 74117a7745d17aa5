"""The hosts that a session asks."""

import anthropic
import pytest

from bot.core.hosts import OF_THE_RUNNER, Host, endpoint, host_of, hosts, providers, schemes
from bot.core.loading import load_mission
from bot.core.mission import Mission, Provider
from tests.core.mission_text import edited

GITHUB = ("https://github.com", "https://api.github.com")
INDEXES = {"pypi": ("https://index.example/simple", "/opt/wheels"), "npm": ("https://npm.example/",)}


def mission(*changes: tuple[str, str]) -> Mission:
    return load_mission(edited(*changes), "m.yml")


def names(of: Mission, region: str = "", model: str = "") -> set[str]:
    return {host.name for host in hosts(of, GITHUB, INDEXES, region, model)} - {*OF_THE_RUNNER}


def test_a21_every_host_is_listed_once_for_each_use() -> None:
    found = hosts(mission(), GITHUB, INDEXES, "", "")
    assert list(found) == sorted(set(found))
    assert {host for host in found if host.use != "the runner"} == {
        Host("github.com", "GitHub"),
        Host("api.github.com", "GitHub"),
        Host("www.vultr.com", "sources"),
        Host("index.example", "packages"),
        Host("npm.example", "packages"),
    }
    assert {host.name for host in found if host.use == "the runner"} == set(OF_THE_RUNNER)


def test_a21_nothing_is_listed_that_is_not_asked() -> None:
    plain = mission(('"npm:@vultr/vultr-node@2.8.0", "https://www.vultr.com/api/"', '"file:docs"'))
    assert names(plain) == {"github.com", "api.github.com", "index.example"}
    assert schemes(plain) == {"pypi", "file"}
    own = hosts(plain, ("https://git.acme.example", "https://git.acme.example/api/v3"), {}, "", "")
    assert own == (Host("git.acme.example", "GitHub"),)


def test_a21_allowed_domains_stand_with_all_below_them() -> None:
    of = mission(("domain: CLOUD", 'domain: CLOUD\nallow_domains: ["*.Docs.example", "x.example."]'))
    assert {"docs.example", "*.docs.example", "x.example", "*.x.example"} <= names(of)


def test_a21_models_are_listed_where_they_are_asked() -> None:
    claude = mission(("agent: {", "agent: {backend: claude, "))
    assert providers(claude) == {"anthropic"}
    assert "api.anthropic.com" in names(claude)
    assert "proxy.example" in names(claude, model="https://proxy.example/v1")
    assert "api.anthropic.com" not in names(claude, model="https://proxy.example/v1")
    cloud = mission(("agent: {", "agent: {backend: claude, provider: bedrock, "))
    assert "bedrock-mantle.REGION.api.aws" in names(cloud)


def made(
    provider: Provider, region: str
) -> anthropic.Anthropic | anthropic.AnthropicBedrockMantle | anthropic.AnthropicVertex:
    match provider:
        case "anthropic":
            return anthropic.Anthropic(api_key="k")
        case "bedrock":
            return anthropic.AnthropicBedrockMantle(api_key="k", aws_region=region)
        case "vertex":
            return anthropic.AnthropicVertex(access_token="k", project_id="p", region=region)


@pytest.mark.parametrize(
    ("provider", "region"),
    [
        ("anthropic", ""),
        ("bedrock", "eu-west-1"),
        *(("vertex", it) for it in ("global", "us", "eu", "europe-west1")),
    ],
)
def test_the_endpoints_are_those_of_the_sdk(
    provider: Provider, region: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ANTHROPIC_BASE_URL", raising=False)
    with made(provider, region) as client:
        assert client.base_url.host == endpoint(provider, region)


@pytest.mark.parametrize(
    ("address", "host"),
    [("https://a.example./x", "a.example"), ("file:///opt", ""), ("/opt/x", ""), ("https://[x", ""), ("", "")],
)
def test_an_address_without_a_host_has_none(address: str, host: str) -> None:
    assert host_of(address) == host
