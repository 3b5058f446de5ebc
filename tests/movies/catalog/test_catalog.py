import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from almazara.movies.catalog.catalog import KeyTable, Texts
from almazara.movies.catalog.packing import pack_keys, pack_lines, pack_texts

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(st.lists(TEXT, max_size=20))
def test_texts_come_back_as_they_were_packed(texts):
    packed = Texts(pack_texts(pl.Series("text", texts, dtype=pl.String)))
    assert [packed[row] for row in range(len(packed))] == texts


@given(st.lists(TEXT.filter(lambda text: "\n" not in text), max_size=20))
def test_lines_come_back_with_their_newlines(lines):
    content = "".join(f"{line}\n" for line in lines).encode()
    packed = Texts(pack_lines(content))
    assert [packed.encoded(row).decode() for row in range(len(packed))] == [f"{line}\n" for line in lines]


@given(st.dictionaries(TEXT, st.lists(st.integers(0, 2**31 - 1), min_size=1, max_size=4), max_size=20), TEXT)
def test_a_key_leads_to_its_rows_in_their_order_and_another_one_to_none(rows_by_key, other):
    groups = pl.DataFrame(
        {"key": list(rows_by_key), "row": list(rows_by_key.values())},
        schema={"key": pl.String, "row": pl.List(pl.UInt32)},
    )
    table = KeyTable(pack_keys(groups))
    assert {key: table.rows(key) for key in rows_by_key} == rows_by_key
    assert table.rows(other) == rows_by_key.get(other, [])


def test_what_was_packed_can_be_saved_and_mapped(tmp_path):
    for name, array in pack_texts(pl.Series(["oliva", "", "ñora"])).items():
        np.save(tmp_path / f"{name}.npy", array, allow_pickle=False)
    mapped = Texts({path.stem: np.load(path, mmap_mode="r") for path in tmp_path.glob("*.npy")})
    assert [mapped[row] for row in range(len(mapped))] == ["oliva", "", "ñora"]
