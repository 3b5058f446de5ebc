"""An event is sent once to each target, whoever fails, is killed or works beside us."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from almazara.prices.alerts.delivery import EVENTS, GIVE_UP, LEASE, Delivered, deliver, record, recorded, trouble_since
from almazara.prices.alerts.rules import AlertEvent, RuleKind
from almazara.prices.store.registry import store_at
from almazara.words.numbers import Language
from almazara.words.said import Money, said

NOW = datetime(2026, 4, 1, 8, tzinfo=UTC)


class Box:
    """A notifier that keeps what it was given, and fails for the targets in `broken`."""

    def __init__(self, *targets, broken=()):
        self.targets = targets
        self.broken = set(broken)
        self.taken = []
        self.lock = threading.Lock()

    def send(self, target, title, body):
        if target in self.broken:
            return "The service did not take it."
        with self.lock:
            self.taken.append((target, title))
        return None


class Killed(BaseException):
    """Stands for SIGKILL: nothing after it is run."""


class DiesBeforeSending(Box):
    def send(self, target, title, body):
        raise Killed


@pytest.fixture
def store(tmp_path):
    opened = store_at(f"sqlite:///{tmp_path / 'prices.db'}")
    yield opened
    opened.close()


def event(name="e1"):
    price = Money(Decimal(5), "EUR")
    told = (said("prices.alert.drop", price=price, name=name), said("prices.alert.product", price=price, name=name))
    return AlertEvent(name, "mine", RuleKind.DROP, "shop:a", NOW, told)


def minutes(number):
    return NOW + timedelta(minutes=number)


def test_an_event_is_sent_once_however_often_it_is_made_and_delivered(store):
    box = Box("mail")
    for again in range(3):
        record(store, [event()], box.targets, now=minutes(again))
        deliver(store, box, now=minutes(again))
    assert box.taken == [("mail", "Baja a 5,00 €: e1")]


@pytest.mark.parametrize(("language", "title"), [("es", "Baja a 5,00 €: e1"), ("en", "Down to €5.00: e1")])
def test_an_event_is_sent_in_the_language_of_the_owner_and_shown_in_any(store, language, title):
    box = Box("mail")
    record(store, [event()], box.targets, now=NOW, language=Language(language))
    deliver(store, box, now=NOW)
    assert box.taken == [("mail", title)]
    assert recorded(store)[0].title == title
    [spanish], [english] = (recorded(store, language=one) for one in Language)
    assert (spanish.title, spanish.body) == ("Baja a 5,00 €: e1", "e1\nPrecio: 5,00 €")
    assert (english.title, english.body) == ("Down to €5.00: e1", "e1\nPrice: €5.00")


@pytest.mark.parametrize(
    "told", [{}, {"told": [{"code": "prices.alert.of_a_later_version", "figures": {}}]},
             {"told": [{"code": "prices.alert.drop", "figures": {}}]}],
)  # fmt: skip
def test_an_event_without_words_of_ours_is_shown_as_it_was_sent(store, told):
    kept = {"event_id": "e0", "rule_id": "r", "kind": "drop", "listing_id": None, "occurred_at": NOW.isoformat(),
            "recorded_at": NOW.isoformat(), "title": "Baja", "body": "cuerpo", "targets": ["mail"], **told}  # fmt: skip
    store.put_document(EVENTS, "e0", kept)
    [shown] = recorded(store, language=Language.EN)
    assert (shown.title, shown.body) == ("Baja", "cuerpo")
    box = Box("mail")
    deliver(store, box, now=NOW)
    assert box.taken == [("mail", "Baja")]


def test_recording_says_how_many_events_are_new(store):
    assert record(store, [event("e1"), event("e2")], ["mail"], now=NOW) == 2
    assert record(store, [event("e2"), event("e3")], ["mail"], now=NOW) == 1


def test_a_failed_event_is_tried_again_after_a_pause_and_then_sent_once(store):
    box = Box("mail", broken=["mail"])
    record(store, [event()], box.targets, now=NOW)
    assert deliver(store, box, now=NOW) == Delivered(failed=1)
    box.broken.clear()
    assert deliver(store, box, now=minutes(1)) == Delivered()
    assert deliver(store, box, now=minutes(6)) == Delivered(sent=1)
    assert deliver(store, box, now=minutes(600)) == Delivered()
    assert box.taken == [("mail", "Baja a 5,00 €: e1")]


def test_pauses_grow_and_the_event_is_given_up_after_a_week(store):
    box = Box("mail", broken=["mail"])
    record(store, [event()], box.targets, now=NOW)
    ends = [deliver(store, box, now=minutes(10 * i)) for i in range(int(GIVE_UP / timedelta(minutes=10)) + 60)]
    assert sum(end.failed for end in ends) < 40
    assert sum(end.given_up for end in ends) == 1


def test_a_target_that_took_it_is_not_asked_again_because_another_failed(store):
    box = Box("mail", "chat", broken=["chat"])
    record(store, [event()], box.targets, now=NOW)
    deliver(store, box, now=NOW)
    box.broken.clear()
    deliver(store, box, now=minutes(60))
    assert sorted(box.taken) == [("chat", "Baja a 5,00 €: e1"), ("mail", "Baja a 5,00 €: e1")]


def test_a_target_added_later_is_not_told_what_was_before(store):
    record(store, [event()], ["mail"], now=NOW)
    box = Box("mail", "chat")
    deliver(store, box, now=NOW)
    assert box.taken == [("mail", "Baja a 5,00 €: e1")]


def test_an_event_whose_sender_was_killed_is_sent_after_the_lease(store):
    record(store, [event()], ["mail"], now=NOW)
    with pytest.raises(Killed):
        deliver(store, DiesBeforeSending("mail"), now=NOW)
    box = Box("mail")
    assert deliver(store, box, now=NOW + LEASE / 2) == Delivered()
    assert deliver(store, box, now=NOW + LEASE) == Delivered(sent=1)
    assert deliver(store, box, now=NOW + LEASE * 9) == Delivered()


def test_several_senders_at_once_send_each_event_once(store, tmp_path):
    box = Box("mail")
    record(store, [event(f"e{i}") for i in range(5)], box.targets, now=NOW)
    stores = [store_at(f"sqlite:///{tmp_path / 'prices.db'}") for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda each: deliver(each, box, now=NOW), stores))
    for each in stores:
        each.close()
    assert sorted(box.taken) == [("mail", f"Baja a 5,00 €: e{i}") for i in range(5)]


def test_an_unwell_scraper_keeps_its_moment_until_it_is_well(store):
    assert trouble_since(store, "scraper", lasts=True, now=NOW) == NOW
    assert trouble_since(store, "scraper", lasts=True, now=minutes(90)) == NOW
    assert trouble_since(store, "scraper", lasts=False, now=minutes(95)) is None
    assert trouble_since(store, "scraper", lasts=True, now=minutes(100)) == minutes(100)
