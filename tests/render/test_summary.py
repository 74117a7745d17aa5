"""What a job's page shows."""

import pytest
from hypothesis import given, settings

from bot.core.findings import Usage
from bot.core.records import FindingsFile
from bot.render.comment import status_comment
from bot.render.summary import agent_summary, close_summary, run_summary
from tests.builders import checked
from tests.render.inactive import HOSTILE, TEXT, assert_inactive
from tests.render.views import ALL, FILES, blocked, blocker, done, failed, plan, spec, verdict, view
from tests.sessions import findings, launch


def test_a_run_shows_the_status_and_its_end_the_whole_gate() -> None:
    running, ended = view(ALL[0]), view(*ALL, files=FILES, verdict=verdict("pass", "fail"))
    assert run_summary(running) == close_summary(running) == status_comment(running)
    assert run_summary(ended) == status_comment(ended)
    text = close_summary(ended)
    assert text.startswith(status_comment(ended, gate=False))
    assert text.count("criterion 0") == 1
    assert "\n#### Gate\n\n**Gate: fail** · 1 of 2 criteria pass" in text
    assert "- [x] criterion 0: 2 of 3\n- [ ] **fail** criterion 1: 2 of 3; run `swarm status --write`\n" in text


def test_an_agent_shows_what_was_recorded_of_it() -> None:
    file = FindingsFile(
        agent="haiku-22",
        findings=(
            *findings("haiku-22", "vultr", "linode").findings,
            checked("It is free.", subject="linode", state="dead", reason="404"),
            checked("It is fast.", subject="linode", state="drifted"),
        ),
        gaps=findings("haiku-22", "vultr").gaps,
        blockers=(blocker("linode", "No pricing page"),),
    )
    usage = Usage(calls=12, input_tokens=34_567, output_tokens=890, micro_usd=41_000)
    made = done("haiku-22", state="blocked", findings=4, usage=usage)
    assert agent_summary(launch("cloud-1", plan()), made, file) == (
        "### `haiku-22`: blocked\n\n"
        "**2 of 4 findings verified** · 1 gap · attempt 1 of 2 · 6 min · 0.04 USD · "
        "12 calls, 34,567 tokens in and 890 out\n\n"
        "| subject | verified | not verified | gaps | blockers |\n"
        "|---|---:|---:|---:|---:|\n"
        "| Vultr | 1 | 0 | 1 | 0 |\n"
        "| Linode | 1 | 2 | 0 | 1 |\n\n"
        "- **Blocker (High)** · No pricing page. 1 source answered 403 three times. Add a source to the mission.\n"
        "- **Not verified (dead, 404)** · It is free.\n"
        "- **Not verified (drifted)** · It is fast.\n"
    )


def test_an_agent_that_failed_says_why() -> None:
    made = failed("haiku-22", reason="it ran out of time", attempt=2)
    assert agent_summary(launch("cloud-1", plan()), made) == (
        "### `haiku-22`: failed\n\n"
        "**no finding** · 0 gaps · attempt 2 of 2 · 6 min · 0.01 USD\n\n"
        "- **Failed** · it ran out of time.\n"
    )
    assert "No reason is known." in agent_summary(
        launch("cloud-1", plan()), failed("nobody", reason=""), FindingsFile(agent="nobody")
    )


def test_g22_a_large_agent_fits() -> None:
    of = plan({"A": (spec("a", *(f"{n} " + "@" * 400 for n in range(100))),)})
    gone = tuple(checked("<" * 900, subject=f"{n}", state="dead", reason="|" * 300) for n in range(900))
    file = FindingsFile(agent="a", findings=gone, blockers=(blocker(None, "@" * 300),) * 300)
    text = agent_summary(launch("cloud-1", of), blocked("a"), file)
    assert len(text.encode()) < 65_536
    assert "\nand 60 more subjects\n" in text
    assert text.endswith("- and 1,180 more\n")


def summaries(text: str) -> str:
    file = FindingsFile(
        agent="a",
        findings=(checked(text, subject="b", state="dead", reason=text[:300]),),
        blockers=(
            blocker("b", text[:300]).model_copy(update={"description": text, "recommendation": text[:300]}),
        ),
    )
    of = plan({"A": (spec("a", text[:500], "B"),)})
    return agent_summary(launch("cloud-1", of), failed("a", reason=text), file) + close_summary(
        view(of=of, verdict=verdict("fail", measured=text, action="look"))
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_a15_a17_hostile_texts_do_nothing(text: str) -> None:
    assert_inactive(summaries(text))


@settings(deadline=None, max_examples=60)
@given(text=TEXT)
def test_a15_any_text_does_nothing(text: str) -> None:
    assert_inactive(summaries(text))
