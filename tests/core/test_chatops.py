"""What a line means that somebody wrote, and that no line is too odd to be answered."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.chatops import (
    COMMANDS,
    HELP,
    AddBudget,
    AskStatus,
    Command,
    Explain,
    Help,
    Merge,
    NotUnderstood,
    Resume,
    Retry,
    Stop,
    amount,
    parse,
)
from bot.core.neutral import visible
from tests.render.inactive import HOSTILE, TEXT


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("/swarm", Help()),
        ("/swarm help", Help()),
        ("/swarm status", AskStatus()),
        ("/SWARM  \t Status ", AskStatus()),
        ("/swarm stop", Stop()),
        ("/swarm resume", Resume()),
        ("/swarm merge", Merge()),
        ("/swarm retry", Retry(None)),
        ("/swarm retry haiku-30", Retry("haiku-30")),
        ("/swarm Retry Haiku-30", Retry("haiku-30")),
        ("/swarm budget +5", AddBudget(5_000_000)),
        ("/swarm budget 5", AddBudget(5_000_000)),
        ("/swarm budget +2.50", AddBudget(2_500_000)),
        ("/swarm budget $0.000001", AddBudget(1)),
        ("/swarm budget 1000000", AddBudget(1_000_000_000_000)),
        ("/swarm explain claims-verified", Explain("claims-verified")),
        ("/swarm explain every  claim verified", Explain("every claim verified")),
        ("/swarm explain " + "x" * 100, Explain("x" * 60)),
        ("/\u200bswarm\u00a0stop", Stop()),
    ],
)
def test_commands_are_understood(text: str, command: Command) -> None:
    assert parse(text) == command


AMOUNT = "write US dollars such as `+5` or `+2.50`"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("/swarm stpo", "`stpo` is no command: do you mean `/swarm stop`?"),
        ("/swarm Rerty", "`Rerty` is no command: do you mean `/swarm retry`?"),
        ("/swarm sudo rm -rf /", "`sudo` is no command"),
        ("/swarm `x`", "`'x'` is no command"),
        ("/swarm " + "q" * 100, f"`{'q' * 60}…` is no command"),
        ("/swarm stop tomorrow", "nothing follows stop: write `/swarm stop` alone on its line"),
        ("/swarm merge #12", "nothing follows merge: write `/swarm merge` alone on its line"),
        ("/swarm retry ../x", "`../x` is no agent's id: write one as the table shows it, or none"),
        ("/swarm retry a b", "`a b` is no agent's id: write one as the table shows it, or none"),
        ("/swarm retry " + "a" * 65, f"`{'a' * 60}…` is no agent's id: write one as the table shows it, or none"),
        ("/swarm budget", f"no amount is named: {AMOUNT}"),
        ("/swarm budget -5", f"`-5` is no amount: {AMOUNT}"),
        ("/swarm budget NaN", f"`NaN` is no amount: {AMOUNT}"),
        ("/swarm budget 1e999", f"`1e999` is no amount: {AMOUNT}"),
        ("/swarm budget inf", f"`inf` is no amount: {AMOUNT}"),
        ("/swarm budget ٥", f"`٥` is no amount: {AMOUNT}"),
        ("/swarm budget +5 EUR", f"`+5 EUR` is no amount: {AMOUNT}"),
        ("/swarm budget " + "9" * 5_000, f"`{'9' * 60}…` is no amount: {AMOUNT}"),
        ("/swarm budget 0", "nothing is added by 0: write US dollars such as `+5`"),
        ("/swarm budget 0.00", "nothing is added by 0: write US dollars such as `+5`"),
        ("/swarm budget 1000000.01", "an amount is at least 0 and at most 1,000,000 US dollars"),
        ("/swarm budget 0.0000001", "an amount has at most six decimals"),
        ("/swarm explain", "no criterion is named: write one as the gate's checklist has it"),
    ],
)
def test_what_is_not_understood_says_why(text: str, why: str) -> None:
    found = parse(text)
    assert isinstance(found, NotUnderstood)
    assert found.why == why


def test_an_amount_is_read_alone_too() -> None:
    assert amount("+5") == 5_000_000
    assert amount("") == f"no amount is named: {AMOUNT}"


def test_the_list_names_every_command_once() -> None:
    assert [line.split("`")[1].split()[1] for line in HELP] == list(COMMANDS)
    for name, (after, _) in COMMANDS.items():
        given_ = {"[AGENT]": "haiku-1", "CRITERION": "mergeable"}.get(after, after)
        assert not isinstance(parse(f"/swarm {name} {given_}"), NotUnderstood)


ODD = st.sampled_from(["/swarm ", "/SWARM", *(f"/swarm {name} " for name in COMMANDS), *HOSTILE])


@given(st.lists(ODD | TEXT | st.text(), max_size=4).map("".join))
def test_a26_any_line_is_a_command_or_says_why_not(text: str) -> None:
    found = parse(text)
    assert isinstance(found, get_args(Command))
    if isinstance(found, NotUnderstood):
        assert found.why and len(found.why) < 300 and visible(found.why) == found.why
