"""A store moves whole into another one, film events too: interrupted, repeated, to where there is a place for them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from almazara.app.migration import move_store
from almazara.errors import UnavailableError
from almazara.movies.users import event_store
from almazara.movies.users.event_store import open_event_store
from almazara.movies.users.events import Event, Kind
from almazara.prices.store.migration import BOOKMARK
from almazara.prices.store.registry import open_store
from price_shop import NOW, observed, product, settings_over
from servers import empty_database
from waiting import no_progress

LIKE = Event("z", "ana", 900007, Kind.LIKE, None, NOW)
DISLIKE = Event("a", "ana", 900007, Kind.DISLIKE, None, NOW)
RATING = Event("m:ñ", "luis", 900008, Kind.RATING, 3.7, NOW - timedelta(microseconds=1))


@pytest.fixture
def settings(tmp_path):
    """A home with prices and film events; of two of one moment the order in which they came counts."""
    made = settings_over(tmp_path / "home")
    store, events = open_store(made), open_event_store(made)
    store.save_listing(product(1))
    store.append([observed("shop.example:1", day, f"{10 + day}") for day in range(30)])
    events.append([LIKE], NOW)
    events.append([DISLIKE, RATING], NOW + timedelta(seconds=1))
    store.close()
    events.close()
    return made


def with_store(settings, url, **more):
    return settings.model_copy(update={"store_url": settings_over(settings.home, store_url=url).store_url, **more})


def films_of(settings):
    events = open_event_store(settings)
    found = events.all()
    events.close()
    return found


def moved(settings, url, progress=no_progress):
    report = move_store(settings, url, progress)
    return report.verified, report.film_events, report.observations


def test_film_events_go_to_postgresql_with_the_prices_and_come_back(settings, tmp_path, postgresql):
    url, back = empty_database(postgresql), f"sqlite:///{tmp_path}/back.db"
    told = []
    assert moved(settings, url, lambda *step: told.append(step)) == (1, 3, 30)
    assert told == [("copying film events", 3, 3), ("copying prices", 1, 1)]
    there = with_store(settings, url, home=tmp_path / "elsewhere")
    assert films_of(there) == films_of(settings) == [LIKE, DISLIKE, RATING]
    assert moved(there, back) == (1, 3, 30)
    assert films_of(with_store(there, back)) == [LIKE, DISLIKE, RATING]


@pytest.mark.parametrize("broken", ["film events", "prices"])
def test_an_interrupted_move_is_gone_on_with_and_doubles_nothing(settings, tmp_path, monkeypatch, broken):
    monkeypatch.setattr(event_store, "_AT_ONCE", 1)
    url = f"sqlite:///{tmp_path}/new.db"

    def lost(stage, done, _total):
        if stage == f"copying {broken}":
            raise UnavailableError("The connection was lost.")

    with pytest.raises(UnavailableError):
        move_store(settings, url, lost)
    there = with_store(settings, url)
    assert films_of(there) == ([DISLIKE] if broken == "film events" else [LIKE, DISLIKE, RATING])
    report = move_store(settings, url, no_progress)
    assert (report.film_events, report.different_film_events, report.mismatched) == (3, (), ())
    assert (report.verified, report.resumed) == (1, 1 if broken == "prices" else 0)
    assert moved(settings, url) == (1, 3, 0)
    assert films_of(there) == [LIKE, DISLIKE, RATING]
    store = open_store(there)
    assert (store.count("shop.example:1"), store.document(*BOOKMARK)) == (30, None)
    store.close()


@pytest.mark.parametrize(
    ("kept", "at"), [(replace(LIKE, kind=Kind.VIEW), NOW), (replace(LIKE, user="eva"), NOW), (LIKE, NOW.replace(day=2))]
)
def test_a_film_event_that_differs_is_named_and_stays_as_it_is(settings, tmp_path, kept, at):
    url = f"sqlite:///{tmp_path}/new.db"
    events = open_event_store(with_store(settings, url))
    events.append([kept], at)
    events.close()
    report = move_store(settings, url, no_progress)
    assert (report.film_events, report.different_film_events) == (2, ("z",))
    assert kept in films_of(with_store(settings, url))


def test_where_the_target_has_no_place_for_film_events_they_go_where_its_server_looks_for_them(
    settings, tmp_path, aws, dynalite
):
    dynamodb = f"dynamodb://moved?region=eu-west-1&endpoint={dynalite}"
    report = move_store(settings, dynamodb, no_progress)
    assert (report.verified, report.film_events) == (1, 3)
    assert str(settings.home_path) in report.note
    shared = with_store(settings, f"sqlite:///{tmp_path}/shared.db", home=tmp_path / "other")
    move_store(settings, f"sqlite:///{tmp_path}/shared.db", no_progress)
    assert move_store(shared, dynamodb, no_progress).film_events == 3
    assert films_of(with_store(shared, dynamodb)) == [LIKE, DISLIKE, RATING]
