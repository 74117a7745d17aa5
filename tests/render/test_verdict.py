"""The verdict for people."""

from dataclasses import replace

from bot.core.gate import decide
from bot.core.gate.verdict import CriterionResult, Verdict
from bot.render.verdict import verdict_markdown, verdict_text
from tests.core.gate_snapshots import snapshot

RESULTS = (
    CriterionResult("a", "all agents complete", "pass", "10 of 10"),
    CriterionResult("b", "tracker current", "fail", "phase 2 says 0/14", "run `swarm status --write`"),
    CriterionResult("c", "merges cleanly", "waiting", "not known yet", "run the gate again in a minute"),
    CriterionResult("d", "no duplicate work", "skipped", "a refresh"),
)


def test_the_terminal_shows_one_line_for_each_criterion() -> None:
    assert verdict_text(Verdict("fail", RESULTS)) == (
        "gate\n"
        "  pass  all agents complete  10 of 10\n"
        "  fail  tracker current      phase 2 says 0/14: run `swarm status --write`\n"
        "  wait  merges cleanly       not known yet: run the gate again in a minute\n"
        "  skip  no duplicate work    a refresh"
    )


def test_the_checklist_ticks_what_passes_and_says_what_to_do() -> None:
    assert verdict_markdown(Verdict("fail", RESULTS)) == (
        "**Gate: fail** · 1 of 3 criteria pass; the session may not be merged\n\n"
        "- [x] all agents complete: 10 of 10\n"
        "- [ ] **fail** tracker current: phase 2 says 0/14; run `swarm status --write`\n"
        "- [ ] **wait** merges cleanly: not known yet; run the gate again in a minute\n"
        "- [ ] **skip** no duplicate work: a refresh\n"
    )


def test_every_criterion_has_its_line() -> None:
    verdict = decide(snapshot())
    assert len(verdict_text(verdict).splitlines()) == 1 + len(verdict.criteria)
    assert verdict_markdown(verdict).count("- [x]") == len(verdict.criteria)
    assert verdict_text(Verdict("fail", ())) == "gate"


def test_a15_what_a_hand_edit_says_is_no_markup_and_no_command() -> None:
    hostile = "::set-env name=X::y\x1b[2J @everyone <img src=x> /merge\n# Gate passed"
    found = replace(RESULTS[0], state="fail", measured=hostile, action="look")
    text = verdict_text(Verdict("fail", (found,)))
    assert "\x1b" not in text
    assert len(text.splitlines()) == 2
    markdown = verdict_markdown(Verdict("fail", (found,)))
    assert "<img" not in markdown
    assert "@everyone" not in markdown
    assert len(markdown.splitlines()) == 3
