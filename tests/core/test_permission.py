import pytest

from bot.core.configuration import Allow
from bot.core.permission import may_command, may_launch, may_start


@pytest.mark.parametrize("permission", ["admin", "maintain", "write"])
def test_a07_who_may_write_may_launch(permission: str) -> None:
    assert may_launch(permission, sender_is_bot=False) == ""


@pytest.mark.parametrize(
    ("permission", "why"),
    [
        ("triage", "whoever set the label may sort issues here but not write"),
        ("read", "whoever set the label may read here but not write"),
        ("none", "whoever set the label has no permission here"),
        ("", "whoever set the label has a permission that is not known"),
        ("Admin", "whoever set the label has a permission that is not known"),
        ("own-role\n::x", "whoever set the label has a permission that is not known"),
    ],
)
def test_a07_who_may_not_write_may_not_launch(permission: str, why: str) -> None:
    assert may_launch(permission, sender_is_bot=False) == why


@pytest.mark.parametrize("permission", ["admin", "write", "read", "none"])
def test_a08_a_program_may_not_launch_whatever_its_permission(permission: str) -> None:
    assert may_launch(permission, sender_is_bot=True) == (
        "the label was set by a program; a session is launched by a person"
    )


@pytest.mark.parametrize("permission", ["admin", "maintain", "write"])
def test_a07_who_may_write_may_tell_a_session_something(permission: str) -> None:
    assert may_command(permission, sender_is_bot=False) == ""


@pytest.mark.parametrize(
    ("permission", "bot", "why"),
    [
        ("triage", False, "whoever wrote the comment may sort issues here but not write"),
        ("none", False, "whoever wrote the comment has no permission here"),
        ("owner", False, "whoever wrote the comment has a permission that is not known"),
        ("admin", True, "the comment was written by a program; a session listens to people"),
    ],
)
def test_a07_a08_others_may_not(permission: str, bot: bool, why: str) -> None:
    assert may_command(permission, bot) == why


@pytest.mark.parametrize(
    ("permission", "allow", "why"),
    [
        ("write", Allow(), ""),
        ("admin", Allow(permission="maintain"), ""),
        ("maintain", Allow(permission="maintain"), ""),
        ("write", Allow(permission="maintain"), "may write here, and .github/swarm.yml asks for maintain"),
        ("maintain", Allow(permission="admin"), "asks for admin (allow.permission)"),
        ("write", Allow(logins=("bob", "ANN")), ""),
        ("admin", Allow(logins=("bob",)), "is not among those that .github/swarm.yml names (allow.logins)"),
        ("write", Allow(permission="admin", logins=("ann",)), "asks for admin"),
        ("read", Allow(logins=("ann",)), "may read here but not write"),
        ("none", Allow(logins=("ann",)), "has no permission here"),
    ],
)
def test_a07_a_repository_may_let_in_fewer(permission: str, allow: Allow, why: str) -> None:
    for said in (
        may_launch(permission, False, allow, "ann"),
        may_command(permission, False, allow, "ann"),
        may_start("ann", permission, allow),
    ):
        assert why in said
        assert bool(said) == bool(why)


@pytest.mark.parametrize("login", ["", "an", "ann2", "\uff41nn", "ann\u200b", "bob"])
def test_a07_a_login_that_only_looks_like_one_is_another(login: str) -> None:
    assert may_launch("admin", False, Allow(logins=("ann",)), login)
