"""Texts in a sealed cookie: packed and unpacked whatever they are."""

from hypothesis import example, given
from hypothesis import strategies as st

from authcore.adapters.sealing.packing import pack, unpack


TOKENLIKE = st.text(alphabet="ABCDEFwxyz0189-_=.", max_size=80)


@given(st.lists(st.none() | TOKENLIKE | st.text(alphabet=st.characters()), max_size=5))
@example(["\ud800", "a.\udfff"])
def test_packing_loses_nothing(texts: list[str | None]) -> None:
    assert unpack(pack(texts)) == tuple(texts)


@given(st.binary(max_size=60))
def test_unpacking_gives_texts_or_a_value_error(packed: bytes) -> None:
    try:
        texts = unpack(packed)
    except ValueError:
        return
    assert unpack(pack(texts)) == texts
