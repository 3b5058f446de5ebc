"""From a rule to a message: a run reads the shop, the event is kept once and sent once to a mailbox and a webhook."""

import json
import socket
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from email import message_from_bytes
from email.header import decode_header, make_header
from http.server import BaseHTTPRequestHandler

import pytest
from aiosmtpd.controller import Controller

from almazara.app.prices import send_alerts
from almazara.prices.alerts import alerting
from almazara.prices.alerts.alerting import add_rule
from almazara.prices.alerts.delivery import DELIVERIES, EVENTS
from almazara.prices.alerts.rules import AlertRule, RuleKind
from almazara.prices.collecting.scraper_health import assess
from almazara.prices.schema import Run, RunState
from page_server import reply, serving
from price_shop import HTML, NOW, observed, offer_page, opened, product, search, settings_over, shows
from servers import listening


class Mailbox:
    def __init__(self):
        self.messages = []

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802
        self.messages.append(envelope)
        return "250 OK"


@pytest.fixture
def mailbox():
    box = Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        box.port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    box.url = f"mailto://127.0.0.1:{box.port}?from=almazara@example.org&to=owner@example.org&mode=insecure"
    yield box
    controller.stop()


@contextmanager
def hook(port=0):
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            server.posts.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(server.status)
            self.end_headers()

        def log_message(self, *args):
            pass

    with listening(Handler, port) as server:
        server.posts, server.status = [], 200
        server.url = f"json://127.0.0.1:{server.server_port}/hook"
        yield server


class Nobody:
    targets = ()

    def send(self, target, title, body):
        raise AssertionError


def alert(store, now=NOW):
    health = assess(store.listings(tracked=True), {}, store.runs(kind="scrape"), now=now)
    return alerting.alert(store, Nobody(), health, now, timezone="Europe/Madrid")[0]


def rule(kind, **values):
    return AlertRule("r1", kind, NOW - timedelta(days=30), **values)


def made(store, one):
    store.put_document(alerting.RULES, one.rule_id, one.as_document())


def test_a_price_below_target_goes_out_once_by_mail_and_webhook(tmp_path, mailbox):
    with serving() as server, hook() as webhook:
        shows(server, {"/1": offer_page("29.95")})
        settings = settings_over(tmp_path, loopback_ports=(server.port,), notify_urls=f"{mailbox.url},{webhook.url}")
        with opened(settings) as prices:
            prices.service.add_product(server.url("/1"), marketplace=None, category=None, target_price=Decimal("30.00"))
            for _ in range(3):
                assert prices.jobs.run().state == "done"
            assert len(prices.store.documents(EVENTS)) == 1
    assert len(mailbox.messages) == 1
    [posted] = webhook.posts
    assert "29,95" in posted["title"] + posted["message"]


@pytest.mark.parametrize(
    ("language", "title", "body"),
    [
        (None, "Ya está a 29,95 €: ", ["Precio: 29,95 €", "Tu objetivo: 30,00 €", "Enlace: "]),
        ("es", "Ya está a 29,95 €: ", ["Precio: 29,95 €", "Tu objetivo: 30,00 €", "Enlace: "]),
        ("en", "Now at €29.95: ", ["Price: €29.95", "Your target: €30.00", "Link: "]),
    ],
)
def test_an_alert_goes_out_in_the_language_of_the_settings(tmp_path, mailbox, language, title, body):
    with serving() as server, hook() as webhook:
        shows(server, {"/1": offer_page("29.95", "AOVE 5 l")})
        urls = f"{mailbox.url},{webhook.url}"
        settings = settings_over(tmp_path, loopback_ports=(server.port,), notify_urls=urls, language=language)
        with opened(settings) as prices:
            prices.service.add_product(server.url("/1"), marketplace=None, category=None, target_price=Decimal(30))
            prices.jobs.run()
    [posted], [mail] = webhook.posts, mailbox.messages
    assert posted["title"] == f"{title}AOVE 5 l"
    name, *lines = posted["message"].splitlines()
    assert (name, lines[:2], lines[2].startswith(body[2])) == ("AOVE 5 l", body[:2], True)
    assert str(make_header(decode_header(message_from_bytes(mail.content)["Subject"]))) == posted["title"]


def test_a_target_that_does_not_answer_is_tried_again_and_the_others_get_nothing_twice(tmp_path, mailbox):
    with serving() as server, hook() as webhook:
        webhook.status = 500
        shows(server, {"/1": offer_page("29.95")})
        settings = settings_over(tmp_path, loopback_ports=(server.port,), notify_urls=f"{mailbox.url},{webhook.url}")
        with opened(settings) as prices:
            store = prices.store
            prices.service.add_product(server.url("/1"), marketplace=None, category=None, target_price=Decimal(30))
            prices.jobs.run()
            failed = {key: one["state"] for key, one in store.documents(DELIVERIES).items()}
            assert sorted(failed.values()) == ["failed", "sent"]
            assert send_alerts(settings, prices.service)[1].failed == 0  # not due yet: five minutes must pass
            webhook.status = 200
            for key, one in store.documents(DELIVERIES).items():
                earlier = NOW - timedelta(days=1)
                store.put_document(DELIVERIES, key, {**one, "at": earlier.isoformat()})
            assert send_alerts(settings, prices.service)[1].sent == 1
            assert send_alerts(settings, prices.service)[1].sent == 0
    assert (len(mailbox.messages), len(webhook.posts)) == (1, 2)


def test_an_address_that_is_not_understood_does_not_break_the_run(tmp_path):
    with serving() as server:
        shows(server, {"/1": offer_page("29.95")})
        settings = settings_over(tmp_path, loopback_ports=(server.port,), notify_urls="nonsense://x")
        with opened(settings) as prices:
            prices.service.add_product(server.url("/1"), marketplace=None, category=None, target_price=None)
            assert prices.jobs.run().counts["observed"] == 1


def test_back_in_stock_after_a_stock_out_is_an_event(tmp_path):
    with serving() as server:
        shows(server, {"/1": offer_page(None)})
        with opened(settings_over(tmp_path, loopback_ports=(server.port,))) as prices:
            found, _ = prices.service.add_product(server.url("/1"), marketplace=None, category=None, target_price=None)
            add_rule(prices.store, lambda one, now: AlertRule(one, RuleKind.BACK_IN_STOCK, now, found.id))
            assert prices.jobs.run().counts["unavailable"] == 1
            assert prices.store.documents(EVENTS) == {}
            server.routes["/1"] = reply(offer_page("29.95"), Content_Type=HTML)
            prices.jobs.run()
            [event] = prices.store.documents(EVENTS).values()
    assert event["kind"] == "back_in_stock"


def test_the_target_price_of_a_product_is_a_rule_until_it_is_followed_no_more(store):
    store.save_listing(product(target_price=Decimal(30)))
    assert [one.kind for one in alerting.rules(store)] == [RuleKind.BELOW_TARGET]
    store.save_listing(product(target_price=Decimal(30), tracked=False))
    assert alerting.rules(store) == []


def test_rules_of_the_same_second_stand_in_the_order_of_their_making(store):
    made = [
        add_rule(store, lambda one, now, days=days: AlertRule(one, RuleKind.LOWEST, now, days=days))
        for days in range(20, 0, -1)
    ]
    assert alerting.rules(store) == made


def test_rules_that_an_older_version_named_at_random_stand_in_the_order_of_their_making(store):
    for name, second in (("r9", 1), ("r1", 2), ("r5", 0)):
        made(store, AlertRule(name, RuleKind.LOWEST, NOW + timedelta(microseconds=second), days=5))
    assert [one.rule_id for one in alerting.rules(store)] == ["r5", "r9", "r1"]


def test_a_rule_for_everything_watches_what_searches_find(store):
    store.save_listing(search())
    store.save_listing(product(tracked=False))
    made(store, rule(RuleKind.DROP, percent=Decimal(20)))
    store.append([observed("shop.example:1", 2, "39.95"), observed("shop.example:1", 1, "29.95")])
    assert alert(store) == 1
    assert alert(store) == 0


def test_what_nobody_reads_any_more_raises_no_alert(store):
    store.save_listing(product(tracked=False))
    made(store, rule(RuleKind.DROP, percent=Decimal(20)))
    store.append([observed("shop.example:1", 12, "39.95"), observed("shop.example:1", 11, "29.95")])
    assert alert(store) == 0


def test_the_lowest_price_in_days_is_an_event(store):
    store.save_listing(product())
    made(store, rule(RuleKind.LOWEST, days=10))
    store.append([observed("shop.example:1", day, price) for day, price in ((12, "39.95"), (5, "38.95"), (1, "37.95"))])
    assert alert(store) == 1


def test_a_rule_sees_no_more_of_the_past_for_being_beside_an_older_one(store):
    store.save_listing(product())
    store.append([observed("shop.example:1", 50, "39.95"), observed("shop.example:1", 1, "37.95")])
    young = AlertRule("r1", RuleKind.LOWEST, NOW - timedelta(days=5), days=10)
    old = AlertRule("r2", RuleKind.BELOW_TARGET, NOW - timedelta(days=300), "shop.example:1", target=Decimal(1))
    for one in (young, old):
        made(store, one)
    assert alert(store) == 0
    made(store, AlertRule("r3", RuleKind.LOWEST, NOW - timedelta(days=20), days=10))
    assert alert(store) == 1


def test_an_unwell_scraper_is_one_event_until_it_is_well_again(store):
    store.save_listing(product())
    made(store, rule(RuleKind.SCRAPER_UNWELL))
    bad = Run("r1.shop.example", "scrape", "shop.example", RunState.DONE, NOW, NOW, (), {"requested": 9, "blocked": 9})
    store.save_run(bad)
    later = NOW + timedelta(hours=1)
    assert (alert(store, later), alert(store, later + timedelta(hours=1))) == (1, 0)
    [event] = store.documents(EVENTS).values()
    assert event["kind"] == "scraper_unwell"


def test_a_search_that_is_never_read_makes_the_scraper_unwell(tmp_path):
    with opened(settings_over(tmp_path)) as prices:
        prices.store.save_listing(search())  # created long before now, and refused ever since
        report = prices.service.health()
    assert list(report.days_since_read) == ["amazon.es:5ea5c4"]
    assert not report.healthy
