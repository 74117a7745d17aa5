"""The merge on the test GitHub: G1, G3 to G9, A9."""

import pytest

from bot.adapters.github.errors import CallFailed
from bot.errors import LostRace, Refused
from bot.ports import Merged, Postponed, RefUpdate
from tests.adapters.github.site import BRANCH, LAUNCH, PASS, Site
from tests.github.state import ACTIONS_APP, CheckRun, Protection


def merged(site: Site, result: Merged | Postponed) -> str:
    """The merge commit; it holds exactly what was gated, onto the gated base, with the trailer (G6)."""
    assert isinstance(result, Merged), result
    assert site.github.tip() == result.commit
    entry = site.repo.log(site.repo.refs("refs/heads/main")["refs/heads/main"])[0]
    assert entry.parents == (site.base, site.tip)
    assert entry.message == "Merge session widgets-1\n\nSwarm-Session: widgets-1"
    assert LAUNCH in site.repo.paths(result.commit)
    return result.commit


def test_a_session_s_way_in_few_calls(site: Site) -> None:
    forge = site.forge()
    with forge.turn("main"):
        forge.report(site.tip, PASS)
        assert forge.propose(site.proposal) == f"{site.github.url}/acme/widgets/pull/{site.pull}"
        merged(site, forge.merge(site.proposal))
        forge.delete(BRANCH, site.tip)
    assert site.github.tip(BRANCH) is None
    assert len([call for call in site.github.calls if "/repos/" in call.path]) == 6
    (status,) = site.github.state.statuses
    assert (status.context, status.state, status.sha) == ("swarm/gate", "success", site.tip)


def test_g01_a_push_between_verdict_and_merge_is_gated_again(site: Site) -> None:
    forge = site.forge()
    forge.propose(site.proposal)
    site.push(BRANCH)
    with pytest.raises(LostRace):
        forge.merge(site.proposal)
    assert site.asked("PUT", "/merge") == 0
    site.gate_again()
    merged(site, forge.merge(site.proposal))


def test_g01_a_push_during_the_merge_is_gated_again(site: Site) -> None:
    forge = site.forge()
    forge.propose(site.proposal)
    site.github.meanwhile("PUT", r"/merge$", lambda: site.push(BRANCH))
    with pytest.raises(LostRace, match="Head branch was modified"):
        forge.merge(site.proposal)
    assert site.github.tip() == site.base, "nothing was merged"


def test_g03_mergeability_that_is_never_computed_is_waited_for_in_bounds(site: Site) -> None:
    site.github.state.settings.mergeable_after = None
    forge = site.forge()
    forge.propose(site.proposal)
    result = forge.merge(site.proposal)
    assert isinstance(result, Postponed)
    assert "has not found out" in result.reason
    assert site.asked("GET", f"/pulls/{site.pull}") == 6
    assert site.asked("PUT", "/merge") == 0
    assert sum(site.clock.slept) < 60


def test_g03_a_check_that_nobody_demands_holds_the_merge_up_too(site: Site) -> None:
    site.github.status(site.tip, "ci", "pending")
    forge = site.forge()
    forge.propose(site.proposal)
    result = forge.merge(site.proposal)
    assert isinstance(result, Postponed)
    assert "not every check" in result.reason
    site.github.status(site.tip, "ci", "success")
    merged(site, forge.merge(site.proposal))


def test_g04_a_base_that_moved_is_gated_again(site: Site) -> None:
    forge = site.forge()
    forge.propose(site.proposal)
    site.push("main")
    with pytest.raises(LostRace, match="main moved"):
        forge.merge(site.proposal)
    site.gate_again()
    merged(site, forge.merge(site.proposal))


def test_g04_a_base_that_moves_during_the_merge_is_gated_again(site: Site) -> None:
    site.github.state.settings.refuse_moved_base = True
    forge = site.forge()
    forge.propose(site.proposal)
    site.github.meanwhile("PUT", r"/merge$", lambda: site.push("main"))
    with pytest.raises(LostRace, match="Base branch was modified"):
        forge.merge(site.proposal)
    site.gate_again()
    merged(site, forge.merge(site.proposal))


def test_g04_another_405_stops_with_the_reason(site: Site) -> None:
    site.github.state.settings.allow_merge_commit = False
    forge = site.forge()
    forge.propose(site.proposal)
    with pytest.raises(Refused, match=r"Merge commits are not allowed on this repository\.; switch on Settings"):
        forge.merge(site.proposal)
    assert site.asked("PUT", "/merge") == 1


def test_g04_a_conflict_stops_with_the_files(site: Site) -> None:
    site.push("main", LAUNCH)
    site.gate_again()
    forge = site.forge()
    forge.propose(site.proposal)
    with pytest.raises(Refused, match=r"conflict with main in sessions/widgets-1/launch\.json"):
        forge.merge(site.proposal)


@pytest.mark.parametrize("drop", [False, True])
def test_g05_a_merge_whose_answer_is_lost_happened_once(site: Site, drop: bool) -> None:
    forge = site.forge()
    forge.propose(site.proposal)
    site.github.fault("PUT", r"/merge$", when="after", drop=drop)
    merged(site, forge.merge(site.proposal))
    assert site.asked("PUT", "/merge") == 1


@pytest.mark.parametrize("drop", [False, True])
def test_g05_a_merge_that_did_not_arrive_is_made(site: Site, drop: bool) -> None:
    forge = site.forge()
    forge.propose(site.proposal)
    site.github.fault("PUT", r"/merge$", when="before", drop=drop)
    merged(site, forge.merge(site.proposal))


def test_g05_merging_again_changes_nothing(site: Site) -> None:
    site.forge().propose(site.proposal)
    first = site.forge().merge(site.proposal)
    commit = merged(site, first)
    again = site.forge()
    assert again.propose(site.proposal).endswith(f"/pull/{site.pull}")
    assert again.merge(site.proposal) == Merged(commit)
    assert site.asked("PUT", "/merge") == 1


def check(
    site: Site, name: str = "build", *, sha: str = "", conclusion: str | None = "success", app: int = 0
) -> None:
    status = "completed" if conclusion else "in_progress"
    run = CheckRun(site.github.world.id(), sha or site.tip, name, status, conclusion, app or ACTIONS_APP)
    site.github.state.check_runs.append(run)


def test_g07_a_required_check_counts_only_on_exactly_the_tip(site: Site) -> None:
    forge = site.forge("build", "ci/lint")
    forge.propose(site.proposal)
    check(site, sha=site.base)
    site.github.status(site.base, "ci/lint")
    result = forge.merge(site.proposal)
    assert isinstance(result, Postponed)
    assert result.reason == "required checks have not passed: build (not reported), ci/lint (not reported)"
    check(site)
    site.github.status(site.tip, "ci/lint")
    merged(site, forge.merge(site.proposal))


@pytest.mark.parametrize(
    ("conclusion", "app", "why"),
    [("skipped", ACTIONS_APP, "it ended as skipped"), ("success", 42, "reported by another app: app-42")],
)
def test_g07_what_would_do_for_github_need_not_do_for_us(site: Site, conclusion: str, app: int, why: str) -> None:
    check(site, conclusion=conclusion, app=app)
    forge = site.forge("build")
    forge.propose(site.proposal)
    result = forge.merge(site.proposal)
    assert isinstance(result, Postponed)
    assert result.reason == f"required checks have not passed: build ({why})"


def test_g08_nothing_is_ever_approved(site: Site) -> None:
    site.github.state.protections["main"] = Protection(checks=("swarm/gate",), reviews=1)
    site.github.state.settings.allow_auto_merge = True
    forge = site.forge()
    forge.report(site.tip, PASS)
    forge.propose(site.proposal)
    result = forge.merge(site.proposal)
    assert isinstance(result, Postponed)
    assert result.reason.startswith("auto-merge is armed")
    assert site.asked("POST", "/reviews") == 0
    site.github.review(site.pull, "APPROVE", "ann")
    entry = site.repo.log(site.repo.refs("refs/heads/main")["refs/heads/main"])[0]
    assert entry.parents == (site.base, site.tip), "GitHub merged what was gated when a person had approved"
    assert entry.message == "Merge session widgets-1\n\nSwarm-Session: widgets-1"
    assert site.forge().merge(site.proposal) == Merged(entry.commit)


def test_g09_a_pull_request_that_turns_clean_while_it_is_armed_is_merged(site: Site) -> None:
    site.github.state.protections["main"] = Protection(checks=("swarm/gate", "ci"))
    site.github.state.settings.allow_auto_merge = True
    forge = site.forge()
    forge.report(site.tip, PASS)
    forge.propose(site.proposal)
    site.github.meanwhile("POST", r"/graphql$", lambda: site.github.status(site.tip, "ci"))
    merged(site, forge.merge(site.proposal))
    assert site.asked("PUT", "/merge") == 1


def test_g09_without_auto_merge_people_are_told_what_to_do(site: Site) -> None:
    site.github.state.protections["main"] = Protection(checks=("swarm/gate",), reviews=1, ruleset=True)
    forge = site.forge()
    forge.report(site.tip, PASS)
    forge.propose(site.proposal)
    result = forge.merge(site.proposal)
    assert isinstance(result, Postponed)
    assert "auto-merge is not allowed" in result.reason
    site.github.review(site.pull, "APPROVE", "ann")
    merged(site, forge.merge(site.proposal))


def test_g01_auto_merge_is_armed_only_where_the_base_demands_the_gate(site: Site) -> None:
    """Armed without that, a later push by anybody who may write would be merged without a verdict."""
    site.github.state.protections["main"] = Protection(reviews=1)
    site.github.state.settings.allow_auto_merge = True
    forge = site.forge()
    forge.report(site.tip, PASS)
    forge.propose(site.proposal)
    result = forge.merge(site.proposal)
    assert isinstance(result, Postponed)
    assert "auto-merge is not armed" in result.reason
    site.push(BRANCH)
    site.github.review(site.pull, "APPROVE", "ann")
    assert site.github.tip() == site.base


def test_g01_what_is_pushed_after_arming_waits_for_its_own_verdict(site: Site) -> None:
    site.github.state.protections["main"] = Protection(checks=("swarm/gate",), reviews=1)
    site.github.state.settings.allow_auto_merge = True
    forge = site.forge()
    forge.report(site.tip, PASS)
    forge.propose(site.proposal)
    forge.merge(site.proposal)
    site.push(BRANCH)
    site.github.review(site.pull, "APPROVE", "ann")
    assert site.github.tip() == site.base


def test_a25_a_protected_base_takes_no_push_and_says_so(site: Site) -> None:
    site.github.state.protections["main"] = Protection(reviews=1)
    new = site.repo.commit([site.base], {"BLOCKERS.md": b"none\n"}, "State", site.clock.now())
    with pytest.raises(Refused, match=r"main is protected.*`state_branch` in \.github/swarm\.yml"):
        site.forge().advance("main", site.base, new)
    site.forge().advance(BRANCH, site.tip, site.repo.commit([site.tip], {"a": b""}, "Add", site.clock.now()))


def test_a09_a_fork_s_pull_request_of_the_same_name_is_never_merged(site: Site) -> None:
    evil = site.github.seed({"evil.md": "evil\n"}, "evil")
    fork = site.github.open_pull(BRANCH, login="mallory", fork="mallory", sha=evil)
    forge = site.forge()
    address = forge.propose(site.proposal)
    assert not address.endswith(f"/{fork.number}")
    merged(site, forge.merge(site.proposal))
    assert site.github.state.issues[fork.number].state == "open"
    assert "evil.md" not in site.repo.paths(site.repo.refs("refs/heads/main")["refs/heads/main"])


def test_a_pull_request_that_ann_closed_stays_closed(site: Site) -> None:
    forge = site.forge()
    forge.propose(site.proposal)
    site.github.state.issues[site.pull].state = "closed"
    with pytest.raises(Refused, match="somebody closed"):
        site.forge().propose(site.proposal)


@pytest.mark.parametrize("drop", [False, True])
def test_g11_a_pull_request_whose_answer_is_lost_is_opened_once(site: Site, drop: bool) -> None:
    site.github.fault("POST", r"/pulls$", when="after", drop=drop)
    site.forge().propose(site.proposal)
    assert site.asked("POST", "/pulls") == 1
    site.forge().propose(site.proposal)
    assert len(site.github.state.pulls) == 1


def test_a_repository_that_lets_no_job_propose(site: Site) -> None:
    site.github.state.settings.actions_may_propose = False
    with pytest.raises(Refused, match="Allow GitHub Actions to create and approve pull requests"):
        site.forge().propose(site.proposal)


def test_a_job_without_a_permission_is_told_which(site: Site) -> None:
    site.github.jobs_may["close"] = {"contents": "write"}
    with pytest.raises(
        CallFailed, match=r"the token may not \(Resource not accessible by integration\); .*`permissions:`"
    ):
        site.forge().report(site.tip, PASS)


def test_a_turn_is_a_ref_that_goes_away(site: Site) -> None:
    with site.forge().turn("main"):
        assert site.repo.refs("refs/swarm/turns/")
    assert site.repo.refs("refs/swarm/turns/") == {}
    site.repo.update([RefUpdate(f"refs/heads/{BRANCH}", None, site.tip)])
