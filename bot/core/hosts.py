"""The hosts that a session asks, for a list of what a runner may reach (A21)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from bot.core.mission import Mission, Provider
from bot.core.plan import make_plan

OF_THE_RUNNER = ("*.actions.githubusercontent.com", "codeload.github.com", "*.blob.core.windows.net")
"""What a runner of github.com itself asks to take jobs, actions, caches and artifacts.

Source: GitHub's documentation, "Communicating with self-hosted runners".
"""


@dataclass(frozen=True, slots=True, order=True)
class Host:
    """A host, or all below a domain (`*.example.com`), and what it is asked for."""

    name: str
    use: str


def hosts(
    mission: Mission, github: Iterable[str], indexes: Mapping[str, Iterable[str]], region: str, model: str = ""
) -> tuple[Host, ...]:
    """Every host that the jobs of a session ask, in alphabetical order, each use of it once.

    `github` are the addresses of the site and its API, `indexes` those of the indexes of packages by scheme
    (pypi, npm), `region` is the cloud region of the models, and `model` an address that is asked in their place.
    """
    found = {Host(host, use) for host, use in _all(mission, list(github), indexes, region, model) if host}
    return tuple(sorted(found))


def schemes(mission: Mission) -> frozenset[str]:
    """The kinds of sources that a mission names."""
    return frozenset(source.partition(":")[0] for source in _sources(mission))


def providers(mission: Mission) -> frozenset[Provider]:
    """Whose models its agents ask."""
    return frozenset(agent.provider for agent in make_plan(mission).agents if agent.backend == "claude")


def host_of(address: str) -> str:
    """The host in an address; empty when there is none, as in that of a folder."""
    try:
        parts = urlsplit(address)
        return (parts.hostname or "").rstrip(".") if parts.scheme in ("http", "https") else ""
    except ValueError:
        return ""


def endpoint(provider: Provider, region: str) -> str:
    """Where a provider's models are asked. Source: the clients of Anthropic's SDK, which a test compares."""
    if provider == "anthropic":
        return "api.anthropic.com"
    if provider == "bedrock":
        return f"bedrock-mantle.{region}.api.aws"
    if region == "global":
        return "aiplatform.googleapis.com"
    return (
        f"aiplatform.{region}.rep.googleapis.com"
        if region in ("us", "eu")
        else f"{region}-aiplatform.googleapis.com"
    )


def _all(
    mission: Mission, github: list[str], indexes: Mapping[str, Iterable[str]], region: str, model: str
) -> Iterator[tuple[str, str]]:
    yield from ((host_of(address), "GitHub") for address in github)
    if "github.com" in map(host_of, github):
        yield from ((name, "the runner") for name in OF_THE_RUNNER)
    yield from ((host_of(source), "sources") for source in _sources(mission))
    for domain in mission.allow_domains:
        name = domain.lower().removeprefix("*.").strip(".")
        yield from ((name, "sources"), (f"*.{name}", "sources"))
    # The action installs itself from the index of Python packages, whatever the mission reads.
    for scheme in ("pypi", *sorted(schemes(mission) & {"npm"})):
        yield from ((host_of(address), "packages") for address in indexes.get(scheme, ()))
    for provider in providers(mission):
        yield host_of(model) or endpoint(provider, region or "REGION"), "models"


def _sources(mission: Mission) -> Iterator[str]:
    return (source for subject in mission.subjects for source in subject.sources)
