import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.configuration import PATH, Allow, CitationCheck, Configuration, load_configuration
from bot.errors import InvalidInput


def problems(text: str) -> list[str]:
    with pytest.raises(InvalidInput) as refused:
        load_configuration(text.encode())
    return [str(problem) for problem in refused.value.problems]


@pytest.mark.parametrize("content", [None, b"", b"# nothing yet\n", b"---\n", b"{}\n", b"~\n"])
def test_without_a_word_the_defaults_hold(content: bytes | None) -> None:
    assert load_configuration(content) == Configuration()


def test_everything_can_be_configured() -> None:
    text = """\
missions: plans/missions/
max_usd: 7.25
confirm_above_usd: 2
allow: {permission: maintain, logins: [ann, Bob-2]}
sources: packages
merge: manual
state_branch: swarm-state
required_checks: [test, "lint (3.12)"]
audit: {paths: ["docs/**/*.md"], min_cited: 80}
"""
    assert load_configuration(text.encode()) == Configuration(
        missions="plans/missions/",
        max_usd="7.25",
        confirm_above_usd="2",
        allow=Allow(permission="maintain", logins=("ann", "Bob-2")),
        sources="packages",
        merge="manual",
        state_branch="swarm-state",
        required_checks=("test", "lint (3.12)"),
        audit=CitationCheck(paths=("docs/**/*.md",), min_cited=80),
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("max_usd: lots\n", "1:10: max_usd is \"lots\"; 'lots' is no amount in US dollars"),
        ("max-usd: 3\n", "1:1: unknown key `max-usd`; did you mean `max_usd`?"),
        ("audit: {path: x}\n", "1:9: unknown key `path` in audit; did you mean `paths`?"),
        ("audit:\n  min_cited: 101\n", "2:14: audit.min_cited is 101; it can be at most 100"),
        ("merge: yes\n", '1:8: merge is "yes"; write \'auto\' or \'manual\''),
        ("required_checks: test\n", '1:18: required_checks is "test"; write a list'),
        ("missions: /etc\n", '1:11: missions is "/etc"; write a folder of the repository, such as missions'),
        ("missions: a/../..\n", "1:11: missions is a/../..; write a folder of the repository, such as missions"),
        ("state_branch: -x\n", '1:15: state_branch is "-x"; write a branch\'s name, such as swarm-state'),
        ("- a\n", "1:1: the configuration is a list; write keys with values"),
        ("max_usd: 1\nmax_usd: 2\n", "2:1: the key `max_usd` stands here for the second time (first in line 1);"
         " remove one"),
        ("a: &x 1\n", "1:1: unknown key `a`; known here: missions, max_usd, confirm_above_usd, allow, sources,"
         " merge, state_branch, required_checks, audit"),
        ("merge: !x auto\n", "1:8: the tag `!x` is not read; the file is plain data; remove the tag"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_line(text: str, problem: str) -> None:
    assert problems(text) == [f"{PATH}:{problem}"]


@pytest.mark.parametrize("name", ["swarm/state", "swarm/cloud-1"])
def test_a_branch_for_the_state_is_no_session(name: str) -> None:
    assert problems(f"merge: auto\nstate_branch: {name}\n") == [
        f"{PATH}:2:15: state_branch is {name}, which would be taken for a session's branch;"
        " write another name, such as swarm-state"
    ]


@pytest.mark.parametrize("name", ["a..b", "a//b", "a/", "a/.b", "a.lock", "a.lock/b", "a.", "a./b"])
def test_a_branch_that_git_does_not_allow_is_refused(name: str) -> None:
    assert problems(f"state_branch: {name}\n") == [
        f"{PATH}:1:15: state_branch is {name}, which git allows no branch; write it plainly, such as swarm-state"
    ]


def test_a_branch_is_written_without_its_ref() -> None:
    assert problems("state_branch: refs/heads/state\n") == [
        f"{PATH}:1:15: state_branch is refs/heads/state; write the branch's name without refs/heads/"
    ]


def test_all_problems_are_said_at_once() -> None:
    assert len(problems("missions: ..\nmerge: no\nmax_usd: -1\n")) == 3
    assert len(problems("missions: a/..\nstate_branch: swarm/x\n")) == 2


@settings(deadline=None)
@given(st.binary() | st.text().map(str.encode) | st.sampled_from([b"\xff", b"[" * 5_000, b"a: *x", b"? [a]\n"]))
def test_a16_any_bytes_are_a_configuration_or_refused(content: bytes) -> None:
    try:
        load_configuration(content)
    except InvalidInput as error:
        assert all(problem.file == PATH and problem.line for problem in error.problems)
