"""A listing that fails never costs another, whichever call of a run it is that fails; what would fail all ends it."""

import errno
import logging
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest

from almazara import log
from almazara.errors import DamagedError, InputError, UnavailableError
from almazara.files import safe_name
from almazara.prices.alerts.delivery import EVENTS
from almazara.prices.alerts.rules import AlertRule, RuleKind
from almazara.prices.collecting import collection
from almazara.prices.collecting.collection import HELD, Archive, Collector
from almazara.prices.collecting.each_listing import DAMAGED, DEFECT
from almazara.prices.collecting.own_rules import SHOP_RULES
from almazara.prices.collecting.runs import scrape_runs
from almazara.prices.schema import RunState
from page_server import serving
from price_shop import (
    NOW,
    card,
    observed,
    offer_page,
    opened,
    page_of,
    product,
    search,
    search_page,
    settings_over,
    shows,
)

URLS = ["https://shop.example/1", "https://shop.example/2"]
LISTINGS = [product(number, url) for number, url in enumerate(URLS, start=1)]
ONE, TWO = (listing.listing_id for listing in LISTINGS)
CALLS = ["listing", "history", "latest", "append", "document", "fetch", "keep", "last"]
OF_ONE = [
    (DamagedError("It is damaged.", "/home/ana/prices.db"), DAMAGED),
    (InputError("It cannot be understood."), DAMAGED),
    (OSError(errno.ENOTDIR, "Not a directory", "/home/ana/snapshots"), DAMAGED),
    (RuntimeError("a mistake of ours"), DEFECT),
]
OF_ALL = [UnavailableError("The store is away."), OSError(errno.ENOSPC, "No space left on device")]


class Pages:
    """A source of pages, and their archive."""

    name = "made"

    def __init__(self):
        self.shown = {url: page_of(offer_page("39.95"), url) for url in URLS}
        self.asked, self.kept = [], {}

    def fetch(self, url, validators=None):
        self.asked.append(url)
        return self.shown[url]

    def keep(self, listing, page):
        self.kept[listing.listing_id] = page

    def last(self, listing):
        return self.kept.get(listing.listing_id)


class Failing:
    """A store or source of which a call that speaks of the first listing raises."""

    def __init__(self, inner, call, error):
        self._inner, self._call, self._error = inner, call, error

    def __getattr__(self, name):
        value = getattr(self._inner, name)
        if name != self._call:
            return value

        def call(*args, **options):
            if ONE in repr(args) or URLS[0] in repr(args):
                raise self._error
            return value(*args, **options)

        return call


@pytest.fixture
def pages():
    return Pages()


@pytest.fixture
def told(monkeypatch, caplog):
    """The events that were logged as errors."""
    monkeypatch.setattr(log.LOGGER, "propagate", True)
    return lambda: [one.getMessage().split()[0] for one in caplog.records if one.levelno == logging.ERROR]


def collect(store, pages, listings=LISTINGS, fault=("", None), at=NOW):
    store.save_listings(listings)
    store_, pages_ = Failing(store, *fault), Failing(pages, *fault)
    collector = Collector(pages_, store_, Archive(keep=pages_.keep, last=pages_.last), lambda: NOW)
    (*_, ended) = collector.collect(scrape_runs("run-1", listings, at)[0])
    return ended


def counted(run):
    return {name: count for name, count in run.counts.items() if count}


@pytest.mark.parametrize("error", OF_ONE, ids=lambda one: type(one[0]).__name__)
@pytest.mark.parametrize("call", CALLS)
def test_whatever_fails_for_one_listing_costs_no_other_and_is_told_once(store, pages, told, call, error):
    raised, cause = error
    run = collect(store, pages, fault=(call, raised))
    assert (run.state, counted(run)) == (RunState.DONE, {"requested": 2, "failed": 1, "observed": 1})
    assert [(one.listing_id, one.outcome, one.causes) for one in run.problems] == [(ONE, "failed", (cause,))]
    assert "/home/ana" not in run.problems[0].reason
    assert (store.count(ONE), store.count(TWO)) == (0, 1)
    assert told() == ["listing_failed"]


@pytest.mark.parametrize("error", OF_ALL, ids=lambda one: type(one).__name__)
@pytest.mark.parametrize("call", CALLS)
def test_what_would_fail_every_listing_ends_the_run(store, pages, told, call, error):
    with pytest.raises(type(error)):
        collect(store, pages, fault=(call, error))
    assert (store.count(TWO), told()) == (0, [])


@pytest.mark.parametrize("held", [{"a": 1}, {"reading": 3, "reason": "jump", "sentence": ""}])
def test_a_held_reading_that_cannot_be_understood_costs_no_other_listing(store, pages, told, held):
    store.put_document(HELD, ONE, held)
    run = collect(store, pages)
    assert counted(run) == {"requested": 2, "failed": 1, "observed": 1}
    assert told() == ["listing_failed"]


@pytest.mark.parametrize("step", ["save_learned", "judge", "save_sizes"])
def test_a_step_that_fails_on_one_listing_costs_no_other(store, pages, monkeypatch, step):
    done = getattr(collection, step)
    monkeypatch.setattr(collection, step, lambda *args: 1 / 0 if ONE in repr(args[1:]) else done(*args))
    assert counted(collect(store, pages)) == {"requested": 2, "failed": 1, "observed": 1}


def test_a_listing_that_fails_where_a_killed_run_is_gone_on_with_costs_no_other(store, pages, told):
    store.append([replace(observed(one, 0, "39.95"), source="made") for one in (ONE, TWO)])
    fault = "history", DamagedError("It is damaged.")
    run = collect(store, pages, fault=fault, at=NOW - timedelta(minutes=1))
    assert counted(run) == {"requested": 2, "failed": 1, "observed": 1}
    assert (pages.asked, told()) == ([], ["listing_failed"])


def test_a_result_of_a_search_that_fails_costs_no_other_result(store, pages, told):
    found = search()
    cards = [card(f"B0SEARCH0{number}", f"Aceite {number} l", f"{number}9,95") for number in (1, 2)]
    pages.shown[found.url] = page_of(search_page(*cards), found.url)
    store.put_document(HELD, "amazon.es:B0SEARCH01", {"a": 1})
    run = collect(store, pages, [found])
    assert counted(run) == {"requested": 1, "observed": 1}
    assert (store.count("amazon.es:B0SEARCH01"), store.count("amazon.es:B0SEARCH02")) == (0, 1)
    [problem] = run.problems
    assert (problem.listing_id, problem.causes) == (found.listing_id, (DAMAGED,))
    assert problem.reason.startswith("amazon.es:B0SEARCH01: ")
    assert told() == ["listing_failed"]


def test_the_damaged_rule_of_another_shop_costs_a_run_nothing(store, pages):
    store.put_document(SHOP_RULES, "other.example", {"a": 1})
    assert counted(collect(store, pages)) == {"requested": 2, "observed": 2}


def no_folder(home, _store, first):
    shop, sku = first.split(":", 1)
    path = home / "snapshots" / safe_name(shop) / safe_name(sku)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"")


def no_held_reading(_home, store, first):
    store.put_document(HELD, first, {"a": 1})


def no_price(home, store, first):
    store.append([observed(first, 2, "38.95"), observed(first, 1, "37.95")])
    with closing(sqlite3.connect(home / "prices.db")) as connection:
        connection.execute("UPDATE observation SET price = '1O.79' WHERE price = '37.95'")
        connection.commit()


@pytest.mark.server
@pytest.mark.parametrize("damage", [no_folder, no_held_reading, no_price])
def test_damage_to_what_is_kept_of_one_product_costs_neither_the_run_nor_alerts_of_others(tmp_path, damage):
    with serving() as server, opened(settings_over(tmp_path, loopback_ports=(server.port,))) as prices:
        shows(server, {path: offer_page("39.95") for path in ("/1", "/2")})
        first, _ = (
            prices.service.add_product(server.url(path), marketplace=None, category=None, target_price=Decimal(40))[
                0
            ].id
            for path in ("/1", "/2")
        )
        watch = partial(AlertRule, kind=RuleKind.SCRAPER_UNWELL)
        prices.service.add_alert_rule(lambda rule_id, now: watch(rule_id, created_at=now))
        damage(tmp_path, prices.store, first)
        run = prices.jobs.run()
        assert (run.state, run.counts["failed"], run.counts["observed"]) == (RunState.DONE, 1, 1)
        assert [(one.listing_id, one.causes) for one in run.problems] == [(first, (DAMAGED,))]
        told = [one["title"] + one["body"] for one in prices.store.documents(EVENTS).values()]
        assert any("39,95" in one and server.url("/2") in one for one in told)
        assert any(f"de {first}, de" in one for one in told) is (damage is no_price)
