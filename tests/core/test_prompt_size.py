from hypothesis import given
from hypothesis import strategies as st

from bot.core.prompt_size import BLOCK, most_tokens

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(st.text())
def test_a_text_has_at_most_as_many_tokens_as_bytes(text: str) -> None:
    assert most_tokens(text) >= len(text.encode("utf-8", "surrogatepass")) + BLOCK


@given(json_values, json_values)
def test_parts_together_have_at_most_the_tokens_of_both(one: object, other: object) -> None:
    assert most_tokens([one, other]) <= most_tokens(one) + most_tokens(other) + BLOCK
    assert most_tokens([one, other]) >= max(most_tokens(one), most_tokens(other))
