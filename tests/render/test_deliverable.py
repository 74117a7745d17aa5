"""The deliverable as people read it."""

import re
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin

from bot.core.audit.report import audit_text
from bot.core.consolidate import Deliverable, consolidate
from bot.core.fields import SECTIONS, STANDARD_FIELDS, Field
from bot.core.findings import Blocker, CheckedFinding, Gap, Opinion, Searched
from bot.core.links import anchors
from bot.core.mission import Mission
from bot.core.records import FindingsFile, Launch
from bot.core.session import SessionData
from bot.render.deliverable import render_deliverable
from bot.render.deliverable_citations import cell_source, source_text, unread_text
from bot.render.deliverable_parts import blocker_text, gap_text
from tests.builders import NOW, agent, checked, citation, mission, subject

MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"]).use(footnote_plugin)
LAUNCH = Launch(
    session="cloud-1",
    mission=mission(),
    mission_sha256="0" * 64,
    launched=NOW,
    by="octocat",
    base="main",
    base_commit="0" * 40,
    caps={},
)
BLOCKER = Blocker(subject="wasabi", title="Wasabi has no readable source", impact="High", description="Refused.")


def data(*findings: CheckedFinding, plan: Mission | None = None, **others: object) -> SessionData:
    file = FindingsFile.model_validate({"agent": "haiku-21", "findings": findings, **others})
    return SessionData("cloud-1", plan or mission(), LAUNCH, {}, {"haiku-21": file})


def rendered(*findings: CheckedFinding, plan: Mission | None = None, **others: object) -> str:
    return render_deliverable(consolidate(data(*findings, plan=plan, **others)))


def walk(source: str) -> list[Token]:
    return [child for token in MARKDOWN.parse(source) for child in (token, *(token.children or ()))]


def headings(source: str) -> list[tuple[str, str]]:
    return re.findall(r"^(#+) (.+)$", source, re.MULTILINE)


def test_the_headline_has_the_totals_and_the_table_comes_right_after_it() -> None:
    gap = Gap(subject="aws-ec2", field="regions")
    lines = rendered(checked(), gaps=(gap,)).split("\n")
    assert lines[0] == "# Cloud provider integrations"
    assert lines[2] == (
        "1 subject · 1 claim, every one verified against its source · 1 gap · 0 blockers · 54 hours estimated"
    )
    assert lines[4].startswith("| subject | auth | rate limits | pricing | SDKs | webhooks | complexity | hours |")


def test_the_matrix_says_what_became_of_each_field_in_words() -> None:
    text = rendered(
        checked(value="SigV4"),
        checked("Signed again.", value="OAuth 2.0"),
        checked("Limited.", field="rate-limits"),
        checked("It costs.", field="pricing", state="drifted"),
        checked("Events.", field="webhooks", value="a value that is too long for a cell"),
        gaps=(Gap(subject="aws-ec2", field="sdks"),),
    )
    assert (
        "| [AWS EC2](#aws-ec2) | SigV4 +1 | yes | *unverified* | *gap* | a value that is too long fo… | Medium"
        in text
    )


def test_the_seven_sections_of_a_subject_in_the_order_of_the_protocol() -> None:
    text = rendered(checked())
    assert [name for level, name in headings(text) if level == "###"] == list(SECTIONS)


def test_a_footnote_has_all_that_a_reader_who_doubts_needs() -> None:
    assert (
        "[^aws-ec2-1]: `IF.TTT.2026.CLOUD.AWS-EC2.1` · botocore 1.44.5 (PyPI), "
        "`botocore/data/ec2/2016-11-15/service-2.json.gz` at `/metadata/signatureVersion`: "
        "`signatureVersion: v4` · verified 2026-11-22 · sha256 `9f2c9f2c9f2c`"
    ) in rendered(checked())


def test_a_count_says_that_it_was_counted() -> None:
    counted = citation("RunInstances: Launches instances.", method="counted", locator="")
    text = rendered(checked("The API has 762 operations.", field="operations", citation=counted))
    assert "service-2.json.gz`: counted, the first is `RunInstances: Launches instances.` · " in text


def test_a_long_quote_is_shortened_in_the_document() -> None:
    text = rendered(checked(citation=citation("word " * 400)))
    (note,) = re.findall(r"^\[\^aws-ec2-1\]: .+$", text, re.MULTILINE)
    assert " …` · verified" in note
    assert len(note) < 700


def test_dates_are_in_utc() -> None:
    east = datetime(2026, 11, 22, 1, 0, tzinfo=timezone(timedelta(hours=2)))
    assert "verified 2026-11-21" in rendered(checked(citation=citation(retrieved=east)))


@pytest.mark.parametrize("state", ["drifted", "unsupported", "dead", "blocked"])
def test_g27_what_is_not_verified_is_left_out_and_said_with_its_state(state: str) -> None:
    finding = checked("It costs 1 USD", field="pricing", reason="the page has changed")
    text = rendered(checked(), finding.model_copy(update={"state": state}))
    assert "1 claim, every one verified against its source (1 more could not be verified: left out)" in text
    assert "- **Pricing**: *Not verified*: what was found is left out, see below." in text
    assert f"- **{state}** (the page has changed): It costs 1 USD. `IF.TTT.2026.CLOUD.AWS-EC2.2` · " in text
    assert "[^aws-ec2-2]" not in text


def test_a_subject_without_a_verified_claim_has_no_assessment_and_says_so() -> None:
    text = rendered(checked(state="dead"))
    assert "No assessment: nothing about this subject is verified." in text
    assert "· 0 claims (1 could not be verified: left out) ·" in text
    assert "| *unknown* | – | – | 0 |" in text


def test_a_subject_with_gaps_alone_cites_nothing() -> None:
    assert "### Citations\n\nNothing is cited.\n" in rendered(gaps=(Gap(subject="aws-ec2", field="sdks"),))


def test_g29_a_subject_without_any_result_says_that_it_is_missing() -> None:
    text = rendered()
    assert "**Missing**: `haiku-21` delivered neither a finding nor a gap" in text
    assert "| [AWS EC2](#aws-ec2) | – | – | – | – | – | *missing* | – | – | 0 |" in text
    assert "· 0 claims ·" in text


def test_blocked_subjects_and_blockers_of_the_session() -> None:
    general = BLOCKER.model_copy(update={"subject": None, "title": "No network"})
    plan = mission(agent("haiku-21", subject("Wasabi")))
    text = rendered(plan=plan, blockers=(BLOCKER, general))
    assert "| – | *blocked* | – | – | 0 |" in text
    assert "## Blockers\n\n- **Blocker (High): No network.** Refused.\n" in text
    assert "## Wasabi\n\n- **Blocker (High): Wasabi has no readable source.** Refused.\n" in text


def test_a_blocker_says_what_was_tried_and_what_to_do() -> None:
    full = BLOCKER.model_copy(
        update={"attempted": ("read twice", "read again"), "recommendation": "add a source?", "workaround": "ask"}
    )
    assert blocker_text(full) == (
        "**Blocker (High): Wasabi has no readable source.** Refused. Attempted: read twice; read again. "
        "Recommendation: add a source? Workaround: ask."
    )


def test_a_field_that_nobody_answered_is_said_to_be_missing() -> None:
    assert "- **Regions**: *Missing*: neither an answer nor a gap was delivered." in rendered(checked())


def test_several_answers_to_one_field_stand_below_its_name() -> None:
    text = rendered(checked("Python.", field="sdks"), checked("Go.", field="sdks"))
    assert "- **SDKs**:\n  - Python.[^aws-ec2-1]\n  - Go.[^aws-ec2-2]\n" in text


def test_an_assessment_of_an_agent_is_a_claim_like_others_beside_the_computed_one() -> None:
    text = rendered(checked("The vendor says it takes 3 hours.", field="hours"))
    assert (
        "### Assessment\n\n- **Hours**: The vendor says it takes 3 hours.[^aws-ec2-1]\n\n- **Medium** comp" in text
    )


def opinion(*because: str) -> Opinion:
    return Opinion(subject="aws-ec2", complexity="High", hours=60, priority="P1", because=because)


def test_an_agents_own_view_stands_beside_the_computed_one_and_names_what_it_rests_on() -> None:
    findings = checked(), checked("Limited.", field="rate-limits")
    text = rendered(*findings, opinions=(opinion("rate-limits", "authentication", "pricing"),))
    view = "- The agent's own view, which counts nowhere: High complexity, 60 hours, P1."
    assert f"{view} It rests on: Authentication[^aws-ec2-1], Rate limits and quotas[^aws-ec2-2]\n" in text
    without = rendered(*findings)
    assert text.split("\n")[2] == without.split("\n")[2]  # the totals are computed all the same
    assert audit_text(text).uncited == ()


@pytest.mark.parametrize("because", ["pricing", "rate-limits"])
def test_a_view_that_rests_on_nothing_verified_is_not_shown(because: str) -> None:
    text = rendered(
        checked(), checked("Limited.", field="rate-limits", state="drifted"), opinions=(opinion(because),)
    )
    assert "own view" not in text


def test_findings_of_other_subjects_are_counted_in_the_open() -> None:
    assert "2 findings and gaps of a subject or field that the mission does not have: left out." in rendered(
        checked(subject="adyen"), checked(field="colour")
    )


READ = Searched(source="pypi:a==1", state="readable", documents=1, passages=21_070)
SKIPPED = Searched(source="https://docs.example.com/", state="skipped", reason="packages only")
DEAD = Searched(source="pypi:b==1", state="dead", reason="no such version")


@pytest.mark.parametrize(
    ("searched", "reason", "expected"),
    [
        ((), "", "*Gap*: not answered."),
        ((READ,), "", "*Gap*: not answered by the sources (1 source searched, 21,070 passages)."),
        ((SKIPPED,), "why", "*Gap*: no source was read (1 source left out of this run). why."),
        ((DEAD,), "", "*Gap*: no source was read (1 source could not be read)."),
        (
            (READ, READ, DEAD, SKIPPED),
            "",
            "*Gap*: not answered by the sources (2 sources searched, 42,140 passages; "
            "1 source could not be read; 1 source left out of this run).",
        ),
    ],
)
def test_a_gap_says_where_it_was_looked(searched: tuple[Searched, ...], reason: str, expected: str) -> None:
    assert gap_text(Gap(subject="aws-ec2", field="sdks", searched=searched, reason=reason)) == expected


def test_sources_that_could_not_be_read_are_listed_once_with_the_reason() -> None:
    gaps = tuple(Gap(subject="aws-ec2", field=field, searched=(READ, SKIPPED)) for field in ("sdks", "regions"))
    expected = "- Not read (skipped, packages only): [docs.example.com/](https://docs.example.com/)\n"
    assert rendered(checked(), gaps=gaps).count(expected) == 1
    assert unread_text(Searched(source="npm:x@1#a|b", state="dead")) == "Not read (dead): x 1 (npm), `a|b`"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("pypi:hcloud==2.9.0#README.md", "hcloud 2.9.0 (PyPI), `README.md`"),
        ("npm:@vonage/voice@1.2.3", f"@{'&#8203;'}vonage/voice 1.2.3 (npm)"),
        ("pypi:unpinned", "`pypi:unpinned`"),
        ("https://docs.example.com/a", "[docs.example.com/a](https://docs.example.com/a)"),
        ("https://e.example/" + "a" * 99, f"[e.example/{'a' * 68} …](https://e.example/{'a' * 99})"),
        ("file:docs/api.md", "`docs/api.md`"),
        ("ftp://x", "`ftp://x`"),
    ],
)
def test_sources_are_written_for_readers(source: str, expected: str) -> None:
    assert source_text(source) == expected


def test_the_citations_are_summed_up_by_package_and_page() -> None:
    files = ("README.md", "client.py", "client.py")
    text = rendered(
        *(checked(f"{n}", citation=citation(source=f"pypi:hcloud==2.9.0#{name}")) for n, name in enumerate(files)),
        checked("page", citation=citation(source="https://docs.example.com/a#b")),
    )
    assert (
        "| hcloud 2.9.0 (PyPI) | 2 | 3 | 2026-11-22 |\n"
        "| [docs.example.com/a#&#8203;b](https://docs.example.com/a#b) | 1 | 1 | 2026-11-22 |\n"
    ) in text


def test_a_pipe_in_a_source_does_not_end_the_cell() -> None:
    assert cell_source("file:a|b") == "file:a&#124;b"
    assert cell_source("file:ab") == "`ab`"


# --- what a mission asks for besides -----------------------------------------------------------------------


def extra(wanted: str, *findings: CheckedFinding, fields: tuple[Field, ...] = STANDARD_FIELDS) -> str:
    plan = mission(agent("haiku-21", subject(), subject("Vultr")), extra_output=(wanted,), fields=fields)
    return rendered(*findings, plan=plan).partition("\n## " + wanted[0].upper() + wanted[1:])[2].split("\n## ")[0]


def test_a_comparison_is_made_of_verified_claims() -> None:
    text = extra(
        "cost comparison matrix",
        checked("It costs 1 USD.", field="pricing"),
        checked("It costs 2 USD.", field="pricing"),
        checked("x" * 200, field="pricing", subject="vultr"),
    )
    assert text == (
        "\n\n| subject | Pricing |\n|---|---|\n"
        "| [AWS EC2](#aws-ec2) | It costs 1 USD.[^aws-ec2-1] (+1 more) |\n"
        f"| [Vultr](#vultr) | {'x' * 159}…[^vultr-1] |\n"
    )


def test_a_comparison_of_two_fields_says_what_is_open_in_one() -> None:
    text = extra("licence and cost matrix", checked("It costs 1 USD.", field="pricing"))
    assert "| subject | Pricing | Licence |" in text
    assert "| [AWS EC2](#aws-ec2) | It costs 1 USD.[^aws-ec2-1] | *missing* |" in text
    assert "Vultr" not in text


def test_a_comparison_for_which_nothing_was_found_says_so() -> None:
    assert "No verified claim answers this for any subject (asked for: Pricing)." in extra(
        "cost matrix", checked()
    )


def test_what_no_field_asks_for_is_said_to_be_missing() -> None:
    text = extra("multi-cloud deployment patterns", checked())
    assert "No field of the mission asks for this, so the findings hold nothing for it." in text
    assert "the table at the top compares the subjects" in extra("SIP provider comparison", checked())


def test_a_mission_with_its_own_fields_has_only_their_columns() -> None:
    fields = (Field(id="pci-compliance", title="PCI compliance", section="Capabilities"),)
    text = extra("PCI compliance matrix", checked("Level 1.", field="pci-compliance"), fields=fields)
    assert "| [AWS EC2](#aws-ec2) | Level 1.[^aws-ec2-1] |" in text
    plan = mission(agent("haiku-21", subject()), fields=fields)
    assert "| subject | complexity | hours | priority | claims |" in rendered(plan=plan)


# --- the whole document ------------------------------------------------------------------------------------


def test_g28_the_same_findings_give_the_same_bytes() -> None:
    findings = (checked(), checked("Events.", field="webhooks"))
    assert rendered(*findings) == rendered(*findings)


@pytest.mark.parametrize("title", ["Cloud provider integrations", "AWS EC2"])
def test_every_link_leads_to_its_heading_even_when_names_repeat(title: str) -> None:
    names = ("AWS EC2", "Overview", "Let's Encrypt", "Citations", "C# & Co.", "Blockers")
    plan = mission(agent("haiku-21", *(subject(name) for name in names)), title=title)
    blockers = (BLOCKER.model_copy(update={"subject": None}),)
    text = rendered(checked(), checked(subject="citations"), plan=plan, blockers=blockers)
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= anchors(text)
    expected = ["overview-1", "lets-encrypt", "citations-1", "c--co", "blockers-1"]
    if title == "AWS EC2":
        assert "[AWS EC2](#aws-ec2-1)" in text
    for anchor in expected:
        assert f"](#{anchor})" in text


HOSTILE = st.text(
    alphabet=st.one_of(st.sampled_from("@#!<>[](){}|*_~`$&:/\\-\n1ab^"), st.characters(codec="utf-8")), min_size=1
)

ACTIVE = {"html_block", "html_inline", "image", "fence", "code_block", "hr"}


@given(claim=HOSTILE, quote=HOSTILE, place=HOSTILE, name=HOSTILE, reason=HOSTILE)
def test_a15_nothing_from_outside_is_active_in_the_document(
    claim: str, quote: str, place: str, name: str, reason: str
) -> None:
    page = "https://docs.example.com/" + re.sub(r"\s", "", name)
    cited = citation(quote, locator=place[:300], source=page)
    plan = mission(agent("haiku-21", subject("A" + name, "file:a")), extra_output=("cost " + name,))
    text = rendered(
        *(
            checked(claim, subject=plan.subjects[0].id, field=field, value=claim[:60], citation=cited)
            for field in ("authentication", "pricing")
        ),
        checked(claim, subject=plan.subjects[0].id, field="sdks", state="dead", reason=reason, citation=cited),
        gaps=(Gap(subject=plan.subjects[0].id, field="regions", reason=reason),),
        blockers=(Blocker(title=reason, impact="Low", description=claim, attempted=(quote,)),),
        plan=plan,
    )
    tokens = walk(text)
    assert not {token.type for token in tokens} & {
        "html_block",
        "html_inline",
        "image",
        "fence",
        "code_block",
        "hr",
    }
    targets = {str(token.attrs["href"]) for token in tokens if token.type == "link_open"}
    foreign = {target for target in targets if not target.startswith(("#", "INTEGRATIONS-"))}
    assert len(foreign) <= 1
    assert all(target.startswith("https://docs.example.com/") for target in foreign)
    assert sum(token.type == "footnote_open" for token in tokens) == 2


@given(st.lists(st.sampled_from(["overview", "pricing", "sdks", "colour"]), max_size=12))
def test_the_totals_in_the_text_are_those_of_the_body(fields: list[str]) -> None:
    deliverable: Deliverable = consolidate(
        data(*(checked(f"claim {number}", field=field) for number, field in enumerate(fields)))
    )
    text = render_deliverable(deliverable)
    assert len(re.findall(r"^\[\^aws-ec2-\d+\]: ", text, re.MULTILINE)) == deliverable.totals.claims
    assert re.findall(r" · (\d+) claims?", text) == [str(deliverable.totals.claims)]


def test_a_dependency_leads_to_the_claim_that_it_is_known_from() -> None:
    version = citation("Name: botocore", source="pypi:botocore==1.44.5#botocore-1.44.5.dist-info/METADATA")
    text = rendered(checked(), checked("The package is botocore.", field="sdks", citation=version))
    assert "- Dependencies: botocore 1.44.5[^aws-ec2-2]\n" in text


def test_our_own_document_has_no_claim_without_a_citation() -> None:
    package = citation("Name: botocore", source="pypi:botocore==1.44.5#botocore-1.44.5.dist-info/METADATA")
    audit = audit_text(
        rendered(
            checked("The service answers 600 requests per minute.", field="rate-limits"),
            checked("The package is botocore.", field="sdks", citation=package),
        )
    )
    assert (audit.claims > 2, audit.uncited) == (True, ())
