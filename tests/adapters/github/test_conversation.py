"""The one comment of an issue: found on any page, written once, healed, never somebody else's."""

from typing import Any

import pytest
import requests

from bot.adapters.comments import MARKERS, ROOM
from bot.adapters.github.conversation import Issues
from bot.adapters.github.errors import CallFailed
from bot.errors import SwarmError
from tests.adapters.github.hub import API, REPO, Hub, Json

BOT = {"login": "github-actions[bot]", "type": "Bot"}
PERSON = {"login": "ada", "type": "User"}
STATUS, REFUSAL = MARKERS["status"] + "\n", MARKERS["refusal"] + "\n"
COMMENTS = "/issues/5/comments"


def comment(number: int, body: str | None, user: Json | None = BOT) -> Json:
    return {"id": number, "body": body, "user": user, "url": f"{API}{REPO}/issues/comments/{number}"}


def said(hub: Hub, kind: Any, *comments: Json, body: str = "running") -> int:
    hub.on("GET", COMMENTS, list(comments))
    return Issues(hub.client()).say(5, kind, body)


def test_the_first_word_creates_the_comment(hub: Hub) -> None:
    hub.on("POST", COMMENTS, comment(9, ""), 201)
    assert said(hub, "status", comment(1, "Please research widgets", PERSON), comment(2, None, PERSON)) == 9
    assert hub.sent() == {"body": STATUS + "running"}
    assert "per_page=100" in str(hub.mock.calls[0].request.url)


def test_later_words_edit_it(hub: Hub) -> None:
    hub.on("PATCH", "/issues/comments/3", comment(3, ""))
    assert said(hub, "status", comment(3, STATUS + "launched")) == 3
    assert hub.sent() == {"body": STATUS + "running"}


def test_the_same_words_write_nothing(hub: Hub) -> None:
    assert said(hub, "status", comment(3, (STATUS + "running\n").replace("\n", "\r\n")), body="running\n") == 3
    assert hub.asked == [f"GET {COMMENTS}"]


def test_it_is_found_on_any_page(hub: Hub) -> None:
    link = {"Link": f'<{API}{REPO}{COMMENTS}?per_page=100&page=2>; rel="next"'}
    hub.on("GET", COMMENTS, [comment(n, "chat", PERSON) for n in range(1, 101)], headers=link)
    hub.on("PATCH", "/issues/comments/200", comment(200, ""))
    assert said(hub, "status", comment(200, STATUS + "launched")) == 200


def test_doubles_become_one_the_oldest(hub: Hub) -> None:
    hub.on("DELETE", "/issues/comments/4", None, 204)
    hub.on("DELETE", "/issues/comments/6", {"message": "Not Found"}, 404)
    assert said(hub, "status", *(comment(n, STATUS + "running") for n in (6, 3, 4))) == 3
    assert hub.asked == [f"GET {COMMENTS}", "DELETE /issues/comments/4", "DELETE /issues/comments/6"]


def test_a_double_that_cannot_be_deleted_is_told(hub: Hub) -> None:
    hub.on("DELETE", "/issues/comments/4", {"message": "Forbidden"}, 403)
    with pytest.raises(CallFailed, match="could not delete comment 4"):
        said(hub, "status", comment(3, STATUS), comment(4, STATUS))


def test_a_status_takes_the_place_of_a_refusal(hub: Hub) -> None:
    hub.on("DELETE", "/issues/comments/4", None, 204)
    hub.on("PATCH", "/issues/comments/3", comment(3, ""))
    assert said(hub, "status", comment(3, REFUSAL + "no"), comment(4, REFUSAL + "no")) == 3
    assert hub.sent() == {"body": STATUS + "running"}


def test_a_refusal_never_takes_the_place_of_a_status(hub: Hub) -> None:
    hub.on("POST", COMMENTS, comment(9, ""), 201)
    assert said(hub, "refusal", comment(3, STATUS + "running"), body="no") == 9
    assert hub.sent() == {"body": REFUSAL + "no"}


def test_a_status_beside_a_refusal_leaves_it_alone(hub: Hub) -> None:
    assert said(hub, "status", comment(3, STATUS + "running"), comment(4, REFUSAL + "no")) == 3
    assert hub.asked == [f"GET {COMMENTS}"]


def test_a13_what_somebody_else_wrote_below_our_marker_is_not_ours(hub: Hub) -> None:
    hub.on("POST", COMMENTS, comment(9, ""), 201)
    forged = [comment(1, STATUS + "all done", PERSON), comment(2, STATUS + "all done", None)]
    quoted = comment(3, f"> quoting\n{STATUS}", BOT)
    assert said(hub, "status", *forged, quoted) == 9


def test_a_person_s_token_knows_its_own_comments_alone(hub: Hub) -> None:
    hub.on("GET", "//user", {"login": "ada", "type": "User"})
    hub.on("GET", COMMENTS, [comment(1, STATUS + "x"), comment(2, STATUS + "running", PERSON)])
    issues = Issues(hub.client(token="ghp_mine"))
    assert [issues.say(5, "status", "running") for _ in range(2)] == [2, 2]
    assert hub.asked.count("GET /user") == 1, "asked once"


def test_a_token_that_may_not_say_whose_it_is_belongs_to_a_bot(hub: Hub) -> None:
    hub.on("GET", "//user", {"message": "Resource not accessible by integration"}, 403)
    hub.on("GET", COMMENTS, [comment(1, STATUS + "running")])
    assert Issues(hub.client(token="v1.odd")).say(5, "status", "running") == 1


def test_a_token_that_is_wrong_is_told(hub: Hub) -> None:
    hub.on("GET", "//user", {"message": "Bad credentials"}, 401)
    hub.on("GET", COMMENTS, [comment(1, STATUS + "running")])
    with pytest.raises(CallFailed, match="does not accept the token"):
        Issues(hub.client(token="wrong")).say(5, "status", "running")


@pytest.mark.parametrize("lost", [502, requests.ConnectionError("reset")])
def test_g11_a_comment_whose_answer_was_lost_is_found(hub: Hub, lost: int | Exception) -> None:
    hub.on("GET", COMMENTS, [])
    if isinstance(lost, int):
        hub.on("POST", COMMENTS, {"message": "Bad Gateway"}, lost)
    else:
        hub.on("POST", COMMENTS, lost)
    assert said(hub, "status", comment(8, REFUSAL + "old"), comment(9, STATUS + "running")) == 9
    assert hub.asked == [f"GET {COMMENTS}", f"POST {COMMENTS}", f"GET {COMMENTS}"]


def test_a_comment_that_vanishes_under_the_edit_is_written_anew(hub: Hub) -> None:
    hub.on("PATCH", "/issues/comments/3", {"message": "Not Found"}, 404)
    hub.on("POST", COMMENTS, comment(9, ""), 201)
    assert said(hub, "status", comment(3, STATUS + "launched")) == 9


def test_a_known_comment_is_edited_in_one_call(hub: Hub) -> None:
    hub.on("PATCH", "/issues/comments/3", comment(3, ""))
    assert Issues(hub.client()).edit(3, "running") is True
    assert (hub.sent(), len(hub.asked)) == ({"body": STATUS + "running"}, 1)


def test_a_known_comment_that_is_gone_is_said_so(hub: Hub) -> None:
    hub.on("PATCH", "/issues/comments/3", {"message": "Not Found"}, 404)
    assert Issues(hub.client()).edit(3, "running") is False


def test_an_edit_that_is_forbidden_is_told(hub: Hub) -> None:
    hub.on("PATCH", "/issues/comments/3", {"message": "Forbidden"}, 403)
    with pytest.raises(CallFailed, match="could not edit comment 3: the token may not"):
        Issues(hub.client()).edit(3, "running")


def test_g22_a_comment_that_is_too_long_is_refused_before_it_is_sent(hub: Hub) -> None:
    fits = "x" * (ROOM - len(STATUS))
    with pytest.raises(SwarmError, match=r"would have 65,537 characters, and GitHub takes 65,536"):
        Issues(hub.client()).edit(3, fits + "x")
    assert hub.asked == []
    hub.on("PATCH", "/issues/comments/3", comment(3, ""))
    assert Issues(hub.client()).edit(3, fits)


@pytest.mark.parametrize(
    ("answer", "role"),
    [
        ({"permission": "admin", "role_name": "admin"}, "admin"),
        ({"permission": "write", "role_name": "maintain"}, "maintain"),
        ({"permission": "read", "role_name": "triage"}, "triage"),
        ({"permission": "write", "role_name": "release-captain"}, "write"),
        ({"permission": "read"}, "read"),
        ({}, "none"),
    ],
)
def test_a07_what_somebody_may_do_is_asked(hub: Hub, answer: Json, role: str) -> None:
    hub.on("GET", "/collaborators/ada/permission", answer)
    assert Issues(hub.client()).permission("ada") == role


def test_a07_who_is_unknown_may_do_nothing(hub: Hub) -> None:
    hub.on("GET", "/collaborators/app%5Bbot%5D/permission", {"message": "Not Found"}, 404)
    assert Issues(hub.client()).permission("app[bot]") == "none"


def test_a07_when_github_does_not_say_nobody_is_let_in(hub: Hub) -> None:
    hub.on("GET", "/collaborators/ada/permission", {"message": "Forbidden"}, 403)
    with pytest.raises(CallFailed, match="could not read what ada may do here"):
        Issues(hub.client()).permission("ada")


def test_a_label_is_taken_off(hub: Hub) -> None:
    hub.on("DELETE", "/issues/5/labels/swarm%3Aa%2Fb", [])
    Issues(hub.client()).unlabel(5, "swarm:a/b")


def test_a_label_that_is_not_there_is_no_error(hub: Hub) -> None:
    hub.on("DELETE", "/issues/5/labels/swarm", {"message": "Label does not exist"}, 404)
    Issues(hub.client()).unlabel(5, "swarm")


def test_a_label_that_cannot_be_taken_off_is_told(hub: Hub) -> None:
    hub.on("DELETE", "/issues/5/labels/swarm", {"message": "Forbidden"}, 403)
    with pytest.raises(CallFailed, match="could not take a label off issue 5"):
        Issues(hub.client()).unlabel(5, "swarm")


REACTIONS = "/issues/comments/3/reactions"


@pytest.mark.parametrize("status", [200, 201, 404, 410])
def test_a_reaction_is_put_under_a_comment_that_is_there(hub: Hub, status: int) -> None:
    hub.on("POST", REACTIONS, {"message": "Not Found"} if status > 400 else {"content": "+1"}, status)
    Issues(hub.client()).react(3, "+1")
    assert hub.sent() == {"content": "+1"}


def test_a_reaction_whose_answer_was_lost_is_put_there_again(hub: Hub) -> None:
    hub.on("POST", REACTIONS, {"message": "Bad Gateway"}, 502)
    hub.on("POST", REACTIONS, {"content": "confused"}, 200)
    Issues(hub.client()).react(3, "confused")
    assert len(hub.asked) == 2


def test_a_reaction_that_is_forbidden_is_told(hub: Hub) -> None:
    hub.on("POST", REACTIONS, {"message": "Forbidden"}, 403)
    with pytest.raises(CallFailed, match="could not react to comment 3: the token may not"):
        Issues(hub.client()).react(3, "+1")


def test_an_issue_is_closed_as_completed(hub: Hub) -> None:
    hub.on("PATCH", "/issues/5", {"message": "Bad Gateway"}, 502)
    hub.on("PATCH", "/issues/5", {"number": 5})
    Issues(hub.client()).close(5)
    assert hub.sent() == {"state": "closed", "state_reason": "completed"}
