"""Published products that are another good than the page's, and prices that are not those of all variants."""

import json
from decimal import Decimal

import pytest

from almazara.prices import pages
from almazara.prices.packs import counts_in
from almazara.prices.pages.goods import is_of_another
from almazara.prices.pages.outcome import Offer, Unreadable

SHOP = "https://www.shop.es/p/picual"
OIL = "Aceite de oliva virgen extra Picual 5 L"
OFFER = {"@type": "Offer", "price": "5.60", "priceCurrency": "EUR"}


def read(published, shown=OIL, url=SHOP, **said):
    document = {"@type": "Product", "name": published, "offers": OFFER} | said
    script = f"<script type='application/ld+json'>{json.dumps(document)}</script>"
    return pages.read(
        f"<!doctype html><html lang='es'><title>{shown} | Tienda</title><h1>{shown}</h1>{script}", url=url
    )


OTHERS = [
    "{} (caja de 3)",
    "Pack 6 {}",
    "Tapón para {}",
    "Tapón para el {}",
    "Muestra de {}",
    "Deckel für {}",
    "{} + embudo",
]


@pytest.mark.parametrize("name", OTHERS)
def test_a_published_product_that_is_named_after_the_pages_is_another_good(name):
    assert isinstance(read(name.format(OIL)), Unreadable)
    assert isinstance(read(OIL, shown=name.format(OIL)), Unreadable)
    assert isinstance(read(name.format(OIL), shown=name.format(OIL)), Offer)


@pytest.mark.parametrize(
    "name",
    ["Lagar " + OIL, OIL.upper(), OIL.replace(" 5 L", ""), OIL + " con tapón", "Comprar " + OIL, OIL + " - 1 unidad",
     "Cosecha para exigentes, " + OIL],
)  # fmt: skip
def test_a_name_that_says_more_or_less_of_the_same_good_is_the_pages(name):
    assert isinstance(read(name), Offer)


@pytest.mark.parametrize(
    ("published", "shown", "another"),
    [("Brazil Slip: ein tolles 2er-Pack", ["Brazil Slip (2er-Pack)"], False), (OIL, [], False),
     ("iPhone 8 64 GB", ["Funda para iPhone 8 64 GB", "iPhone 8 64 GB"], False), (OIL, ["Rakuten.de", OIL], False),
     ("iPhone 8 64 GB", ["Funda para iPhone 8 64 GB", "Fundas"], True)],
)  # fmt: skip
def test_one_name_of_the_page_that_agrees_is_enough(published, shown, another):
    assert is_of_another(published, shown) is another


def test_a_title_counts_its_pieces_once_each():
    assert counts_in("Caja de 3 botellas, 3 x 500 ml") == {3}
    assert counts_in("Botella de 500 ml, 1 unidad") == counts_in("Máximo 6 unidades por cliente") == set()


def variant(name, address, offer):
    return {"@type": "Product", "name": name, "url": f"{SHOP}?v={address}"} | ({"offers": offer} if offer else {})


def test_of_a_group_of_which_one_variant_has_no_offer_the_price_is_that_of_the_variant_alone():
    whole = {"@type": "ProductGroup", "hasVariant": [variant(OIL, 1, OFFER), variant(f"{OIL}, 3 uds", 3, OFFER)]}
    part = {"@type": "ProductGroup", "hasVariant": [variant(OIL, 1, OFFER), variant(f"{OIL}, 3 uds", 3, None)]}
    assert read(OIL, offers=None, **whole).price == Decimal("5.60")
    assert isinstance(read(OIL, offers=None, **part), Unreadable)
    assert read(OIL, offers=None, url=f"{SHOP}?v=1", **part).price == Decimal("5.60")
    assert read(OIL, offers=None, url=f"{SHOP}?v=3", **whole).price == Decimal("5.60")


@pytest.mark.parametrize(("second", "is_read"), [("5.60", True), ("5,60 €", True), ("7.00", False)])
def test_two_amounts_in_meta_elements_are_one_price_where_they_agree(second, is_read):
    amounts = "".join(f"<meta property='product:price:amount' content='{one}'>" for one in ("5.60", second))
    currency = "<meta property='product:price:currency' content='EUR'>"
    outcome = pages.read(f"<!doctype html><html lang='es'><h1>Lagar</h1>{amounts}{currency}", url=SHOP)
    assert isinstance(outcome, Offer if is_read else Unreadable)
