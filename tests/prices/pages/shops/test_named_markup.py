"""What shops publish beside the price: the number of the goods, and prices for members, many pieces, with shipping."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from almazara.prices import pages
from almazara.prices.pages.outcome import Offer

SHOP = "https://www.lagar.es/p/aceite"
EAN, OTHER = "8410179100012", "5702015643092"
OFFER = {"@type": "Offer", "price": "9.50", "priceCurrency": "EUR"}
PRODUCT = {"@type": "Product", "name": "Lagar", "offers": OFFER}


def read(*nodes, body="", url=SHOP):
    scripts = "".join(f"<script type='application/ld+json'>{json.dumps(node)}</script>" for node in nodes)
    outcome = pages.read(f"<!doctype html><html lang=es><h1>Lagar</h1>{body}{scripts}", url=url)
    assert isinstance(outcome, Offer)
    assert outcome.price == Decimal("9.50")
    return outcome


def offered(**more):
    return PRODUCT | {"offers": OFFER | more}


NUMBERED = {
    "gtin": PRODUCT | {"gtin": EAN},
    "gtin13": PRODUCT | {"gtin13": EAN},
    "a number and no text": PRODUCT | {"gtin13": int(EAN)},
    "gtin14 of one piece": PRODUCT | {"gtin14": f"0{EAN}"},
    "a typed product id": PRODUCT | {"productID": f"ean:{EAN}"},
    "of the offer": offered(gtin13=EAN),
    "of what is offered": offered(itemOffered={"@type": "Product", "gtin13": EAN}),
    "the same one twice": PRODUCT | {"gtin": EAN, "gtin13": EAN},
    "one that is wrong beside it": PRODUCT | {"gtin13": EAN, "gtin12": "1"},
}


@pytest.mark.parametrize("node", NUMBERED.values(), ids=NUMBERED)
def test_the_number_of_the_goods_is_read_in_every_form(node):
    assert read(node).gtin == EAN


UNNUMBERED = {
    "none": [PRODUCT],
    "a number that the shop gave out": [PRODUCT | {"gtin13": "2000000000015"}],
    "a wrong check digit": [PRODUCT | {"gtin13": "8410179100013"}],
    "two numbers": [PRODUCT | {"gtin13": EAN, "isbn": OTHER}],
    "the shop's own number": [PRODUCT | {"sku": EAN, "mpn": EAN, "productID": EAN}],
    "of a related product": [PRODUCT | {"isRelatedTo": {"@type": "Product", "name": "Otro", "gtin13": EAN}}],
    "of another product": [PRODUCT, {"@type": "Product", "name": "Vinagre", "gtin13": EAN}],
    "of the brand": [PRODUCT | {"brand": {"@type": "Brand", "gtin13": EAN}}],
    "of one of two products": [PRODUCT | {"gtin13": EAN}, PRODUCT],
    "of one of two offers": [PRODUCT | {"offers": [OFFER | {"sku": "a", "gtin13": EAN}, OFFER | {"sku": "b"}]}],
    "of a product with two offers": [PRODUCT | {"gtin13": EAN, "offers": [OFFER | {"sku": "a"}, OFFER | {"sku": "b"}]}],
    "of an offer of a case": [
        PRODUCT | {"offers": [OFFER, OFFER | {"gtin13": EAN, "eligibleQuantity": {"minValue": 12}}]}
    ],
    "of a refurbished one": [offered(itemCondition="RefurbishedCondition") | {"gtin13": EAN}],
    "of a used one": [
        PRODUCT | {"offers": [OFFER, OFFER | {"gtin13": EAN, "itemCondition": "https://schema.org/UsedCondition"}]}
    ],
}


@pytest.mark.parametrize("nodes", UNNUMBERED.values(), ids=UNNUMBERED)
def test_a_number_that_is_not_surely_of_the_priced_goods_is_none(nodes):
    assert read(*nodes).gtin is None


def group(**numbers):
    variants = [
        PRODUCT | {"name": f"Lagar {size}", "offers": OFFER | {"url": f"{SHOP}?v={size}"}, "gtin13": number}
        for size, number in numbers.items()
    ]
    return {"@type": "ProductGroup", "name": "Lagar", "gtin13": "4260408426765", "hasVariant": variants}


def test_of_variants_the_number_is_that_of_the_one_that_the_address_names():
    assert read(group(small=EAN, large=OTHER), url=f"{SHOP}?v=large").gtin == OTHER
    assert read(group(small=EAN, large=OTHER)).gtin is None
    assert read(group(small=EAN, large=""), url=f"{SHOP}?v=large").gtin is None


def test_of_variants_without_addresses_none_has_the_number_of_the_goods():
    variants = [PRODUCT | {"name": f"Lagar {size}", "gtin13": number} for size, number in (("S", EAN), ("M", OTHER))]
    assert read({"@type": "ProductGroup", "name": "Lagar", "hasVariant": variants}).gtin is None
    assert read({"@type": "ProductGroup", "name": "Lagar", "hasVariant": variants[:1]}).gtin == EAN


def scope(inside="", beside="", number=f"<meta itemprop=gtin13 content={EAN}>"):
    return (
        f"<div itemscope itemtype='https://schema.org/Product'><b itemprop=name>Lagar</b>{inside}"
        f"<div itemprop=offers itemscope itemtype='https://schema.org/Offer'>{number}<meta itemprop=priceCurrency "
        f"content=EUR><b itemprop=price content=9.50>9,50 €</b></div></div>{beside}"
    )


RELATED = (
    "<div itemscope itemtype='https://schema.org/Product'><b itemprop=name>Vino</b>"
    f"<i itemprop=gtin13>{OTHER}</i></div>"
)


def test_microdata_give_the_number_of_their_product_and_of_its_offer():
    assert read(body=scope()).gtin == EAN
    assert read(body=scope(f"<i itemprop=gtin13>{EAN}</i>", number="")).gtin == EAN
    assert read(body=scope(f"<i itemprop=isbn>isbn:{EAN}</i>", number="")).gtin == EAN
    assert read(body=scope(number="", inside=RELATED, beside=RELATED)).gtin is None
    assert read(body=scope(f"<i itemprop=gtin13>{OTHER}</i>")).gtin is None
    second = scope(number="").partition("</b>")[2].removesuffix("</div>")
    assert read(body=scope(inside=second)).gtin is None


META = "<meta property=product:price:amount content=9.50><meta property=product:price:currency content=EUR>"


def test_meta_elements_give_it_where_they_give_the_price():
    ean = f"<meta property=product:ean content={EAN}>"
    assert read(body=f"{META}{ean}").gtin == EAN
    assert read(PRODUCT, body=ean).gtin is None
    assert read(PRODUCT | {"gtin13": OTHER}, body=f"{META}{ean}").gtin is None


def test_the_pages_own_data_give_it_where_they_hold_one_number_beside_the_products_name():
    own = f"<p>9,50 €</p><script>shop = {{'name': 'Lagar', 'price': 9.50, 'ean': '{EAN}', 'a': {{'b': 1}}}}</script>"
    assert read(body=own).gtin == EAN
    related = f"<script>related = {{'name': 'Vinagre', 'ean': '{OTHER}'}}</script>"
    assert read(body=own + related).gtin is None
    assert read(body=own.replace(f", 'ean': '{EAN}'", "") + related).gtin is None


def named(*nodes, **more):
    return [(one.name.value, str(one.price), one.condition) for one in read(*nodes, **more).named]


TIER = {
    "validForMemberTier": [{"@id": "https://www.lagar.es/club#oro"}, {"@type": "MemberProgramTier", "name": "plata"}]
}


def specified(*more, **offer):
    specifications = [{"price": "9.50", "priceCurrency": "EUR"}, *more]
    return PRODUCT | {"offers": {"@type": "Offer", "priceSpecification": specifications} | offer}


def special(price="8.50", **more):
    return {"@type": "UnitPriceSpecification", "price": price, "priceCurrency": "EUR"} | more


CONDITIONS = {
    "members": (specified(special(**TIER)), ("club", "8.50", "oro, plata")),
    "an offer for members": (
        PRODUCT | {"offers": [OFFER, OFFER | {"price": "8.50"} | TIER]}, ("club", "8.50", "oro, plata"),
    ),
    "many pieces": (specified(special(eligibleQuantity={"minValue": 6})), ("basket", "8.50", "from 6")),
    "an offer of many pieces": (
        PRODUCT | {"offers": [OFFER, OFFER | {"price": 8.5, "eligibleQuantity": {"minValue": "6"}}]},
        ("basket", "8.5", "from 6"),
    ),
    "what the featured offer says too": (
        PRODUCT | {"offers": [OFFER | {"sku": "a", "priceValidUntil": "2026-12-31"},
                              OFFER | {"sku": "a", "priceValidUntil": "2026-12-31", "price": "8.50"} | TIER]},
        ("club", "8.50", "oro, plata"),
    ),
    "a subscription": (
        PRODUCT | {"offers": [OFFER, {"@type": "Offer", "priceSpecification": special(
            priceComponentType="https://schema.org/Subscription", billingDuration="P1M", name="Cada mes")}]},
        ("subscription", "8.50", "Cada mes"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("form", CONDITIONS.values(), ids=CONDITIONS)
def test_a_published_price_on_a_condition_is_named(form):
    assert named(form[0]) == [form[1]]


NEVER = {
    "two conditions": specified(special(eligibleQuantity={"minValue": 6}, **TIER)),
    "by the litre": specified(special(referenceQuantity={"value": 1, "unitCode": "LTR"}, **TIER)),
    "without tax": specified(special(valueAddedTaxIncluded=False, **TIER)),
    "in another currency": specified(special(priceCurrency="USD", **TIER)),
    "higher": specified(special("10.50", **TIER)),
    "a part": specified(special("1.50", **TIER)),
    "used": PRODUCT | {"offers": [OFFER, OFFER | {"price": "8.50", "itemCondition": "UsedCondition"} | TIER]},
    "the whole of many pieces": specified(special("54.00", eligibleQuantity={"minValue": 6})),
    "a monthly instalment": PRODUCT | {"offers": [OFFER, {"@type": "Offer", "priceSpecification": special(
        "4.75", billingDuration="P1M", priceComponentType="https://schema.org/Installment")}]},
    "members by the month": PRODUCT | {"offers": [OFFER, {"@type": "Offer", "priceSpecification": special(
        billingDuration="P1M", **TIER)}]},
    "what is billed by the month": PRODUCT | {"offers": [OFFER, {"@type": "Offer", "priceSpecification": special(
        billingDuration="P1M")}]},
    "until some day": specified(special(validThrough="2025-01-31", **TIER)),
    "orders of some sum": specified(
        special(eligibleTransactionVolume={"minPrice": 60}, eligibleQuantity={"minValue": 2})
    ),
    "some region": specified(special(eligibleRegion="ES-CN", **TIER)),
    "litres, not pieces": specified(special(eligibleQuantity={"minValue": 6, "unitCode": "LTR"})),
    "members, some litres": specified(special(eligibleQuantity={"minValue": 1, "unitCode": "LTR"}, **TIER)),
    "by a unit's code": specified(special(unitCode="LTR", **TIER)),
    "what its name limits": specified(special(name="Primera compra", **TIER)),
    "what its description limits": specified(special(description="Solo en tienda", **TIER)),
    "another article": PRODUCT | {"offers": [OFFER | {"sku": "a"}, OFFER | {"price": "8.50", "sku": "b"} | TIER]},
    "sold out": specified(special(availability="OutOfStock", **TIER)),
    "of countless pieces": specified(special(eligibleQuantity={"minValue": 1e300})),
    "of another product": specified() | {"isRelatedTo": PRODUCT | {"offers": OFFER | {"price": "8.50"} | TIER}},
}  # fmt: skip


@pytest.mark.parametrize("node", NEVER.values(), ids=NEVER)
def test_what_is_no_price_of_one_new_piece_on_one_condition_is_not_named(node):
    assert named(node) == []


def test_a_published_price_that_the_page_shows_otherwise_is_not_named():
    node = specified(special(**TIER))
    assert named(node, body="<p>9,50 €</p><p>Precio socio 8,50 €</p>") == [("club", "8.50", "Precio socio")]
    assert named(node, body="<p>9,50 €</p><p>Precio socio 8,00 €</p>") == []


def test_a_published_price_of_which_the_page_says_something_unknown_is_not_named():
    node = specified(special(**TIER))
    assert named(node, body="<p>9,50 €</p><p>8,50 €</p>") == [("club", "8.50", "oro, plata")]
    assert named(node, body="<p>9,50 €</p><p>Socios fundadores 8,50 €</p>") == []
    assert named(node, body="<p>9,50 €</p><p>Precio socio 8,50 €</p><p>la segunda</p>") == []


def to(country="ES", **more):
    return {"@type": "DefinedRegion", "addressCountry": country} | more


def sent(value="4.99", destination=None, currency="EUR", **more):
    rate = {"@type": "MonetaryAmount", "value": value, "currency": currency}
    return {"@type": "OfferShippingDetails", "shippingRate": rate, "shippingDestination": destination or to()} | more


SHIPPED = {
    "one rate": ([sent()], ("14.49", "shipping 4.99 EUR to ES")),
    "to one country that is not the shop's": ([sent(destination=to("PT"))], ("14.49", "shipping 4.99 EUR to PT")),
    "to the shop's country and others": (
        [sent("9.99", to("FR")), sent(), sent("19.99", to("US"))], ("14.49", "shipping 4.99 EUR to ES"),
    ),
    "to several countries at once": ([sent(destination=to(["PT", "ES"]))], ("14.49", "shipping 4.99 EUR to ES")),
    "nowhere else": ([sent(), sent("1", to("US"), doesNotShip=True)], ("14.49", "shipping 4.99 EUR to ES")),
}  # fmt: skip


@pytest.mark.parametrize("form", SHIPPED.values(), ids=SHIPPED)
def test_the_price_with_shipping_is_named_where_one_rate_is_for_everybody(form):
    assert named(offered(shippingDetails=form[0])) == [("delivered", *form[1])]


BORNE_OUT = {
    "free": (0, "<p>Envío gratis</p>", ("9.50", "shipping free to ES")),
    "free, in other lines": (0, "<dl><dt>Gastos de envío</dt><dd>Gratis</dd></dl>", ("9.50", "shipping free to ES")),
    "free, and when it comes": (
        0, "<p>Envío gratis</p><p>Entrega en 24/48 h</p>", ("9.50", "shipping free to ES"),
    ),
    "printed": ("4.99", "<p>Gastos de envío: 4,99 €</p>", ("14.49", "shipping 4.99 EUR to ES")),
    "printed in another line": ("4.99", "<p>Envío</p><p>4,99 €</p>", ("14.49", "shipping 4.99 EUR to ES")),
    "printed, free for members": (
        "4.99", "<p>Envío 4,99 €. Gratis para socios.</p>", ("14.49", "shipping 4.99 EUR to ES"),
    ),
    "not told": ("4.99", "<p>Gastos de envío no incluidos</p>", ("14.49", "shipping 4.99 EUR to ES")),
    "a link": ("4.99", "<footer>Envíos y devoluciones</footer>", ("14.49", "shipping 4.99 EUR to ES")),
}  # fmt: skip


@pytest.mark.parametrize("form", BORNE_OUT.values(), ids=BORNE_OUT)
def test_a_rate_that_the_page_bears_out_is_named(form):
    rate, body, total = form
    assert named(offered(shippingDetails=sent(rate)), body=f"<p>9,50 €</p>{body}") == [("delivered", *total)]


CONTRADICTED = {
    "free, and unsaid": (0, ""),
    "free, and said far away only": (0, f"<p>{'palabra ' * 300}</p><p>Envío gratis</p>"),
    "free from some sum on": (0, "<p>Envío gratis desde 49 €</p>"),
    "free, and from some sum on at the page's end": (
        0, f"<p>Envío gratis</p><p>{'palabra ' * 300}</p><p>Envío gratis desde 49 €</p>",
    ),
    "free for some, in the line below": (0, "<p>Envío gratis</p><p>con la tarjeta</p>"),
    "free for some, in the line above": (0, "<p>Solo hostelería</p><p>Envío gratis</p>"),
    "free to fetch": (0, "<p>Envío gratis a la tienda</p>"),
    "free, and another figure": (0, "<p>Envío 3,95 €</p>"),
    "another figure": ("4.99", "<p>Envío 5,99 €</p>"),
    "another figure in another line": ("4.99", "<p>Gastos de envío</p><p>5,99 €</p>"),
    "said to be free": ("4.99", "<p>Envío gratis</p>"),
    "a region": ("4.99", "<p>Envío a Canarias 4,99 €</p>"),
    "a condition": ("4.99", "<p>Envío urgente</p>"),
}  # fmt: skip


@pytest.mark.parametrize("form", CONTRADICTED.values(), ids=CONTRADICTED)
def test_a_rate_of_which_the_page_says_otherwise_gives_no_price_with_shipping(form):
    assert named(offered(shippingDetails=sent(form[0])), body=f"<p>9,50 €</p>{form[1]}") == []


UNSHIPPED = {
    "two rates": [sent(), sent("9.99")],
    "two countries, neither the shop's": [sent(destination=to("FR")), sent("9.99", to("PT"))],
    "a region": [sent(destination=to(addressRegion="IB"))],
    "postal codes": [sent(destination=to(postalCodeRange={"postalCodeBegin": "28000"}))],
    "another currency": [sent(currency="USD")],
    "a range": [sent() | {"shippingRate": {"minValue": 1, "maxValue": 4.99, "currency": "EUR"}}],
    "members": [sent(validForMemberTier={"name": "oro"})],
    "from some basket on": [sent(0, hasShippingService={"shippingConditions": {"orderValue": {"minValue": 50}}})],
    "some goods": [sent(transitTimeLabel="pequeños")],
    "below zero": [sent(-1)],
    "beyond all measure": [sent("1e400")],
    "no rate": [{"@type": "OfferShippingDetails", "shippingDestination": to()}],
    "text": ["free"],
}


@pytest.mark.parametrize("details", UNSHIPPED.values(), ids=UNSHIPPED)
def test_a_rate_for_some_or_in_doubt_gives_no_price_with_shipping(details):
    assert named(offered(shippingDetails=details)) == []


VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers(-10, 10) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(sorted(
        {"price", "priceCurrency", "value", "currency", "addressCountry", "minValue", "@id", "name", "shippingRate",
         "shippingDestination", "productID", "itemOffered"}
    )), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip
KEYS = [
    "gtin",
    "productID",
    "shippingDetails",
    "validForMemberTier",
    "eligibleQuantity",
    "priceSpecification",
    "itemOffered",
]


@pytest.mark.fuzz
@given(st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=4))
def test_whatever_stands_in_these_fields_nothing_is_raised_and_prices_are_plausible(more):
    text = json.dumps([PRODUCT | more | {"offers": [OFFER, OFFER | more]}])
    outcome = pages.read(f"<h1>Lagar</h1><script type='application/ld+json'>{text}</script>", url=SHOP)
    for one in getattr(outcome, "named", ()):
        assert one.price.is_finite()
        assert one.price * 4 > outcome.price
