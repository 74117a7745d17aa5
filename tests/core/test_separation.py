"""What an agent must not find where it works."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.separation import TOKENS, Environ, Setting, keys_in, problems, pushes_with, tokens_in


@pytest.mark.parametrize("name", TOKENS)
def test_g24_a_token_by_its_name_is_found_and_an_empty_one_is_none(name: str) -> None:
    assert tokens_in({name: "x", "PATH": "/bin"}) == (name,)
    assert tokens_in({name: ""}) == ()


@pytest.mark.parametrize("token", ["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"])
def test_g24_a_token_of_github_is_found_under_any_name(token: str) -> None:
    assert tokens_in({"DEPLOY": f"bearer {token}{'a1B2' * 5}", "HOME": "/root"}) == ("DEPLOY",)


def test_g24_what_only_reads_like_one_is_none() -> None:
    assert (
        tokens_in({"GITHUB_REPOSITORY": "acme/ghs_repo", "NPM_TOKEN": "of a registry", "A": "xghp_" + "a" * 20})
        == ()
    )


@pytest.mark.parametrize(
    ("setting", "shown"),
    [
        (Setting("local", "http.https://github.com/.extraheader", "AUTHORIZATION: basic x"), None),
        (Setting("global", "http.extraheader", "AUTHORIZATION: basic x"), None),
        (Setting("local", "remote.origin.url", "https://x-access-token:s3cret@github.com/a/b"), None),
        (Setting("system", "url.https://x:s3cret@github.com/.insteadof", "https://github.com/"), "url.https://…@github.com/.insteadof"),
        (Setting("local", "credential.helper", "store"), None),
        (Setting("worktree", "credential.https://github.com.helper", "!f() { :; }"), None),
        (Setting("command", "core.sshcommand", "ssh -i key"), None),
        (Setting("local", "http.cookiefile", "/tmp/cookies"), None),
    ],
)  # fmt: skip
def test_g24_a_login_of_git_is_named_without_its_value(setting: Setting, shown: str | None) -> None:
    assert pushes_with([setting, setting]) == (shown or setting.name,)
    assert "s3cret" not in str(list(problems((), pushes_with([setting]), ())))


@pytest.mark.parametrize(
    "setting",
    [
        Setting("system", "credential.helper", "osxkeychain"),
        Setting("local", "http.https://github.com/.extraheader", ""),
        Setting("local", "remote.origin.url", "https://github.com/acme/widgets"),
        Setting("local", "remote.origin.url", "ssh://git@github.com/acme/widgets"),
        Setting("local", "user.email", "ann@example.org"),
    ],
)
def test_g24_other_settings_of_git_are_no_login(setting: Setting) -> None:
    assert pushes_with([setting]) == ()


def test_g24_a_key_is_found_in_any_variable_of_any_process() -> None:
    environs = [
        Environ("this process", {"A": "x", "B": "my key here"}),
        Environ("process 7 (bash)", {"KEY": "key"}),
    ]
    assert keys_in(environs, ("key", "")) == ("B of this process", "KEY of process 7 (bash)")
    assert keys_in(environs, ("another",)) == keys_in(environs, ("",)) == ()


@given(st.text(min_size=1), st.text(), st.text())
def test_g24_a_key_is_found_wherever_it_stands(key: str, before: str, after: str) -> None:
    assert keys_in([Environ("it", {"X": before + key + after})], [key])


def test_g24_everything_that_was_found_is_said_with_what_to_do() -> None:
    assert list(problems((), (), ())) == []
    said = [str(problem) for problem in problems(("A", "B"), ("C",), ("D of E",))]
    assert len(said) == 3
    assert said[0].startswith(
        "an agent must not hold a token, and A, B is in its environment; run it with the action"
    )
    assert "(C); check out with `persist-credentials: false`" in said[1]
    assert "D of E; hand the key to the step" in said[2]
