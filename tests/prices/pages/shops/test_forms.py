"""Forms in which shops publish one price, and how an address or a title pins the product; made pages."""

import json
from decimal import Decimal

import pytest

from almazara.prices import pages
from almazara.prices.pages.outcome import ListingPage, Offer, Unavailable, Unreadable
from almazara.prices.pages.request import alike, leads_elsewhere
from almazara.prices.pages.shops.jsonld import loads
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


NO_MARK = "<h1>Lagar</h1><p class='uvp'>UVP: 9.00</p><div>5</div><div>.</div><div class='sup'>60</div>*"
DATA = "<script>shop = {'name': 'Lagar', 'price': 5.60}; tracker = {amount: '5.60', currency: 'EUR'}</script>"


def test_an_amount_without_a_mark_is_read_where_the_data_name_it_the_product_and_one_currency():
    outcome = read(NO_MARK + DATA)
    assert isinstance(outcome, Offer)
    assert (outcome.price, outcome.currency) == (Decimal("5.60"), "EUR")


@pytest.mark.parametrize(
    "body",
    [
        NO_MARK + DATA.replace("5.60}", "5.00}"),
        NO_MARK + DATA.replace("Lagar", "Other"),
        NO_MARK + DATA.replace("'EUR'}", "'EUR'}; old = {currency: 'USD'}"),
        NO_MARK + DATA.replace("currency", "coin"),
        NO_MARK.replace("<div>5<", "<div>4.90</div><div>5<") + DATA,
        NO_MARK + "<p>6,10 €</p>" + DATA,
        NO_MARK.replace("<div>5</div><div>.", "<p>60</p><p>.") + DATA,
    ],
)
def test_an_amount_without_a_mark_is_refused_where_a_witness_is_missing_or_another_amount_leads(body):
    assert isinstance(read(body), Unreadable)


@pytest.mark.parametrize(
    "data",
    [
        "{'name': 'Lagar'}; upsell = {'name': 'Barniz', 'price': 5.60}",
        "{'name': 'Funda para Lagar', 'price': 5.60}",
        "{'name': 'Lagar XL', 'price': 5.60}; title = 'Lagar'",
        *(
            f"{{'name': 'Lagar', '{key}': 5.60}}"
            for key in ("oldPrice", "listPrice", "shippingPrice", "warranty_price", "priceFrom", "price_without_tax")
        ),
        "{'name': 'Lagar', 'price': {'old': 5.60}}",
    ],
)
def test_the_data_of_a_page_say_its_price_under_a_key_for_it_beside_the_whole_name(data):
    assert isinstance(read(f"<h1>Lagar</h1><p>5,60 €</p><script>shop = {data}</script>"), Unreadable)


@pytest.mark.parametrize(
    "data",
    [
        "{'name': 'Lagar', 'salePrice': '5.60', 'oldPrice': 9.00}",
        '{"name":"Lagar","price":{"value":5.60,"currency":"EUR"}}',
        '{"name":"Lagar","price":{"originalPrice":9,"sellingPrice":5.6}}',
        '{\\"name\\":\\"Lagar\\",\\"price\\":5.60}',
    ],
)
def test_the_data_of_a_page_are_read_in_their_forms(data):
    assert read(f"<h1>Lagar</h1><p>5,60 €</p><script>shop = {data}</script>").price == Decimal("5.60")


@pytest.mark.parametrize("label", ["Anzahlung", "Aluguel", "Extension de garantie", "Le lot de 2", "Nada conocido"])
def test_an_amount_beside_words_that_nobody_knows_needs_more_than_data(label):
    data = "<script>shop = {'name': 'Lagar', 'price': 5.60}</script>"
    assert isinstance(read(f"<h1>Lagar</h1><p>{label}</p><p>5,60 €</p>{data}"), Unreadable)


SCOPE = (
    "<div itemscope itemtype='https://schema.org/Product'><h1 itemprop='name'>Lagar</h1><div itemprop='offers' "
    "itemscope itemtype='https://schema.org/Offer'>{offer}</div></div>"
)
TRACKER = "<script>t = {name: 'Lagar', amount: '5.60', currency: 'EUR'}</script>"


def test_a_currency_that_no_source_names_is_that_of_the_data_and_of_the_shops_country():
    body = SCOPE.format(offer="<b itemprop='price' content='5.60'>5.60</b>")
    outcome = read(TRACKER + body, url="https://www.shop.example.nl/p")
    assert isinstance(outcome, Offer)
    assert outcome.currency == "EUR"
    for tracker, host in (
        (TRACKER, "shop.example.uk"),
        (TRACKER, "shop.example"),
        (TRACKER.replace("Lagar", "Other"), "shop.example.nl"),
        (TRACKER.replace("5.60", "15.60"), "shop.example.nl"),
        (TRACKER.replace("'EUR'", "'EUR', shown: {currency: 'USD'}"), "shop.example.nl"),
    ):
        assert isinstance(read(tracker + body, url=f"https://www.{host}/p"), Unreadable)


def test_an_offer_without_its_price_is_read_where_page_and_data_agree_on_one():
    state = "<script>state = {'salePrice': '5.60'}</script>"
    shown = SCOPE.format(offer="<p>Antes: 7,00 € Ahorras: 1,40 €</p><p>Precio: 5,60 €</p>")
    assert read(shown + state).price == Decimal("5.60")
    assert isinstance(read(shown + state.replace("5.60", "7.00")), Unreadable)
    assert isinstance(read(shown), Unreadable)


PRICED = "<meta itemprop='priceCurrency' content='EUR'><div>{}</div><div>{}</div>"
TO_PAY, OTHER = (f"<i itemprop='price' content='{n}'>{n.replace('.', ',')} €</i>" for n in ("5.60", "22.40"))


@pytest.mark.parametrize(
    "said",
    [
        "<b>{}</b> / 1 Liter", "{} le litre", "Precio por litro: {}", "<s>{}</s>", "<b class='old'>{}</b>",
        "<p id='price-was'>{}</p>", "statt <b>{}</b>", "Najniższa cena z 30 dni: {}", "{} al mes", "o {} x 4 meses",
        "desde {}", "<b style='text-decoration: line-through'>{}</b>",
    ],
)  # fmt: skip
def test_of_several_prices_in_one_offer_the_one_that_is_no_other_is_read(said):
    for order in ((TO_PAY, said.format(OTHER)), (said.format(OTHER), TO_PAY)):
        assert read(SCOPE.format(offer=PRICED.format(*order))).price == Decimal("5.60")


@pytest.mark.parametrize(
    "said",
    [
        "{}",
        "Insiders {}",
        "{}<p>al mes</p>",
        "<p>antes</p>{}",
        "<b class='price'>{}</b>",
        "con tarjeta {}",
        "{} no PIX",
    ],
)
def test_several_prices_in_one_offer_of_which_none_or_more_may_be_the_one_are_none(said):
    for offer in (PRICED.format(TO_PAY, said.format(OTHER)), PRICED.format(f"<s>{TO_PAY}</s>", f"<s>{OTHER}</s>")):
        assert isinstance(read(SCOPE.format(offer=offer)), Unreadable)


@pytest.mark.parametrize("stated", ["5.60", "7.00"])
def test_an_offer_that_names_a_sale_price_beside_its_price_has_the_one_that_leads_the_page(stated):
    sale = {"@type": "UnitPriceSpecification", "price": "5.60", "priceType": "https://schema.org/SalePrice"}
    offer = OFFER | {"price": stated, "priceSpecification": sale}
    assert read(f"<h1>Lagar</h1><p>5,60 €</p>{published(PRODUCT | {'offers': offer})}").price == Decimal("5.60")
    hidden = read(f"<h1>Lagar</h1>{published(PRODUCT | {'offers': offer})}")
    assert isinstance(hidden, Offer) == (stated == "5.60")


OF_GOODS = (
    "<div itemprop='offers' itemscope itemtype='https://schema.org/Offer'><link itemprop='itemCondition' href='{}'>"
    "<meta itemprop='priceCurrency' content='EUR'><b itemprop='price' content='{}'>{} €</b></div>"
)


def test_of_offers_that_each_state_the_goods_those_of_new_ones_count():
    scope = "<div itemscope itemtype='https://schema.org/Product'><h1 itemprop='name'>Lagar</h1>{}</div>"
    used, new = OF_GOODS.format("UsedCondition", "3.10", "3,10"), OF_GOODS.format("NewCondition", "5.60", "5,60")
    assert read(scope.format(new + used)).price == Decimal("5.60")
    untold = new.replace("<link itemprop='itemCondition' href='NewCondition'>", "")
    assert isinstance(read(scope.format(used + untold)), Unavailable)


def test_goods_whose_condition_is_not_told_are_what_the_note_says():
    offer = (
        "<i itemprop='itemCondition'>--<i>no indicado</i></i><p>{}</p><b itemprop='price' content='5.60'>5,60 €</b>"
        "<meta itemprop='priceCurrency' content='EUR'>"
    )
    assert isinstance(read(SCOPE.format(offer=offer.format("Moneda antigua"))), Offer)
    assert isinstance(read(SCOPE.format(offer=offer.format("« Usado »"))), Unavailable)


@pytest.mark.parametrize(
    "shown",
    [
        "<p>5,60 €</p><p>zzgl. MwSt.</p><p>6,66 €</p><p>inkl. MwSt.</p>",
        "<p>5,60 €</p><p>monatlich</p><p>89,00 €</p>",
        "<p>Anzahlung</p><p>5,60 €</p><p class='price'>15,60 €</p><button>In den Warenkorb</button>",
        "<p class='price'>4,60</p>",
        "<p>Precio: 4,60</p>",
        "<p class='precio'>5<sup>70</sup></p>",
        "<p>2 x 5,60</p>",
        "<p>$5.60</p>",
        "<p class='price'>$7.20</p>",
        "<p>5,60 € medlemspris</p><p>Ord. pris 7,20 €</p>",
        *(
            f"<i class='{name}'>5,60 €</i> <i>4,60 €</i>"
            for name in ("linethrough", "precio-ant", "price-prev", "oldprice")
        ),
    ],
)
def test_a_published_price_that_the_page_shows_as_another_or_not_at_all_is_refused(shown):
    assert isinstance(read(f"<h1>Lagar</h1>{shown}{published(PRODUCT)}"), Unreadable)


@pytest.mark.parametrize(
    "shown",
    [
        "<p>Anzahlung</p><p>1,60 €</p><p class='price'>5,60 €</p><button>In den Warenkorb</button>",
        "<p class='price'>5,60</p>",
        "<p class='normal-price'>5,60</p>",
        "<p>5,60 €</p><p>IVA incluido, gastos de envío 3,99 €</p>",
        "<p>4.80</p><p>12 opiniones</p>",
    ],
)
def test_a_published_price_is_taken_where_what_the_page_shows_agrees(shown):
    assert read(f"<h1>Lagar</h1>{shown}{published(PRODUCT)}").price == Decimal("5.60")


@pytest.mark.parametrize("cents", ["pence", "centimos", "price__decimals", "grosze"])
def test_cents_in_an_element_of_their_own_are_no_digits_of_the_whole(cents):
    shown = f"<span>€</span><span>5</span><span class='{cents}'>60</span>"
    outcome = read(f"<h1>Lagar</h1><p>{shown}</p>{published(PRODUCT)}")
    assert isinstance(outcome, Offer)
    assert outcome.price == Decimal("5.60")


def test_a_list_is_read_whose_addresses_stand_in_the_offers():
    products = [
        {"@type": "Product", "name": f"Lagar {n}", "offers": [OFFER | {"price": n, "url": f"{SHOP}/{n}"}]}
        for n in (4, 5, 6)
    ]
    outcome = read(f"<h1>Lagares</h1>{published(products)}", url="https://www.shop.example/lagares")
    assert isinstance(outcome, ListingPage)
    assert [offer.url for offer in outcome.offers] == [f"{SHOP}/{n}" for n in (4, 5, 6)]


def test_an_original_price_named_by_its_class_alone_is_the_list_price():
    card = "<meta name='twitter:label1' content='Precio'><meta name='twitter:data1' content='5,60'>"
    outcome = read(f"{card}<title>Lagar</title><h1>Lagar</h1><i class='prc-org'>7,00 €</i> <i>5,60 €</i>")
    assert (outcome.price, outcome.list_price) == (Decimal("5.60"), Decimal("7.00"))


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


VARIANTS = [
    {"@type": "Product", "name": f"Lagar {n}", "offers": OFFER | {"price": f"{n}.60", "url": f"{SHOP}?variant={n}"}}
    for n in (5, 6, 7)
]
GROUP = published({"@type": "ProductGroup", "name": "Lagar", "hasVariant": VARIANTS})


def test_a_page_that_shows_another_variant_than_its_address_names_is_refused():
    og = "<meta property='og:price:amount' content='5,60'><meta property='og:price:currency' content='EUR'>"
    assert isinstance(read(f"{og}<h1>Lagar</h1><p>5,60 €</p>{GROUP}", url=f"{SHOP}?variant=6"), Unreadable)
    assert read(f"{og}<h1>Lagar</h1><p>5,60 €</p>{GROUP}", url=f"{SHOP}?variant=5").price == Decimal("5.60")


@pytest.mark.parametrize(
    ("query", "is_read"),
    [
        ("", True),
        ("?attribute_pa_peso=500g", True),
        ("?attribute_pa_peso=1kg", False),
        ("?attribute_pa_peso=2kg", False),
    ],
)
def test_a_variation_that_an_address_asks_for_has_the_price_that_the_shop_keeps_for_it(query, is_read):
    kept = [
        {"attributes": {"attribute_pa_peso": peso}, "display_price": price}
        for peso, price in (("500g", 5.6), ("1kg", 9))
    ]
    form = f"<form data-product_variations='{json.dumps(kept)}'></form>"
    outcome = read(f"<h1>Lagar</h1>{form}<p>5,60 €</p>{published(PRODUCT)}", url=SHOP + query)
    assert isinstance(outcome, Offer) is is_read


def test_a_redirect_that_drops_the_variant_leads_elsewhere():
    assert leads_elsewhere(f"{SHOP}?variant=6", SHOP)
    assert not leads_elsewhere(f"{SHOP}?variant=6&ref=x", f"{SHOP}?variant=6")


def test_a_class_that_says_that_there_is_a_list_price_too_names_the_price_to_pay():
    shown = "<p class='product-detail-price with-list-price'>5,60 €</p><s>7,00 €</s>"
    outcome = read(f"<h1>Lagar</h1>{shown}{published(PRODUCT)}")
    assert (outcome.price, outcome.list_price) == (Decimal("5.60"), Decimal("7.00"))


@pytest.mark.parametrize(("box", "stock"), [("", Availability.IN_STOCK), (" price--sold-out", Availability.UNKNOWN)])
def test_a_badge_that_every_price_of_a_theme_has_says_nothing_where_it_is_not_drawn(box, stock):
    badge = "<span class='badge price__badge-sold-out'>Agotado</span>"
    offer = PRODUCT | {"offers": OFFER | {"availability": "https://schema.org/InStock"}}
    outcome = read(f"<h1>Lagar</h1><div class='price{box}'><p>5,60 €</p><p>{badge}</p></div>{published(offer)}")
    assert outcome.availability is stock


def test_a_sentence_of_a_line_says_that_the_goods_are_gone():
    told = "<p>Temporalmente sin existencias en la tienda online. Consulta en tu tienda.</p>"
    offer = PRODUCT | {"offers": OFFER | {"availability": "https://schema.org/InStock"}}
    assert read(f"<h1>Lagar</h1><p>5,60 €</p>{told}{published(offer)}").availability is Availability.UNKNOWN


@pytest.mark.parametrize(
    "around",
    [
        "<p>In stock, ready to ship</p><p>5,60 €</p>",
        "<p>5,60 €</p><p>1 kg = 2,80 €</p>",
        "<p>5,60 €</p><p>Anmelden und 5 € Gutschein sichern</p>",
    ],
)
def test_what_stands_beside_many_prices_leaves_them_prices(around):
    data = "<script>shop = {'name': 'Lagar', 'price': 5.60, 'currency': 'EUR'}</script>"
    assert read(f"<h1>Lagar</h1>{around}{data}").price == Decimal("5.60")


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ('<!--{"a": 1, /* one */ "b": [2,],}-->', [{"a": 1, "b": [2]}]),
        ('/* one */ {"a": 1} /* one that never ends', [{"a": 1}]),
        ('/* one */ // <![CDATA[\n{"a": 1}\n// ]]>', [{"a": 1}]),
        ("x" + "/* " * 200_000, []),  # in a time that nobody notices
    ],
)
def test_comments_and_needless_commas_in_json_ld_are_forgiven(text, values):
    assert loads(text) == values
