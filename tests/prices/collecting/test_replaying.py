"""Reading kept pages again: what was missed is added, what was kept stays as it was."""

from datetime import timedelta
from decimal import Decimal

from almazara.prices import pages
from almazara.prices.collecting.replaying import replay
from almazara.prices.fetching.snapshots import Snapshots
from almazara.prices.pages.outcome import Unreadable
from almazara.prices.schema import Availability, ListingKind
from price_shop import NOW, card, observed, offer_page, opened, page_of, product, search, search_page, settings_over

URL = "https://shop.example/1"
KEPT = ("shop.example", "1")


def replayed(store, *kept, read=pages.read):
    report = None
    for report in replay(store, kept, read):  # noqa: B007 - the last one is the whole
        pass
    return report


def test_a_page_that_could_not_be_read_then_is_added_now_at_the_moment_it_was_fetched(store):
    def blind(*_args, **_values):
        return Unreadable(("price",), "The old rule saw nothing.")

    page = page_of(offer_page("39.95"), at=NOW - timedelta(days=9))
    store.save_listing(product())
    assert replayed(store, (*KEPT, page), read=blind).counts == {"unreadable": 1}
    report = replayed(store, (*KEPT, page))
    assert report.counts == {"observed": 1, "added": 1}
    [added] = store.history("shop.example:1")
    assert (added.price, added.observed_at, added.source) == (Decimal("39.95"), NOW - timedelta(days=9), "replay")


def test_replaying_twice_adds_nothing(store):
    page = page_of(offer_page("39.95"))
    replayed(store, (*KEPT, page))
    assert replayed(store, (*KEPT, page)).counts == {"observed": 1, "same": 1}
    assert store.count("shop.example:1") == 1


def test_what_is_kept_otherwise_is_named_and_never_changed(store):
    store.save_listing(product())
    store.append([observed("shop.example:1", 0, "12.00")])
    report = replayed(store, (*KEPT, page_of(offer_page("39.95"))))
    assert report.counts["different"] == 1
    assert report.different[0].price == Decimal("39.95")
    assert store.history("shop.example:1")[0].price == Decimal("12.00")


def test_an_implausible_price_is_held_and_not_added(store):
    store.save_listing(product())
    store.append([observed("shop.example:1", 5, "39.95")])
    assert replayed(store, (*KEPT, page_of(offer_page("3.99")))).counts == {"observed": 1, "held": 1}
    assert store.count("shop.example:1") == 1


def test_a_jump_that_a_second_page_confirms_is_added_from_its_beginning(store):
    prices = ["39.95", "3.99", "3.99", "3.89"]
    days = [page_of(offer_page(price), at=NOW + timedelta(days=day)) for day, price in enumerate(prices)]
    report = replayed(store, *((*KEPT, page) for page in days))
    assert report.counts == {"observed": 4, "added": 3, "held": 1}
    assert [str(o.price) for o in store.history("shop.example:1")] == prices


def test_a_history_is_rebuilt_in_an_empty_store_with_titles_and_stock_outs(store):
    days = [
        page_of(offer_page(price), at=NOW - timedelta(days=5 - day))
        for day, price in enumerate(["39.95", None, "36.95"])
    ]
    report = replayed(store, *((*KEPT, page) for page in days))
    assert report.counts == {"observed": 2, "unavailable": 1, "added": 3}
    assert [(o.price, o.availability) for o in store.history("shop.example:1")] == [
        (Decimal("39.95"), Availability.IN_STOCK),
        (None, Availability.UNAVAILABLE),
        (Decimal("36.95"), Availability.IN_STOCK),
    ]
    listing = store.listing("shop.example:1")
    assert (listing.title, listing.tracked, listing.litres) == ("Aceite de oliva virgen extra, 5 l", False, Decimal(5))


def test_titles_of_kept_pages_make_sizes_in_order_of_time_and_never_behind_what_is_known(store):
    def page(title, day):
        return page_of(offer_page("9.95", f"Aceite de oliva virgen extra, {title}"), at=NOW + timedelta(days=day))

    replayed(store, (*KEPT, page("1 l", 0)), (*KEPT, page("900 ml", 5)))
    shrunk = store.listing("shop.example:1")
    assert [(size.since > NOW, size.litres) for size in shrunk.sizes] == [(False, 1), (True, Decimal("0.9"))]
    replayed(store, (*KEPT, page("800 ml", 3)))
    assert store.listing("shop.example:1") == shrunk


def test_a_search_is_known_again_by_its_address(store):
    kept = page_of(search_page(card("B0SEARCH01", "Aceite uno 1 l", "9,95")), search().url)
    assert replayed(store, ("amazon.es", "5ea5c4", kept)).counts == {"observed": 1, "added": 1}
    assert store.listing("amazon.es:5ea5c4").kind is ListingKind.SEARCH
    assert store.latest()["amazon.es:B0SEARCH01"].price == Decimal("9.95")


def test_a_result_whose_asin_is_another_article_is_not_added(store):
    store.save_listing(product(1, title="Robot aspirador con mopa y base"))
    store.save_listing(search())
    known = search().__class__(
        "amazon.es:B0SEARCH01", "amazon.es", "B0SEARCH01", "https://www.amazon.es/dp/B0SEARCH01", "Robot aspirador"
    )
    store.save_listing(known)
    kept = page_of(search_page(card("B0SEARCH01", "Aceite uno 1 l", "9,95")), search().url)
    report = replayed(store, ("amazon.es", "5ea5c4", kept))
    assert store.latest() == {}
    assert report.counts["reused"] == 1


def test_captchas_that_were_kept_give_nothing(store):
    from sample_pages import html_of

    kept = page_of(html_of("blocked_image_captcha").encode(), URL)
    assert replayed(store, (*KEPT, kept)).counts == {"blocked": 1}
    assert store.latest() == {}


def test_the_pages_that_a_run_kept_are_replayed_into_another_store(tmp_path):
    from almazara.prices.collecting.replaying import replay_pages
    from page_server import serving
    from price_shop import shows

    with serving() as server:
        shows(server, {"/1": offer_page("39.95")})
        settings = settings_over(tmp_path / "home", loopback_ports=(server.port,))
        with opened(settings) as prices:
            found, _ = prices.service.add_product(server.url("/1"), marketplace=None, category=None, target_price=None)
            prices.jobs.run()
            [first] = prices.store.history(found.id)
    assert len(list(Snapshots(tmp_path / "home" / "snapshots").iterate())) == 1
    target = f"sqlite:///{tmp_path / 'rebuilt.db'}"
    report = replay_pages(settings, None, target, lambda *_: None)
    assert report.counts["added"] == 1
    with opened(settings_over(tmp_path / "other", store_url=target)) as rebuilt:
        [again] = rebuilt.store.history(found.id)
    assert (again.price, again.observed_at) == (first.price, first.observed_at)
    [kept] = (tmp_path / "home" / "snapshots").rglob("*.html.gz")
    kept.write_bytes(kept.read_bytes()[:10] + b"\xff" * 20)
    assert replay_pages(settings, None, target, lambda *_: None).counts == {"damaged": 1}
