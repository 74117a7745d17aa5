"""`https:` sources against a real HTTPS server: where the client goes, and what it makes of the answers."""

import gzip
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.sources.reach import Reach, is_public
from bot.adapters.sources.state import Caps, Unusable
from bot.adapters.sources.web import Web
from tests.adapters.sources.conftest import MakeLibrary
from tests.adapters.sources.https import Answer, HttpsServer

Site = Callable[..., Web]

PROSE = "".join(f"<p>Every account may send {n} requests per minute to the service.</p>" for n in range(100, 110))
PAGE = f"<html><head><title>Limits</title></head><body><main><h1>Limits</h1>{PROSE}</main></body></html>".encode()


def redirect(to: str) -> Answer:
    return Answer(b"", 302, {"Location": to})


def typed(body: bytes, mime: str, **headers: str) -> Answer:
    return Answer(body, 200, {"Content-Type": mime, **headers})


def state_of(library: MakeLibrary, web: Web, url: str) -> tuple[str, str]:
    searched = library(web=web).open(url).searched
    return searched.state, searched.reason


def test_a_page_is_read_by_its_main_text(library: MakeLibrary, site: Site, server: HttpsServer) -> None:
    source = library(web=site({"/limits": Answer(PAGE)})).open(server.url("/limits#section"))
    assert source.searched.state == "readable"
    found = source.search('"103 requests"')
    assert [p.locator for p in found] == ["Limits ¶4"]
    assert found[0].document == server.url("/limits")
    assert server.asked == [(f"docs.example:{server.port}", "/limits")]


def test_a_page_is_asked_for_once_by_one_library(library: MakeLibrary, site: Site, server: HttpsServer) -> None:
    opened = library(web=site({"/limits": Answer(PAGE)}))
    first = opened.open(server.url("/limits"))
    evidence = opened.evidence(server.url("/limits"), "Limits ¶4", "quoted")
    assert evidence.text == "Every account may send 103 requests per minute to the service."
    assert (opened.open(server.url("/limits")), len(server.asked)) == (first, 1)


def test_redirects_are_followed_and_the_document_is_where_they_end(
    library: MakeLibrary, site: Site, server: HttpsServer
) -> None:
    opened = library(web=site({"/old": redirect("/new"), "/new": Answer(PAGE)}))
    source = opened.open(server.url("/old"))
    [passage, *_] = source.search("account")
    assert passage.document == server.url("/new")
    assert opened.evidence(passage.document, passage.locator, "quoted").text == passage.text
    assert len(server.asked) == 2


def test_a22_six_redirects_are_too_many(library: MakeLibrary, site: Site, server: HttpsServer) -> None:
    hops = {f"/{n}": redirect(f"/{n + 1}") for n in range(10)}
    assert state_of(library, site(hops), server.url("/0")) == ("blocked", "more than 5 redirects")
    assert len(server.asked) == 6


def test_five_redirects_are_allowed(library: MakeLibrary, site: Site, server: HttpsServer) -> None:
    hops = {f"/{n}": redirect(f"/{n + 1}") for n in range(5)} | {"/5": Answer(PAGE)}
    assert state_of(library, site(hops), server.url("/0"))[0] == "readable"


@pytest.mark.parametrize(
    ("to", "why"),
    [
        ("http://docs.example:{port}/x", "is not https"),
        ("https://docs.example/x", "is not https on port 443"),
        ("file:///etc/passwd", "is not https"),
        ("https://user:word@docs.example:{port}/", "credentials"),
        ("https://[::1", "Invalid IPv6 URL"),
    ],
)
def test_a21_a_redirect_is_checked_like_the_first_address(
    library: MakeLibrary, site: Site, server: HttpsServer, to: str, why: str
) -> None:
    state, reason = state_of(library, site({"/a": redirect(to)}), server.url("/a"))
    assert state == "blocked"
    assert why in reason
    assert len(server.asked) == 1


def test_a21_a_redirect_to_a_name_with_a_private_address_is_blocked(
    library: MakeLibrary, certificates: object, server: HttpsServer, site: Site
) -> None:
    web = site({"/a": redirect("https://inside.example:{port}/secret"), "/secret": Answer(PAGE)})
    addresses = {"docs.example": ["127.0.0.1"], "inside.example": ["127.0.0.1", "10.0.0.7"]}
    reach = Reach(lambda host, port: addresses[host], web.reach.allowed, web.reach.ports)
    state, reason = state_of(library, Web(web.caps, reach, web.ca), server.url("/a"))
    assert (state, reason) == ("blocked", "inside.example leads to 10.0.0.7, which is not on the public internet")
    assert [path for _, path in server.asked] == ["/a"]


def test_a21_the_name_is_resolved_once_and_the_answer_is_where_the_connection_goes(
    library: MakeLibrary, site: Site, server: HttpsServer
) -> None:
    web = site({"/limits": Answer(PAGE)})
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])  # a name that changes between the check and the connection
    reach = Reach(lambda host, port: next(answers), web.reach.allowed, web.reach.ports)
    assert state_of(library, Web(web.caps, reach, web.ca), server.url("/limits"))[0] == "readable"
    assert next(answers) == ["10.0.0.1"]


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "169.254.169.254", "10.1.2.3", "192.168.0.1", "172.16.0.1", "0.0.0.0", "100.64.0.1", "224.0.0.1",
     "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1",
     "2002:7f00:1::", "ff02::1", "::127.0.0.1", "::ffff:0:127.0.0.1", "fec0::1", "5f00::1", "3fff::1",
     "fd00:ec2::254", "2001:0:1::8080:8080", "192.88.99.1", "198.18.0.1", "240.0.0.1", "not an address"],
)  # fmt: skip
def test_a21_no_address_of_a_machine_or_a_private_net_is_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:4700::6810:84e5", "::ffff:93.184.215.14"])
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(address)


@given(st.ip_addresses(v=4, network="10.0.0.0/8"))
def test_a21_no_private_address_is_public_in_any_dress(address: object) -> None:
    assert not is_public(str(address))
    for prefix in ("::ffff:", "::ffff:0:", "::", "64:ff9b::", "64:ff9b:1::", "fe80::5efe:"):
        assert not is_public(f"{prefix}{address}")


@pytest.mark.parametrize(
    "host",
    ["2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "127.1", "127.0.0.1.", "localhost.", "[::1]",
     "[::ffff:7f00:1]", "[::127.0.0.1]", "\uff11\uff12\uff17.0.0.1", "127\u30020\u30020\u30021", "0",
     "\u24d8.invalid", "[fe80::1%25lo]"],
)  # fmt: skip
def test_a21_however_this_machine_is_written_it_is_blocked(host: str) -> None:
    with pytest.raises(Unusable) as refused:
        Reach().target(f"https://{host}/")
    assert refused.value.state == "blocked"


@pytest.mark.parametrize(
    "url",
    ["https://docs.example@127.0.0.1/", "https://127.0.0.1\\@docs.example/", "https://127.0.0.1%2f@docs.example/",
     "https://docs.example:22/", "http://docs.example/", "ftp://docs.example/", "gopher://docs.example/",
     "//docs.example/"],
)  # fmt: skip
def test_a21_other_schemes_ports_and_logins_are_blocked(url: str) -> None:
    with pytest.raises(Unusable):
        Reach(lambda host, port: ["93.184.215.14"]).target(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://localhost/",
        "https://[::1]/",
        "https://169.254.169.254/latest/",
        "https:///x",
    ],
)
def test_a21_by_default_nothing_of_this_machine_is_asked(library: MakeLibrary, url: str) -> None:
    assert library().open(url).searched.state == "blocked"


def test_a_name_that_cannot_be_resolved_is_blocked(library: MakeLibrary) -> None:
    def nowhere(host: str, port: int) -> list[str]:
        raise OSError("no such name")

    state, reason = state_of(library, Web(Caps(), Reach(nowhere)), "https://docs.example/")
    assert (state, reason) == ("blocked", "the name docs.example cannot be resolved from here: no such name")


def test_a_certificate_for_another_name_is_refused(library: MakeLibrary, site: Site, server: HttpsServer) -> None:
    web = site({"/limits": Answer(PAGE)})
    state, reason = state_of(library, web, server.url("/limits").replace("docs.", "evil."))
    assert state == "blocked"
    assert "CERTIFICATE" in reason.upper()
    assert not server.asked


def test_a_port_where_nobody_listens_is_blocked(library: MakeLibrary, site: Site) -> None:
    web = site({})
    reach = Reach(web.reach.resolve, web.reach.allowed, frozenset((1,)))
    state, reason = state_of(library, Web(web.caps, reach, web.ca), "https://docs.example:1/")
    assert state == "blocked"
    assert "refused" in reason


@pytest.mark.parametrize(
    ("status", "state"),
    [(404, "dead"), (410, "dead"), (401, "blocked"), (403, "blocked"), (429, "blocked"), (503, "blocked")],
)
def test_a22_a_refusal_has_its_state(
    library: MakeLibrary, site: Site, server: HttpsServer, status: int, state: str
) -> None:
    answered = state_of(library, site({"/x": Answer(PAGE, status)}), server.url("/x"))
    assert answered[0] == state
    assert str(status) in answered[1]


@pytest.mark.parametrize(
    ("body", "state"),
    [
        (
            "<title>404 - Page not found</title><main><p>We could not find what you are looking for.</p></main>",
            "dead",
        ),
        (
            "<title>Docs</title><body><h1>This page does not exist</h1><p>Try the search, please.</p></body>",
            "dead",
        ),
        ("<title>Just a moment...</title><body><p>Checking your browser before you go on.</p></body>", "blocked"),
        ("<title>Docs</title><body><p>Please complete the CAPTCHA to see this page.</p></body>", "blocked"),
        ("<title>Docs</title><body><div id=root></div><script>render()</script></body>", "unreadable"),
    ],
)
def test_a22_a_page_that_is_not_the_page_has_its_state(
    library: MakeLibrary, site: Site, server: HttpsServer, body: str, state: str
) -> None:
    web = site({"/x": Answer(f"<html>{body}</html>".encode())})
    assert state_of(library, web, server.url("/x"))[0] == state


def test_a_long_page_about_404_is_read(library: MakeLibrary, site: Site, server: HttpsServer) -> None:
    page = b"<html><body><main><h1>404 Not Found</h1>" + PROSE.encode() * 5 + b"</main></body></html>"
    assert state_of(library, site({"/x": Answer(page)}), server.url("/x"))[0] == "readable"


def test_a22_a_page_that_leads_to_the_front_page_is_gone(
    library: MakeLibrary, site: Site, server: HttpsServer
) -> None:
    web = site({"/docs/limits": redirect("/"), "/": Answer(PAGE)})
    assert state_of(library, web, server.url("/docs/limits"))[0] == "dead"
    assert state_of(library, web, server.url("/"))[0] == "readable"


def test_a22_a_robot_test_of_the_network_is_blocked(library: MakeLibrary, site: Site, server: HttpsServer) -> None:
    web = site({"/x": Answer(PAGE, 403, {"cf-mitigated": "challenge"})})
    assert state_of(library, web, server.url("/x")) == ("blocked", "answered 403 with a test for robots")


@pytest.mark.parametrize(
    ("body", "mime"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0", "image/png"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "text/html"),
        (b"MZ" + bytes(100), "application/octet-stream"),
        (b"Caf\xe9 is not valid here", "text/html; charset=utf-8"),
        (b"Caf\xe9 has no charset at all", "text/plain"),
        (b"Caf\xe9 in a charset nobody knows", "text/plain; charset=no-such-charset"),
    ],
)
def test_a22_binary_data_and_a_wrong_charset_are_unreadable(
    library: MakeLibrary, site: Site, server: HttpsServer, body: bytes, mime: str
) -> None:
    assert state_of(library, site({"/x": typed(body, mime)}), server.url("/x"))[0] == "unreadable"


@pytest.mark.parametrize(
    ("body", "mime"),
    [
        ("Caf\u00e9 opens at nine o'clock.".encode("latin-1"), "text/plain; charset=ISO-8859-1"),
        (
            "Caf\u00e9 opens at nine o'clock.".encode(),
            "text/plain; charset=ISO-8859-1",
        ),  # declared wrongly, and yet UTF-8
        ("Caf\u00e9 opens at nine o'clock.".encode("utf-16"), "text/plain"),
        ("Caf\u00e9 opens at nine o'clock.".encode("utf-8-sig"), "text/plain"),
    ],
)
def test_a22_the_charset_is_the_right_one(
    library: MakeLibrary, site: Site, server: HttpsServer, body: bytes, mime: str
) -> None:
    source = library(web=site({"/x": typed(body, mime)})).open(server.url("/x"))
    assert [p.text for p in source.passages("prose")] == ["Caf\u00e9 opens at nine o'clock."]


def test_a_description_is_read_as_what_it_is(library: MakeLibrary, site: Site, server: HttpsServer) -> None:
    description = b'{"openapi": "3.1.0", "paths": {"/servers": {"get": {"summary": "List all servers"}}}}'
    source = library(web=site({"/api": typed(description, "application/json")})).open(server.url("/api"))
    assert [p.text for p in source.passages("operation")] == ["GET /servers: List all servers"]


def test_a_page_may_be_gzipped(library: MakeLibrary, site: Site, server: HttpsServer) -> None:
    answer = typed(gzip.compress(PAGE), "text/html", **{"Content-Encoding": "gzip"})
    assert state_of(library, site({"/x": answer}), server.url("/x"))[0] == "readable"


def test_a20_a_gzip_bomb_goes_no_further_than_the_cap(
    library: MakeLibrary, site: Site, server: HttpsServer
) -> None:
    answer = typed(gzip.compress(bytes(50_000_000)), "text/html", **{"Content-Encoding": "gzip"})
    state = state_of(library, site({"/x": answer}), server.url("/x"))
    assert state == ("unreadable", "larger than 20 MB when unpacked")


def test_an_unknown_packing_is_unreadable(library: MakeLibrary, site: Site, server: HttpsServer) -> None:
    answer = typed(PAGE, "text/html", **{"Content-Encoding": "br"})
    assert state_of(library, site({"/x": answer}), server.url("/x"))[0] == "unreadable"


def test_a20_a_page_without_an_end_is_cut_off(library: MakeLibrary, site: Site, server: HttpsServer) -> None:
    endless = Answer(bytes(65_536), endless=True)
    web = site({"/x": endless}, Caps(page_bytes=3_000_000))
    assert state_of(library, web, server.url("/x")) == ("unreadable", "larger than 3 MB")


def test_a20_a_page_that_takes_too_long_is_given_up(library: MakeLibrary, site: Site, server: HttpsServer) -> None:
    web = site({"/x": Answer(b"x", endless=True)}, Caps(page_bytes=10**9, page_seconds=0.3))
    begin = time.monotonic()
    assert state_of(library, web, server.url("/x")) == ("blocked", "took longer than 0.3 seconds")
    assert time.monotonic() - begin < 5


def test_a20_headers_that_drip_without_an_end_are_given_up(
    library: MakeLibrary, site: Site, server: HttpsServer
) -> None:
    web = site({"/x": Answer(drip=0.02)}, Caps(page_seconds=0.3))
    begin = time.monotonic()
    state, reason = state_of(library, web, server.url("/x"))
    assert state == "blocked"
    assert "cannot be reached" in reason
    assert time.monotonic() - begin < 1.5, "a hundred headers take two seconds, and each is well in time"


def test_a20_more_headers_than_anybody_needs_are_refused(
    library: MakeLibrary, site: Site, server: HttpsServer
) -> None:
    crowd = {f"X-{n}": "x" for n in range(200)}
    for headers in (crowd, {"X-Long": "x" * 100_000}):
        state, reason = state_of(
            library, site({"/x": Answer(PAGE, 200, headers)}), server.url(f"/x?{len(headers)}")
        )
        assert state in ("blocked", "dead"), reason


def test_refusals_name_what_was_asked() -> None:
    with pytest.raises(Unusable, match="names no host"):
        Reach().target("https:///docs")
