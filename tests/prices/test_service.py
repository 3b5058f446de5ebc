"""The questions of the price product: pages of history, days with their gaps, products, health."""

from base64 import b64encode
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from almazara.errors import InputError, NotFoundError
from almazara.prices.answering.history import MAX_ROWS
from almazara.prices.answers import DataQuery
from almazara.prices.buying.policy import AdvicePolicies
from almazara.prices.forecasting.published import ForecastIndex, Forecasts
from almazara.prices.publishing import Published
from almazara.prices.schema import EPOCH, Availability, Listing, NamedPrice, Observation, PriceName, Size
from almazara.prices.service import PriceService
from almazara.prices.store.registry import store_at
from almazara.words.numbers import Language
from price_shop import NOW, observed, product, search
from profiles import examples

REFUSED = {"shop.example:1": "shop.example:1 has 3 days; a forecast needs 14."}


class Live:
    current = Published(Forecasts(ForecastIndex({}, REFUSED), None), AdvicePolicies())


def service_over(store, **values):
    return PriceService(store, Live(), timezone="Europe/Madrid", clock=lambda: NOW, **values)


@pytest.fixture
def service(store):
    return service_over(store)


def pages_of(ask, query):
    """Each page, following the cursors."""
    while True:
        rows, cursor = ask(query)
        yield rows
        if cursor is None:
            return
        query = replace(query, cursor=cursor)


def data(service):
    def ask(query):
        page = service.data(query)
        return page.observations, page.next_cursor

    return ask


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """Three products and an empty one, with a gap and stock-outs."""
    store = store_at(f"sqlite:///{tmp_path_factory.mktemp('store') / 'prices.db'}")
    for number in (1, 2, 3, 4):
        store.save_listing(product(number, category="oil" if number < 3 else "other"))
    store.append(observed("shop.example:1", day, f"{day + 1}.25") for day in range(40) if not 10 < day < 30)
    store.append(observed("shop.example:2", day, None if day % 4 == 0 else "5.00") for day in range(20))
    store.append(
        Observation("shop.example:3", NOW - timedelta(microseconds=n), Availability.IN_STOCK, Decimal(n + 1), "EUR")
        for n in range(30)
    )
    yield service_over(store)
    store.close()


@settings(max_examples=examples(nightly=1000))
@given(limit=st.integers(1, 90), product=st.sampled_from([None, "shop.example:1", "shop.example:3"]))
def test_pages_of_any_size_hold_every_observation_exactly_once(large, limit, product):
    whole = large.data(DataQuery(product=product, limit=MAX_ROWS)).observations
    pages = list(pages_of(data(large), DataQuery(product=product, limit=limit)))
    assert [row for page in pages for row in page] == whole
    assert all(len(page) == limit for page in pages[:-1])
    assert 0 < len(pages[-1]) <= limit


@settings(max_examples=examples(nightly=1000))
@given(limit=st.integers(1, 120), days=st.integers(0, 50))
def test_pages_of_days_of_any_size_hold_every_day_exactly_once(large, limit, days):
    start = NOW - timedelta(days=days)
    whole = large.daily(DataQuery(start=start, limit=MAX_ROWS))[0]
    pages = list(pages_of(large.daily, DataQuery(start=start, limit=limit)))
    assert [row for page in pages for row in page] == whole
    assert all(len(page) == limit for page in pages[:-1])


def test_start_belongs_to_the_span_and_end_does_not(large):
    query = DataQuery(product="shop.example:1", start=NOW - timedelta(days=3), end=NOW - timedelta(days=1))
    assert [o.price for o in large.data(query).observations] == [Decimal("4.25"), Decimal("3.25")]


def test_a_category_is_its_products_alone(large):
    found = large.data(DataQuery(category="oil", limit=MAX_ROWS)).observations
    assert {o.listing_id for o in found} == {"shop.example:1", "shop.example:2"}
    assert large.data(DataQuery(category="nothing")).observations == []
    assert large.data(DataQuery(category="\0")).observations == []


def test_days_without_a_reading_are_carried_for_a_week_and_then_a_gap_never_filled(large):
    rows = {row.date: row for row in large.daily(DataQuery(product="shop.example:1", limit=MAX_ROWS))[0]}
    days = [rows[NOW.date() - timedelta(days=ago)] for ago in (30, 29, 23, 22, 11, 10)]
    assert [row.state for row in days] == ["observed", "carried", "carried", "gap", "gap", "observed"]
    assert [row.price for row in days] == [31.25, 31.25, 31.25, None, None, 11.25]
    assert days[3].currency is None
    assert len(rows) == 40


def test_a_stock_out_is_marked_and_has_no_price(large):
    rows = {row.date: row for row in large.daily(DataQuery(product="shop.example:2", limit=MAX_ROWS))[0]}
    out = rows[NOW.date() - timedelta(days=4)]
    assert (out.state, out.price) == ("out_of_stock", None)


def test_days_are_those_of_the_configured_zone(store, service):
    store.save_listing(product())
    late = datetime(2026, 2, 10, 23, 30, tzinfo=UTC)  # already the 11th in Madrid
    store.append([replace(observed("shop.example:1", 0, "5.00"), observed_at=late)])
    assert service.daily(DataQuery(product="shop.example:1"))[0][0].date == date(2026, 2, 11)


def test_days_end_today_and_not_in_the_future(store, service):
    store.save_listing(product())
    store.append([observed("shop.example:1", 2, "5.00")])
    rows, _ = service.daily(DataQuery(product="shop.example:1", end=NOW + timedelta(days=400)))
    assert rows[-1].date == NOW.date()


@pytest.mark.parametrize(
    "query",
    [
        DataQuery(limit=0),
        DataQuery(limit=MAX_ROWS + 1),
        DataQuery(product="a", category="b"),
        DataQuery(start=NOW, end=NOW),
        DataQuery(cursor="nonsense"),
        DataQuery(cursor="%%%"),
        DataQuery(cursor="ñ"),
        DataQuery(cursor="MjAyNi0wMy0wMQ"),
    ],
)
def test_what_cannot_be_asked_is_an_input_error(large, query):
    for ask in (large.data, large.daily):
        with pytest.raises(InputError):
            ask(query)


@pytest.mark.parametrize("moment", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
def test_moments_at_the_ends_of_the_calendar_are_answered_or_refused(large, moment):
    for ask in (large.data, large.daily):
        for query in (DataQuery(start=moment), DataQuery(end=moment)):
            with suppress(InputError):
                ask(query)


@given(cursor=st.text(max_size=60) | st.binary(max_size=60).map(lambda content: b64encode(content).decode()))
def test_a_made_up_cursor_is_answered_or_refused_but_breaks_nothing(large, cursor):
    for ask in (large.data, large.daily):
        with suppress(InputError):
            ask(DataQuery(cursor=cursor))


@pytest.mark.parametrize("listing_id", ["", "nothing", "shop.example:99", "a/b", "%", "\0", "\ud800", "x" * 9000])
def test_an_unknown_product_is_not_found(large, listing_id):
    for ask in (
        lambda: large.product(listing_id),
        lambda: large.remove_product(listing_id),
        lambda: large.data(DataQuery(product=listing_id)),
        lambda: large.daily(DataQuery(product=listing_id)),
        lambda: large.predict(listing_id, 7, [80]),
    ):
        with pytest.raises(NotFoundError):
            ask()


def test_a_row_has_its_price_per_litre_only_where_the_litres_are_known(store, service):
    store.save_listing(product(litres=Decimal(5)))
    store.save_listing(product(2))
    store.append([observed(f"shop.example:{n}", 0, "39.95") for n in (1, 2)] + [observed("shop.example:1", 1, None)])
    rows = service.rows(service.data(DataQuery()).observations)
    assert [row.price_per_litre for row in rows] == [None, Decimal("7.9900"), None]


def test_a_product_shows_its_newest_price_and_how_old_it_is(store, service):
    store.save_listing(product(litres=Decimal(5)))
    store.append([observed("shop.example:1", 3, "39.95"), observed("shop.example:1", 2, "37.95")])
    latest = service.product("shop.example:1").latest
    assert (latest.price, latest.days_ago, latest.price_per_litre) == (Decimal("37.95"), 2.0, Decimal("7.5900"))


def test_a_page_that_an_import_named_otherwise_is_followed_as_it(store, service):
    store.save_listing(Listing("shop.example:17", "shop.example", "17", "http://shop.example/aove/", tracked=False))
    found, is_new = service.add_product(
        "https://www.shop.example/aove?utm_source=x", marketplace=None, category=None, target_price=None
    )
    assert (found.id, found.tracked, is_new) == ("shop.example:17", True, False)
    assert found.url == "https://www.shop.example/aove"


def followed(service, text):
    return service.add_product(text, marketplace=None, category=None, target_price=None)


def test_what_an_import_made_is_followed_by_its_id_where_its_address_is_known(store, service):
    address = "https://tienda.mercado.example/aove#a"
    page = Listing("mercado.example:17", "mercado.example", "17", address, tracked=False)
    number = Listing("amazon.es:B0SAMPLE01", "amazon.es", "B0SAMPLE01", "", tracked=False)
    store.save_listings([page, number])
    found, is_new = followed(service, " mercado.example:17 ")
    assert (found.id, found.tracked, is_new) == ("mercado.example:17", True, False)
    assert (found.url, found.notices) == ("https://tienda.mercado.example/aove", [])
    assert followed(service, "amazon.es:B0SAMPLE01")[0].url == "https://www.amazon.es/dp/B0SAMPLE01"
    assert len(service.products()) == 2


@pytest.mark.parametrize("listing_id", ["oil-17", "mercado.example:17", "amazon.es:17"])
def test_what_is_kept_without_an_address_is_not_followed_and_the_answer_says_what_to_give(store, service, listing_id):
    shop, _, sku = listing_id.rpartition(":")
    store.save_listing(Listing(listing_id, shop or "import", sku, "", tracked=False))
    with pytest.raises(InputError, match=f"The address of the page of {listing_id} is not known: give the product's"):
        followed(service, listing_id)
    assert service.products(tracked=True) == []


def test_following_again_keeps_what_is_known_and_takes_what_is_new(store, service):
    url = "https://shop.example/aceite"
    first, is_new = service.add_product(url, marketplace=None, category="Olive Oil", target_price=Decimal(30))
    assert (is_new, first.category) == (True, "olive-oil")
    store.append([observed(first.id, 0, "39.95")])
    service.remove_product(first.id)
    assert service.products(tracked=True) == []
    assert store.count(first.id) == 1
    assert first.notices == []
    again, is_new = service.add_product(f"{url}#5l", marketplace=None, category=None, target_price=Decimal(25))
    [notice] = again.notices
    assert "#5l" in notice.text(Language.EN)
    assert (is_new, again.id, again.category, again.target_price) == (False, first.id, "olive-oil", Decimal(25))
    assert again.latest.price == Decimal("39.95")


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/p", "http://localhost:8000/p", "http://169.254.169.254/latest", "http://[::1]/"]
)
def test_addresses_of_this_machine_are_refused_unless_a_test_allows_loopback(store, url):
    with pytest.raises(InputError):
        service_over(store).add_product(url, marketplace=None, category=None, target_price=None)
    allowing = service_over(store, loopback_ports=frozenset({80, 8000}))
    if "169.254" in url:
        with pytest.raises(InputError):
            allowing.add_product(url, marketplace=None, category=None, target_price=None)
    else:
        assert allowing.add_product(url, marketplace=None, category=None, target_price=None)[1]


def test_a_forecast_needs_a_history_and_a_product(store, service):
    store.save_listing(product())
    store.save_listing(search())
    with pytest.raises(InputError, match="not read yet"):
        service.predict("shop.example:1", 7, [80])
    with pytest.raises(InputError, match="is a search"):
        service.predict("amazon.es:5ea5c4", 7, [80])
    store.append([observed("shop.example:1", 0, "39.95")])
    with pytest.raises(InputError, match="3 days"):
        service.predict("shop.example:1", 7, [80])


def test_of_what_no_retraining_can_forecast_none_is_promised(store):
    service = service_over(store)
    store.save_listings([product(4), product(5), product(6)])
    store.append([observed("shop.example:4", 800, "39.95"), observed("shop.example:5", 1, "39.95")])
    store.append(observed("shop.example:6", day, "39.95") for day in range(20))
    with pytest.raises(InputError, match="no price of the last 730 days"):
        service.predict("shop.example:4", 7, [80])
    with pytest.raises(InputError, match="a forecast needs 14"):
        service.predict("shop.example:5", 7, [80])
    with pytest.raises(NotFoundError, match="makes one"):
        service.predict("shop.example:6", 7, [80])


@pytest.mark.parametrize("asked", ["data", "daily"])
def test_a_page_looks_into_some_listings_and_the_next_goes_on(store, service, monkeypatch, asked):
    store.save_listings(product(number) for number in range(1000, 1250))
    store.append([observed("shop.example:1249", 1, "5.00")])
    read, histories = [], "history" if asked == "data" else "readings"
    ask = getattr(store, histories)
    monkeypatch.setattr(store, histories, lambda *a, **v: read.append(a) or ask(*a, **v))
    pages = []
    for rows in pages_of(data(service) if asked == "data" else service.daily, DataQuery()):
        pages.append((len(rows), len(read)))
        read.clear()
    assert sum(rows for rows, _ in pages) == (1 if asked == "data" else 2)
    assert max(asked for _, asked in pages) <= 101


def test_a_page_of_a_rare_price_looks_at_so_many_readings_and_the_next_goes_on(store, service):
    store.save_listing(product())
    club = NamedPrice(PriceName.CLUB, Decimal("4.00"), "Club")
    at = [NOW - timedelta(minutes=minute) for minute in range(MAX_ROWS + 10)]
    rows = [replace(observed("shop.example:1", 0, "5.00"), observed_at=moment) for moment in at]
    store.append([replace(rows[0], named=(club,)), *rows[1:]])
    pages = pages_of(data(service), DataQuery(price=PriceName.CLUB, limit=5))
    assert [len(page) for page in pages] == [0, 1]


def test_health_counts_what_is_followed_and_reads_no_history(store, service, monkeypatch):
    store.save_listing(product())
    store.save_listing(product(2, tracked=False))
    store.append(observed("shop.example:1", day, "39.95") for day in range(200))
    for name in ("history", "histories", "readings"):
        monkeypatch.setattr(store, name, None)
    assert service.health().days_since_read == {"shop.example:1": 0.0}


def test_listings_and_newest_prices_are_read_once_for_health_and_list_until_something_changes(
    store, service, monkeypatch
):
    store.save_listing(product())
    store.append([observed("shop.example:1", 1, "39.95")])
    asked = []
    latest = store.latest
    monkeypatch.setattr(store, "latest", lambda *a: asked.append(a) or latest(*a))
    for _ in range(2):
        assert service.health().days_since_read == {"shop.example:1": 1.0}
        assert [one.latest.price for one in service.products()] == [Decimal("39.95")]
    assert len(asked) == 1
    store.append([observed("shop.example:1", 0, "38.95")])
    assert [one.latest.price for one in service.products()] == [Decimal("38.95")]
    assert service.health().days_since_read == {"shop.example:1": 0.0}
    assert len(asked) == 2


def test_a_pack_that_shrinks_keeps_its_litres_before_and_is_said_to_have_shrunk(store, service):
    changed = NOW - timedelta(days=2)
    sizes = (Size(EPOCH, Decimal(1)), Size(changed, Decimal("0.8")))
    store.save_listing(product(title="Aceite 800 ml", category="oil", litres=Decimal("0.8"), sizes=sizes))
    store.append(observed("shop.example:1", day, "8.00") for day in (4, 3, 2, 1, 0))
    query = DataQuery(product="shop.example:1")
    by_litre = [8.0, 8.0, 10.0, 10.0, 10.0]
    assert [float(row.price_per_litre) for row in service.rows(service.data(query).observations)] == by_litre
    assert [row.price_per_litre for row in service.daily(query)[0]] == by_litre
    assert [row.price for row in service.index(DataQuery(category="oil"))[0]] == by_litre
    assert service.category_story("oil").lines[0].per_litre == by_litre
    assert service.market().per_litre.tolist() == [by_litre]
    story = service.story("shop.example:1")
    assert [day.price_per_litre for day in story.days] == by_litre
    assert service.product("shop.example:1").sizes == sizes
    [told] = [one.text(Language.EN) for one in story.notices if one.code == "prices.story.resized"]
    assert "0.8 l, and 1 l before" in told
