import pytest

from bot.core.halting import halts
from bot.core.retrying import Failure


@pytest.mark.parametrize(
    ("status", "message", "said"),
    [
        (401, "invalid x-api-key", "the key is not accepted: invalid x-api-key"),
        (402, "no funds", "there is no credit: no funds"),
        (403, "not yours", "the key may not use this model: not yours"),
        (404, "model: nope", "there is no such model: model: nope"),
        (400, "Your credit balance is too low to access the API", "there is no credit: "),
        (400, "You have reached your specified API usage limits.", "there is no credit: "),
    ],
)
def test_g17_what_no_other_agent_could_do_better_ends_the_session(status: int, message: str, said: str) -> None:
    assert halts(Failure(status, message)).startswith(said)


@pytest.mark.parametrize("status", [None, 400, 408, 409, 413, 422, 429, 500, 503, 529])
def test_g17_what_concerns_one_call_does_not(status: int | None) -> None:
    assert halts(Failure(status, "messages.0: a thing is wrong")) == ""
