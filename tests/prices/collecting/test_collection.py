"""From pages to observations: every outcome is counted, and only what is surely right is kept."""

import logging
import stat
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal

import pytest

from almazara import log
from almazara.errors import UnavailableError
from almazara.prices import pages
from almazara.prices.collecting import collection
from almazara.prices.collecting.collection import (
    HELD,
    SEARCHES_READ,
    Archive,
    Collector,
    interpret,
    save_learned,
)
from almazara.prices.collecting.each_listing import COUNTS
from almazara.prices.collecting.runs import scrape_runs
from almazara.prices.fetching.protocol import Failed, NotModified, Page, Refused
from almazara.prices.pages.outcome import Offer
from almazara.prices.schema import Availability, ListingKind, NamedPrice, PriceName, RunState, litres_at
from almazara.prices.store.registry import store_at
from price_shop import NOW, SPONSORED, card, observed, offer_page, page_of, product, search, search_page
from sample_pages import ASIN, BLOCKED, html_of

URL = "https://shop.example/1"
AMAZON = f"https://www.amazon.es/dp/{ASIN}"


@dataclass
class World:
    """A source that answers from a dictionary, stops a blocked host as real ones do, and an archive in memory."""

    answers: dict = field(default_factory=dict)
    kept: dict = field(default_factory=dict)
    asked: list = field(default_factory=list)
    blocked: set = field(default_factory=set)
    name = "made"

    def fetch(self, url, validators=None):
        self.asked.append((url, validators))
        host = url.split("/")[2]
        if host in self.blocked:
            return Refused(url, "the host is left alone until later: it showed a block page or captcha")
        return self.answers[url]

    def report_block(self, url):
        self.blocked.add(url.split("/")[2])

    def close(self):
        pass

    def archive(self):
        def keep(listing, page):
            self.kept[listing.listing_id] = page

        return Archive(keep, lambda listing: self.kept.get(listing.listing_id))


@pytest.fixture
def world():
    return World()


def collect(store, world, *listings, stopped=lambda: False, run=None, at=NOW, now=NOW):
    for listing in listings:
        if store.listing(listing.listing_id) is None:
            store.save_listing(listing)
    run = run or scrape_runs("run-1", listings, at)[0]
    collector = Collector(world, store, world.archive(), lambda: now, stopped)
    for step in collector.collect(run):
        run = step
    return run


def counted(run):
    return {name: count for name, count in run.counts.items() if count}


def test_an_offer_becomes_an_observation_with_its_moment_rule_and_source(store, world):
    world.answers[URL] = page_of(offer_page("39.95"))
    run = collect(store, world, product())
    [kept] = store.history("shop.example:1")
    assert (kept.price, kept.currency, kept.availability) == (Decimal("39.95"), "EUR", Availability.IN_STOCK)
    assert (kept.observed_at, kept.rule, kept.source) == (NOW, "structured:json-ld", "made")
    assert counted(run) == {"requested": 1, "observed": 1}
    assert (run.state, run.ended_at, run.problems, run.pending) == (RunState.DONE, NOW, (), ())


def test_what_was_read_before_the_clock_was_set_back_is_read_by_the_next_run_too(store, world):
    store.append([replace(observed("shop.example:1", 0, "39.95"), observed_at=NOW + timedelta(hours=1), source="made")])
    world.answers[URL] = page_of(offer_page("39.95"))
    collect(store, world, product(), at=NOW - timedelta(minutes=1))
    assert [one.observed_at for one in store.history("shop.example:1")] == [NOW, NOW + timedelta(hours=1)]


def test_a_stock_out_is_recorded_without_a_price_and_named(store, world):
    world.answers[URL] = page_of(offer_page(None))
    run = collect(store, world, product())
    [kept] = store.history("shop.example:1")
    assert (kept.availability, kept.price, kept.currency) == (Availability.UNAVAILABLE, None, None)
    assert counted(run) == {"requested": 1, "unavailable": 1}
    assert run.problems[0].outcome == "unavailable"


@pytest.mark.parametrize(
    ("answer", "outcome", "causes"),
    [
        (page_of(b"<html><body><h1>Aceite</h1>39,95</body></html>"), "unreadable", ("offer",)),
        (page_of(b""), "unreadable", ("page",)),
        (page_of(offer_page("39.95"), status=404), "unreadable", ("page",)),
        (page_of(html_of("blocked_image_captcha").encode(), AMAZON), "blocked", ("captcha",)),
        (page_of(b"", status=503), "blocked", ("error_page",)),
        (Refused(URL, "the site's robots.txt asks robots not to fetch this page"), "refused", ()),
        (Failed(URL, "the host's name could not be resolved"), "failed", ()),
        (NotModified(URL, NOW), "failed", ()),
        (page_of(search_page(card("B0SEARCH01", "Aceite", "9,95")), "https://www.amazon.es/s?k=a"), "unreadable", ()),
    ],
)
def test_what_gives_no_observation_is_counted_and_named_and_records_nothing(store, world, answer, outcome, causes):
    world.answers[URL] = answer
    run = collect(store, world, product())
    assert counted(run) == {"requested": 1, outcome: 1}
    [problem] = run.problems
    assert (problem.listing_id, problem.outcome, problem.causes) == ("shop.example:1", outcome, causes)
    assert problem.reason
    assert store.latest() == {}


def test_a_page_that_the_reader_fails_on_costs_no_other_and_is_told_once(store, world, monkeypatch, caplog):
    urls = [f"https://shop.example/{number}" for number in (1, 2)]
    world.answers = {url: page_of(offer_page("39.95")) for url in urls}
    monkeypatch.setattr(log.LOGGER, "propagate", True)
    read_for = collection.read_for
    monkeypatch.setattr(collection, "read_for", lambda one, *more: 1 / 0 if one.sku == "1" else read_for(one, *more))
    run = collect(store, world, *(product(number, url=url) for number, url in zip("12", urls, strict=True)))
    assert counted(run) == {"requested": 2, "unreadable": 1, "observed": 1}
    assert [problem.causes for problem in run.problems] == [(pages.DEFECT,)]
    told = [one.getMessage().split()[0] for one in caplog.records if one.levelno == logging.ERROR]
    assert told == ["reader_failed"]


def test_every_outcome_has_a_count():
    outcomes = {"observed", "unchanged", "unavailable", "blocked", "unreadable", "refused", "failed", "held"}
    assert {"requested", *outcomes} == set(COUNTS)


@pytest.mark.parametrize(("price", "currency"), [("0", "EUR"), ("-1", "EUR"), ("5", "XXX"), ("NaN", "EUR")])
def test_an_offer_that_no_store_would_keep_could_not_be_read(price, currency):
    offer = Offer(Decimal(price), currency, price, "made", "amazon.es")
    reading = interpret(product(), offer, NOW, "http")
    assert (reading.outcome, reading.observations, reading.learned) == ("unreadable", (), ())


EAN = "8410179100012"


def offered(**more):
    return Offer(Decimal("5.99"), "EUR", "5,99 €", "made", "shop.example", title="Aceite 1 l", **more)


def test_named_prices_are_kept_beside_the_featured_one():
    club = (NamedPrice(PriceName.CLUB, Decimal("5.49"), "con tarjeta"),)
    (kept,) = interpret(product(), offered(named=club), NOW, "made").observations
    assert (kept.price, kept.named) == (Decimal("5.99"), club)


def test_the_number_of_the_goods_is_learned_also_later_and_stays_where_a_page_leaves_it_out(store):
    store.save_listing(replace(product(), title="Aceite 1 l"))
    for gtin, known in ((None, None), (EAN, EAN), (None, EAN), ("8410010812814", "8410010812814")):
        listing = store.listing("shop.example:1")
        assert save_learned(store, interpret(listing, offered(gtin=gtin), NOW, "made").learned) == {}
        assert store.listing("shop.example:1").gtin == known


def test_a_listing_that_is_gone_from_the_store_is_refused(store, world):
    run = collect(store, world, run=scrape_runs("run-1", [product()], NOW)[0])
    assert counted(run) == {"requested": 1, "refused": 1}


def test_the_page_of_another_asin_is_never_recorded(store, world):
    other = replace(product(), listing_id="amazon.es:B0OTHER001", shop="amazon.es", sku="B0OTHER001", url=AMAZON)
    world.answers[AMAZON] = page_of(html_of("amazon_2025_new_and_used_rows").encode(), AMAZON)
    run = collect(store, world, other)
    assert counted(run) == {"requested": 1, "unreadable": 1}
    assert store.latest() == {}


def test_a_page_whose_title_no_longer_resembles_the_listing_is_flagged_and_not_recorded(store, world):
    world.answers[URL] = page_of(offer_page("39.95", "Robot aspirador con mopa y base de carga"))
    run = collect(store, world, product(title="Aceite de oliva virgen extra Picual garrafa"))
    assert counted(run) == {"requested": 1, "unreadable": 1}
    assert "title" in run.problems[0].reason
    assert store.latest() == {}


def read_again(store, world, title, day, price="39.95"):
    at = NOW + timedelta(day)
    world.answers[URL] = page_of(offer_page(price, title), at=at)
    collect(store, world, product(), at=at)
    return store.listing("shop.example:1")


def test_a_title_whose_size_changes_makes_new_litres_from_that_reading_on(store, world):
    read_again(store, world, "Aceite de oliva virgen extra, 1 l", 0)
    shrunk = read_again(store, world, "Aceite de oliva virgen extra, 900 ml", 5)
    assert (shrunk.title, shrunk.litres) == ("Aceite de oliva virgen extra, 900 ml", Decimal("0.9"))
    assert [litres_at(shrunk, NOW + timedelta(day)) for day in (-9, 4, 5, 9)] == [1, 1, Decimal("0.9"), Decimal("0.9")]
    assert read_again(store, world, "Aceite de oliva virgen extra, 900 ml", 6) == shrunk
    grown = read_again(store, world, "Aceite de oliva virgen extra, 1 l", 7)
    assert [litres_at(grown, NOW + timedelta(day)) for day in (4, 6, 7)] == [1, Decimal("0.9"), 1]


@pytest.mark.parametrize("title", ["Aceite de oliva virgen extra picual, botella 1 l", "Aceite de oliva virgen extra"])
def test_another_title_of_the_same_size_or_of_none_leaves_the_litres(store, world, title):
    first = read_again(store, world, "Aceite de oliva virgen extra, 1 l", 0)
    assert read_again(store, world, title, 5) == first


def test_a_title_whose_size_is_in_doubt_takes_the_litres_from_that_reading_on(store, world):
    read_again(store, world, "Aceite de oliva virgen extra, 5 l", 0)
    doubtful = read_again(store, world, "Aceite de oliva virgen extra, 5 l OFERTA 3 l", 1)
    assert [litres_at(doubtful, NOW + timedelta(day)) for day in (0, 1)] == [5, None]
    assert read_again(store, world, "Aceite de oliva virgen extra, 5 l", 2).litres == 5


def test_a_size_is_new_only_where_its_price_is_accepted(store, world):
    first = read_again(store, world, "Aceite de oliva virgen extra, 750 ml", 0, "5.00")
    assert read_again(store, world, "Aceite de oliva virgen extra, 1 l", 1, "25.00") == first
    grown = read_again(store, world, "Aceite de oliva virgen extra, 1 l", 2, "25.00")
    assert [litres_at(grown, NOW + timedelta(day)) for day in (0, 1, 2)] == [Decimal("0.75"), 1, 1]


@pytest.mark.parametrize("title", ["Aceite de oliva virgen extra, 2 l", "Aceite de oliva virgen extra, 500 ml"])
def test_a_title_of_quite_another_size_is_another_article(store, world, title):
    first = read_again(store, world, "Aceite de oliva virgen extra, 1 l", 0)
    assert read_again(store, world, title, 1) == first
    assert store.count(first.listing_id) == 1


def test_a_pack_does_not_shrink_where_the_page_is_at_another_address(store, world):
    first = read_again(store, world, "Aceite de oliva virgen extra, 1 l", 0)
    moved = page_of(offer_page("39.95", "Aceite de oliva virgen extra, 900 ml"), at=NOW + timedelta(1))
    world.answers[URL] = replace(moved, final_url="https://shop.example/vinagre-tinto")
    collect(store, world, product())
    assert store.listing(first.listing_id) == first


def test_what_is_changed_while_a_page_is_read_stays_changed(store, world):
    class Slow(World):
        def fetch(self, url, validators=None):
            store.save_listing(replace(store.listing("shop.example:1"), tracked=False, target_price=Decimal(30)))
            return page_of(offer_page("39.95"))

    collect(store, Slow(), product())
    listing = store.listing("shop.example:1")
    assert (listing.tracked, listing.target_price) == (False, Decimal(30))
    assert listing.title == "Aceite de oliva virgen extra, 5 l"


def test_the_same_price_again_is_recorded_and_counted_as_unchanged(store, world):
    world.answers[URL] = page_of(offer_page("39.95"))
    store.append([observed("shop.example:1", 1, "39.95")])
    assert counted(collect(store, world, product())) == {"requested": 1, "unchanged": 1}
    assert store.count("shop.example:1") == 2


def test_a_page_that_has_not_changed_is_read_again_from_the_kept_copy_at_the_new_moment(store, world):
    world.answers[URL] = page_of(offer_page("39.95"), etag='"1"', at=NOW - timedelta(days=1))
    collect(store, world, product())
    world.answers[URL] = NotModified(URL, NOW)
    run = collect(store, world, product())
    assert world.asked[-1] == (URL, {"etag": '"1"'})
    assert counted(run) == {"requested": 1, "unchanged": 1}
    assert [o.observed_at for o in store.history("shop.example:1")] == [NOW - timedelta(days=1), NOW]


@pytest.mark.parametrize("sample", sorted(BLOCKED))
def test_a_block_ends_the_host_for_the_rest_of_the_run(store, world, sample):
    first, second = product(1), product(2, "https://shop.example/2")
    world.answers = {first.url: page_of(html_of(sample).encode(), AMAZON), second.url: page_of(offer_page("5.00"))}
    run = collect(store, world, first, second)
    assert counted(run) == {"requested": 2, "blocked": 1, "refused": 1}
    assert "left alone" in run.problems[1].reason
    assert store.latest() == {}


def test_a_search_records_its_results_without_advertisements_and_struck_prices(store, world):
    listing = search(category="olive-oil")
    world.answers[listing.url] = page_of(
        search_page(
            card("B0SEARCH01", "Aceite uno 1 l", "9,95", struck="12,00"),
            card("B0SEARCH02", "Aceite dos 5 l", "39,95", mark=SPONSORED),
            card("B0SEARCH03", "Aceite tres 3 l", None, struck="20,00"),
            card("B0SEARCH04", "Aceite cuatro 5 l", "41,00"),
            card("B0SEARCH01", "Aceite uno 1 l", "8,88"),
        ),
        listing.url,
    )
    run = collect(store, world, listing)
    assert {i: o.price for i, o in store.latest().items()} == {
        "amazon.es:B0SEARCH01": Decimal("9.95"),
        "amazon.es:B0SEARCH04": Decimal("41.00"),
    }
    assert store.latest()["amazon.es:B0SEARCH01"].list_price == Decimal("12.00")
    assert counted(run) == {"requested": 1, "observed": 1}
    result = store.listing("amazon.es:B0SEARCH04")
    assert (result.tracked, result.kind, result.category) == (False, ListingKind.PRODUCT, "olive-oil")
    assert (result.litres, result.url) == (Decimal(5), "https://www.amazon.es/dp/B0SEARCH04")
    assert store.document(SEARCHES_READ, listing.listing_id) == {"at": NOW.isoformat()}


def test_a_result_that_somebody_follows_stays_followed(store, world):
    listing = search()
    followed = replace(product(), listing_id="amazon.es:B0SEARCH01", shop="amazon.es", target_price=Decimal(9))
    store.save_listing(followed)
    world.answers[listing.url] = page_of(search_page(card("B0SEARCH01", "Aceite uno 1 l", "9,95")), listing.url)
    collect(store, world, listing)
    kept = store.listing("amazon.es:B0SEARCH01")
    assert (kept.tracked, kept.target_price, kept.title) == (True, Decimal(9), "Aceite uno 1 l")


def test_a_result_whose_asin_is_another_article_now_is_left_out_and_named(store, world):
    listing = search()
    title = "Robot aspirador con mopa y base de carga"
    store.save_listing(replace(product(), listing_id="amazon.es:B0SEARCH01", title=title, tracked=False))
    cards = card("B0SEARCH01", "Limpiacristales magnético", "9,95"), card("B0SEARCH04", "Aceite cuatro", "41,00")
    world.answers[listing.url] = page_of(search_page(*cards), listing.url)
    run = collect(store, world, listing)
    assert list(store.latest()) == ["amazon.es:B0SEARCH04"]
    assert title in run.problems[0].reason
    assert store.listing("amazon.es:B0SEARCH01").title == title


def test_a_search_whose_results_are_all_other_articles_could_not_be_read(store, world):
    listing = search()
    store.save_listing(replace(product(), listing_id="amazon.es:B0SEARCH01", title="Robot aspirador", tracked=False))
    world.answers[listing.url] = page_of(search_page(card("B0SEARCH01", "Aceite uno", "9,95")), listing.url)
    assert counted(collect(store, world, listing)) == {"requested": 1, "unreadable": 1}


def test_a_search_without_results_is_unreadable_and_was_not_read(store, world):
    listing = search()
    world.answers[listing.url] = page_of(html_of("amazon_search_empty_shell").encode(), listing.url)
    assert counted(collect(store, world, listing)) == {"requested": 1, "unreadable": 1}
    assert store.documents(SEARCHES_READ) == {}


def read_at(store, world, price, days):
    at = NOW + timedelta(days=days)
    world.answers[URL] = page_of(offer_page(price), at=at)
    return collect(store, world, product(), at=at)


def test_an_implausible_jump_is_held_and_an_agreeing_second_reading_records_both(store, world):
    store.append([observed("shop.example:1", 1, "39.95")])
    run = read_at(store, world, "3.99", 0)
    assert counted(run) == {"requested": 1, "held": 1}
    assert "39.95" in run.problems[0].reason
    assert store.count("shop.example:1") == 1
    assert counted(read_at(store, world, "3.99", 1)) == {"requested": 1, "observed": 1}
    assert [o.price for o in store.history("shop.example:1")] == [Decimal("39.95"), Decimal("3.99"), Decimal("3.99")]
    assert store.documents(HELD) == {}


def test_a_second_reading_that_disagrees_takes_the_place_of_the_held_one(store, world):
    store.append([observed("shop.example:1", 1, "39.95")])
    read_at(store, world, "3.99", 0)
    assert counted(read_at(store, world, "300.00", 1)) == {"requested": 1, "held": 1}
    assert store.document(HELD, "shop.example:1")["reading"]["price"] == "300.00"
    assert store.count("shop.example:1") == 1


def test_a_plausible_reading_drops_the_held_one(store, world):
    store.append([observed("shop.example:1", 1, "39.95")])
    read_at(store, world, "3.99", 0)
    assert counted(read_at(store, world, "38.95", 1)) == {"requested": 1, "observed": 1}
    assert store.documents(HELD) == {}
    assert [o.price for o in store.history("shop.example:1")] == [Decimal("39.95"), Decimal("38.95")]


def test_the_held_reading_waits_until_its_confirmation_is_recorded(store, world, monkeypatch):
    store.append([observed("shop.example:1", 1, "39.95")])
    read_at(store, world, "3.99", 0)
    append = store.append
    full = lambda _rows, run: (_ for _ in ()).throw(UnavailableError("The disk is full."))  # noqa: E731
    monkeypatch.setattr(store, "append", full)
    with pytest.raises(UnavailableError):
        read_at(store, world, "3.99", 1)
    assert store.documents(HELD)
    monkeypatch.setattr(store, "append", append)
    read_at(store, world, "3.99", 2)
    assert store.count("shop.example:1") == 3


def test_the_run_is_saved_after_each_listing_with_what_is_pending(store, world):
    listings = [product(number, f"https://shop.example/{number}") for number in (1, 2, 3)]
    for listing in listings:
        world.answers[listing.url] = page_of(offer_page("9.95"))
        store.save_listing(listing)
    collector = Collector(world, store, world.archive(), lambda: NOW)
    seen = []
    for _ in collector.collect(scrape_runs("run-1", listings, NOW)[0]):
        kept = store.run("run-1.shop.example")
        seen.append((kept.state, len(kept.pending), kept.counts.get("observed")))
    running = RunState.RUNNING
    assert seen == [(running, 2, 1), (running, 1, 2), (running, 0, 3), (RunState.DONE, 0, 3)]


def test_observations_are_counted_by_the_rule_that_read_them(store, world):
    listings = [product(number, f"https://shop.example/{number}") for number in (1, 2, 3, 4)]
    for listing, price in zip(listings, ("9.95", "9.95", None, "9.95"), strict=True):
        world.answers[listing.url] = page_of(offer_page(price))
    world.answers[listings[3].url] = page_of(b"<html></html>")
    run = collect(store, world, *listings)
    assert run.rules == {"structured:json-ld": 2, "structured:unavailable": 1}
    assert store.run(run.run_id).rules == run.rules
    of_older_version = replace(scrape_runs("run-2", listings, NOW)[0], rules=None)
    assert collect(store, world, *listings, run=of_older_version).rules is None


def test_what_a_killed_run_had_read_and_could_not_say_is_not_asked_for_again(store, world):
    listings = [product(number, f"https://shop.example/{number}") for number in range(1, 16)]
    for listing in listings:
        store.save_listing(listing)
        world.answers[listing.url] = page_of(offer_page("9.95"))
    begun = scrape_runs("run-1", listings, NOW - timedelta(minutes=10))[0]
    store.append([
        observed("shop.example:1", 1, "9.95", source="made"),  # of a run before
        replace(observed("shop.example:2", 0, "9.95", source="made"), observed_at=NOW - timedelta(minutes=9)),
        replace(observed("shop.example:3", 0, None, source="made"), observed_at=NOW - timedelta(minutes=8)),
        replace(observed("shop.example:4", 0, "9.95", source="import"), observed_at=NOW - timedelta(minutes=7)),
    ])  # fmt: skip
    run = collect(store, world, run=begun, now=NOW + timedelta(minutes=9))
    asked = [url for url, _ in world.asked]
    assert asked == [one.url for one in listings if one.listing_id not in {"shop.example:2", "shop.example:3"}]
    assert counted(run) == {"requested": 15, "observed": 12, "unchanged": 2, "unavailable": 1}
    assert (run.pending, run.rules) == ((), {"structured:json-ld": 15})
    assert [store.count(f"shop.example:{number}") for number in (1, 2, 3, 4, 5)] == [2, 1, 1, 2, 1]


def test_a_stopped_run_is_interrupted_and_goes_on_where_it_ended(store, world):
    listings = [product(number, f"https://shop.example/{number}") for number in (1, 2, 3)]
    for listing in listings:
        world.answers[listing.url] = page_of(offer_page("9.95"))
    run = collect(store, world, *listings, stopped=lambda: len(world.asked) >= 1)
    assert (run.state, run.pending) == (RunState.INTERRUPTED, ("shop.example:2", "shop.example:3"))
    again = collect(store, world, run=replace(run, state=RunState.RUNNING, ended_at=None))
    assert (again.state, counted(again)) == (RunState.DONE, {"requested": 3, "observed": 3})
    assert [url for url, _ in world.asked] == [listing.url for listing in listings]


def test_a_store_that_may_not_be_written_stops_the_run_with_a_sentence_and_loses_nothing(tmp_path, world):
    path = tmp_path / "kept.db"
    writable = store_at(f"sqlite:///{path}")
    writable.save_listing(product())
    writable.append([observed("shop.example:1", 1, "39.95")])
    writable.close()
    readonly = store_at(f"sqlite:///file:{path}?mode=ro&uri=true")
    world.answers[URL] = page_of(offer_page("39.95"))
    with pytest.raises(UnavailableError, match="only be read"):
        collect(readonly, world, run=scrape_runs("run-1", [product()], NOW)[0])
    readonly.close()
    again = store_at(f"sqlite:///{path}")
    assert again.count("shop.example:1") == 1
    again.close()
    assert path.stat().st_mode & stat.S_IWUSR


def test_a_page_kept_before_is_what_the_shop_is_asked_to_compare_with(store, world):
    page = page_of(offer_page("39.95"), **{"last-modified": "Sun, 01 Mar 2026 10:00:00 GMT"})
    world.answers[URL] = page
    collect(store, world, product())
    assert isinstance(world.kept["shop.example:1"], Page)
    collect(store, world, product())
    assert world.asked[-1][1] == {"last-modified": "Sun, 01 Mar 2026 10:00:00 GMT"}
