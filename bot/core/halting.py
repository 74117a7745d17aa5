"""Whether a refused call means that no agent of the session can go on before a person has acted."""

from bot.core.retrying import Failure

_CREDIT = ("credit balance", "billing", "spend limit", "usage limit", "quota exceeded")
_STATUS = {
    401: "the key is not accepted",
    402: "there is no credit",
    403: "the key may not use this model",
    404: "there is no such model",
}


def halts(failure: Failure) -> str:
    """Why no call of this session can succeed, in words; empty when the failure is of this call alone."""
    if failure.status == 400 and any(word in failure.message.lower() for word in _CREDIT):
        return f"there is no credit: {failure.message}"
    if failure.status in _STATUS:
        return f"{_STATUS[failure.status]}: {failure.message}"
    return ""
