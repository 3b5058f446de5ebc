"""What a server does by itself: at its hours, once each, by one of several servers, and caught up once."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from almazara import asgi
from almazara.app.schedule import CLAIMS, Hours, Schedule, Task, claim_of
from almazara.errors import ConflictError, UnavailableError
from almazara.prices.schema import RunState
from page_server import serving
from price_shop import NOW, offer_page, opened, product, settings_over, shows
from sample_catalog import served
from waiting import wait_for

MADRID = ZoneInfo("Europe/Madrid")
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=MADRID).astimezone(UTC)


class Clock:
    def __init__(self, text):
        self.now = at(text)

    def __call__(self):
        return self.now


class Work:
    """A task that notes when it was begun."""

    def __init__(self, hours=(7, 19), weekday=None, done_at=None, error=None):
        self.begun = 0
        self.done_at = done_at
        self.error = error
        self.task = Task("prices", Hours(hours, MADRID, weekday), self.start, self.done_since)

    def start(self):
        if self.error:
            raise self.error
        self.begun += 1

    def done_since(self, slot):
        return self.done_at is not None and self.done_at >= slot


def schedule(store, work, clock, jitter=timedelta(0), seed=1):
    return Schedule([work.task], store, clock=clock, rng=random.Random(seed), jitter=jitter)


@pytest.mark.parametrize(
    ("now", "latest", "following"),
    [
        ("2026-03-02T06:59", "2026-03-01T19:00", "2026-03-02T07:00"),
        ("2026-03-02T07:00", "2026-03-02T07:00", "2026-03-02T19:00"),
        ("2026-03-29T08:00", "2026-03-29T07:00", "2026-03-29T19:00"),  # the night when summer time begins
    ],
)
def test_hours_are_those_of_the_zone(now, latest, following):
    hours = Hours((7, 19), MADRID)
    assert (hours.latest(at(now)), hours.following(at(now))) == (at(latest), at(following))


def test_a_weekday_has_one_slot_a_week():
    hours = Hours((4,), MADRID, 6)
    assert hours.latest(at("2026-03-04T12:00")) == at("2026-03-01T04:00")
    assert hours.following(at("2026-03-04T12:00")) == at("2026-03-08T04:00")


def test_without_hours_there_is_no_slot():
    assert (Hours((), MADRID).latest(NOW), Hours((), MADRID).following(NOW)) == (None, None)


@given(MOMENTS, st.sets(st.integers(0, 23), min_size=1), st.none() | st.integers(0, 6))
def test_the_latest_slot_is_not_after_now_and_the_following_one_is(now, hours, weekday):
    slots = Hours(sorted(hours), MADRID, weekday)
    latest, following = slots.latest(now), slots.following(now)
    assert latest <= now < following
    assert following - latest <= timedelta(days=7, hours=1)
    assert slots.latest(following) == following


def test_each_slot_is_done_once(store):
    clock, work = Clock("2026-03-02T08:00"), Work()
    runs = schedule(store, work, clock)
    assert (runs.tick(), runs.tick()) == (["prices"], [])
    clock.now = at("2026-03-02T19:05")
    assert (runs.tick(), runs.tick(), work.begun) == (["prices"], [], 2)


def test_several_servers_on_one_store_do_a_slot_once(store):
    clock, work = Clock("2026-03-02T08:00"), Work()
    servers = [schedule(store, work, clock, seed=seed) for seed in range(3)]
    for _ in range(3):
        for server in servers:
            server.tick()
    assert work.begun == 1


def test_of_missed_slots_the_newest_alone_is_caught_up(store):
    clock, work = Clock("2026-03-02T08:00"), Work()
    schedule(store, work, clock).tick()
    clock.now = at("2026-03-05T12:00")
    again = schedule(store, work, clock)
    assert (again.tick(), again.tick(), work.begun) == (["prices"], [], 2)


def test_what_was_done_since_by_hand_is_not_done_again(store):
    work = Work(done_at=at("2026-03-02T07:30"))
    assert schedule(store, work, Clock("2026-03-02T08:00")).tick() == []


@pytest.mark.parametrize("error", [ConflictError("busy"), UnavailableError("away"), OSError("full")])
def test_a_task_that_cannot_begin_costs_no_other_one(store, error):
    broken, work = Work(error=error), Work()
    both = [broken.task, replace(work.task, name="films")]
    runs = Schedule(both, store, clock=Clock("2026-03-02T08:00"), rng=random.Random(1), jitter=timedelta(0))
    assert runs.tick() == ["films"]


@pytest.mark.parametrize(("error", "is_tried_again"), [(ConflictError("busy"), False), (OSError("full"), True)])
def test_what_could_not_begin_for_something_that_is_away_is_tried_again(store, error, is_tried_again):
    work = Work(error=error)
    runs = schedule(store, work, Clock("2026-03-02T08:00"))
    assert runs.tick() == []
    work.error = None
    assert (runs.tick(), runs.tick()) == (["prices"] if is_tried_again else [], [])


def test_no_fault_ends_the_schedule(store, monkeypatch):
    work = Work(error=ZeroDivisionError())
    runs = schedule(store, work, Clock("2026-03-02T08:00"))
    monkeypatch.setattr("almazara.app.schedule._TICK_SECONDS", 0.01)
    runs.start()
    try:
        wait_for(lambda: store.documents(CLAIMS))
        work.error, runs.clock = None, Clock("2026-03-02T20:00")
        wait_for(lambda: work.begun == 1)
    finally:
        runs.stop()


@pytest.mark.parametrize("hours", [tuple(range(24)), (7, 8), (7, 19)])
def test_however_long_the_jitter_each_hour_comes(store, hours):
    begin, clock, work = at("2026-03-02T00:00"), Clock("2026-03-02T00:00"), Work(hours=hours)
    runs = schedule(store, work, clock, jitter=timedelta(minutes=240))
    for minute in range(3 * 24 * 60):
        clock.now = begin + timedelta(minutes=minute)
        runs.tick()
    slots = {claim_of("prices", begin + timedelta(days=day, hours=hour)) for day in range(2) for hour in hours}
    assert slots <= set(store.documents(CLAIMS))


def test_a_slot_comes_later_by_the_jitter_and_always_by_the_same(store):
    clock, work = Clock("2026-03-02T07:00"), Work()
    runs = schedule(store, work, clock, jitter=timedelta(minutes=10))
    begun_after = None
    for minute in range(12):
        clock.now = at("2026-03-02T07:00") + timedelta(minutes=minute)
        if runs.tick() and begun_after is None:
            begun_after = minute
    assert work.begun == 1
    assert 0 < begun_after <= 10


def test_old_claims_are_forgotten(store):
    clock, work = Clock("2026-03-02T08:00"), Work()
    runs = schedule(store, work, clock)
    for day in range(40):
        clock.now = at("2026-03-02T08:00") + timedelta(days=day)
        runs.tick()
    assert len(store.documents(CLAIMS)) == 31


class Away:
    """A store that is away."""

    def put_document(self, *_args, **_more):
        raise UnavailableError("away")


def test_while_the_store_is_away_a_slot_waits(store):
    clock, work = Clock("2026-03-02T08:00"), Work()
    runs = schedule(Away(), work, clock)
    with pytest.raises(UnavailableError):
        runs.tick()
    runs.store = store
    assert runs.tick() == ["prices"]


@pytest.mark.server
def test_a_server_reads_by_itself_and_says_so_in_health_and_on_its_page(tmp_path):
    with serving() as shop:
        shows(shop, {"/1": offer_page("29.95")})
        every_hour = ",".join(map(str, range(24)))
        values = {"schedule": True, "scrape_hours": every_hour, "schedule_jitter_minutes": 0}
        settings = settings_over(tmp_path, loopback_ports=(shop.port,), films_renewed_on="never", **values)
        with opened(settings) as prices:
            prices.store.save_listing(product(1, shop.url("/1")))
        with served(asgi.app_over(settings)) as site:
            wait_for(lambda: [run["state"] for run in site.get("/runs?kind=scrape").json()] == [RunState.DONE])
            [task] = site.get("/health").json()["horario"]
            assert (task["tarea"], task["horas"], task["dia"]) == ("prices", list(range(24)), None)
            page = site.get("/precios/lector").text
            assert "Leer los precios, avisar y pronosticar: cada día, a las 0:00, 1:00" in page
        with served(asgi.app_over(settings)) as site:  # started again within the hour, it reads no second time
            assert len(site.get("/runs?kind=scrape").json()) == 1


@pytest.mark.server
def test_a_server_without_a_schedule_says_how_to_have_one(tmp_path):
    with served(asgi.app_over(settings_over(tmp_path))) as site:
        assert site.get("/health").json()["horario"] == []
        assert "almazara up --schedule" in site.get("/precios/lector").text
