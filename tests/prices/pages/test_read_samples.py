"""Each era, locale and trap on a made sample page."""

from decimal import Decimal

import pytest

from almazara.prices.pages import read
from almazara.prices.pages.outcome import Blocked, Condition, ListingPage, Offer, Unavailable, Unreadable
from sample_pages import ASIN, BLOCKED, FOLDER, LISTINGS, NAMED, OFFERS, UNAVAILABLE, UNREADABLE, html_of, url_of


def outcome_of(name, **asked):
    return read(html_of(name), url=url_of(name), **asked)


def test_every_sample_is_expected_to_be_something():
    named = {*OFFERS, *UNAVAILABLE, *UNREADABLE, *BLOCKED, *LISTINGS}
    assert {path.stem for path in FOLDER.glob("*.html")} == named


@pytest.mark.parametrize("name", OFFERS)
def test_the_featured_offer_is_read(name):
    price, currency, list_price, availability, rule = OFFERS[name]
    outcome = outcome_of(name)
    assert isinstance(outcome, Offer)
    assert (outcome.price, outcome.currency) == (Decimal(price), currency)
    assert outcome.list_price == (Decimal(list_price) if list_price else None)
    assert (outcome.availability, outcome.rule) == (availability, rule)


@pytest.mark.parametrize("name", NAMED)
def test_other_prices_and_the_number_of_the_goods_are_read(name):
    outcome = outcome_of(name)
    named, gtin = NAMED[name]
    assert [(one.name.value, str(one.price), one.condition) for one in outcome.named] == named
    assert outcome.gtin == gtin


@pytest.mark.parametrize("name", UNAVAILABLE)
def test_a_page_without_a_new_offer_is_unavailable(name):
    outcome = outcome_of(name)
    assert isinstance(outcome, Unavailable)
    assert outcome.rule == f"{'structured' if name.startswith('shop') else 'amazon'}:unavailable"


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_doubtful_page_is_refused_and_says_what_is_missing(name):
    outcome = outcome_of(name)
    assert isinstance(outcome, Unreadable)
    assert UNREADABLE[name] in outcome.missing


@pytest.mark.parametrize("name", BLOCKED)
def test_a_block_page_is_known_by_its_form(name):
    outcome = outcome_of(name)
    assert isinstance(outcome, Blocked)
    assert outcome.kind == BLOCKED[name]


def test_a_used_offer_is_seen_and_not_taken():
    outcome = outcome_of("amazon_2019_books_new_and_used")
    assert ("used", "EUR 6,49") in outcome.seen


def test_the_unit_price_is_read_as_printed():
    assert outcome_of("amazon_2019_unit_price").unit_price.per == "100 ml"
    assert outcome_of("amazon_2025_new_and_used_rows").unit_price.amount == Decimal("26.21")


def test_title_stars_reviews_and_asin_are_read():
    outcome = outcome_of("amazon_2017_priceblock")
    assert (outcome.sku, outcome.title) == (ASIN, "Aceite de oliva de muestra, botella 1 l")
    assert (outcome.rating, outcome.review_count) == (Decimal("4.5"), 1234)
    assert outcome.seller == "Vendido y enviado por Amazon."


def test_an_invitation_to_write_the_first_review_is_no_reviews():
    assert outcome_of("amazon_2019_superscript").review_count == 0


def test_a_renewed_article_says_so():
    assert outcome_of("amazon_2023_renewed_rows").condition is Condition.REFURBISHED


def test_the_asin_asked_for_must_be_the_one_shown():
    outcome = outcome_of("amazon_2017_priceblock", expected_sku="B0OTHER001")
    assert isinstance(outcome, Unreadable)
    assert outcome.missing == ("asin",)


@pytest.mark.parametrize(
    ("known", "read_as"),
    [
        ("Aceite de oliva de muestra, botella 1 l", Offer),
        ("Botella de aceite de oliva (1 l), nueva etiqueta", Offer),
        ("Robot limpiacristales con mando a distancia", Unreadable),
    ],
)
def test_a_title_about_something_else_is_flagged(known, read_as):
    assert isinstance(outcome_of("amazon_2017_priceblock", known_title=known), read_as)


def test_search_results_come_in_order_with_struck_unit_and_other_sellers_prices_left_out():
    outcome = outcome_of("amazon_search")
    assert isinstance(outcome, ListingPage)
    assert [(offer.sku, offer.price, offer.list_price, offer.sponsored) for offer in outcome.offers] == [
        ("B0SEARCH01", Decimal("9.95"), Decimal("12.00"), False),
        ("B0SEARCH02", Decimal("39.95"), None, True),
        ("B0SEARCH03", None, None, False),
        ("B0SEARCH04", None, None, False),
    ]


def test_bestsellers_are_read():
    outcome = outcome_of("amazon_bestsellers")
    assert [(offer.sku, offer.title, offer.price) for offer in outcome.offers] == [
        ("B0BEST0001", "Bester Artikel", Decimal("24.99")),
        ("B0BEST0002", "Zweiter Artikel", Decimal("1013.28")),
    ]


@pytest.mark.parametrize("says", ['<link rel="canonical" href="{}">', '<meta property="og:url" content="{}">'])
def test_without_an_address_the_page_says_which_shop_it_is_of(says):
    itself = says.format(f"https://www.amazon.es/muestra/dp/{ASIN}")
    html = html_of("amazon_2017_priceblock").replace("</head>", f"{itself}</head>")
    assert read(html, url="").shop == "amazon.es"
