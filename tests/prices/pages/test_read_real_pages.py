"""The rules on real saved pages: no wrong price, no wrong kind, and enough of them read."""

import gzip
import json
import re
from decimal import Decimal

import pytest

from almazara.prices.pages import read
from almazara.prices.pages.outcome import Blocked, ListingPage, Offer, Unavailable, Unreadable
from almazara.prices.schema import PriceName

pytestmark = pytest.mark.real_data

KINDS = {
    "product": (Offer, Unavailable, Unreadable),
    "unavailable": (Unavailable,),
    "captcha": (Blocked,),
    "error": (Blocked,),
    "search": (ListingPage,),
    "search_empty": (Unreadable,),
    "home": (Unreadable,),
    "offers": (Unavailable, Unreadable),
}
_AVAILABILITY = {"in_stock": "in_stock", "limited": "limited", "preorder": "preorder", "backorder": "preorder"}


def _amount(text):
    return None if text is None else Decimal(text)


def _read(folder, entry):
    html = gzip.decompress((folder / entry["file"]).read_bytes())
    asin = entry.get("requested_asin") or entry.get("asin")
    return read(html, url=f"https://www.{entry.get('domain')}/" + (f"dp/{asin}" if asin else ""))


@pytest.fixture(scope="module")
def outcomes(real_data):
    folder = real_data / "prices/pages"
    pages = json.loads((folder / "expected.json").read_text())["pages"]
    return [(entry, _read(folder, entry)) for entry in pages]


def test_every_page_of_amazon_is_of_its_kind(outcomes):
    amazon = [(entry, outcome) for entry, outcome in outcomes if (entry.get("domain") or "").startswith("amazon")]
    kinds = KINDS | {"category": (ListingPage,)}
    assert [e["file"] for e, outcome in amazon if not isinstance(outcome, kinds[e["kind"]])] == []


def test_no_price_is_wrong(outcomes):
    read_prices = [(e, o) for e, o in outcomes if isinstance(o, Offer)]
    assert [
        (e["file"], o.price) for e, o in read_prices if (_amount(e["price"]), e["currency"]) != (o.price, o.currency)
    ] == []


def test_nearly_every_new_featured_offer_of_amazon_is_read(outcomes):
    featured = [
        (e, o)
        for e, o in outcomes
        if (e.get("domain") or "").startswith("amazon") and e["kind"] == "product"
        if e["price"] is not None and e.get("condition") != "used"
    ]
    assert sum(isinstance(o, Offer) for _, o in featured) / len(featured) >= 0.97


def test_what_stands_beside_the_price_is_right(outcomes):
    wrong = []
    for e, o in outcomes:
        if not isinstance(o, Offer):
            continue
        unit = e.get("unit_price")
        said = {
            "title": (e["title"], o.title),
            "list_price": (_amount(e["list_price"]), o.list_price),
            "unit_price": (_amount(unit["amount"]) if unit else None, o.unit_price and o.unit_price.amount),
            "rating": (_amount(e["rating"]), o.rating),
            "reviews": (e["reviews"], o.review_count),
            "availability": (_AVAILABILITY.get(e["availability"], "unknown"), o.availability),
        }
        wrong += [(e["file"], name, *pair) for name, pair in said.items() if pair[0] != pair[1]]
    assert wrong == []


def test_numbers_of_goods_and_printed_prices_stand_on_their_pages(outcomes, real_data):
    printed = {PriceName.CLUB, PriceName.SUBSCRIPTION, PriceName.SELLER}
    offers = [(e, o) for e, o in outcomes if isinstance(o, Offer) and (o.named or o.gtin)]
    for e, o in offers:
        html = gzip.decompress((real_data / "prices/pages" / e["file"]).read_bytes()).decode("utf-8", "replace")
        digits = html.replace("-", "")
        assert o.gtin is None or o.gtin.lstrip("0") in digits
        assert all(re.search(f"{one.price:.2f}".replace(".", "[.,]"), html) for one in o.named if one.name in printed)
    assert len({one.name for _, o in offers for one in o.named}) >= 5
    assert sum(o.gtin is not None for _, o in offers) >= 5


def test_search_and_category_pages_list_their_offers_in_order(outcomes):
    for e, o in outcomes:
        if not isinstance(o, ListingPage) or "total_results" not in e:
            continue
        assert len(o.offers) == e["total_results"]
        assert sum(offer.price is not None for offer in o.offers) == e["priced_results"]
        assert sum(offer.sponsored for offer in o.offers) == e.get("sponsored_results", 0)
        for expected, offer in zip(e["first_results"], o.offers, strict=False):
            assert (expected["asin"], _amount(expected["price"])) == (offer.sku, offer.price)
            assert _amount(expected.get("list_price")) == offer.list_price
            assert offer.title.startswith(expected["title"][:60])


def test_a_category_page_of_another_shop_is_a_list_or_refused(outcomes):
    found = {e["file"]: o for e, o in outcomes if e["locale"] == "shop" and e["kind"] == "category"}
    assert found
    assert all(isinstance(o, ListingPage | Unreadable) for o in found.values())
    assert any(isinstance(o, ListingPage) for o in found.values())


def test_no_price_of_another_shop_is_wrong_and_most_are_read(real_data):
    folder = real_data / "prices/shops"
    rows = json.loads((folder / "claims.json").read_text())
    trusted = [row for row in rows if row["machine_confirmed"] or row["read_by_hand"]]
    wrong, right = [], 0
    for row in trusted:
        truth = row.get("truth") or {"price": row["repo_expected"]["price"], "currency": row["currency"]}
        html = gzip.decompress((folder / row["file"]).read_bytes())
        outcome = read(html, url=f"https://www.{row['site']}.example/item")
        if isinstance(outcome, Offer):
            same = (_amount(truth["price"]), truth["currency"]) == (outcome.price, outcome.currency)
            right += same
            wrong += [] if same else [(row["file"], outcome.price)]
    assert wrong == []
    assert right / len(trusted) > 0.85
