from bot.core.pricing import Tokens
from bot.core.transcripts import Entry
from bot.render.transcript import SHOWN, render_transcript

AT = "2026-11-22T16:40:00Z"
CALL = {"type": "tool_use", "id": "t1", "name": "record_gap", "input": {"field": "pricing", "part": 2}}
RESULT = {"type": "tool_result", "tool_use_id": "t1", "content": "recorded\nno field is open"}


def test_a_conversation_reads_from_top_to_bottom() -> None:
    entries = (
        Entry(AT, "told", to="aws-ec2", blocks=({"type": "text", "text": "# Your subject\n\nAWS EC2"},)),
        Entry(AT, "fault", status=529, text="Overloaded"),
        Entry(AT, "fault", text="ReadTimeout"),
        Entry(
            AT,
            "reply",
            blocks=({"type": "thinking", "thinking": "Hm."}, CALL),
            stop="tool_use",
            tokens=Tokens(input=10, output=5, cache_read=80, cache_write=10),
            micro_usd=1_500,
        ),
        Entry(AT, "told", to="aws-ec2", blocks=(RESULT, RESULT | {"is_error": True, "tool_use_id": "?"})),
        Entry(AT, "note", text="there was no review"),
    )
    assert render_transcript(entries).splitlines() == [
        f"{AT}  to aws-ec2",
        "  text",
        "    | # Your subject",
        "    | ",
        "    | AWS EC2",
        f"{AT}  the call failed: status 529",
        "    | Overloaded",
        f"{AT}  the call failed: no answer",
        "    | ReadTimeout",
        f"{AT}  answer (tool_use), 100 tokens in, 80 of them from the cache, 5 out, 0.0015 USD",
        "  thinking",
        "    | Hm.",
        "  calls record_gap",
        '    | field: "pricing"',
        "    | part: 2",
        f"{AT}  to aws-ec2",
        "  result of record_gap",
        "    | recorded",
        "    | no field is open",
        "  result of a call, refused",
        "    | recorded",
        "    | no field is open",
        f"{AT}  note",
        "    | there was no review",
        "1 answers: 100 tokens in, 80% of them from the cache, 5 out, 0.0015 USD",
    ]


def test_long_texts_are_cut_unless_they_are_asked_for() -> None:
    entry = Entry(AT, "told", to="a", blocks=({"type": "text", "text": "word " * 1_000},))
    assert "... (5,000 characters)" in render_transcript([entry])
    assert len(render_transcript([entry])) < SHOWN + 300
    assert "word " * 900 in render_transcript([entry], full=True)


def test_a2_nothing_in_it_reaches_the_terminal_as_more_than_text() -> None:
    hostile = "::error::\x1b[31m\u202ered\x07"
    odd = (
        {"type": hostile},
        {"type": "text", "text": hostile},
        {"type": "tool_use", "name": hostile, "input": [1]},
    )
    text = render_transcript([Entry(hostile, hostile, to=hostile, blocks=odd, stop=hostile)], full=True)
    assert not any(character in text for character in "\x1b\u202e\x07")
    assert "[1]" in text


def test_an_answer_without_usage_says_so() -> None:
    text = render_transcript([Entry(AT, "reply")])
    assert "answer (without an end), no usage stated, 0.00 USD" in text
    assert text.endswith("1 answers: 0 tokens in, 0 out, 0.00 USD")
