"""`fetch_page` against a real HTTPS server: the sites of the subject's sources and nothing else (A14, A21)."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.adapters.agents.claude.reading import PAGES, Reading
from bot.adapters.agents.claude.shelf import Shelf
from bot.adapters.agents.claude.tools import FetchPage, Rejected, SearchSources
from bot.adapters.sources.library import Library
from bot.adapters.sources.web import Web
from tests import builders
from tests.adapters.sources.conftest import certificates, server, site  # noqa: F401  fixtures
from tests.adapters.sources.https import Answer, HttpsServer
from tests.clocks import VirtualClock
from tests.messages.models.hostile import URLS

LIMITS = "".join(f"<p>Every account may send {n} requests per minute to the service.</p>" for n in range(100, 110))
Site = Callable[..., Web]


def page(body: str = LIMITS) -> Answer:
    html = f"<html><head><title>Limits</title></head><body><main><h1>Limits</h1>{body}</main></body></html>"
    return Answer(html.encode())


@pytest.fixture
def reading(tmp_path: Path, server: HttpsServer, site: Site) -> Reading:  # noqa: F811
    answers = {f"/docs/{n}": page() for n in range(PAGES + 1)}
    answers |= {
        "/docs/": page(),
        "/docs/moved": Answer(b"", 302, {"Location": "/elsewhere"}),
        "/docs/renamed": Answer(b"", 302, {"Location": "/docs/1"}),
        "/elsewhere": page(),
    }
    library = Library(tmp_path / "cache", tmp_path, VirtualClock(), web=site(answers))
    subject = builders.subject("Widget Store", server.url("/docs/"))
    return Reading(library, subject, (), Shelf({"S1": library.open(subject.sources[0])}))


def rejected(reading: Reading, url: str) -> str:
    with pytest.raises(Rejected) as reason:
        reading.fetch(FetchPage(url=url))
    return str(reason.value)


def test_a_page_of_the_same_site_becomes_a_source(reading: Reading, server: HttpsServer) -> None:  # noqa: F811
    told = reading.fetch(FetchPage(url=server.url("/docs/1")))()
    assert told.startswith("S2 is open now, with 10 passages; it begins:\n\n[P1] S2 Limits")
    assert reading.search(SearchSources(query="103 requests", source="S2", kind="any"))().startswith("[P4] S2")
    again = reading.fetch(FetchPage(url=server.url("/docs/1")))()
    assert again.startswith("S2 is open now")


@pytest.mark.parametrize("url", [*URLS, "https://docs.example/docs/1", "https://docs.example:1/docs/1"])
def test_a21_no_other_place_is_opened(reading: Reading, server: HttpsServer, url: str) -> None:  # noqa: F811
    before = list(server.asked)
    assert rejected(reading, url).endswith("is on none of the sites of this subject's sources")
    assert server.asked == before


def test_a21_outside_of_the_sources_folder_is_another_site(reading: Reading, server: HttpsServer) -> None:  # noqa: F811
    before = list(server.asked)
    assert "none of the sites" in rejected(reading, server.url("/elsewhere"))
    assert "none of the sites" in rejected(reading, server.url("/docs/../elsewhere"))
    assert server.asked == before


def test_a21_a_redirect_that_leads_out_is_not_followed(reading: Reading, server: HttpsServer) -> None:  # noqa: F811
    assert rejected(reading, server.url("/docs/moved")) == "it is blocked: it leads to another site, docs.example"
    assert "/elsewhere" not in [path for _, path in server.asked]


def test_a21_a_page_that_was_opened_as_a_source_is_judged_by_where_it_led(
    reading: Reading,
    server: HttpsServer,  # noqa: F811
) -> None:
    """A maintainer's own source may redirect anywhere; a model's page may not, whoever has opened it before."""
    assert reading.library.open(server.url("/docs/moved")).searched.state == "readable"
    assert rejected(reading, server.url("/docs/moved")) == "it leads to another site"


def test_a21_what_a_model_was_refused_is_still_open_to_a_mission(reading: Reading, server: HttpsServer) -> None:  # noqa: F811
    assert "another site" in rejected(reading, server.url("/docs/moved"))
    assert reading.library.open(server.url("/docs/moved")).searched.state == "readable"


def test_a_redirect_within_the_site_is_followed(reading: Reading, server: HttpsServer) -> None:  # noqa: F811
    assert "S2 is open now" in reading.fetch(FetchPage(url=server.url("/docs/renamed")))()


def test_a22_a_page_that_is_not_there_says_so(reading: Reading, server: HttpsServer) -> None:  # noqa: F811
    assert rejected(reading, server.url("/docs/none")) == "it is dead: answered 404 Not Found"


def test_pages_are_bounded(reading: Reading, server: HttpsServer) -> None:  # noqa: F811
    for number in range(PAGES):
        reading.fetch(FetchPage(url=server.url(f"/docs/{number}")))
    reading.fetch(FetchPage(url=server.url("/docs/0")))  # known already
    assert (
        rejected(reading, server.url(f"/docs/{PAGES}"))
        == f"{PAGES} pages were fetched for this subject; that is all"
    )
