"""What offers say of themselves that makes their price no price of one piece for anybody; made pages."""

import json
from decimal import Decimal

import pytest

from almazara.prices import pages
from almazara.prices.pages.outcome import Condition, Offer, Unavailable, Unreadable

SHOP = "https://www.shop.es/p/lagar"
OFFER = {"@type": "Offer", "price": "5.60", "priceCurrency": "EUR"}
RANGE = {"@type": "AggregateOffer", "lowPrice": "5.60", "highPrice": "5.60", "offerCount": 1, "priceCurrency": "EUR"}
UNTAXED = [False, "false", "False", "http://schema.org/False", {"@id": "https://schema.org/False"}, 0, "no"]


def read(offers, shown="", url=SHOP, **product):
    document = {"@type": "Product", "name": "Lagar", "offers": offers} | product
    script = f"<script type='application/ld+json'>{json.dumps(document)}</script>"
    return pages.read(f"<!doctype html><html lang='es'><h1>Lagar</h1>{shown}{script}", url=url)


def element(name, value):
    """A property as microdata."""
    if isinstance(value, list):
        return "".join(element(name, one) for one in value)
    if isinstance(value, dict):
        inner = "".join(element(key, one) for key, one in value.items() if key != "@type")
        kind = value.get("@type", "Thing")
        return f"<div itemprop='{name}' itemscope itemtype='https://schema.org/{kind}'>{inner}</div>"
    return f"<meta itemprop='{name}' content='{value}'>"


def in_microdata(offer, **product):
    own = "".join(element(key, one) for key, one in product.items())
    return pages.read(
        "<!doctype html><html lang='es'><div itemscope itemtype='https://schema.org/Product'>"
        f"<h1 itemprop='name'>Lagar</h1>{element('offers', offer)}{own}</div>",
        url=SHOP,
    )


LIMITS = {
    "lease": {"businessFunction": "http://purl.org/goodrelations/v1#LeaseOut"},
    "purchase": {"businessFunction": "https://schema.org/Buy"},
    "repair": {"businessFunction": "http://purl.org/goodrelations/v1#Repair"},
    "lease by its length": {"leaseLength": {"@type": "QuantitativeValue", "value": 12}},
    "traders": {"eligibleCustomerType": "http://purl.org/goodrelations/v1#Business"},
    "members": {"validForMemberTier": {"@type": "MemberProgramTier", "name": "Oro"}},
    "six pieces": {"eligibleQuantity": {"@type": "QuantitativeValue", "minValue": 6}},
    "a sum": {"eligibleTransactionVolume": {"@type": "PriceSpecification", "minPrice": 100}},
    "a subscription": {"category": "https://schema.org/Subscription"},
    "a rental": {"category": "Alquiler"},
    "a litre": {"unitCode": "LTR"},
    "a litre in words": {"unitText": "por litro"},
    "a kilogram": {"referenceQuantity": {"@type": "QuantitativeValue", "value": 1, "unitCode": "KGM"}},
    "100 millilitres": {"referenceQuantity": {"@type": "QuantitativeValue", "value": 100, "unitCode": "MLT"}},
    "a square metre": {"unitCode": "MTK"},
    "a month": {"unitText": "mes"},
    "a year of billing": {"billingDuration": "P1Y"},
    "a first payment": {"priceComponentType": "https://schema.org/Downpayment"},
    "an instalment": {"priceComponentType": "Installment"},
    "dealers": {"priceType": "https://schema.org/InvoicePrice"},
}
KINDS = ["OfferForLease", "Demand", "LoanOrCredit"]


@pytest.mark.parametrize("said", LIMITS.values(), ids=LIMITS)
@pytest.mark.parametrize("of", [OFFER, RANGE], ids=["offer", "aggregate"])
@pytest.mark.parametrize("form", [read, in_microdata])
def test_a_price_that_is_not_for_anybody_and_one_piece_is_not_the_price(form, of, said):
    outcome = form(of | said)
    assert isinstance(outcome, Unreadable)
    assert "no price of its product but one" in outcome.reason


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("form", [read, in_microdata])
def test_what_is_no_offer_to_sell_has_no_price(form, kind):
    assert isinstance(form(OFFER | {"@type": kind}), Unreadable)


@pytest.mark.parametrize("said", LIMITS.values(), ids=LIMITS)
@pytest.mark.parametrize("stated", ["5.60", None], ids=["beside the same price", "alone"])
@pytest.mark.parametrize("form", [read, in_microdata])
def test_what_a_specification_says_of_the_price_counts(form, stated, said):
    specification = {"@type": "UnitPriceSpecification", "price": "5.60", "priceCurrency": "EUR"} | said
    offer = {"@type": "Offer", "priceSpecification": specification} | ({**OFFER} if stated else {})
    known = isinstance(form(offer), Offer)
    assert known == ("validForMemberTier" in said and stated is not None)  # members pay the same


@pytest.mark.parametrize(
    "said",
    [{"unitCode": "C62"}, {"unitText": "unidad"}, {"unitCode": "EA"}, {"businessFunction": "https://schema.org/Sell"},
     {"businessFunction": "http://purl.org/goodrelations/v1#Sell"}, {"eligibleCustomerType": ["Business", "Enduser"]},
     {"eligibleQuantity": {"@type": "QuantitativeValue", "minValue": 1}}, {"category": "Hogar > Alquiler"},
     {"eligibleTransactionVolume": {"@type": "PriceSpecification", "minPrice": 0}}, {"valueAddedTaxIncluded": "True"},
     {"priceType": "https://schema.org/SalePrice"}, {"eligibleRegion": "ES"}],
)  # fmt: skip
@pytest.mark.parametrize("of", [OFFER, RANGE], ids=["offer", "aggregate"])
@pytest.mark.parametrize("form", [read, in_microdata])
def test_what_limits_a_price_to_nothing_leaves_it_the_price(form, of, said):
    outcome = form(of | said)
    assert isinstance(outcome, Offer)
    assert outcome.price == Decimal("5.60")


@pytest.mark.parametrize("of", [OFFER, RANGE], ids=["offer", "aggregate"])
@pytest.mark.parametrize("form", [read, in_microdata])
def test_the_state_of_the_goods_counts_wherever_it_is_said(form, of):
    assert isinstance(form(of | {"itemCondition": "https://schema.org/UsedCondition"}), Unavailable)
    renewed = form(of | {"itemCondition": "https://schema.org/RefurbishedCondition"})
    assert renewed.condition is Condition.REFURBISHED


def test_what_an_aggregate_says_counts_for_its_offers_that_say_nothing_else():
    used = {"itemCondition": "https://schema.org/UsedCondition"}
    new = {"itemCondition": "https://schema.org/NewCondition"}
    inner = {"@type": "Offer", "price": "7.00", "priceCurrency": "EUR"}
    assert isinstance(read(RANGE | used | {"offers": [OFFER]}), Unavailable)
    assert read(RANGE | used | {"offers": [OFFER, inner | new]}).price == Decimal("7.00")
    assert isinstance(read(RANGE | LIMITS["six pieces"] | {"offers": [OFFER]}), Unreadable)


@pytest.mark.parametrize("said", UNTAXED)
@pytest.mark.parametrize("of", [OFFER, RANGE], ids=["offer", "aggregate"])
def test_a_price_without_tax_is_told_in_every_spelling_of_false(of, said):
    assert isinstance(read(of | {"valueAddedTaxIncluded": said}), Unreadable)
    assert isinstance(read(of, valueAddedTaxIncluded=said), Unreadable)
    specified = {"@type": "PriceSpecification", "price": "5.60", "valueAddedTaxIncluded": said}
    assert isinstance(read(OFFER | {"priceSpecification": specified}), Unreadable)


@pytest.mark.parametrize("of", [OFFER, RANGE], ids=["offer", "aggregate"])
def test_a_price_without_tax_in_microdata_is_taken_only_where_it_is_shown(of):
    assert isinstance(in_microdata(of | {"valueAddedTaxIncluded": "false"}), Unreadable)
    assert isinstance(in_microdata(of, valueAddedTaxIncluded="http://schema.org/False"), Unreadable)


@pytest.mark.parametrize(
    ("said", "url", "is_sold"),
    [({"eligibleRegion": "US"}, SHOP, False), ({"eligibleRegion": ["US", "ES"]}, SHOP, True),
     ({"eligibleRegion": "ES-CN"}, SHOP, False), ({"eligibleRegion": "Islas Canarias"}, SHOP, True),
     ({"eligibleRegion": {"@type": "Country", "name": "FR"}}, SHOP, False), ({"ineligibleRegion": "ES"}, SHOP, False),
     ({"ineligibleRegion": "US"}, SHOP, True), ({"eligibleRegion": "GB"}, "https://www.shop.co.uk/p", True),
     ({"eligibleRegion": "US"}, "https://www.shop.com/p", True), ({"eligibleRegion": "US"}, "https://shop.io/p", True)],
)  # fmt: skip
def test_an_offer_for_other_countries_than_the_shops_is_none(said, url, is_sold):
    assert isinstance(read(OFFER | said, url=url), Offer) is is_sold


def test_an_offer_of_another_product_or_of_a_service_is_none():
    assert isinstance(read(OFFER | {"itemOffered": {"@type": "Product", "name": "Aceite de girasol"}}), Unreadable)
    assert isinstance(read(OFFER | {"itemOffered": {"@type": "Service", "name": "Lagar"}}), Unreadable)
    assert isinstance(read(OFFER | {"itemOffered": {"@type": "Product", "sku": "A1"}}), Offer)


def test_a_price_of_parts_and_a_range_are_none():
    part = {"@type": "UnitPriceSpecification", "price": "1.60", "priceComponentType": "https://schema.org/Installment"}
    whole = {"@type": "CompoundPriceSpecification", "price": "5.60", "priceCurrency": "EUR", "priceComponent": [part]}
    assert isinstance(read({"@type": "Offer", "priceSpecification": whole}), Unreadable)
    ends = {"@type": "PriceSpecification", "minPrice": "5.60", "maxPrice": "9.00"}
    assert isinstance(read(OFFER | {"priceSpecification": ends}), Unreadable)


def test_what_one_source_limits_no_other_makes_the_price():
    meta = "<meta property='product:price:amount' content='5.60'><meta property='product:price:currency' content='EUR'>"
    outcome = read(OFFER | LIMITS["a first payment"], shown=meta)
    assert isinstance(outcome, Unreadable)
    assert outcome.reason == "The page publishes 5.60 EUR as a part of it, or as another price."
    assert read(OFFER | LIMITS["a first payment"], shown=meta.replace("5.60", "7.00")).price == Decimal("7.00")


def test_the_unit_price_of_a_page_that_states_its_price_too_harms_nothing():
    litre = {"@type": "UnitPriceSpecification", "price": "1.12", "priceCurrency": "EUR", "unitCode": "LTR"}
    assert read(OFFER | {"priceSpecification": litre}).price == Decimal("5.60")
