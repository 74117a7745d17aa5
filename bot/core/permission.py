"""Who may have a session launched, and who may tell it something."""

from collections.abc import Mapping

from bot.core.configuration import PATH, Allow

WRITERS = Allow()
"""Without a word in the configuration: all who may write."""
_MAY = ("write", "maintain", "admin")
_SAID: Mapping[str, str] = {
    "triage": "may sort issues here but not write",
    "read": "may read here but not write",
    "none": "has no permission here",
}


def may_launch(permission: str, sender_is_bot: bool, allow: Allow = WRITERS, login: str = "") -> str:
    """Empty when whoever set the label may launch a session; why not, otherwise (A7, A8).

    Labels can be set with less than write permission, by an issue's template for a stranger, and by programs.
    `allow` is what the base branch's configuration says, and `login` who it is.
    """
    if sender_is_bot:
        return "the label was set by a program; a session is launched by a person"
    return _lacks("whoever set the label", permission, allow, login)


def may_start(login: str, permission: str, allow: Allow) -> str:
    """The same for whoever starts the session workflow by hand, for which GitHub asks for write permission."""
    return _lacks("whoever started the run", permission, allow, login)


def may_command(permission: str, sender_is_bot: bool, allow: Allow = WRITERS, login: str = "") -> str:
    """Empty when whoever wrote a comment may tell a session something; why not, otherwise (A7, A8)."""
    if sender_is_bot:
        return "the comment was written by a program; a session listens to people"
    return _lacks("whoever wrote the comment", permission, allow, login)


def _lacks(who: str, permission: str, allow: Allow, login: str) -> str:
    if permission in _MAY:
        if _MAY.index(permission) < _MAY.index(allow.permission):
            return f"{who} may write here, and {PATH} asks for {allow.permission} (allow.permission)"
        if allow.logins and login.casefold() not in map(str.casefold, allow.logins):
            return f"{who} is not among those that {PATH} names (allow.logins)"
        return ""
    return f"{who} {_SAID.get(permission, 'has a permission that is not known')}"
