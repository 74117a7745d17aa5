"""Calls that fail: what is repeated, what is looked up first, and what people are told."""

from json import JSONDecodeError

import pytest
import requests
from github import Consts

from bot.adapters.github.client import Client, failure_of
from bot.adapters.github.errors import CallFailed, message_of
from tests.adapters.github.hub import API, Hub
from tests.clocks import VirtualClock


def read(hub: Hub) -> str:
    """Any call that only reads."""
    return hub.client().read(lambda: hub.client().repo.default_branch, "read the repository")


def create(hub: Hub) -> int:
    """A comment on issue 5, looked for by its text."""
    client, issue = hub.client(), hub.client().repo.get_issue(5)

    def find() -> int | None:
        found = client.read(lambda: [c.id for c in issue.get_comments() if c.body == "Hello"], "look")
        return next(iter(found), None)

    return client.create(lambda: issue.create_comment("Hello").id, find, "comment on issue 5")


def refused(hub: Hub) -> CallFailed:
    with pytest.raises(CallFailed) as caught:
        read(hub)
    return caught.value


def test_the_client_says_who_calls(hub: Hub) -> None:
    hub.on("GET", "", {"default_branch": "main"})
    assert read(hub) == "main"
    headers = hub.mock.calls[0].request.headers
    assert headers["User-Agent"] == "swarm-sessions/test (job)"
    assert headers["Authorization"] == "token ghs_installation"


def test_a_client_without_a_token_sends_none(hub: Hub) -> None:
    hub.on("GET", "", {"default_branch": "main"})
    client = hub.client(token="")
    assert client.read(lambda: client.repo.default_branch, "read") == "main"
    assert "Authorization" not in hub.mock.calls[0].request.headers


def test_g18_calls_are_paced_as_github_asks() -> None:
    client = Client(API, "acme/widgets", "", "test", VirtualClock())
    settings = client.repo.requester.kwargs
    assert settings["seconds_between_requests"] == Consts.DEFAULT_SECONDS_BETWEEN_REQUESTS
    assert settings["seconds_between_writes"] == Consts.DEFAULT_SECONDS_BETWEEN_WRITES
    assert settings["retry"] is None


def test_g17_a_read_is_repeated_until_it_succeeds(hub: Hub) -> None:
    hub.on("GET", "", {"message": "Bad Gateway"}, 502)
    hub.on("GET", "", requests.ConnectionError("reset by peer"))
    hub.on("GET", "", requests.Timeout("slow"))
    hub.on("GET", "", {"default_branch": "main"})
    assert read(hub) == "main"
    assert hub.clock.slept == [1, 2, 4]


def test_g17_an_answer_that_broke_off_is_a_lost_connection(hub: Hub) -> None:
    hub.mock.add("GET", f"{API}:443/repos/acme/widgets", body='{"default_branch": "ma')
    hub.on("GET", "", {"default_branch": "main"})
    assert read(hub) == "main"
    assert failure_of(JSONDecodeError("", "", 0)).ambiguous


def test_g17_a_server_that_stays_down_is_given_up(hub: Hub) -> None:
    hub.on("GET", "", {"message": "Bad Gateway"}, 502)
    error = refused(hub)
    assert str(error) == (
        "could not read the repository: GitHub answered 502 time and again; run again when GitHub is well; "
        "nothing is lost"
    )
    assert (error.status, len(hub.asked), sum(hub.clock.slept)) == (502, 6, 31)


def test_g17_a_connection_that_is_never_made_is_given_up(hub: Hub) -> None:
    hub.on("GET", "", requests.ConnectionError("no route"))
    error = refused(hub)
    assert "no connection to GitHub (ConnectionError)" in str(error)
    assert error.status is None


@pytest.mark.parametrize(
    ("status", "answer", "headers", "words"),
    [
        (401, {"message": "Bad credentials"}, {}, "does not accept the token; hand the job one that is valid"),
        (
            403,
            {"message": "Resource not accessible by integration"},
            {"X-Accepted-GitHub-Permissions": "issues=write; issues=write,pull_requests=write"},
            "the token may not (Resource not accessible by integration); give the job `permissions:` with "
            "`issues: write` or `issues: write`, `pull-requests: write`",
        ),
        (
            403,
            {"message": "Forbidden"},
            {},
            "compare the job's `permissions:` with those of the installed workflows",
        ),
        (403, None, {}, "the token may not (no reason given)"),
        (
            404,
            {"message": "Not Found"},
            {},
            "GitHub knows no such thing, or hides it from this token; look at the",
        ),
        (
            422,
            {"message": "Validation Failed", "errors": [{"field": "title", "code": "missing"}, "no"]},
            {},
            "GitHub says Validation Failed: title missing; no (422)",
        ),
        (410, {"message": "Issues are disabled for this repo"}, {}, "Issues are disabled for this repo (410)"),
        (400, ["odd"], {}, "GitHub says nothing more (400)"),
    ],
)
def test_g17_what_cannot_succeed_is_not_repeated_and_says_what_helps(
    hub: Hub, status: int, answer: object, headers: dict[str, str], words: str
) -> None:
    if isinstance(answer, list):
        answer = {"errors": "odd"}
    hub.on("GET", "", answer, status, headers)
    assert words in str(refused(hub))
    assert (len(hub.asked), hub.clock.slept) == (1, [])


def test_github_s_words_are_found_wherever_they_are() -> None:
    assert message_of(["odd"]) == ""
    assert message_of({"data": None, "errors": [{"message": "Pull request is in clean status"}]}) == (
        "Pull request is in clean status"
    )


@pytest.mark.parametrize("status", [403, 429])
def test_g18_limits_are_waited_for(hub: Hub, status: int) -> None:
    reset = str(int(hub.clock.now().timestamp()) + 240)
    hub.on("GET", "", {"message": "x"}, status, {"Retry-After": "75"})
    hub.on("GET", "", {"message": "x"}, status, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset})
    hub.on("GET", "", {"message": "You have exceeded a secondary rate limit."}, status)
    hub.on("GET", "", {"default_branch": "main"})
    assert read(hub) == "main"
    assert hub.clock.slept == [75, 166, 240]


def test_g18_a_limit_that_lasts_too_long_is_told_with_its_end(hub: Hub) -> None:
    reset = str(int(hub.clock.now().timestamp()) + 3000)
    hub.on("GET", "", {"message": "x"}, 403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset})
    assert "takes no more calls for now until 17:31 UTC; run again then; nothing is lost" in str(refused(hub))
    assert hub.clock.slept == []


def test_g18_a_limit_without_an_end_is_given_up_in_bounded_time(hub: Hub) -> None:
    hub.on("GET", "", {"message": "x"}, 429, {"Retry-After": "1"})
    assert "takes no more calls for now; run again in an hour" in str(refused(hub))
    assert sum(hub.clock.slept) < 900


def test_g11_a_create_that_happened_is_found_and_not_repeated(hub: Hub) -> None:
    hub.on("POST", "/issues/5/comments", {"message": "Bad Gateway"}, 502)
    hub.on("GET", "/issues/5/comments", [{"id": 77, "body": "Hello"}])
    assert create(hub) == 77
    assert hub.asked == ["POST /issues/5/comments", "GET /issues/5/comments"]


@pytest.mark.parametrize("lost", [requests.ConnectionError("reset"), requests.Timeout("slow")])
def test_g11_a_create_whose_answer_was_lost_is_looked_for(hub: Hub, lost: Exception) -> None:
    hub.on("POST", "/issues/5/comments", lost)
    hub.on("GET", "/issues/5/comments", [{"id": 77, "body": "Hello"}])
    assert create(hub) == 77


def test_g11_a_create_that_did_not_happen_is_made_once_more(hub: Hub) -> None:
    hub.on("POST", "/issues/5/comments", {"message": "Bad Gateway"}, 502)
    hub.on("POST", "/issues/5/comments", {"id": 78, "body": "Hello"}, 201)
    hub.on("GET", "/issues/5/comments", [{"id": 77, "body": "Somebody else's"}])
    assert create(hub) == 78


def test_g11_a_create_that_shows_late_is_still_found(hub: Hub) -> None:
    """After one unclear answer every later one is followed by a look, whatever it says."""
    hub.on("POST", "/issues/5/comments", {"message": "Bad Gateway"}, 502)
    hub.on("POST", "/issues/5/comments", {"message": "too many"}, 429, {"Retry-After": "30"})
    hub.on("GET", "/issues/5/comments", [])
    hub.on("GET", "/issues/5/comments", [{"id": 77, "body": "Hello"}])
    assert create(hub) == 77
    assert hub.clock.slept == [1, 30]


def test_g11_a_create_that_was_refused_for_too_many_calls_needs_no_look(hub: Hub) -> None:
    hub.on("POST", "/issues/5/comments", {"message": "too many"}, 429, {"Retry-After": "30"})
    hub.on("POST", "/issues/5/comments", {"id": 78, "body": "Hello"}, 201)
    assert create(hub) == 78
    assert hub.asked == ["POST /issues/5/comments"] * 2


def test_g11_the_last_attempt_is_followed_by_a_last_look(hub: Hub) -> None:
    hub.on("POST", "/issues/5/comments", {"message": "Bad Gateway"}, 502)
    for _ in range(5):
        hub.on("GET", "/issues/5/comments", [])
    hub.on("GET", "/issues/5/comments", [{"id": 77, "body": "Hello"}])
    assert create(hub) == 77


def test_g17_looking_and_creating_share_one_patience(hub: Hub) -> None:
    """A look that has to wait does not prolong the whole: 15 minutes are the end."""
    hub.on("POST", "/issues/5/comments", {"message": "Bad Gateway"}, 502)
    hub.on("GET", "/issues/5/comments", {"message": "too many"}, 429)
    with pytest.raises(CallFailed, match="could not look: GitHub takes no more calls for now until"):
        create(hub)
    assert sum(hub.clock.slept) <= 900
    hub.clock.slept.clear()
    hub.on("GET", "", {"default_branch": "main"})
    assert read(hub) == "main", "the next call has a patience of its own"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a21_g25_the_token_follows_no_redirect_to_another_host(hub: Hub, status: int) -> None:
    """Nobody sees a traceback for it either."""
    hub.mock.add(
        "GET", f"{API}:443/repos/acme/widgets", status=status, headers={"Location": "https://evil.example/x"}
    )
    client = hub.client()
    with pytest.raises(CallFailed, match=r"could not read the repository: the answer is to go elsewhere \(.*evil"):
        client.read(lambda: client.repo.complete().default_branch, "read the repository")
    assert {call.request.url for call in hub.mock.calls} == {f"{API}:443/repos/acme/widgets"}
