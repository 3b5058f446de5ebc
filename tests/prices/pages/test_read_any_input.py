"""Whatever comes in, an outcome comes out; and what is cut out of a page never turns into a price."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from almazara.prices import pages
from almazara.prices.pages import read
from almazara.prices.pages.document import LARGEST_PAGE
from almazara.prices.pages.outcome import Blocked, ListingPage, Offer, Unreadable, as_dict
from sample_pages import CONTRADICTIONS, LISTINGS, NAMED, OFFERS, UNAVAILABLE, UNREADABLE, html_of, true_price, url_of

AMAZON = "https://www.amazon.es/dp/B0SAMPLE01"
SHOP = "https://www.shop.example/item"
INSIDE = "head *, body *"
OUTCOMES = {"offer", "unavailable", "blocked", "unreadable", "listing"}
PAGES = sorted({*OFFERS, *UNAVAILABLE, *UNREADABLE} - {*CONTRADICTIONS})


@pytest.mark.parametrize("url", [AMAZON, SHOP, "", "not an address", "https://[broken"])
@pytest.mark.parametrize(
    "html",
    [
        "",
        b"",
        "   ",
        b"\x00\xff\xfe\x80" * 50,
        "plain text 9,99 EUR",
        "<div>" * 100_000,
        "<" * 50_000,
        '<script type="application/ld+json">' + "[" * 50_000 + "</script>",
        '<script type="application/ld+json">{"@type": "Product", "offers": NaN, "name": {}}</script>',
        '<script type="application/ld+json">{"@type": ["Product"], "offers": [[1], "x", null]}</script>',
    ],
)
def test_junk_is_unreadable(html, url):
    assert isinstance(read(html, url=url), Unreadable)


def test_a_page_above_the_largest_size_is_unreadable():
    outcome = read(" " * LARGEST_PAGE + "x", url=AMAZON)
    assert isinstance(outcome, Unreadable)
    assert outcome.reason == "The page is too large."


PUBLISHED = (
    '<script type="application/ld+json">{{"@type": "Product", "name": "Lagar", "offers": {{"price": "5.60", '
    '"priceCurrency": "EUR"}}{more}}}</script><h1>Lagar</h1>'
)
CHARSETS = [
    "idna", "undefined", "rot13", "zlib_codec", "bz2", "hex", "base64", "uu", "quopri", "punycode", "unicode_escape",
    "raw_unicode_escape", "utf-7", "mbcs", "none", "",
]  # fmt: skip


@pytest.mark.parametrize("charset", CHARSETS)
def test_a_charset_that_no_browser_knows_counts_as_none(charset):
    html = PUBLISHED.format(more="").encode()
    headers = {"Content-Type": f"text/html; charset={charset}"}
    for outcome in (
        read(html, url=SHOP, headers=headers),
        read(f"<meta charset='{charset}'>".encode() + html, url=SHOP),
    ):
        assert isinstance(outcome, Offer)
        assert outcome.price == Decimal("5.60")


@pytest.mark.parametrize("count", ["9" * 5000, '"' + "9" * 5000 + '"'])
def test_a_count_of_thousands_of_digits_is_none(count):
    outcome = read(
        PUBLISHED.format(more=f', "aggregateRating": {{"ratingValue": "4", "reviewCount": {count}}}'), url=SHOP
    )
    assert (outcome.price, outcome.review_count) == (Decimal("5.60"), None)


def test_half_a_character_in_a_name_can_be_kept():
    outcome = read(PUBLISHED.replace('"name": "Lagar"', '"name": "Lagar \\ud800"').format(more=""), url=SHOP)
    assert isinstance(outcome, Offer)
    assert outcome.title.encode() == b"Lagar ?"


def test_a_page_on_which_the_reader_itself_fails_is_a_defect_and_no_error(monkeypatch):
    monkeypatch.setattr(pages, "blocked", lambda *_: 1 / 0)
    outcome = read("<h1>Lagar</h1>", url=SHOP)
    assert isinstance(outcome, Unreadable)
    assert outcome.missing == (pages.DEFECT,)
    assert "ZeroDivisionError" in outcome.reason


@pytest.mark.fuzz
@given(st.one_of(st.text(max_size=400), st.binary(max_size=400)), st.sampled_from([AMAZON, SHOP]))
def test_any_text_or_bytes_give_an_outcome(html, url):
    assert as_dict(read(html, url=url))["outcome"] in OUTCOMES


@pytest.mark.fuzz
@given(st.sampled_from([*PAGES, *LISTINGS]), st.data())
def test_a_page_cut_anywhere_gives_an_outcome(name, data):
    html = html_of(name)
    start, end = sorted(data.draw(st.tuples(st.integers(0, len(html)), st.integers(0, len(html)))))
    assert as_dict(read(html[:start] + html[end:], url=url_of(name)))["outcome"] in OUTCOMES


@pytest.mark.parametrize("name", PAGES)
def test_without_any_one_of_its_elements_a_page_shows_its_true_price_or_none(name):
    html = html_of(name)
    for place in range(len(LexborHTMLParser(html).css(INSIDE))):
        assert _price_without(html, [place], url_of(name)) in {true_price(name), None}


@given(st.sampled_from(PAGES), st.lists(st.integers(0, 60), min_size=2, max_size=4))
def test_without_several_of_its_elements_a_page_shows_its_true_price_or_none(name, places):
    if name in {"shop_json_ld_price_is_struck", "shop_json_ld_list_price_stated", "shop_microdata_variants"}:
        return  # two elements are the whole evidence against the price that is left
    assert _price_without(html_of(name), places, url_of(name)) in {true_price(name), None}


@pytest.mark.parametrize("name", NAMED)
def test_without_any_one_of_its_elements_a_page_has_no_other_named_prices_and_no_other_number(name):
    html, (named, gtin) = html_of(name), NAMED[name]
    true = {(kind, Decimal(price)) for kind, price, _ in named}
    for place in range(len(LexborHTMLParser(html).css(INSIDE))):
        outcome = _outcome_without(html, [place], url_of(name))
        if isinstance(outcome, Offer):
            assert {(one.name.value, one.price) for one in outcome.named} <= true
            assert outcome.gtin in {gtin, None}


def _price_without(html, places, url):
    outcome = _outcome_without(html, places, url)
    return (outcome.price, outcome.currency) if isinstance(outcome, Offer) else None


def _outcome_without(html, places, url):
    tree = LexborHTMLParser(html)
    nodes = tree.css(INSIDE)
    for place in {place % len(nodes) for place in places}:
        nodes[place].remove()
    return read(tree.html or "", url=url)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        *((status, "denied") for status in (401, 403, 405, 407, 451)),
        (429, "rate_limit"),
        *((status, "error_page") for status in (500, 502, 503, 599)),
    ],
)
def test_a_refusing_status_is_a_block_even_without_a_page(status, kind):
    for html in ("", html_of("amazon_2017_priceblock")):
        outcome = read(html, url=AMAZON, status=status)
        assert isinstance(outcome, Blocked)
        assert outcome.kind == kind


def test_a_page_that_is_gone_is_unreadable():
    assert isinstance(read("<h1>Not found</h1>", url=AMAZON, status=404), Unreadable)


def test_a_challenge_header_is_a_block():
    outcome = read("<p>x</p>", url=SHOP, status=202, headers={"X-Amzn-Waf-Action": "challenge"})
    assert isinstance(outcome, Blocked)


@pytest.mark.parametrize(
    ("encoding", "headers", "meta"),
    [
        ("utf-8", {}, ""),
        ("utf-8-sig", {}, ""),
        ("utf-16", {}, ""),
        ("cp1252", {}, ""),
        ("iso-8859-9", {"Content-Type": "text/html; charset=ISO-8859-9"}, ""),
        ("iso-8859-15", {}, '<meta http-equiv="content-type" content="text/html; charset=iso-8859-15">'),
        ("utf-8", {"content-type": "text/html; charset=no-such-charset"}, ""),
    ],
)
def test_bytes_are_decoded_by_mark_header_meta_or_fallback(encoding, headers, meta):
    html = html_of("amazon_2017_priceblock").replace('<meta charset="utf-8">', meta).replace("botella", "señorío")
    outcome = read(html.encode(encoding), url=AMAZON, headers=headers)
    assert outcome.title == "Aceite de oliva de muestra, señorío 1 l"


def test_the_json_form_has_the_promised_keys_and_decimal_strings():
    fields = as_dict(read(html_of("amazon_2025_new_and_used_rows"), url=AMAZON))
    assert {"outcome", "price", "currency", "list_price", "unit_price", "asin", "title", "rule"} <= fields.keys()
    assert (fields["outcome"], fields["price"], fields["list_price"]) == ("offer", "52.41", "66.11")
    assert fields["unit_price"]["amount"] == "26.21"
    assert fields["asin"] == fields["sku"] == "B0SAMPLE01"
    assert as_dict(ListingPage((), "amazon.es", "x"))["price"] is None
