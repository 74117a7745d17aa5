"""Addresses for people, and the repository that a remote names."""

import pytest

from bot.core.addresses import Addresses, addresses_of

WIDGETS = Addresses("https://github.com", "acme/widgets")


@pytest.mark.parametrize(
    "origin",
    [
        "https://github.com/acme/widgets",
        "https://github.com/acme/widgets.git",
        "https://ann:secret@github.com/acme/widgets.git/",
        "git@github.com:acme/widgets.git",
        "ssh://git@github.com/acme/widgets",
        "ssh://git@github.com:22/acme/widgets.git",
    ],
)
def test_the_repository_of_a_remote(origin: str) -> None:
    assert addresses_of(origin) == WIDGETS


@pytest.mark.parametrize(
    "origin", ["", "../widgets", "/srv/widgets.git", "https://github.com/acme", "file:///x/y"]
)
def test_a_remote_elsewhere_names_none(origin: str) -> None:
    assert addresses_of(origin) is None


def test_every_address_is_below_the_repository() -> None:
    assert WIDGETS.commit("abc") == "https://github.com/acme/widgets/commit/abc"
    assert WIDGETS.branch("swarm/a-1") == "https://github.com/acme/widgets/tree/swarm/a-1"
    assert WIDGETS.file("main", "a b.md") == "https://github.com/acme/widgets/blob/main/a%20b.md"
    assert WIDGETS.run("7") == "https://github.com/acme/widgets/actions/runs/7"
    assert (WIDGETS.pull(2), WIDGETS.issue(1)) == (f"{WIDGETS.home}/pull/2", f"{WIDGETS.home}/issues/1")


def test_the_interface_of_an_enterprise_server() -> None:
    assert WIDGETS.api == "https://api.github.com"
    assert Addresses("https://git.example", "a/b").api == "https://git.example/api/v3"
