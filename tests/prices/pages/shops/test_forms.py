"""Forms in which shops publish one price, and how an address or a title pins the product; made pages."""

import json
from decimal import Decimal

import pytest

from almazara.prices import pages
from almazara.prices.pages.outcome import Offer, Unavailable, Unreadable
from almazara.prices.pages.request import alike, leads_elsewhere
from almazara.prices.schema import Availability

SHOP = "https://www.shop.example/p/lagar"
OFFER = {"@type": "Offer", "price": "5.60", "priceCurrency": "EUR"}
PRODUCT = {"@type": "Product", "name": "Lagar", "offers": OFFER}


def read(body, url=SHOP, **asked):
    return pages.read(f"<!doctype html><html lang='es'>{body}", url=url, **asked)


def published(*documents, text=None):
    scripts = [text] if text else [json.dumps(one) for one in documents]
    return "".join(f"<script type='application/ld+json'>{one}</script>" for one in scripts)


RDFA = (
    '<body vocab="https://schema.org/" typeof="Product"><h1 property="name">Lagar</h1><div property="offers" '
    'typeof="Offer"><b property="price" content="5.60">5,60 €</b><meta property="priceCurrency" content="EUR"></div>'
)
FORMS = {
    "RDFa": RDFA,
    "RDFa with a prefix": RDFA.replace('="Product"', '="schema:Product"').replace('y="', 'y="schema:'),
    "an offer of a product": published(OFFER | {"itemOffered": {"@type": "Product", "name": "Lagar"}}),
    "lists in lists": published([[PRODUCT | {"offers": [[OFFER]]}]]),
    "a comment line": published(text=json.dumps(PRODUCT).replace('"@type": "P', '\n// a product\n"@type": "P')),
    "an empty price": published(PRODUCT | {"offers": OFFER | {"price": "", "priceSpecification": OFFER}}),
    "an aggregate of one": published(
        PRODUCT | {"offers": {"@type": "AggregateOffer", "lowPrice": 5.6, "offerCount": 1, "priceCurrency": "EUR"}}
    ),
    "a group of one price": published(
        {"@type": "ProductGroup", "name": "Lagar", "hasVariant": [PRODUCT | {"name": f"Lagar {n}"} for n in "SM"]}
    ),
    "the price of what the pack holds": published(
        PRODUCT | {"offers": {"@type": "Offer", "priceSpecification": OFFER | {
            "referenceQuantity": {"value": "500", "unitCode": "MLT", "valueReference": {"value": "1"}}}}}
    ),
    "the page's own data": "<script>shop = {'name': 'Lagar', 'price': 5.60}</script>",
    "a hidden input": "<input type='hidden' name='name' value='Lagar'><input type='hidden' name='price' value='5.60'>",
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_price_is_read_in_every_form(form):
    outcome = read(f"{form}<h1>Lagar</h1><p>5,60 €</p>")
    assert isinstance(outcome, Offer)
    assert (outcome.price, outcome.currency) == (Decimal("5.60"), "EUR")


def test_the_lowest_price_of_several_offers_is_read_only_where_the_page_leads_with_it():
    lowest = published(PRODUCT | {"offers": {"@type": "AggregateOffer", "lowPrice": 5.6, "priceCurrency": "EUR"}})
    assert read(f"<h1>Lagar</h1><p>5,60 €</p>{lowest}").price == Decimal("5.60")
    for shown in ("", "<p>desde 5,60 €</p>", "<p>6,60 €</p><p>5 tiendas: 5,60 €</p>", "<p>5,60 € - 9,60 €</p>"):
        assert isinstance(read(f"<h1>Lagar</h1>{shown}{lowest}"), Unreadable)


@pytest.mark.parametrize(
    "body",
    [
        "<h1>Lagar</h1><p>5,60 €</p><script>shop = {'name': 'Other', 'price': 5.60}</script>",
        "<h1>Lagar</h1><p>5,60 €</p><script>shop = {'name': 'Lagar', 'price': 5.00}</script>",
        "<h1>Lagar</h1><p>5,60 €</p><p>6,60 €</p><script>shop = {'name': 'Lagar', 'price': 5.60}</script>",
        "<h1>Lagar</h1><p>5,60 €/l</p><script>shop = {'name': 'Lagar', 'price': 5.60}</script>",
        "<h1>Lagar</h1><p>$5.60</p><script>shop = {'name': 'Lagar', 'price': 5.60}</script>",
        "<h1>Lagar</h1><script>shop = {'name': 'Lagar', 'price': 5.60}</script>",
        "<h1>Lagar</h1><p>5,60 €</p>",
    ],
)
def test_a_page_without_markup_needs_two_witnesses_for_name_amount_and_currency(body):
    assert isinstance(read(body), Unreadable)


@pytest.mark.parametrize("run", ["a", "price", "Currency", "1,", "old "])
def test_long_runs_in_data_or_a_title_are_read_in_passing(run):
    """What takes the square of their length would not end within the time of a test."""
    many = run * (400_000 // len(run))
    assert isinstance(read(f"<h1>Lagar</h1><p>5,60 €</p><script>shop = {{'Lagar': '{many}'}}</script>"), Unreadable)
    assert isinstance(read(f"<h1>{many}</h1><p>5,60 €</p>"), Unreadable)


CONDITIONS = {
    "many pieces": {"eligibleQuantity": {"minValue": 12}},
    "members": {"validForMemberTier": {"@type": "MemberProgramTier"}},
    "open box": {"itemCondition": "OpenBox"},
    "open box in Spanish": {"itemCondition": "Caja abierta"},
    "used in German": {"itemCondition": "Gebraucht"},
    "used in French": {"itemCondition": "D'occasion"},
    "not stated": {"itemCondition": "Not stated"},
    "by the litre": {
        "price": None,
        "priceSpecification": OFFER | {"referenceQuantity": {"value": 1, "unitCode": "LTR"}},
    },
}


@pytest.mark.parametrize("condition", CONDITIONS.values(), ids=CONDITIONS)
def test_an_offer_on_a_condition_is_not_the_offer(condition):
    offer = {key: value for key, value in (OFFER | condition).items() if value is not None}
    assert isinstance(read(f"<h1>Lagar</h1>{published(PRODUCT | {'offers': offer})}"), Unavailable | Unreadable)


def test_the_unit_price_beside_the_price_is_no_list_price():
    beside = {"priceSpecification": [{"price": "11.20", "priceCurrency": "EUR", "referenceQuantity": {"value": "1"}}]}
    assert read(f"<h1>Lagar</h1>{published(PRODUCT | {'offers': OFFER | beside})}").list_price is None


@pytest.mark.parametrize(
    ("written", "availability"),
    [("PreSale", Availability.PREORDER), ("InStoreOnly", Availability.LIMITED), ("Disponible", Availability.IN_STOCK),
     ("Verfügbar", Availability.IN_STOCK), ("whatever", Availability.UNKNOWN)],
)  # fmt: skip
def test_stock_is_read_from_what_shops_write(written, availability):
    html = f"<h1>Lagar</h1>{published(PRODUCT | {'offers': OFFER | {'availability': written}})}"
    assert read(html).availability is availability


@pytest.mark.parametrize("written", ["Agotado", "unavailable", "Ausverkauft", "Épuisé", "https://schema.org/SoldOut"])
def test_goods_that_markup_says_are_gone_are_unavailable(written):
    html = f"<h1>Lagar</h1>{published(PRODUCT | {'offers': OFFER | {'availability': written}})}"
    assert isinstance(read(html), Unavailable)


def group(**addresses):
    variants = [
        {
            "@type": "Product",
            "name": f"Lagar {size}",
            "offers": OFFER | {"price": price, "url": f"{SHOP}?variant={size}"},
        }
        for size, price in addresses.items()
    ]
    return published({"@type": "ProductGroup", "name": "Lagar", "hasVariant": variants})


def test_a_group_gives_the_variant_that_the_address_names():
    html = f"<h1>Lagar</h1>{group(small='5.60', large='9.60')}"
    assert read(html, url=f"{SHOP}?variant=large").price == Decimal("9.60")
    assert read(html, url=f"{SHOP}/?variant=small&utm_source=x").price == Decimal("5.60")
    for unnamed in (SHOP, f"{SHOP}?variant=huge"):
        assert isinstance(read(html, url=unnamed), Unreadable)
    assert isinstance(read(f"{html}<p>5,60 €</p>", url=f"{SHOP}?variant=large"), Unreadable)


def test_offers_with_addresses_are_those_of_the_address():
    offers = [OFFER | {"price": price, "url": f"{SHOP}?variant={n}"} for n, price in enumerate(("5.60", "9.60"))]
    html = f"<h1>Lagar</h1>{published(PRODUCT | {'offers': offers})}"
    assert read(html, url=f"{SHOP}?variant=1").price == Decimal("9.60")
    assert isinstance(read(html), Unreadable)


@pytest.mark.parametrize(
    ("lang", "shown", "amount"),
    [("es", "1.234 €", "1234"), ("en-GB", "£3.355", None), ("es", "1,599 €", None), ("en-GB", "£1,599", "1599")],
)
def test_three_decimals_are_settled_by_the_language_of_the_page(lang, shown, amount):
    currency = "GBP" if "£" in shown else "EUR"
    html = (
        f"<html lang={lang}><h1>Lagar</h1><div itemscope itemtype='https://schema.org/Product'>"
        f"<b itemprop=name>Lagar</b><div itemprop=offers itemscope itemtype='https://schema.org/Offer'>"
        f"<meta itemprop=priceCurrency content={currency}><b itemprop=price>{shown}</b></div></div>"
    )
    outcome = pages.read(html, url=SHOP)
    assert (str(outcome.price) if isinstance(outcome, Offer) else None) == amount


@pytest.mark.parametrize(
    ("known", "seen"),
    [
        ("Lagar 2 L", "Lagar 1 L"),
        ("Phone 256 GB", "Phone 128GB"),
        ("RTX 5090 OC", "RTX 5080 OC"),
        ("Lagar 500 ml", "Lagar 5 l"),
    ],
)
def test_sizes_and_numbers_of_models_decide_what_is_the_same(known, seen):
    assert not alike(known, seen)
    html = f"<h1>{known}</h1>{published(PRODUCT | {'name': seen})}"
    assert isinstance(read(html), Unreadable)
    assert isinstance(read(f"<h1>{seen}</h1>{published(PRODUCT | {'name': seen})}", known_title=known), Unreadable)


@pytest.mark.parametrize(
    ("known", "seen"), [("Lagar 0,75 L", "Lagar 750 ml"), ("Lagar 2024", "Lagar 2025"), ("Lagar", "Lagar 1 L")]
)
def test_one_size_in_two_units_a_year_or_no_size_keep_titles_alike(known, seen):
    assert alike(known, seen)


@pytest.mark.parametrize(
    ("answered", "elsewhere"),
    [
        ("https://shop.example/aceite-lagar-5l/", False),
        ("https://www.shop.example/es/aceite-lagar-5l", False),
        ("https://shop.example/aceite-lagar-virgen-5l.html", False),
        ("https://shop.example/aceite-lagar-1l", True),
        ("https://shop.example/vinagre-sierra", True),
        ("https://shop.example/", True),
    ],
)
def test_a_redirect_to_what_may_be_another_product_is_refused(answered, elsewhere):
    asked = "https://shop.example/aceite-lagar-5l"
    assert leads_elsewhere(asked, answered) is elsewhere
    outcome = read(f"<h1>Lagar</h1>{published(PRODUCT)}", url=answered, asked_url=asked)
    assert isinstance(outcome, Unreadable if elsewhere else Offer)


@pytest.mark.parametrize("price", [{}, [], ["5.60"], None, True])
def test_a_price_that_is_no_number_or_text_is_none_and_raises_nothing(price):
    assert isinstance(read(f"<h1>Lagar</h1>{published(PRODUCT | {'offers': OFFER | {'price': price}})}"), Unreadable)


def test_of_products_that_are_one_a_size_any_in_stock_makes_the_page_one_that_can_be_bought():
    states = ("OutOfStock", "InStock", "OutOfStock")
    html = f"<h1>Lagar</h1>{published([PRODUCT | {'offers': OFFER | {'availability': state}} for state in states])}"
    assert read(html).availability is Availability.IN_STOCK


def test_a_code_that_is_no_longer_used_is_the_one_in_its_place():
    html = f"<h1>Lagar</h1>{published(PRODUCT | {'offers': OFFER | {'priceCurrency': 'RUR'}})}"
    assert read(html).currency == "RUB"
