"""The walks from end to end: which steps they take, what of a cut off one is left to do, what they tell."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from types import SimpleNamespace

import pytest

from almazara.app.schedule import scrape_hours
from almazara.artifacts import open_artifacts
from almazara.errors import UnavailableError
from almazara.flows import pages, walks
from almazara.movies import building
from almazara.movies.raw import download
from almazara.movies.renewing import training
from almazara.prices.collecting import runs
from almazara.prices.forecasting.models import registry
from almazara.prices.publishing import FORECASTS
from almazara.prices.schema import Problem, RunState
from made import made_once
from page_server import reply, serving
from price_shop import NOW, observed, offer_page, opened, product, settings_over, shows
from rated_films import own_home, publish_rated, tastes, write_rated
from sample_catalog import settings_for
from waiting import no_progress

pytestmark = pytest.mark.training


class Steps:
    """Carries steps out at once, and notes them."""

    def __init__(self):
        self.taken = []
        self.told = {}

    def __call__(self, name, work, told, *, fetches=False):
        done = work()
        self.taken.append((name, fetches))
        self.told[name] = told(done)
        return done


@pytest.fixture
def steps():
    return Steps()


@pytest.fixture
def shop(tmp_path, monkeypatch):
    """A shop of two products that are followed, and the settings of who follows them."""
    monkeypatch.setattr(registry, "DEFAULTS", ("last_value", "seasonal_naive"))
    with serving() as server:
        shows(server, {"/1": offer_page("29.95"), "/2": offer_page("31.95")})
        settings = settings_over(tmp_path, loopback_ports=(server.port,))
        with opened(settings) as prices:
            for number in (1, 2):
                prices.store.save_listing(product(number, server.url(f"/{number}")))
        yield SimpleNamespace(server=server, settings=settings)


def asked(shop):
    return [path for path in shop.server.paths() if path != "/robots.txt"]


def kept_runs(settings):
    with opened(settings) as prices:
        return prices.store.runs(kind=runs.SCRAPE)


def test_prices_are_read_forecast_published_and_told_of_and_only_reading_may_be_tried_again(shop, steps):
    with opened(shop.settings) as prices:
        shift = datetime.now(UTC) - NOW
        rows = [observed("shop.example:1", day, "28.95") for day in range(1, 20)]
        prices.store.append(replace(row, observed_at=row.observed_at + shift) for row in rows)
    ended = walks.prices(shop.settings, [], steps, no_progress)
    assert steps.taken == [("scrape", True), ("forecast", False), ("publish", False), ("alert", False)]
    assert "2 requested, 2 observed" in ended.well()
    assert "| observed | 2 |" in ended.page
    assert "1 products, 1 refused." in ended.page
    assert steps.told["forecast"] == "1 products forecast, 1 with too little history."
    assert len(asked(shop)) == 2


def test_prices_too_young_to_be_forecast_publish_nothing_and_are_no_failure(shop, steps):
    ended = walks.prices(shop.settings, [], steps, no_progress)
    assert [name for name, _ in steps.taken] == ["scrape", "forecast", "alert"]
    assert "2 requested, 2 observed" in ended.well()
    assert "No product can be forecast" in ended.page
    with opened(shop.settings) as prices:
        assert [run.state for run in prices.store.runs(kind=runs.RETRAIN)] == [RunState.DONE]
    assert not open_artifacts(shop.settings).versions(FORECASTS)


def cut_off(settings, begun_at):
    """Keep a run of both products that was killed after the first one."""
    with opened(settings) as prices:
        first, second = prices.store.listings(tracked=True)
        [run] = runs.scrape_runs(f"{begun_at:%Y%m%dT%H%M%S}-abcdef", [first, second], begun_at)
        run.counts["observed"] = 1
        prices.store.save_run(type(run)(**{**_fields(run), "pending": (second.listing_id,)}))


def _fields(run):
    return {name: getattr(run, name) for name in run.__dataclass_fields__}


def test_what_a_killed_walk_left_of_this_slot_is_read_and_no_more(shop, steps):
    cut_off(shop.settings, scrape_hours(shop.settings).latest(datetime.now(UTC)))
    ended = walks.prices(shop.settings, [], steps, no_progress)
    assert (asked(shop), len(kept_runs(shop.settings))) == (["/2"], 1)
    assert "2 requested, 2 observed" in ended.sentence


def test_what_a_killed_walk_left_of_an_earlier_slot_is_read_with_everything_else(shop, steps):
    cut_off(shop.settings, scrape_hours(shop.settings).latest(datetime.now(UTC)) - timedelta(minutes=1))
    walks.prices(shop.settings, [], steps, no_progress)
    assert sorted(asked(shop)) == ["/1", "/2"]
    assert [run.state for run in kept_runs(shop.settings)] == [RunState.DONE, RunState.INTERRUPTED]


def test_products_that_are_named_are_read_whatever_was_cut_off(shop, steps):
    cut_off(shop.settings, scrape_hours(shop.settings).latest(datetime.now(UTC)))
    walks.prices(shop.settings, ["shop.example:1"], steps, no_progress)
    assert asked(shop) == ["/1"]


def test_where_nothing_could_be_read_the_walk_goes_on_and_ends_badly(shop, steps):
    shop.server.routes |= {path: reply(b"", 404) for path in ("/1", "/2")}
    ended = walks.prices(shop.settings, [], steps, no_progress)
    assert [name for name, _ in steps.taken] == ["scrape", "forecast", "alert"]
    assert "shop.example:1" in ended.page
    with pytest.raises(UnavailableError, match=r"Nothing could be read\. Run .*: 2 requested"):
        ended.well()


def test_films_are_fetched_cleaned_trained_evaluated_and_published(tmp_path, tmp_path_factory, monkeypatch, steps):
    home = own_home(made_once(tmp_path_factory, "rated-home", partial(publish_rated, users=30)), tmp_path, monkeypatch)
    raw, fetched = write_rated(tmp_path / "raw", tastes(30)), []
    monkeypatch.setattr(download, "fetch_movies", lambda _settings, name, *_: fetched.append(name) or raw)
    data_sets = ["the-movies-dataset", "ml-latest-small"]
    ended = walks.films(settings_for(home), data_sets, steps, no_progress)
    fetches = [(f"fetch {name}", True) for name in data_sets]
    later = [(name, False) for name in ("clean", "train", "evaluate", "publish")]
    assert (fetched, steps.taken) == (data_sets, [*fetches, *later])
    assert ended.well().startswith("Published version")
    assert "GroupLens" in steps.told["fetch ml-latest-small"]
    assert steps.told["clean"] == "40 films, 300 ratings."
    assert "| ndcg_at_10 |" in ended.page


def test_titles_that_are_fetched_are_trained_with(tmp_path, monkeypatch, steps):
    file, given = tmp_path / "local_titles.csv", {}

    def retrain(*_args, **named):
        given.update(named)
        raise UnavailableError("It was called.")

    monkeypatch.setattr(building, "fetch_titles", lambda *_: file)
    monkeypatch.setattr(training, "retrain", retrain)
    with pytest.raises(UnavailableError, match="called"):
        walks.films(settings_for(tmp_path), ["titles"], steps, no_progress)
    assert given["titles"] == file


def test_what_a_shop_says_is_a_text_in_the_page_and_nothing_else(shop, steps):
    problem = Problem("a:1", "failed", "<b>no</b> | price\n# here")
    run = runs.RunView("r", runs.SCRAPE, RunState.DONE, ["a"], datetime.now(UTC), None, 0, {"requested": 1}, [problem])
    page = pages.of_prices(run, "version v, <i>", "none")
    assert "| failed | a:1 | &lt;b&gt;no&lt;/b&gt; \\| price # here |" in page
    assert "Forecasts: version v, &lt;i&gt;" in page
