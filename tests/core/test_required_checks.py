"""G7: a check counts only if it is this commit's."""

import pytest

from bot.core.required_checks import CheckRun, CheckStatus, unmet

TIP, OTHER = "a" * 40, "b" * 40


def run(
    name: str = "build",
    conclusion: str = "success",
    *,
    commit: str = TIP,
    app: str = "github-actions",
    id: int = 1,
) -> CheckRun:
    return CheckRun(id, name, commit, app, conclusion)


def why(required: str, *found: CheckRun | CheckStatus) -> str:
    """What is said about one required check; empty when it has passed."""
    runs = [each for each in found if isinstance(each, CheckRun)]
    statuses = [each for each in found if isinstance(each, CheckStatus)]
    missing = unmet([required], TIP, runs, statuses)
    assert all(each.name == required for each in missing)
    return "; ".join(each.why for each in missing)


def test_g07_a_check_that_succeeded_on_this_commit_counts() -> None:
    assert why("build", run()) == ""
    assert why("ci/build", CheckStatus("ci/build", "success")) == ""


def test_g07_a_missing_check_does_not() -> None:
    assert why("build") == "not reported"
    assert why("build", run("test"), CheckStatus("lint", "success")) == "not reported"


@pytest.mark.parametrize(
    ("conclusion", "words"),
    [
        ("", "it has not ended"),
        ("failure", "it failed"),
        ("cancelled", "it ended as cancelled"),
        ("stale", "it ended as stale"),
        ("skipped", "it ended as skipped"),
        ("neutral", "it ended as neutral"),
        ("timed_out", "it timed out"),
        ("action_required", "it waits for approval"),
        ("something new", "it ended as something new"),
    ],
)
def test_g07_only_success_is_success(conclusion: str, words: str) -> None:
    assert why("build", run(conclusion=conclusion)) == words


@pytest.mark.parametrize(
    ("state", "words"), [("pending", "it has not ended"), ("failure", "it failed"), ("error", "it failed")]
)
def test_g07_a_status_says_it_in_its_own_words(state: str, words: str) -> None:
    assert why("ci", CheckStatus("ci", state)) == words


def test_g07_another_commits_check_does_not_count() -> None:
    assert why("build", run(commit=OTHER)) == "reported for another commit only"


def test_g07_another_apps_check_does_not_count() -> None:
    assert why("build", run(app="mallory"), run(app="eve")) == "reported by another app: eve, mallory"
    assert why("build@circleci-checks", run()) == "reported by another app: github-actions"


def test_g07_an_app_can_be_named() -> None:
    assert why("build@circleci-checks", run(app="circleci-checks")) == ""
    assert why("build@circleci-checks", run(app="circleci-checks", conclusion="failure"), run()) == "it failed"


def test_a_check_whose_name_has_an_at_in_it_is_taken_at_its_word() -> None:
    assert why("deploy @staging", run("deploy @staging")) == ""
    assert why("deploy@staging", CheckStatus("deploy@staging", "success")) == ""


def test_g07_a_later_run_makes_an_earlier_one_stale() -> None:
    assert why("build", run(id=1), run(id=2, conclusion="")) == "it has not ended"
    assert why("build", run(id=2), run(id=1, conclusion="failure")) == ""


def test_g07_what_failed_in_one_way_is_not_made_good_in_another() -> None:
    assert why("build", run(conclusion="failure"), CheckStatus("build", "success")) == "it failed"
    assert why("build", run(), CheckStatus("build", "failure")) == "it failed"
    assert why("build", run(), CheckStatus("build", "success")) == ""


def test_all_that_is_missing_is_named_once() -> None:
    missing = unmet(["build", "test", "build", "lint"], TIP, [run("test")], [])
    assert [str(each) for each in missing] == ["build (not reported)", "lint (not reported)"]
