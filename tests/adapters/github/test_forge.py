"""The forge's own steps: branches, the verdict at the commit, the pull request."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from bot.adapters.git import GitRepository
from bot.adapters.github.errors import CallFailed
from bot.adapters.github.forge import GitHubForge, described
from bot.core.gate.verdict import CriterionResult, CriterionState, Verdict, VerdictState
from bot.errors import Refused
from bot.ports import RefUpdate
from tests.adapters.github.hub import BRANCH, Bench, Hub, Json


def forge(hub: Hub, bench: Bench, details: str = "") -> GitHubForge:
    return GitHubForge(hub.client(), bench.repo, hub.clock, details=details)


def result(state: CriterionState, title: str = "all agents done", measured: str = "9 of 10") -> CriterionResult:
    return CriterionResult("x", title, state, measured)


# --- git ---


def test_one_session_at_a_time_has_its_turn(hub: Hub, bench: Bench) -> None:
    with forge(hub, bench).turn("main"):
        assert bench.repo.refs("refs/swarm/turns/")
    assert not bench.repo.refs("refs/swarm/turns/")


class Guarded(GitRepository):
    """A remote that says no to a push, in its own words."""

    words = ""

    def update(self, updates: Sequence[RefUpdate]) -> None:
        raise Refused(f"the remote does not let it be written: {self.words}", "see the rules")


@pytest.mark.parametrize(
    "words",
    [
        "GH006: Protected branch update failed for refs/heads/main.",
        "GH013: Repository rule violations found",
        "hook declined",
    ],
)
def test_a25_a_protected_base_is_told_with_what_to_configure(hub: Hub, bench: Bench, words: str) -> None:
    guarded = Guarded(bench.folder)
    guarded.words = words
    with pytest.raises(
        Refused, match=r"main is protected and takes no push.*state_branch` in \.github/swarm\.yml"
    ):
        GitHubForge(hub.client(), guarded, hub.clock).advance("main", bench.base, bench.tip)


def test_another_refusal_of_a_push_is_told_as_it_is(hub: Hub, bench: Bench) -> None:
    guarded = Guarded(bench.folder)
    guarded.words = "the disk is full"
    with pytest.raises(Refused, match="the disk is full; see the rules"):
        GitHubForge(hub.client(), guarded, hub.clock).advance("main", bench.base, bench.tip)


# --- the verdict ---


@pytest.mark.parametrize(("state", "said"), [("pass", "success"), ("fail", "failure"), ("waiting", "pending")])
def test_g08_the_verdict_is_a_commit_status(hub: Hub, bench: Bench, state: VerdictState, said: str) -> None:
    hub.on("POST", f"/statuses/{bench.tip}", {}, 201)
    forge(hub, bench).report(bench.tip, Verdict(state, (result("pass"),)))
    assert hub.sent() == {"state": said, "context": "swarm/gate", "description": "1 of 1 criteria pass"}


def test_the_status_leads_to_the_run(hub: Hub, bench: Bench) -> None:
    hub.on("POST", f"/statuses/{bench.tip}", {}, 201)
    forge(hub, bench, "https://forge.test/run/1").report(bench.tip, Verdict("pass", ()))
    assert hub.sent()["target_url"] == "https://forge.test/run/1"


def test_the_same_verdict_is_reported_once(hub: Hub, bench: Bench) -> None:
    hub.on("POST", f"/statuses/{bench.tip}", {}, 201)
    one, verdict = forge(hub, bench), Verdict("pass", (result("pass"),))
    one.report(bench.tip, verdict)
    one.report(bench.tip, verdict)
    one.report(bench.tip, Verdict("fail", (result("fail"),)))
    assert len(hub.asked) == 2


def test_a_verdict_that_could_not_be_reported_is_reported_again(hub: Hub, bench: Bench) -> None:
    hub.on("POST", f"/statuses/{bench.tip}", {"message": "No commit found for SHA"}, 422)
    hub.on("POST", f"/statuses/{bench.tip}", {}, 201)
    one = forge(hub, bench)
    with pytest.raises(CallFailed, match="No commit found for SHA"):
        one.report(bench.tip, Verdict("pass", ()))
    one.report(bench.tip, Verdict("pass", ()))


def test_a_verdict_in_few_words() -> None:
    some = Verdict(
        "fail", (result("pass"), result("skipped"), result("fail", measured="9 of 10\u202e"), result("waiting"))
    )
    assert described(some) == "1 of 3 criteria pass; all agents done: 9 of 10; all agents done: 9 of 10"
    long = described(Verdict("fail", tuple(result("fail", measured="a long story " * 3) for _ in range(9))))
    assert (len(long), long[-1]) == (140, "…")


# --- the pull request ---


def proposed(hub: Hub, bench: Bench, *pulls: Json) -> str:
    hub.on("GET", "/pulls", list(pulls))
    return forge(hub, bench).propose(bench.proposal)


def test_a_pull_request_is_opened_once(hub: Hub, bench: Bench) -> None:
    hub.on("POST", "/pulls", bench.pull(), 201)
    assert proposed(hub, bench) == "https://forge.test/acme/widgets/pull/7"
    assert hub.sent() == {
        "base": "main",
        "head": BRANCH,
        "title": "Widget services",
        "body": "What to review\n",
        "draft": False,
    }
    assert "head=acme%3Aswarm%2Fwidgets-1" in str(hub.mock.calls[0].request.url)


def test_a_pull_request_that_says_the_same_is_left_alone(hub: Hub, bench: Bench) -> None:
    assert proposed(hub, bench, bench.pull(body="What to review\r\n")) == "https://forge.test/acme/widgets/pull/7"
    assert hub.asked == ["GET /pulls"]


@pytest.mark.parametrize("changes", [{"title": "Old"}, {"body": "Old"}, {"body": None}])
def test_a_pull_request_that_is_behind_is_brought_up_to_date(hub: Hub, bench: Bench, changes: Json) -> None:
    hub.on("PATCH", "/pulls/7", bench.pull())
    proposed(hub, bench, bench.pull(**changes))
    assert hub.sent() == {"title": "Widget services", "body": "What to review\n"}
    assert len(hub.asked) == 2


@pytest.mark.parametrize("home", [{"full_name": "acme/widgets-fork"}, {"full_name": "mallory/widgets"}, None])
def test_a09_a_fork_s_pull_request_is_never_taken(hub: Hub, bench: Bench, home: Json | None) -> None:
    hub.on("POST", "/pulls", bench.pull(8), 201)
    assert proposed(hub, bench, bench.pull(7, head={"repo": home})) == "https://forge.test/acme/widgets/pull/8"


def test_another_branch_s_pull_request_is_never_taken(hub: Hub, bench: Bench) -> None:
    """GitHub lists everything when it does not understand the filter."""
    hub.on("POST", "/pulls", bench.pull(9), 201)
    others = [bench.pull(7, head={"ref": "feature"}), bench.pull(8, base={"ref": "release"})]
    assert proposed(hub, bench, *others).endswith("/9")


def test_an_older_pull_request_of_the_same_branch_is_history(hub: Hub, bench: Bench) -> None:
    hub.on("POST", "/pulls", bench.pull(9), 201)
    assert proposed(hub, bench, bench.pull(7, state="closed", head={"sha": "e" * 40})).endswith("/9")


def test_a_pull_request_that_was_merged_meanwhile_is_the_one(hub: Hub, bench: Bench) -> None:
    assert proposed(hub, bench, bench.merged()).endswith("/7")
    assert hub.asked == ["GET /pulls"]


def test_a_pull_request_that_a_person_closed_stays_closed(hub: Hub, bench: Bench) -> None:
    with pytest.raises(Refused, match=r"somebody closed .*/pull/7 without merging it; reopen it"):
        proposed(hub, bench, bench.pull(state="closed"))


def test_g11_a_pull_request_whose_answer_was_lost_is_found(hub: Hub, bench: Bench) -> None:
    hub.on("GET", "/pulls", [])
    hub.on("POST", "/pulls", {"message": "Bad Gateway"}, 502)
    assert proposed(hub, bench, bench.pull()).endswith("/7")
    assert hub.asked == ["GET /pulls", "POST /pulls", "GET /pulls"]


def test_g10_a_pull_request_that_another_run_opened_is_taken(hub: Hub, bench: Bench) -> None:
    hub.on("GET", "/pulls", [])
    exists = [{"message": "A pull request already exists for acme:swarm/widgets-1."}]
    hub.on("POST", "/pulls", {"message": "Validation Failed", "errors": exists}, 422)
    assert proposed(hub, bench, bench.pull()).endswith("/7")


def test_a_pull_request_that_github_refuses_is_told(hub: Hub, bench: Bench) -> None:
    hub.on("POST", "/pulls", {"message": "Validation Failed", "errors": [{"message": "No commits between"}]}, 422)
    with pytest.raises(CallFailed, match=r"open the pull request of swarm/widgets-1.*No commits between"):
        proposed(hub, bench)


@pytest.mark.parametrize("status", [403, 422])
def test_a_repository_that_lets_no_job_propose_says_what_to_switch_on(hub: Hub, bench: Bench, status: int) -> None:
    message = "GitHub Actions is not permitted to create or approve pull requests."
    hub.on("POST", "/pulls", {"message": message}, status)
    with pytest.raises(Refused, match="switch on Settings > Actions > General > Allow GitHub Actions to create"):
        proposed(hub, bench)


def test_a_long_title_is_cut_where_github_would_refuse_it(hub: Hub, bench: Bench) -> None:
    hub.on("GET", "/pulls", [])
    hub.on("POST", "/pulls", bench.pull(), 201)
    forge(hub, bench).propose(replace(bench.proposal, title="x" * 500))
    assert hub.sent()["title"] == "x" * 256
