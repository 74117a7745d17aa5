"""Settings as GitHub tells them to tokens that may see all, some or nothing of them."""

import pytest

from bot.adapters.github.errors import CallFailed
from bot.adapters.github.settings import RepositorySettings
from bot.core.doctor import Protection, Settings
from tests.adapters.github.hub import Hub, Json
from tests.adapters.github.site import Site
from tests.github.server import GitHub
from tests.github.state import Protection as Rules

OPEN = {"name": "main", "protected": False, "protection": {"enabled": False}}
DENIED = {"message": "Resource not accessible by integration"}


def read(site: Site, *, job: bool = False) -> Settings:
    site.token = (
        site.github.token(permissions={"contents": "read", "metadata": "read"}) if job else admin(site.github)
    )
    return RepositorySettings(site.client).settings("main")


def admin(github: GitHub) -> str:
    github.user("root", "admin")
    return github.token(login="root")


def test_an_administrator_is_told_everything(site: Site) -> None:
    site.github.state.settings.allow_auto_merge = True
    site.github.state.secrets.append("KEY")
    found = read(site)
    assert (found.archived, found.issues, found.push, found.merge_commits) == (False, True, True, True)
    assert (found.auto_merge, found.delete_branches) == (True, False)
    assert (found.actions_may_propose, found.job_permissions) == (True, "read")
    assert found.protection == Protection(False, (), 0)
    assert (found.labels, found.secrets) == (frozenset(), frozenset({"KEY"}))


def test_a_job_that_may_only_read_is_told_little_and_guesses_nothing(site: Site) -> None:
    site.github.state.protections["main"] = Rules(checks=("swarm/gate",), reviews=1)
    found = read(site, job=True)
    assert (found.merge_commits, found.auto_merge, found.actions_may_propose) == (None, None, None)
    assert (found.labels, found.secrets, found.job_permissions) == (None, None, None)
    assert found.protection == Protection(True, ("swarm/gate",), None)


@pytest.mark.parametrize("ruleset", [False, True])
def test_what_protects_a_branch_is_read_from_both_places(site: Site, ruleset: bool) -> None:
    site.github.state.protections["main"] = Rules(checks=("swarm/gate", "test"), reviews=2, ruleset=ruleset)
    assert read(site).protection == Protection(True, ("swarm/gate", "test"), 2)


def test_a_ruleset_is_told_to_everybody(site: Site) -> None:
    site.github.state.protections["main"] = Rules(checks=("swarm/gate",), reviews=1, ruleset=True)
    assert read(site, job=True).protection == Protection(True, ("swarm/gate",), 1)


def test_rules_against_force_pushes_hinder_nobody(site: Site) -> None:
    site.github.state.protections["main"] = Rules(ruleset=True)
    assert read(site).protection == Protection(False, (), 0)


def test_a_label_is_created_once(site: Site) -> None:
    site.token = admin(site.github)
    settings = RepositorySettings(site.client)
    site.github.fault("POST", r"/labels$", when="after", status=502)
    settings.create_label("swarm:launch", "0e8a16", "Starts a session")
    assert settings.settings("main").labels == frozenset({"swarm:launch"})


def test_g11_a_label_whose_creation_failed_is_created_again(site: Site) -> None:
    site.token = admin(site.github)
    site.github.fault("POST", r"/labels$", when="before", status=502)
    RepositorySettings(site.client).create_label("swarm:launch", "0e8a16", "Starts a session")
    assert list(site.github.state.labels) == ["swarm:launch"]


def everything(hub: Hub, *, branch: Json | None = None, rules: object = ()) -> None:
    hub.on("GET", "", {"archived": False, "has_issues": True, "permissions": {"push": False}})
    hub.on("GET", "/actions/permissions/workflow", DENIED, 403)
    hub.on("GET", "/branches/main", branch or OPEN)
    hub.on("GET", "/rules/branches/main", list(rules) if isinstance(rules, tuple) else rules)
    hub.on("GET", "/labels", DENIED, 403)
    hub.on("GET", "/actions/secrets", DENIED, 403)


def test_a_protection_that_is_hidden_is_unknown(hub: Hub) -> None:
    everything(hub, branch=OPEN | {"protected": True, "protection": {"enabled": True}})
    hub.on("GET", "/branches/main/protection", DENIED, 403)
    found = RepositorySettings(hub.client()).settings("main")
    assert (found.push, found.protection) == (False, Protection(True, (), None))


def test_a_protection_that_no_rule_explains_counts_as_one(hub: Hub) -> None:
    everything(hub, branch=OPEN | {"protected": True})
    assert RepositorySettings(hub.client()).settings("main").protection == Protection(True, (), 0)


def test_a_branch_that_cannot_be_read_leaves_its_protection_unknown(hub: Hub) -> None:
    hub.on("GET", "", {})
    for path in ("/actions/permissions/workflow", "/branches/main", "/rules/branches/main", "/labels"):
        hub.on("GET", path, DENIED, 404)
    hub.on("GET", "/actions/secrets", DENIED, 403)
    assert RepositorySettings(hub.client()).settings("main").protection == Protection(None, None, None)


def test_a_token_that_is_not_accepted_is_an_error_and_no_diagnosis(hub: Hub) -> None:
    hub.on("GET", "", {"message": "Bad credentials"}, 401)
    with pytest.raises(CallFailed, match="does not accept the token"):
        RepositorySettings(hub.client()).settings("main")
