"""A rule is kept when it agrees on two pages, and asked by runs and replays."""

from datetime import UTC, datetime
from decimal import Decimal
from functools import partial

import pytest

from almazara.errors import ConflictError, InputError, NotFoundError
from almazara.prices.collecting import own_rules
from almazara.prices.collecting.own_rules import Verdict, keep_rule, remove_rule, shop_rules
from almazara.prices.collecting.reading_process import ReadingProcess
from almazara.prices.collecting.replaying import replay
from almazara.prices.fetching.protocol import Page
from almazara.prices.pages.own_rule import ShopRule

READER = ReadingProcess(5.0)
try_rule = partial(own_rules.try_rule, reader=READER)
RULE = ShopRule("molino.example", "#pvp")
MARKUP = (
    '<script type="application/ld+json">{"@type": "Product", "name": "%s", "offers": {"price": "%s", '
    '"priceCurrency": "EUR"}}</script>'
)


@pytest.fixture(scope="module", autouse=True)
def _ended():
    yield
    READER.close()


def page(number, price="7,50 €", more=""):
    url = f"https://molino.example/aceite-{number}"
    body = f"<h1>Aceite {number}</h1><p id=pvp>{price}</p>{more}".encode()
    return url, Page(url, url, 200, {}, body, datetime(2026, 11, number, tzinfo=UTC))


def verdicts(*saved):
    return [trial.verdict for trial in try_rule(RULE, saved)]


def test_a_rule_agrees_reads_alone_contradicts_or_finds_nothing():
    assert verdicts(
        page(1),
        page(2, more=MARKUP % ("Aceite 2", "7.50")),
        page(3, more=MARKUP % ("Aceite 3", "9.90") + "<p>8,00 €</p>"),
        page(4, price="consultar"),
    ) == [Verdict.ALONE, Verdict.AGREES, Verdict.CONTRADICTS, Verdict.NOTHING]


def test_a_rule_is_kept_where_it_reads_two_pages_and_contradicts_none(store):
    for saved in ([page(1)], [page(1), page(2, price="consultar")]):
        with pytest.raises(ConflictError, match="fewer than 2"):
            keep_rule(store, RULE, try_rule(RULE, saved))
    contradicted = [page(1), page(2), page(3, more=MARKUP % ("Aceite 3", "9.90") + "<p>8,00 €</p>")]
    with pytest.raises(ConflictError, match="contradicts"):
        keep_rule(store, RULE, try_rule(RULE, contradicted))
    assert shop_rules(store) == {}
    keep_rule(store, RULE, try_rule(RULE, [page(1), page(2)]))
    assert shop_rules(store) == {"molino.example": RULE}


def test_a_kept_rule_reads_pages_until_it_is_removed(store):
    _, kept = page(1)
    (report,) = replay(store, [("molino.example", "1", kept)])
    assert report.counts["unreadable"] == 1
    keep_rule(store, RULE, try_rule(RULE, [page(1), page(2)]))
    (report,) = replay(store, [("molino.example", "1", kept)])
    assert report.counts["added"] == 1
    (observation,) = store.history("molino.example:1")
    assert (observation.price, observation.rule) == (Decimal("7.50"), "own:molino.example")
    remove_rule(store, "molino.example")
    with pytest.raises(NotFoundError, match=r"molino\.example"):
        remove_rule(store, "molino.example")


def test_one_page_named_twice_is_one_page(store):
    with pytest.raises(ConflictError, match="fewer than 2"):
        keep_rule(store, RULE, try_rule(RULE, [page(1), page(1)]))


@pytest.mark.parametrize("place", ["json:", "json:..", "json:p.now[0", "json:a..b"])
def test_a_path_into_json_that_is_none_is_said(place):
    with pytest.raises(InputError, match="no path into JSON"):
        try_rule(ShopRule("molino.example", place), [page(1)])


@pytest.mark.parametrize("currency", ["<B>", "ZZZ", "€"])
def test_a_currency_that_is_none_is_said(currency):
    with pytest.raises(InputError, match="ISO 4217"):
        try_rule(ShopRule("molino.example", "#pvp", currency), [page(1)])
