"""A library on an empty cache, packages made on the spot, and a real HTTPS server on this machine."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from bot.adapters.sources.library import Library
from bot.adapters.sources.reach import Reach
from bot.adapters.sources.state import Caps
from bot.adapters.sources.web import Web
from tests.adapters.sources.https import Answer, HttpsServer, authority
from tests.clocks import VirtualClock


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory that pip takes for the whole of its index."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    return folder


MakeLibrary = Callable[..., Library]


@pytest.fixture
def library(tmp_path: Path, repository: Path) -> MakeLibrary:
    """Makes libraries on one cache, as parallel processes would have them."""

    def make(only: frozenset[str] | None = None, caps: Caps | None = None, web: Web | None = None) -> Library:
        return Library(tmp_path / "cache", repository, VirtualClock(), only, caps=caps, web=web)

    return make


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return authority(tmp_path_factory.mktemp("certificates"), "docs.example")


@pytest.fixture
def server(certificates: Path) -> Iterator[HttpsServer]:
    with HttpsServer(certificates) as running:
        yield running


@pytest.fixture
def site(server: HttpsServer, certificates: Path) -> Callable[[Mapping[str, Answer]], Web]:
    """Serves answers by path at `https://docs.example:PORT`, and gives the client that may go there."""

    def serve(answers: Mapping[str, Answer], caps: Caps | None = None) -> Web:
        server.answers.update(answers)
        reach = Reach(
            resolve=lambda host, port: ["127.0.0.1"],
            allowed=lambda address: address == "127.0.0.1",
            ports=frozenset((server.port,)),
        )
        return Web(caps or Caps(page_seconds=10), reach, str(certificates / "ca.pem"))

    return serve
