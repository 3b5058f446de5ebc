"""From what a user types to the listing that is followed."""

import re
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from almazara.errors import InputError
from almazara.prices.collecting.default_listings import SEARCHES, default_listings
from almazara.prices.collecting.tracking import listing_from, normalized_url
from almazara.prices.pages.amazon.marketplaces import CURRENCIES
from almazara.prices.schema import ListingKind

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
ASIN = "B0AAAAAAA1"


def listing(text, marketplace=None, category=None, target_price=None, **more):
    return listing_from(text, marketplace=marketplace, category=category, target_price=target_price, now=NOW, **more)


@pytest.mark.parametrize(
    "text",
    [
        f"https://www.amazon.es/dp/{ASIN}",
        f"https://www.amazon.es/dp/{ASIN}/",
        f"https://www.amazon.es/Aceite-de-oliva-5l/dp/{ASIN}/ref=sr_1_1?keywords=aceite&qid=1&tag=x-21#reviews",
        f"https://www.amazon.es/gp/product/{ASIN}?psc=1",
        f"https://www.amazon.es/gp/aw/d/{ASIN}",
        f"https://www.amazon.es/-/en/dp/{ASIN}?th=1",
        f"https://www.amazon.es/-/pt_PT/Azeite/dp/{ASIN}",
        f"https://www.amazon.es/exec/obidos/ASIN/{ASIN}",
        f"https://www.amazon.es/product-reviews/{ASIN}/",
        f"https://smile.amazon.es/dp/{ASIN}",
        f"https://m.amazon.es/dp/{ASIN}",
        f"http://AMAZON.ES:80/dp/{ASIN.lower()}",
        f"  www.amazon.es/dp/{ASIN} ",
        f"amazon.es/dp/{ASIN}",
    ],
)
def test_every_form_of_an_amazon_product_address_is_the_same_listing(text):
    found = listing(text)
    assert (found.listing_id, found.url) == (f"amazon.es:{ASIN}", f"https://www.amazon.es/dp/{ASIN}")
    assert (found.shop, found.sku, found.kind, found.title) == ("amazon.es", ASIN, ListingKind.PRODUCT, None)
    assert (found.created_at, found.tracked) == (NOW, True)


@pytest.mark.parametrize(
    "marketplace", ["es", "ES", "amazon.es", "www.amazon.es", " Amazon.es ", "https://www.amazon.es/"]
)
def test_an_asin_is_looked_for_in_the_marketplace_named(marketplace):
    assert listing(ASIN.lower(), marketplace).listing_id == f"amazon.es:{ASIN}"


@pytest.mark.parametrize(
    ("marketplace", "shop"),
    [
        ("uk", "amazon.co.uk"),
        ("com", "amazon.com"),
        ("us", "amazon.com"),
        ("mx", "amazon.com.mx"),
        ("jp", "amazon.co.jp"),
    ],
)
def test_a_country_names_its_marketplace(marketplace, shop):
    assert listing(ASIN, marketplace).shop == shop


@pytest.mark.parametrize("shop", sorted(CURRENCIES))
def test_each_marketplace_is_known_by_host_and_address(shop):
    assert listing(ASIN, shop) == listing(f"https://www.{shop}/dp/{ASIN}")


def test_an_address_names_its_own_marketplace():
    assert listing(f"https://www.amazon.de/dp/{ASIN}", "es").shop == "amazon.de"


@pytest.mark.parametrize("isbn", ["0131103628", "8565042472", "080442957X"])
def test_an_isbn_with_the_right_check_digit_is_an_asin(isbn):
    assert listing(isbn, "com").sku == isbn


@pytest.mark.parametrize("asin", ["0131103629", "B0AAAAAAA", "B0AAAAAAA12", "A0AAAAAAA1", "0804429570", "B0AAAA-AA1"])
def test_what_is_no_asin_is_refused(asin):
    with pytest.raises(InputError):
        listing(asin, "es")
    with pytest.raises(InputError):
        listing(f"https://www.amazon.es/dp/{asin}")


def test_an_asin_without_marketplace_is_refused():
    with pytest.raises(InputError, match="marketplace"):
        listing(ASIN)


def test_an_unknown_marketplace_is_refused_and_the_known_are_named():
    with pytest.raises(InputError, match=r"amazon\.es"):
        listing(ASIN, "xx")


def test_a_search_in_words_and_by_address_is_the_same_listing():
    typed = listing("search:  Aceite de  Oliva 5 L", "es")
    by_address = [
        "https://www.amazon.es/s?k=aceite+de+oliva+5+l&crid=1&ref=nb_sb_noss&sprefix=ace",
        "https://www.amazon.es/-/en/s/ref=nb_sb?field-keywords=aceite%20de%20oliva%205%20l",
        typed.url,
    ]
    assert typed.kind is ListingKind.SEARCH
    assert typed.url == "https://www.amazon.es/s?k=aceite+de+oliva+5+l"
    assert typed.title == "Aceite de Oliva 5 L"
    assert re.fullmatch(r"amazon\.es:[0-9a-f]{12}", typed.listing_id)
    assert {listing(text).listing_id for text in by_address} == {typed.listing_id}


def test_filters_of_a_search_change_what_it_finds_and_are_kept():
    filtered = listing("https://www.amazon.es/s?k=aove&rh=n%3A123&s=price-asc-rank&qid=9")
    assert filtered.url == "https://www.amazon.es/s?k=aove&rh=n%3A123&s=price-asc-rank"


@pytest.mark.parametrize("text", ["search:", "search:   ", "search: " + "a" * 201])
def test_a_search_without_words_or_with_too_many_is_refused(text):
    with pytest.raises(InputError):
        listing(text, "es")


@pytest.mark.parametrize(
    "text", ["https://amzn.eu/d/abc", "https://amzn.to/3x", "http://a.co/d/1", "amzn.com/B0AAAAAAA1"]
)
def test_a_short_link_is_refused_in_a_sentence(text):
    with pytest.raises(InputError, match="short link"):
        listing(text)


@pytest.mark.parametrize(
    "text",
    [
        "https://sellercentral.amazon.es/dp/B0AAAAAAA1",
        "https://www.amazon.es/gp/help",
        "https://amazon.es",
        "amazon.es/s",
    ],
)
def test_amazons_other_pages_are_refused(text):
    with pytest.raises(InputError):
        listing(text)


def test_a_host_that_only_looks_like_amazon_is_another_shop():
    assert listing(f"https://www.amazon.es.example.com/dp/{ASIN}").shop == "amazon.es.example.com"


def test_another_shops_product_is_known_by_its_address():
    found = listing("https://WWW.Example.com:443/Aceite?id=7&utm_source=x&gclid=1#top")
    assert found.url == "https://www.example.com/Aceite?id=7"
    assert found.shop == "example.com"
    assert re.fullmatch("[0-9a-f]{12}", found.sku)
    assert found == listing("https://www.example.com/Aceite?fbclid=2&id=7")
    assert found.sku != listing("https://www.example.com/Aceite?id=8").sku


@pytest.mark.parametrize(
    "text",
    [
        "http://oil.example/aove",
        "https://www.oil.example/aove/",
        "www.oil.example/aove",
        "https://oil.example/aove?utm_campaign=x&gclid=1&fbclid=2",
        "https://oil.example/aove?ref=home&tag=shop-21&aff_id=7",
        "https://oil.example/aove;jsessionid=0123ABCD?PHPSESSID=abcdef",
        "https://oil.example/aove/?sid=a1b2c3#opiniones",
    ],
)
def test_addresses_of_one_page_are_one_listing(text):
    found = listing(text)
    assert found.listing_id == listing("https://oil.example/aove").listing_id
    assert "?" not in found.url
    assert ";" not in found.url


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("oil.example/product.php?ref=1", "oil.example/product.php?ref=2"),
        ("oil.example/producto?sid=12", "oil.example/producto?sid=13"),
        ("oil.example/?tag=a", "oil.example/?tag=b"),
        ("oil.example/aove?size=1", "oil.example/aove?size=5"),
        ("oil.example/aove", "oil.example/aove/5"),
        ("oil.example/aove", "shop.oil.example/aove"),
    ],
)
def test_addresses_of_two_pages_are_two_listings(one, other):
    assert listing(one).listing_id != listing(other).listing_id


def test_the_order_of_parameters_names_no_other_page():
    one, other = listing("https://oil.example/p?id=7&size=5"), listing("https://oil.example/p?size=5&id=7&ref=x")
    assert one.listing_id == other.listing_id


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "aceite de oliva",
        "ftp://example.com/a",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https://",
        "https:///path",
        "https://user:secret@example.com/a",
        "https://example.com\\@evil.example/",
        "https://example.com/a\nb",
        "https://example.com/\x00",
        "https://example.com/" + "a" * 2048,
        "https://example.com/" + "ñ" * 1000,
        "https://example.com:99999/",
        "https://[::1]/",
        "https://[fe80::1%25eth0]/",
        "https://[bad/",
        "http://127.0.0.1:8000/producto",
        "http://169.254.169.254/latest/meta-data",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://localhost/",
        "http://shop.localhost/",
        "http://nas.local/",
        "http://intranet/",
        "https://-bad-.example.com/",
        "https://exa mple.com/",
        "https://\udcff.com/",
    ],
)
def test_what_cannot_be_followed_is_refused(text):
    with pytest.raises(InputError) as refused:
        listing(text, "es")
    assert str(refused.value).endswith((".", "`."))


def test_addresses_on_this_machine_are_taken_only_where_that_is_allowed():
    found = listing("http://127.0.0.1:8123/p/1", loopback_ports=frozenset({8123}))
    assert (found.shop, found.url) == ("127.0.0.1", "http://127.0.0.1:8123/p/1")
    with pytest.raises(InputError):
        listing("http://10.0.0.1/p/1", loopback_ports=frozenset({80}))
    with pytest.raises(InputError):
        listing("http://127.0.0.1:8124/p/1", loopback_ports=frozenset({8123}))
    with pytest.raises(InputError):
        listing("http://nas.local:8123/p/1", loopback_ports=frozenset({8123}))


def test_an_address_on_a_port_that_is_never_asked_is_refused():
    with pytest.raises(InputError, match="port 8443"):
        listing("https://shop.example:8443/aceite")


def test_an_international_host_is_kept_in_ascii():
    assert listing("https://www.jaén.example/aceite").url == "https://www.xn--jan-cma.example/aceite"


@pytest.mark.parametrize(
    ("category", "folded"),
    [(None, None), ("olive-oil", "olive-oil"), ("  Aceite de Oliva ", "aceite-de-oliva"), ("Té_verde", "te-verde")],
)
def test_a_category_is_folded_to_short_words(category, folded):
    assert listing(ASIN, "es", category).category == folded


@pytest.mark.parametrize("category", ["", " ", "-a", "a/b", "a" * 41, "日本"])
def test_a_category_that_cannot_stand_in_an_address_is_refused(category):
    with pytest.raises(InputError):
        listing(ASIN, "es", category)


@pytest.mark.parametrize("price", ["0", "-1", "NaN", "sNaN", "Infinity", "1e15", "1e-13", "1e999999"])
def test_a_target_price_that_is_no_amount_is_refused(price):
    with pytest.raises(InputError):
        listing(ASIN, "es", target_price=Decimal(price))


def test_a_target_price_is_kept_exactly():
    assert listing(ASIN, "es", target_price=Decimal("29.90")).target_price == Decimal("29.90")


def test_a_moment_without_time_zone_is_refused():
    with pytest.raises(InputError):
        listing_from(ASIN, marketplace="es", category=None, target_price=None, now=NOW.replace(tzinfo=None))


WORDS = f"http:// https:// search: www. amazon.es amazon.com /dp/ /s?k= {ASIN} @ : ? & = # [ ] % / // . utm_source"
ODD = ("ñ", "İ", "\u212a", "\u3002", "\uff20", "\ud800", "\u2028", " ")
PARTS = st.sampled_from([*WORDS.split(), *ODD])
TYPED = st.one_of(st.text(), st.lists(st.one_of(PARTS, st.text(max_size=4))).map("".join))


@pytest.mark.fuzz
@given(TYPED, st.one_of(st.none(), st.sampled_from(["es", "com"]), st.text()), st.one_of(st.none(), st.text()))
def test_whatever_is_typed_gives_a_listing_or_an_input_error(text, marketplace, category):
    try:
        found = listing(text, marketplace, category)
    except InputError:
        return
    assert re.fullmatch(r"[a-z0-9._-]+:[0-9A-Za-z]{10,12}", found.listing_id)
    assert found.url.startswith(("http://", "https://"))
    assert found.url.isascii()
    assert listing(found.url).listing_id == found.listing_id


@given(
    st.builds(
        "{}{}/{}?{}".format,
        st.sampled_from(["http://", "HTTPS://"]),
        st.sampled_from(["a.es", "Ñ.es:443"]),
        st.text(),
        TYPED,
    )
)
@example("https://a.es/?utm_a=1&&b=[]&%zz&c=é#x")
def test_a_normalized_address_normalizes_to_itself(text):
    try:
        url = normalized_url(text)
    except InputError:
        return
    assert normalized_url(url) == url


def test_the_default_list_is_some_twenty_different_searches_on_amazon_es():
    listings = default_listings(NOW)
    assert 18 <= len(listings) == len({found.listing_id for found in listings}) == len(SEARCHES) <= 24
    assert {(found.shop, found.kind, found.category) for found in listings} == {
        ("amazon.es", ListingKind.SEARCH, "olive-oil")
    }
