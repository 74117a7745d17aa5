"""Long texts are cut into pieces that can be quoted."""

from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.sources.draft import PARAGRAPH_MAX, cut

SENTENCES = st.lists(st.text(st.sampled_from("ab ."), max_size=PARAGRAPH_MAX * 2), max_size=6).map(". ".join)


@given(SENTENCES)
def test_nothing_is_lost_and_no_piece_is_too_long(text: str) -> None:
    pieces = list(cut(text))
    assert "".join("".join(pieces).split()) == "".join(text.split())
    assert all(len(piece) <= PARAGRAPH_MAX for piece in pieces)


def test_a_text_is_cut_between_sentences_and_words_where_it_has_any() -> None:
    sentence = "word " * 150 + "end."
    assert [piece.strip() for piece in cut(f"{sentence} {sentence}")] == [sentence, sentence]
    endless = [len(piece) for piece in cut("x" * (PARAGRAPH_MAX * 2 + 5))]
    assert endless == [PARAGRAPH_MAX, PARAGRAPH_MAX, 5]
    assert all(piece.endswith("word") for piece in list(cut("word " * 1_000))[:-1])
