"""The merge of a pull request: once, exactly what was gated (G1 to G9)."""

from collections.abc import Sequence

import pytest

from bot.adapters.github.errors import CallFailed
from bot.adapters.github.forge import GitHubForge
from bot.adapters.github.merging import PAUSES
from bot.adapters.github.pulls import readiness
from bot.errors import LostRace, Refused
from bot.ports import Merged, Postponed
from tests.adapters.github.hub import BRANCH, Bench, Hub, Json
from tests.repos import git

DONE = {"merged": True, "sha": "d" * 40, "message": "Pull Request successfully merged"}
GATE: Json = {"protection": {"enabled": True, "required_status_checks": {"contexts": ["swarm/gate"]}}}
BLOCKED: Json = {"mergeable_state": "blocked"}


def merge(hub: Hub, bench: Bench, *pulls: Json, checks: Sequence[str] = ()) -> Merged | Postponed:
    """Merges pull request 7, which is found as it is first and then read as it is each time."""
    first, *_ = pulls
    hub.on("GET", "/pulls", [first])
    for pull in pulls:
        hub.on("GET", "/pulls/7", pull)
    return GitHubForge(hub.client(), bench.repo, hub.clock, checks).merge(bench.proposal)


def put(hub: Hub, answer: object, status: int = 200) -> None:
    hub.on("PUT", "/pulls/7/merge", answer, status)


def armed(hub: Hub, *errors: str) -> None:
    """GitHub's answer to arming auto-merge: done, or errors with status 200, as GraphQL has it."""
    data = {"enablePullRequestAutoMerge": None if errors else {"clientMutationId": None}}
    answer: Json = {"data": data}
    if errors:
        answer["errors"] = [{"type": "UNPROCESSABLE", "message": error} for error in errors]
    hub.on("POST", "//graphql", answer)


def postponed(result: Merged | Postponed) -> str:
    assert isinstance(result, Postponed)
    return f"{result.reason}; {result.todo}"


def test_g01_exactly_the_gated_commit_is_merged(hub: Hub, bench: Bench) -> None:
    put(hub, DONE)
    assert merge(hub, bench, bench.pull()) == Merged("d" * 40)
    assert hub.sent() == {
        "sha": bench.tip,
        "merge_method": "merge",
        "commit_title": "Merge session widgets-1",
        "commit_message": "Swarm-Session: widgets-1",
    }


def test_a_pull_request_that_was_just_proposed_is_not_looked_for_again(hub: Hub, bench: Bench) -> None:
    forge = GitHubForge(hub.client(), bench.repo, hub.clock)
    hub.on("GET", "/pulls", [])
    hub.on("POST", "/pulls", bench.pull(), 201)
    hub.on("GET", "/pulls/7", bench.pull())
    put(hub, DONE)
    forge.propose(bench.proposal)
    forge.merge(bench.proposal)
    assert hub.asked == ["GET /pulls", "POST /pulls", "GET /pulls/7", "PUT /pulls/7/merge"]


def test_g01_a_push_between_verdict_and_merge_is_a_lost_race(hub: Hub, bench: Bench) -> None:
    new = bench.move(BRANCH)
    with pytest.raises(LostRace, match="swarm/widgets-1 moved since the gate's verdict"):
        merge(hub, bench, bench.pull(head={"sha": new}))


def test_g01_a_push_at_the_last_moment_is_a_lost_race(hub: Hub, bench: Bench) -> None:
    put(hub, {"message": "Head branch was modified. Review and try the merge again."}, 409)
    with pytest.raises(LostRace, match="Head branch was modified"):
        merge(hub, bench, bench.pull())


def test_a_pull_request_that_lags_behind_the_push_is_waited_for(hub: Hub, bench: Bench) -> None:
    put(hub, DONE)
    assert merge(hub, bench, bench.pull(head={"sha": bench.base}), bench.pull()) == Merged("d" * 40)
    assert hub.clock.slept == [1]


def test_g03_a_pull_request_that_never_shows_the_push_is_not_merged(hub: Hub, bench: Bench) -> None:
    late = bench.pull(head={"sha": bench.base})
    assert "does not show the commit that was gated; wait a little" in postponed(merge(hub, bench, late))
    assert hub.clock.slept == list(PAUSES)


@pytest.mark.parametrize(
    "unknown",
    [
        {"mergeable": None, "mergeable_state": "unknown"},
        {"mergeable": None, "mergeable_state": "clean"},
        {"mergeable": True, "mergeable_state": "unknown"},
        {"mergeable": True, "mergeable_state": "what GitHub invents next"},
        {"mergeable": True, "mergeable_state": None},
    ],
)
def test_g03_unknown_is_never_ready(hub: Hub, bench: Bench, unknown: Json) -> None:
    result = postponed(merge(hub, bench, bench.pull(**unknown)))
    assert result.startswith(
        "the pull request is not merged: GitHub has not found out whether it can be merged; wait"
    )
    assert hub.clock.slept == list(PAUSES), "a bounded time"
    assert "PUT /pulls/7/merge" not in hub.asked


def test_g03_what_becomes_known_is_merged(hub: Hub, bench: Bench) -> None:
    put(hub, DONE)
    unknown = bench.pull(mergeable=None, mergeable_state="unknown")
    assert merge(hub, bench, unknown, unknown, bench.pull()) == Merged("d" * 40)
    assert hub.clock.slept == [1, 2]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"mergeable_state": "unstable"}, "not every check of its commit has passed; see to the checks"),
        ({"mergeable_state": "behind"}, "the base demands branches that are up to date; update the branch"),
        ({"mergeable_state": "blocked", "draft": True}, "it is a draft; mark it as ready for review"),
        ({"mergeable": None, "draft": True}, "it is a draft; mark it as ready for review"),
    ],
)
def test_g03_what_is_not_ready_is_postponed_with_what_to_do(
    hub: Hub, bench: Bench, changes: Json, words: str
) -> None:
    assert words in postponed(merge(hub, bench, bench.pull(**changes)))


def test_hooks_of_a_server_stand_in_no_way() -> None:
    assert readiness(True, "has_hooks") == "ready"


def test_a_conflict_names_the_files(hub: Hub, bench: Bench) -> None:
    theirs = bench.repo.commit(
        [bench.base], {"sessions/widgets-1/launch.json": b"theirs"}, "Theirs", hub.clock.now()
    )
    git(bench.folder, "update-ref", "refs/heads/main", theirs)
    bench.base = theirs
    with pytest.raises(
        Refused, match=r"conflict with main in sessions/widgets-1/launch\.json; resolve it on its branch"
    ):
        merge(hub, bench, bench.pull(mergeable=False, mergeable_state="dirty"))


def test_a_conflict_that_only_github_sees_is_a_conflict(hub: Hub, bench: Bench) -> None:
    with pytest.raises(Refused, match="conflict with main; resolve it"):
        merge(hub, bench, bench.pull(mergeable=False, mergeable_state="dirty"))


def test_a_pull_request_that_leads_elsewhere_is_not_merged(hub: Hub, bench: Bench) -> None:
    moved = bench.pull(base={"ref": "release"})
    hub.on("GET", "/pulls", [bench.pull()])
    hub.on("GET", "/pulls/7", moved)
    with pytest.raises(Refused, match="leads to release and not to main; change its base"):
        GitHubForge(hub.client(), bench.repo, hub.clock).merge(bench.proposal)


def test_without_a_pull_request_one_is_opened(hub: Hub, bench: Bench) -> None:
    hub.on("GET", "/pulls", [])
    hub.on("POST", "/pulls", bench.pull(), 201)
    hub.on("GET", "/pulls/7", bench.pull())
    put(hub, DONE)
    assert GitHubForge(hub.client(), bench.repo, hub.clock).merge(bench.proposal) == Merged("d" * 40)


# --- G4: a base that moves ---


def test_g04_a_base_that_moved_since_the_verdict_is_a_lost_race(hub: Hub, bench: Bench) -> None:
    bench.move("main")
    with pytest.raises(LostRace, match="main moved since the gate's verdict"):
        merge(hub, bench, bench.pull())


def test_g04_a_base_that_moves_during_the_merge_is_a_lost_race(hub: Hub, bench: Bench) -> None:
    put(hub, {"message": "Base branch was modified. Review and try the merge again."}, 405)
    with pytest.raises(LostRace, match="Base branch was modified"):
        merge(hub, bench, bench.pull())


def test_g04_a_refusal_after_the_base_moved_is_a_lost_race(hub: Hub, bench: Bench) -> None:
    def move(_: object) -> tuple[bool, str]:
        bench.move("main")
        return True, ""

    hub.on("PUT", "/pulls/7/merge", {"message": "Pull Request is not mergeable"}, 405, match=[move])
    with pytest.raises(LostRace, match="main moved"):
        merge(hub, bench, bench.pull())


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("Pull Request is not mergeable", "Pull Request is not mergeable; see to what it names"),
        (
            "Merge commits are not allowed on this repository.",
            "switch on Settings > General > Allow merge commits",
        ),
        ('Required status check "ci" is expected.', 'Required status check "ci" is expected.; see to'),
    ],
)
def test_g04_any_other_405_stops_with_the_reason(hub: Hub, bench: Bench, message: str, words: str) -> None:
    put(hub, {"message": message}, 405)
    with pytest.raises(Refused) as caught:
        merge(hub, bench, bench.pull())
    assert words in str(caught.value)
    assert hub.asked.count("PUT /pulls/7/merge") == 1


def test_another_error_of_the_merge_is_told_as_it_is(hub: Hub, bench: Bench) -> None:
    put(hub, {"message": "Resource not accessible by integration"}, 403)
    with pytest.raises(CallFailed, match="could not merge pull request 7: the token may not"):
        merge(hub, bench, bench.pull())


# --- G5: an ambiguous merge ---


def test_g05_a_merge_whose_answer_was_lost_is_read_back(hub: Hub, bench: Bench) -> None:
    put(hub, {"message": "Bad Gateway"}, 502)
    assert merge(hub, bench, bench.pull(), bench.merged()) == Merged("d" * 40)
    assert hub.asked.count("PUT /pulls/7/merge") == 1


def test_g05_a_merge_that_did_not_happen_is_made_once_more(hub: Hub, bench: Bench) -> None:
    put(hub, {"message": "Bad Gateway"}, 502)
    put(hub, DONE)
    assert merge(hub, bench, bench.pull()) == Merged("d" * 40)


def test_g05_what_is_merged_already_stays_merged(hub: Hub, bench: Bench) -> None:
    assert merge(hub, bench, bench.merged()) == Merged("d" * 40)
    assert "PUT /pulls/7/merge" not in hub.asked


def test_g05_a_merge_that_somebody_else_made_at_this_moment_counts(hub: Hub, bench: Bench) -> None:
    put(hub, {"message": "Pull Request is not mergeable"}, 405)
    assert merge(hub, bench, bench.pull(), bench.merged()) == Merged("d" * 40)


def test_g06_a_merge_of_something_else_is_no_merge(hub: Hub, bench: Bench) -> None:
    hub.on("GET", "/pulls", [bench.pull()])
    hub.on("GET", "/pulls/7", bench.merged(head={"sha": "e" * 40}))
    with pytest.raises(Refused, match=rf"was merged at {'e' * 12}, and the gate passed {bench.tip[:12]}; look at"):
        GitHubForge(hub.client(), bench.repo, hub.clock).merge(bench.proposal)


def test_a_pull_request_that_a_person_closes_is_not_merged(hub: Hub, bench: Bench) -> None:
    hub.on("GET", "/pulls", [bench.pull()])
    hub.on("GET", "/pulls/7", bench.pull(state="closed"))
    with pytest.raises(Refused, match=r"somebody closed .* without merging it; reopen it"):
        GitHubForge(hub.client(), bench.repo, hub.clock).merge(bench.proposal)


# --- G7: required checks ---


def check(bench: Bench, name: str = "build", conclusion: str | None = "success", **changes: object) -> Json:
    app = {"slug": "github-actions"}
    return {"id": 1, "name": name, "head_sha": bench.tip, "app": app, "conclusion": conclusion} | changes


def checked(hub: Hub, bench: Bench, runs: list[Json], statuses: list[Json]) -> Merged | Postponed:
    hub.on("GET", f"/commits/{bench.tip}/check-runs", {"total_count": len(runs), "check_runs": runs})
    hub.on("GET", f"/commits/{bench.tip}/status", {"state": "success", "statuses": statuses})
    return merge(hub, bench, bench.pull(), checks=["build", "ci/lint"])


def test_g07_what_is_required_is_read_for_exactly_the_tip(hub: Hub, bench: Bench) -> None:
    put(hub, DONE)
    lint = {"context": "ci/lint", "state": "success"}
    assert checked(hub, bench, [check(bench)], [lint]) == Merged("d" * 40)


def test_g07_what_has_not_passed_is_named(hub: Hub, bench: Bench) -> None:
    runs = [check(bench, conclusion=None), check(bench, "ci/lint", app=None)]
    result = postponed(checked(hub, bench, runs, []))
    assert result.startswith(
        "required checks have not passed: build (it has not ended), ci/lint (reported by another"
    )
    assert "PUT /pulls/7/merge" not in hub.asked


# --- G9: auto-merge ---


def test_g09_a_blocked_pull_request_is_left_to_github(hub: Hub, bench: Bench) -> None:
    hub.on("GET", "/branches/main", GATE)
    armed(hub)
    result = postponed(merge(hub, bench, bench.pull(**BLOCKED)))
    assert result.startswith("auto-merge is armed: the base branch main still demands a review or a check; meet")
    assert hub.sent()["variables"]["input"] == {
        "pullRequestId": "PR_7",
        "mergeMethod": "MERGE",
        "expectedHeadOid": bench.tip,
        "commitHeadline": "Merge session widgets-1",
        "commitBody": "Swarm-Session: widgets-1",
    }


def test_g09_what_is_armed_is_not_armed_again(hub: Hub, bench: Bench) -> None:
    hub.on("GET", "/branches/main", GATE)
    pull = bench.pull(**BLOCKED, auto_merge={"merge_method": "merge"})
    assert "auto-merge is armed" in postponed(merge(hub, bench, pull))


def test_g09_arming_refused_because_clean_is_a_merge(hub: Hub, bench: Bench) -> None:
    hub.on("GET", "/branches/main", GATE)
    armed(hub, "Pull request Pull request is in clean status")
    put(hub, DONE)
    assert merge(hub, bench, bench.pull(**BLOCKED)) == Merged("d" * 40)
    assert hub.sent()["sha"] == bench.tip


def test_g09_blocked_is_believed_when_it_is_seen_twice(hub: Hub, bench: Bench) -> None:
    """The status that was reported a moment ago may be the one that is demanded."""
    put(hub, DONE)
    assert merge(hub, bench, bench.pull(**BLOCKED), bench.pull()) == Merged("d" * 40)


def test_g09_where_auto_merge_is_not_allowed_people_are_told(hub: Hub, bench: Bench) -> None:
    hub.on("GET", "/branches/main", GATE)
    armed(hub, "Pull request Auto merge is not allowed for this repository")
    result = postponed(merge(hub, bench, bench.pull(**BLOCKED)))
    assert "and auto-merge is not allowed; meet the demand at the pull request" in result
    assert "switch on Settings > General > Allow auto-merge" in result


def test_g09_an_unstable_pull_request_is_postponed(hub: Hub, bench: Bench) -> None:
    hub.on("GET", "/branches/main", GATE)
    armed(hub, "Pull request Pull request is in unstable status")
    assert "not every check of its commit has passed" in postponed(merge(hub, bench, bench.pull(**BLOCKED)))


def test_g01_a_push_while_arming_is_a_lost_race(hub: Hub, bench: Bench) -> None:
    hub.on("GET", "/branches/main", GATE)

    def move(_: object) -> tuple[bool, str]:
        bench.move(BRANCH)
        return True, ""

    answer = {"data": None, "errors": [{"type": "UNPROCESSABLE", "message": "Head sha didn't match expected"}]}
    hub.on("POST", "//graphql", answer, match=[move])
    with pytest.raises(LostRace, match="swarm/widgets-1 moved"):
        merge(hub, bench, bench.pull(**BLOCKED))


def test_another_error_of_arming_is_told_as_it_is(hub: Hub, bench: Bench) -> None:
    hub.on("GET", "/branches/main", GATE)
    armed(hub, "Resource not accessible by integration")
    with pytest.raises(
        CallFailed, match=r"could not let pull request 7 merge by itself.*not accessible by integration"
    ):
        merge(hub, bench, bench.pull(**BLOCKED))


@pytest.mark.parametrize(
    "rules",
    [
        [],
        [{"type": "required_status_checks", "parameters": {"required_status_checks": [{"context": "ci"}]}}],
        [{"type": "deletion"}],
    ],
)
def test_g01_nothing_is_armed_where_a_commit_without_a_verdict_would_be_taken(
    hub: Hub, bench: Bench, rules: list[Json]
) -> None:
    hub.on("GET", "/branches/main", {"protection": {"enabled": False}})
    hub.on("GET", "/rules/branches/main", rules)
    result = postponed(merge(hub, bench, bench.pull(**BLOCKED)))
    assert "auto-merge is not armed, since it would take commits that no gate has seen" in result
    assert "or make `swarm/gate` a required check of main" in result


def test_g09_a_ruleset_may_demand_the_gate_too(hub: Hub, bench: Bench) -> None:
    hub.on("GET", "/branches/main", {})
    parameters = {"required_status_checks": [{"context": "swarm/gate"}]}
    hub.on("GET", "/rules/branches/main", [{"type": "required_status_checks", "parameters": parameters}])
    armed(hub)
    assert "auto-merge is armed" in postponed(merge(hub, bench, bench.pull(**BLOCKED)))


@pytest.mark.parametrize("status", [403, 404])
def test_g01_where_the_rules_cannot_be_read_nothing_is_armed(hub: Hub, bench: Bench, status: int) -> None:
    hub.on("GET", "/branches/main", {"message": "no"}, status)
    assert "auto-merge is not armed" in postponed(merge(hub, bench, bench.pull(**BLOCKED)))


def test_another_error_of_reading_the_rules_is_told(hub: Hub, bench: Bench) -> None:
    hub.on("GET", "/branches/main", {"message": "Bad credentials"}, 401)
    with pytest.raises(CallFailed, match="could not read what main demands"):
        merge(hub, bench, bench.pull(**BLOCKED))
