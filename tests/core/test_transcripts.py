import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.pricing import Tokens
from bot.core.transcripts import MAX_BYTES, Entry, read_transcript, spent
from bot.errors import InvalidInput

REPLY = {
    "at": "2026-11-22T16:40:00Z",
    "event": "reply",
    "blocks": [{"type": "text", "text": "Yes."}],
    "stop": "end_turn",
    "tokens": [1, 20, 3, 4],
    "micro_usd": 12,
}


def line(**values: object) -> bytes:
    return json.dumps(values).encode() + b"\n"


def test_a_line_is_an_entry() -> None:
    (entry,) = read_transcript(line(**REPLY), "t.jsonl")
    assert entry == Entry(
        at="2026-11-22T16:40:00Z",
        event="reply",
        blocks=({"type": "text", "text": "Yes."},),
        stop="end_turn",
        tokens=Tokens(input=1, cache_read=20, cache_write=3, output=4),
        micro_usd=12,
    )
    assert spent((entry, entry)) == 24


def test_faults_and_notes_have_texts() -> None:
    told = line(event="fault", status=529, message="Overloaded") + line(event="note", text="there was no review")
    fault, note = read_transcript(told + b"\n", "t.jsonl")
    assert (fault.status, fault.text, note.status, note.text) == (529, "Overloaded", None, "there was no review")


def test_a_last_line_that_was_cut_off_is_left_out() -> None:
    assert len(read_transcript(line(**REPLY) + line(**REPLY)[:-20], "t.jsonl")) == 1


def test_what_is_no_transcript_is_refused_at_its_line() -> None:
    with pytest.raises(InvalidInput, match=r"t.jsonl:2:1: this is no line of a transcript"):
        read_transcript(line(**REPLY) + b"[]\n" + line(**REPLY), "t.jsonl")
    with pytest.raises(InvalidInput, match=r"t.jsonl:1:1"):
        read_transcript(b"# A readme\n", "t.jsonl")


def test_a20_a_file_that_is_too_large_is_refused() -> None:
    class Huge(bytes):
        def __len__(self) -> int:
            return MAX_BYTES + 1

    with pytest.raises(InvalidInput, match="at most 100,000,000 are read"):
        read_transcript(Huge(b""), "t.jsonl")


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
keys = st.sampled_from(["at", "to", "blocks", "stop", "tokens", "micro_usd", "status", "text", "message"])


@given(st.dictionaries(keys, values))
def test_an_entry_may_hold_anything(values: dict[str, object]) -> None:
    (entry,) = read_transcript(line(**values | {"event": "reply"}), "t.jsonl")
    assert entry.micro_usd >= 0
    assert all(isinstance(block, dict) for block in entry.blocks)
