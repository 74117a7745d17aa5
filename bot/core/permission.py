"""Who may have a session launched, and who may tell it something."""

from collections.abc import Mapping

_MAY = frozenset({"admin", "maintain", "write"})
_SAID: Mapping[str, str] = {
    "triage": "may sort issues here but not write",
    "read": "may read here but not write",
    "none": "has no permission here",
}


def may_launch(permission: str, sender_is_bot: bool) -> str:
    """Empty when whoever set the label may launch a session; why not, otherwise (A7, A8).

    Labels can be set with less than write permission, by an issue's template for a stranger, and by programs.
    """
    if sender_is_bot:
        return "the label was set by a program; a session is launched by a person"
    return _lacks("whoever set the label", permission)


def may_command(permission: str, sender_is_bot: bool) -> str:
    """Empty when whoever wrote a comment may tell a session something; why not, otherwise (A7, A8)."""
    if sender_is_bot:
        return "the comment was written by a program; a session listens to people"
    return _lacks("whoever wrote the comment", permission)


def _lacks(who: str, permission: str) -> str:
    if permission in _MAY:
        return ""
    return f"{who} {_SAID.get(permission, 'has a permission that is not known')}"
