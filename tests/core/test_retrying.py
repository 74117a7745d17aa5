"""What follows a call to GitHub that failed."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.core.retrying import ATTEMPTS, PATIENCE, Failure, GiveUp, Wait, after, is_limit

NOW = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
END = NOW + PATIENCE


def step(failure: Failure, attempt: int = 1, jitter: float = 0.0) -> Wait | GiveUp:
    return after(failure, attempt, NOW, END, jitter)


def reset(seconds: int) -> dict[str, str]:
    return {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(NOW.timestamp()) + seconds)}


@pytest.mark.parametrize("status", [400, 401, 404, 409, 410, 422])
def test_g17_what_is_wrong_with_the_call_itself_is_not_repeated(status: int) -> None:
    assert step(Failure(status, "Validation Failed")) == GiveUp()


def test_g17_a_403_without_a_word_of_limits_is_a_matter_of_permissions() -> None:
    headers = {"x-ratelimit-remaining": "4711", "x-ratelimit-reset": "1795363200"}
    assert step(Failure(403, "Resource not accessible by integration", headers)) == GiveUp()


@pytest.mark.parametrize("status", [None, 408, 499, 500, 502, 503, 504])
def test_g17_errors_of_servers_and_connections_back_off_with_jitter(status: int | None) -> None:
    failure = Failure(status)
    assert failure.ambiguous
    assert [step(failure, n) for n in range(1, ATTEMPTS)] == [Wait(s) for s in (1, 2, 4, 8, 16)]
    assert [step(failure, n, 1.0) for n in range(1, ATTEMPTS)] == [Wait(s) for s in (1.5, 3, 6, 12, 24)]
    assert step(failure, ATTEMPTS) == GiveUp(), "the limit of attempts holds"


def test_g17_a_server_that_asks_for_a_pause_gets_it() -> None:
    assert step(Failure(503, headers={"retry-after": "40"})) == Wait(40)
    assert step(Failure(503, headers={"retry-after": "1"}), 4) == Wait(8), "never less than the backoff"


@pytest.mark.parametrize("status", [403, 429])
def test_g18_retry_after_is_kept_to(status: int) -> None:
    failure = Failure(status, headers={"retry-after": "75"})
    assert step(failure) == Wait(75)
    assert step(failure, jitter=1.0) == Wait(80), "a little more, never less"
    assert not failure.ambiguous, "a refused call had no effect"


@pytest.mark.parametrize("status", [403, 429])
def test_g18_an_exhausted_limit_is_waited_for(status: int) -> None:
    assert step(Failure(status, headers=reset(300))) == Wait(301)
    assert step(Failure(status, headers=reset(-20))) == Wait(1), "lifted already"


@pytest.mark.parametrize("message", ["You have exceeded a secondary rate limit.", "API rate limit exceeded for x"])
def test_g18_words_alone_mean_a_minute_and_then_longer(message: str) -> None:
    failure = Failure(403, message)
    assert [step(failure, n) for n in (1, 2, 3, 4)] == [Wait(60), Wait(120), Wait(240), Wait(480)]
    assert step(failure, 5) == GiveUp(NOW + timedelta(seconds=960)), "longer than anybody waits"
    assert step(Failure(429)) == Wait(60)


def test_g18_graphql_says_it_with_another_status() -> None:
    assert is_limit(Failure(400, "API rate limit exceeded"))
    assert not is_limit(Failure(400, "Pull request is in clean status"))


def test_g18_a_limit_that_is_lifted_too_late_is_given_up_with_the_time() -> None:
    assert step(Failure(403, headers=reset(1800))) == GiveUp(NOW + timedelta(seconds=1801))


def test_g18_the_patience_counts_from_the_first_call() -> None:
    late = END - timedelta(seconds=30)
    assert after(Failure(502), 6 - 1, late, END, 0) == Wait(16)
    assert after(Failure(429), 1, late, END, 0) == GiveUp(late + timedelta(seconds=60))
    assert after(Failure(502, headers={"retry-after": "31"}), 1, late, END, 0) == GiveUp(), "no limit, so no time"


def test_g18_headers_that_are_no_numbers_say_nothing() -> None:
    assert step(Failure(429, headers={"retry-after": "soon"})) == Wait(60)
    assert step(Failure(429, headers={"retry-after": "²"})) == Wait(60)
    assert step(Failure(403, headers={"x-ratelimit-remaining": "0", "x-ratelimit-reset": "9" * 30})) == Wait(60)
    assert step(Failure(403, headers={"x-ratelimit-remaining": "0"})) == Wait(60)


def test_g18_a_limit_that_never_ends_is_given_up_after_the_last_attempt() -> None:
    assert step(Failure(429, headers={"retry-after": "1"}), ATTEMPTS) == GiveUp()
