"""The text of a pull request: what a person should look at."""

import pytest
from hypothesis import given, settings

from bot.core.conflicts import Resolution
from bot.core.findings import Gap
from bot.core.records import FindingsFile
from bot.core.session import SessionData
from bot.render.pull_request import pull_request
from tests.builders import checked, citation
from tests.render.inactive import HOSTILE, TEXT, assert_inactive
from tests.render.views import ALL, FAILING, FILES, LEAK, blocked, blocker, done, plan, spec, verdict
from tests.sessions import data


def test_it_says_what_it_delivers_and_what_to_review() -> None:
    found = (
        checked(citation=citation("signatureVersion: v4")),
        checked("At most 600 a minute.", field="rate-limits", citation=citation("limit: 600 a minute")),
        checked("It has rate limits.", field="rate-limits", state="unsupported", reason="no number"),
    )
    files = (FindingsFile(agent="haiku-21", findings=found, gaps=FILES[0].gaps), *FILES[1:])
    text = pull_request(data(plan(), *ALL, files=files), verdict("pass", "skipped"))
    assert text.startswith(
        "Session `cloud-1` delivers `INTEGRATIONS-CLOUD-PROVIDERS.md` and, for spreadsheets, "
        "`INTEGRATIONS-CLOUD-PROVIDERS.csv`.\n\n"
        "**4 subjects · 4 claims, every one verified against its source (1 more could not be verified: left out)"
    )
    assert " · 0.03 USD, 3 agents\n" in text
    assert "- **High**: Wasabi: no readable source. 1 source answered 403 three times. Add a source" in text
    assert (
        "| aws-ec2-1 | Authentication | Requests are signed with signature version v4. | signatureVersion: v4 |"
        in text
    )
    assert "`swarm verify INTEGRATIONS-CLOUD-PROVIDERS.md#ID` looks a claim up again" in text
    assert "- **unsupported** (no number): It has rate limits.\n" in text
    assert "| AWS EC2 | Pricing | " in text
    assert "| Wasabi | *all* | – | – | – | 0 | 0 |" in text
    assert (
        "**Gate: pass** · 1 of 1 criteria pass; the session may be merged\n\n- [x] criterion 0: 2 of 3\n" in text
    )
    assert "`merge: manual`" in text


def test_it_closes_the_issue_that_asked() -> None:
    known = data(plan(), *ALL, files=FILES)
    asked = known.launch.model_copy(update={"issue": 12})
    text = pull_request(
        SessionData("cloud-1", known.mission, asked, known.records, known.findings), verdict("pass")
    )
    assert "`INTEGRATIONS-CLOUD-PROVIDERS.csv`. Closes #12.\n" in text
    assert "Asked for" not in pull_request(known, verdict("pass"))


def test_it_names_the_conflicts_that_were_resolved_and_what_they_replace() -> None:
    known = data(plan(), *ALL, files=FILES)
    resolved = [Resolution("INTEGRATIONS-CLOUD-PROVIDERS.md", "d" * 40)]
    text = pull_request(known, verdict("pass"), resolved)
    assert (
        "### Merge conflicts that were resolved\n\n- `INTEGRATIONS-CLOUD-PROVIDERS.md` was changed on "
        f"`main`, too: rendered again from the findings. What it replaces: `{'d' * 40}`\n"
    ) in text
    assert "Merge conflicts" not in pull_request(known, verdict("pass"))
    assert "- and 3 more files\n" in pull_request(known, verdict("pass"), resolved * 8)


def test_a_quotation_is_told_as_one_and_a_session_without_claims_has_no_table() -> None:
    of = plan({"A": (spec("haiku-21", "AWS EC2"),)})
    file = FindingsFile(agent="haiku-21", findings=(checked("at most 600", citation=citation("at most 600")),))
    assert "| at most 600 | the same words |" in pull_request(data(of, ALL[0], files=(file,)), verdict("pass"))
    gap = FindingsFile(agent="haiku-21", gaps=(Gap(subject="aws-ec2", field="pricing"),))
    text = pull_request(data(of, ALL[0], files=(gap,)), verdict("fail"))
    assert "Claims to begin with" not in text
    assert "### Blocked" not in text
    assert "### Left out" not in text
    assert "| AWS EC2 | Pricing | – | – | – | 0 | 0 |" in text


def test_g25_nothing_that_agents_wrote_is_repeated_while_a_secret_may_be_in_it() -> None:
    known = session("hunter2 is the key")
    assert "the key |" in pull_request(known, verdict("fail"))
    text = pull_request(known, LEAK)
    assert "the key |" not in text.partition("### Subjects")[0]
    assert "the key" not in text.partition("### Subjects")[0]
    assert "What agents wrote is not repeated here" in text


def test_g22_large_sessions_fit() -> None:
    of = plan({"A": tuple(spec(f"a-{n}", f"{n} " + "@<|" * 160) for n in range(600))})
    files = tuple(
        FindingsFile(
            agent=f"a-{n}",
            findings=tuple(
                checked(f"{state} " + "@<|" * 300, subject=f"{n}", citation=citation("|`" * 900), state=state)
                for state in ("verified", "dead")
            ),
            blockers=(blocker(None, "@" * 300),),
        )
        for n in range(600)
    )
    records = [done(f"a-{n}") for n in range(300)] + [blocked(f"a-{n}") for n in range(300, 600)]
    text = pull_request(
        data(of, *records, files=files), verdict(*FAILING, measured="@" * 9_000, action="<" * 9_000)
    )
    assert len(text.encode()) < 65_536
    assert "\nand 500 more subjects\n" in text
    assert "- and 595 more blockers\n" in text
    assert "- and 595 more findings\n" in text
    assert_inactive(text)


def session(text: str) -> SessionData:
    """A session with a text from outside wherever one can stand."""
    of = plan({text[:500]: (spec("a-1", "A " + text[:490]), spec("a-2", "B"))})
    cited = citation(text, locator=text[:300])
    name = of.subjects[0].id
    file = FindingsFile(
        agent="a-1",
        findings=(
            checked(text, subject=name, value=text[:60], citation=cited),
            checked(text + " x", subject=name, state="dead", reason=text[:300], citation=cited),
            checked(text + " y", subject="b", state="dead", citation=cited),
        ),
        blockers=(blocker("b", text[:300]).model_copy(update={"description": text}),),
    )
    return data(of, done("a-1"), blocked("a-2"), files=(file,))


@pytest.mark.parametrize("text", HOSTILE)
def test_a15_a17_hostile_texts_do_nothing(text: str) -> None:
    assert_inactive(pull_request(session(text), verdict("fail", measured=text, action="look")))


@settings(deadline=None, max_examples=60)
@given(text=TEXT)
def test_a15_any_text_anywhere_does_nothing(text: str) -> None:
    made = pull_request(session(text), verdict("fail", measured=text, action="look"))
    assert_inactive(made)
    assert [line for line in made.splitlines() if line.startswith("## ")] == [
        "## What to review",
        "## Gate",
        "## How it is merged",
    ]
