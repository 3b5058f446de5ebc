"""Which listings are one good: by a number that all shops share or because somebody says so, never by a guess."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from almazara.errors import ConflictError, InputError, NotFoundError
from almazara.prices.buying.goods import (
    best_offers,
    declare_apart,
    declare_same,
    good_meant,
    good_of,
    goods,
    undeclare,
)
from almazara.prices.schema import Availability, Listing
from price_shop import observed, search, store

EAN, OTHER = "8410179100012", "8410010812814"
TITLE = "Aceite de oliva virgen extra"
__all__ = ["store"]


def at(shop, gtin=EAN, litres="1", title=TITLE, **more):
    size = None if litres is None else Decimal(litres)
    return Listing(f"{shop}:1", shop, "1", f"https://{shop}/1", title, litres=size, gtin=gtin, **more)


def named(*listings):
    """The shops of each good, by its id."""
    return {one.good_id: [listing.shop for listing in one.listings] for one in goods(listings)}


def test_listings_of_one_number_are_one_good():
    assert named(at("a"), at("b"), at("c", OTHER), at("d", None)) == {f"gtin:{EAN}": ["a", "b"]}


def test_titles_alone_make_no_good():
    assert named(at("a", None), at("b", None)) == {}


def test_litres_that_contradict_each_other_keep_listings_of_one_number_apart():
    found = named(at("a"), at("b", litres="6"), at("c"), at("d", litres="6.00"), at("e", litres="5"))
    assert found == {f"gtin:{EAN}:1": ["a", "c"], f"gtin:{EAN}:6": ["b", "d"]}


def test_a_listing_of_unknown_litres_belongs_to_the_only_size_and_to_none_of_several():
    unknown = at("z", litres=None)
    assert named(at("a"), unknown) == {f"gtin:{EAN}": ["a", "z"]}
    assert named(at("a"), at("b"), at("c", litres="6"), unknown) == {f"gtin:{EAN}:1": ["a", "b"]}


@pytest.mark.parametrize("title", ["Café molido 1 kg", "Café molido 250 g pack 4"])
def test_sizes_in_titles_keep_goods_without_litres_apart(title):
    assert named(at("a", litres=None, title="Café molido 250 g pack 2"), at("b", litres=None, title=title)) == {}


def test_a_search_is_no_good():
    assert named(at("a"), replace(search(), gtin=EAN)) == {}


def test_what_is_declared_apart_belongs_to_no_good():
    assert named(at("a"), at("b"), at("c", good="c:1")) == {f"gtin:{EAN}": ["a", "b"]}


@given(st.permutations([at("a"), at("b", good="same:x"), at("c", None, good="same:x"), at("d", OTHER), at("e", OTHER)]))
def test_numbers_and_declarations_join_whatever_their_order(listings):
    assert named(*listings) == {f"gtin:{OTHER}": ["d", "e"], "same:x": ["a", "b", "c"]}


LISTINGS = st.builds(
    at,
    st.sampled_from("abcdefgh"),
    st.sampled_from([EAN, OTHER, None]),
    st.sampled_from(["1", "5", None]),
    st.sampled_from([TITLE, f"{TITLE} 5 l", "Café"]),
    good=st.sampled_from([None, "same:x", "same:y"]),
)


@given(st.lists(LISTINGS, unique_by=lambda one: one.listing_id))
def test_a_listing_belongs_to_one_good_at_most_and_goods_have_two_or_more(listings):
    found = goods(listings)
    members = [one.listing_id for good in found for one in good.listings]
    assert len(members) == len(set(members))
    assert all(len(one.listings) > 1 for one in found)
    assert len({one.good_id for one in found}) == len(found)


def test_a_good_is_found_by_its_id_its_number_and_its_listings():
    listings = [at("a"), at("b"), at("c", OTHER)]
    found = goods(listings)
    assert [good_of(found, key).good_id for key in (f"gtin:{EAN}", "a:1", "b:1")] == [f"gtin:{EAN}"] * 3
    assert good_of(found, "c:1") is None
    assert good_meant(f"gtin:{OTHER}", found, listings).good_id == "c:1"
    assert good_meant("nobody:1", found, listings) is None


def kept(store, *listings):
    for one in listings:
        store.save_listing(one)


def test_what_is_declared_the_same_takes_its_goods_along(store):
    kept(store, at("a"), at("b"), at("c", OTHER), at("d", OTHER, litres="5"), at("e", None))
    good = declare_same(store, ["a:1", "c:1"])
    assert ([one.shop for one in good.listings], good.declared) == (["a", "b", "c"], True)
    assert [one.shop for one in declare_same(store, ["e:1", "b:1"]).listings] == ["a", "b", "c", "e"]
    assert goods(store.listings())[0].good_id == good.good_id


def test_what_is_declared_already_is_not_written_again(store, monkeypatch):
    kept(store, at("a"), at("b", OTHER), at("c", None))
    declare_same(store, ["a:1", "b:1"])
    saved, save = [], store.save_listing
    monkeypatch.setattr(store, "save_listing", lambda one: saved.append(one.listing_id) or save(one))
    declare_same(store, ["b:1", "c:1"])
    assert saved == ["c:1"]


def test_what_another_process_forgets_meanwhile_is_told(store, monkeypatch):
    kept(store, at("a"), at("b", None))
    saved = store.save_listing

    def save_and_forget(listing):
        saved(replace(listing, good=None))

    monkeypatch.setattr(store, "save_listing", save_and_forget)
    with pytest.raises(ConflictError):
        declare_same(store, ["a:1", "b:1"])


def test_a_declaration_counts_whatever_the_titles_say(store):
    kept(store, at("a", None), at("b", None, litres="6", title="Otra cosa"))
    assert [one.shop for one in declare_same(store, ["a:1", "b:1"]).listings] == ["a", "b"]


def test_what_is_declared_is_forgotten_again(store):
    kept(store, at("a"), at("b"))
    declare_apart(store, "b:1")
    assert goods(store.listings()) == []
    undeclare(store, "b:1")
    assert named(*store.listings()) == {f"gtin:{EAN}": ["a", "b"]}


@pytest.mark.parametrize(
    ("ids", "error"),
    [
        (["a:1"], InputError),
        (["a:1", "a:1"], InputError),
        (["a:1", "no:1"], NotFoundError),
        (["a:1", ""], NotFoundError),
    ],
)
def test_a_declaration_that_names_too_few_or_unknown_products_changes_nothing(store, ids, error):
    kept(store, at("a"), at("b"))
    with pytest.raises(error):
        declare_same(store, ids)
    assert store.listings() == [at("a"), at("b")]


def test_a_search_cannot_be_declared(store):
    kept(store, at("a"), search())
    with pytest.raises(InputError):
        declare_same(store, ["a:1", search().listing_id])


WEEK = timedelta(days=7)


def best(*readings):
    """The product and price of each best offer, from the oldest on."""
    return [f"{one.listing_id} {one.price}" for one in best_offers(readings, WEEK)]


def test_the_best_offer_after_each_reading_is_the_cheapest_that_stands():
    readings = [observed("a", 5, "10"), observed("b", 4, "9"), observed("b", 3, "11"), observed("a", 2, "10.5")]
    assert best(*readings) == ["a 10", "b 9", "a 10", "a 10.5"]


def test_an_offer_that_is_sold_out_or_was_read_long_ago_is_none():
    assert best(observed("a", 20, "9"), observed("b", 12, "10"), observed("b", 11, None)) == ["a 9", "b 10", "b None"]
    assert best(observed("a", 3, "9"), observed("b", 2, "10"), observed("a", 1, None)) == ["a 9", "a 9", "b 10"]


def test_only_the_currency_of_most_shops_is_compared():
    readings = [observed("a", 5, "9", currency="USD"), observed("b", 4, "20"), observed("c", 3, "21")]
    assert best(*readings) == ["b 20", "b 20"]


def test_the_order_in_which_readings_come_does_not_matter():
    readings = [observed("a", 2, "9"), observed("b", 2, "9"), observed("a", 1, None), observed("c", 0, "12")]
    assert len({tuple(best(*order)) for order in permutations(readings)}) == 1
    assert best(*readings)[-1] == "b 9"


def test_readings_of_one_moment_count_together():
    assert best(observed("q", 2, "10"), observed("q", 1, "9.80"), observed("r", 1, "8")) == ["q 10", "r 8"]
    assert best(observed("q", 1, None), observed("r", 1, "8")) == ["r 8"]


def test_nothing_that_was_read_gives_no_offer():
    assert best_offers([], WEEK) == []
    gone = best_offers([observed("a", 1, None)], WEEK)
    assert [one.availability for one in gone] == [Availability.UNAVAILABLE]
