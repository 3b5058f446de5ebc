"""A packed map answers what was put in and nothing else."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from almazara.errors import ContractError
from almazara.movies import packed
from almazara.movies.packed import Packed, PackedArrays, pack

ITEMS = st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=12), st.binary(max_size=40))


@given(ITEMS, st.text(max_size=12))
def test_a_map_comes_back_as_it_was_and_knows_no_other_key(items, other):
    found = Packed(pack(items.items()))
    assert len(found) == len(items)
    assert {key: found.get(key) for key in items} == items
    assert found.get(other) == items.get(other)


@given(ITEMS)
def test_the_order_of_the_items_does_not_change_a_byte(items):
    forward, backward = pack(items.items()), pack(reversed(items.items()))
    assert {k: v.tobytes() for k, v in forward.arrays().items()} == {
        k: v.tobytes() for k, v in backward.arrays().items()
    }


@given(ITEMS, st.text(max_size=12))
def test_keys_that_share_a_hash_are_told_apart(items, other):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(packed, "_hash", lambda key: len(key) % 2)
        found = Packed(pack(items.items()))
        assert {key: found.get(key) for key in items} == items
        assert found.get(other) == items.get(other)


def test_a_key_that_comes_twice_is_refused():
    with pytest.raises(ContractError, match="'M' comes twice"):
        pack([("M", b"1"), ("N", b"2"), ("M", b"1")])


@pytest.mark.parametrize("items", [[], [("Amélie", b"{}"), ("", b"")]])
def test_it_can_be_saved_and_memory_mapped(tmp_path, items):
    arrays = pack(items).arrays()
    for name, array in arrays.items():
        np.save(tmp_path / f"{name}.npy", array)
    mapped = {name: np.load(tmp_path / f"{name}.npy", mmap_mode="r") for name in arrays}
    found = Packed(PackedArrays.from_arrays(mapped))
    assert [found.get(key) for key, _ in items] == [value for _, value in items]
    assert found.get("absent") is None


def test_a_lone_surrogate_is_an_absent_key():
    assert Packed(pack([("M", b"1")])).get("\ud800") is None
