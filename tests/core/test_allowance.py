"""Any interleaving of attempts that are lost, unfinished, halted or done: the cap holds and nothing is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.allowance import allowance, at_stake, attempt_allowance
from bot.core.continuing import MAX_ATTEMPT, attempts_allowed, attempts_left, halted
from bot.core.findings import CheckedFinding
from bot.core.recording import Attempt
from tests.core.attempts import SPEC, Made, claim, ended, following, launch, lost


@pytest.mark.parametrize(
    ("cap", "spent", "left", "most"),
    [(100, 0, 1, 100), (100, 0, 3, 33), (100, 40, 2, 30), (100, 100, 2, 0), (100, 140, 2, 0), (100, 0, 0, 100)],
)
def test_g23_an_attempt_gets_its_share_of_what_is_left(cap: int, spent: int, left: int, most: int) -> None:
    assert allowance(cap, spent, left) == most


def test_g23_an_agent_without_a_cap_has_no_allowance() -> None:
    of = launch().model_copy(update={"caps": {}})
    assert attempt_allowance(of, SPEC, None) == at_stake(of, SPEC, None) == 0


Step = tuple[str, int, tuple[str, ...]]
"""How an attempt ends, which part of its allowance it uses (of 100), and of which subjects it finds something."""
STEPS: st.SearchStrategy[Step] = st.tuples(
    st.sampled_from(["lost", "unfinished", "halted", "locked out", "done"]),
    st.integers(0, 100),
    st.lists(st.sampled_from(["aws-ec2", "vultr"]), max_size=3).map(tuple),
)


def known(before: Made | None) -> tuple[CheckedFinding, ...]:
    """What an attempt is told of those before it, and hands over again."""
    return tuple(finding for finding in before[1].findings if finding.state == "verified") if before else ()


def carried_out(attempt: Attempt, before: Made | None, step: Step) -> tuple[Made, int]:
    """What is recorded of an attempt, and the money that it might have spent at most."""
    how, part, subjects = step
    used = attempt.allowance * part // 100
    new = tuple(claim(name, f"It is {attempt.number}.{n}.") for n, name in enumerate(subjects))
    match how:
        case "lost":
            return lost(attempt), attempt.allowance
        case "locked out":
            return lost(attempt, "401", halted=True), attempt.allowance
        case "unfinished":
            return ended(attempt, *known(before), *new, used=used, unfinished="its process ended"), used
        case "halted":
            return ended(attempt, *known(before), *new, used=used, unfinished="401", halted=True), used
        case _:
            return ended(attempt, *known(before), *new, used=used), used


@given(st.integers(0, 1_000_000), st.integers(1, MAX_ATTEMPT), st.lists(STEPS, min_size=MAX_ATTEMPT))
def test_g16_g23_whatever_becomes_of_attempts_the_cap_holds_and_nothing_is_lost(
    cap: int, attempts: int, steps: list[Step]
) -> None:
    of, made, spent, count = launch(attempts=attempts, cap=cap), None, 0, 0
    while attempts_left(of, SPEC, made[0] if made else None):
        before, attempt = made, following(of, made)
        assert attempt.number in range(1, MAX_ATTEMPT + 1)
        made, might = carried_out(attempt, before, steps[count])
        spent, count = spent + might, count + 1
        assert spent <= made[0].spent <= cap
        assert made[0].spent >= (before[0].spent if before else 0)
        assert set(known(before)) <= set(known(made))
        said = {f.subject for f in made[1].findings} | {b.subject for b in made[1].blockers}
        assert said == {"aws-ec2", "vultr"}, "each subject has findings, or it is said why not"
    assert made and count <= MAX_ATTEMPT
    assert count - made[0].halts <= attempts
    assert made[0].attempt <= attempts_allowed(of, SPEC, made[0])
    assert made[0].state != "failed" or count - made[0].halts == attempts or count == MAX_ATTEMPT
    assert not halted(of, {SPEC.id: made[0]})


@given(st.integers(0, 1_000_000), st.lists(st.sampled_from(["lost", "halted"]), min_size=1, max_size=MAX_ATTEMPT))
def test_g23_attempts_that_are_lost_leave_the_next_a_share(cap: int, hows: list[str]) -> None:
    of, made = launch(attempts=len(hows), cap=cap), None
    for how in hows:
        attempt = following(of, made)
        assert attempt.allowance >= cap // len(hows)
        made = lost(attempt) if how == "lost" else ended(attempt, unfinished="401", halted=True)
