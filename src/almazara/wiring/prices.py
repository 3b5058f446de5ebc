"""Builds the price product: store, page sources, runs, forecasts, alerts."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from almazara import log
from almazara.artifacts import Artifact
from almazara.errors import AlmazaraError, NotFoundError, UnavailableError
from almazara.prices import alerting, demo, pages
from almazara.prices.alert_delivery import Delivered
from almazara.prices.collection import Archive, Collector, interpret
from almazara.prices.forecasting import Forecasts
from almazara.prices.ports import ObservationStore, Page, PageSource
from almazara.prices.runs import new_run_id
from almazara.prices.schema import Listing, Observation, Run, RunState
from almazara.prices.service import PriceService
from almazara.settings import Settings
from almazara.wiring.live import Live
from almazara.wiring.movies import Progress, artifacts
from almazara.wiring.price_forecasts import FORECASTS, publish_forecasts

if TYPE_CHECKING:
    from almazara.prices.adapters.demo_shop import DemoShop
    from almazara.prices.adapters.jobs import ScrapeJobs
    from almazara.prices.adapters.retraining import Retraining
    from almazara.prices.adapters.snapshots import Snapshots
    from almazara.prices.alerts import AlertRule

DEMO_DAYS: Final = 150
_DEMO_DELAY_SECONDS: Final = 0.0


def _clock() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class Prices:
    """The price product, put together."""

    service: PriceService
    jobs: ScrapeJobs
    retraining: Retraining
    forecasts: Live[Forecasts]
    demo_shop: DemoShop | None = None

    @property
    def store(self) -> ObservationStore:
        """Where everything is kept."""
        return self.service.store

    def start(self, *, read_now: bool) -> None:
        """What a server does first: open the forecasts, go on with what a stopped process left, read when asked to."""
        self.forecasts.refresh()
        _start_quietly(self.retraining.resume)
        resumed = self.jobs.resume()
        if read_now and not resumed:
            _start_quietly(self.jobs.start)

    def close(self) -> None:
        """End after the page that is being read; the rest of a run is resumed at the next start."""
        self.jobs.stop()
        self.retraining.stop()
        if self.demo_shop:
            self.demo_shop.stop()
        self.store.close()


def open_store(settings: Settings) -> ObservationStore:
    """The store that the settings name, by default an SQLite file in the home folder."""
    from almazara.prices.adapters import stores

    if settings.store_url is not None:
        return stores.open_store(settings.store_url.get_secret_value())
    try:
        settings.home_path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UnavailableError(f"The folder {settings.home_path} cannot be written: {error}.") from error
    return stores.open_store(f"sqlite:///{settings.home_path.resolve() / 'prices.db'}")


def open_prices(settings: Settings, *, serving: bool) -> Prices:
    """The price product over the settings.

    Args:
        settings: The settings.
        serving: A server keeps the demo shop open while it is followed, and makes forecasts anew in a child process
            after each run; the command line calls `retrain` itself.
    """
    from almazara.prices.adapters import forecast_files
    from almazara.prices.adapters.jobs import ScrapeJobs
    from almazara.prices.adapters.retraining import Retraining

    store, locks = open_store(settings), settings.home_path / "locks"
    live = Live(
        artifacts(settings),
        FORECASTS,
        lambda artifact: forecast_files.open_forecasts(artifact.path),
        lambda: NotFoundError("There is no forecast yet: POST /retrain, or `almazara prices retrain`, makes them."),
    )
    retraining = Retraining(store, locks=locks, clock=_clock, rng=random.Random())
    service = PriceService(
        store, live, timezone=settings.timezone, clock=_clock, loopback=bool(settings.loopback_ports)
    )

    shop = _demo_shop() if serving and _follows_demo(settings, store) else None

    def after() -> None:
        live.refresh()
        try:
            send_alerts(settings, service)
        except AlmazaraError as error:
            log.event("alerts_failed", level=logging.ERROR, error=error)
        if serving:
            _start_quietly(retraining.start)

    jobs = ScrapeJobs(
        store,
        lambda run, stopped: _collector(settings, store, _source_of(settings, run, shop), stopped),
        locks=locks,
        clock=_clock,
        rng=random.Random(),
        after=after,
    )
    return Prices(service, jobs, retraining, live, shop)


def snapshots(settings: Settings) -> Snapshots:
    """The kept pages."""
    from almazara.prices.adapters.snapshots import Retention, Snapshots

    return Snapshots(settings.home_path / "snapshots", Retention(days=settings.snapshot_days))


def page_source(
    settings: Settings, *, loopback_ports: frozenset[int] = frozenset(), patient: bool = True
) -> PageSource:
    """The page source that the settings name.

    Args:
        settings: The settings.
        loopback_ports: Ports on this machine that may be fetched from, beside those of the settings.
        patient: Whether the pauses of the settings are kept; the demo shop needs none.
    """
    from almazara.prices.adapters.addresses import AddressPolicy
    from almazara.prices.adapters.host_states import FileHostStates, MemoryHostStates
    from almazara.prices.adapters.http_config import HttpConfig
    from almazara.prices.politeness import Politeness

    politeness = Politeness(
        delay_seconds=settings.delay_seconds, daily_budget=settings.daily_budget, robots=settings.obey_robots
    )
    if not patient:
        politeness = Politeness(delay_seconds=_DEMO_DELAY_SECONDS, jitter=0, daily_budget=10**9, cool_off_seconds=5)
    config = HttpConfig(
        contact_url=settings.contact_url,
        user_agent=settings.user_agent,
        proxies=tuple(proxy.get_secret_value() for proxy in settings.proxies),
        politeness=politeness,
        addresses=AddressPolicy(loopback_ports=loopback_ports | frozenset(settings.loopback_ports)),
    )
    states = FileHostStates(settings.home_path / "hosts") if patient else MemoryHostStates()
    if settings.page_source == "scrapy" and patient:
        from almazara.prices.adapters.scrapy_source import ScrapySource

        return ScrapySource(config, states)
    from almazara.prices.adapters.http import HttpSource

    return HttpSource(config, states)


def _demo_shop() -> DemoShop:
    from almazara.prices.adapters.demo_shop import DemoShop

    return DemoShop(today=lambda: _clock().date()).start()


def _source_of(settings: Settings, run: Run, shop: DemoShop | None) -> PageSource:
    """Where a run's pages come from; a run of the demo shop opens one for itself where none is open."""
    if run.shop != demo.SHOP:
        return page_source(settings)
    return _demo_source(settings, shop or _demo_shop(), stops=shop is None)


def _demo_source(settings: Settings, shop: DemoShop, *, stops: bool) -> PageSource:
    from almazara.prices.adapters.demo_source import DemoSource

    source = page_source(settings, loopback_ports=frozenset({shop.port}), patient=False)
    return DemoSource(shop, source, stops=stops)


def _collector(
    settings: Settings, store: ObservationStore, source: PageSource, stopped: Callable[[], bool]
) -> Collector:
    kept = snapshots(settings)

    def last(listing: Listing) -> Page | None:
        found = kept.latest(listing.shop, listing.sku)
        return found.page if found else None

    archive = Archive(keep=lambda listing, page: kept.keep(listing.shop, listing.sku, page), last=last)
    kept.prune(_clock())
    return Collector(source, store, pages.read, archive, _clock, stopped)


def _start_quietly(start: Callable[[], object]) -> None:
    """Begin what nobody waits for: when another process is at it already, that is as good."""
    try:
        start()
    except (AlmazaraError, OSError) as error:
        log.event("not_started", level=logging.WARNING, reason=error)


def send_alerts(settings: Settings, service: PriceService) -> tuple[int, Delivered]:
    """Keep new alert events and send what is due; returns how many were new, and what was sent."""
    from almazara.prices.adapters.notify import AppriseNotifier

    notifier = AppriseNotifier([url.get_secret_value() for url in settings.notify_urls])
    new, sent = alerting.alert(
        service.store, notifier, service.health(), _clock(), policies=service.policies(), drifts=service.drift()
    )
    log.event("alerts", new=new, sent=sent.sent, failed=sent.failed)
    return new, sent


def retrain(
    settings: Settings, prices: Prices, progress: Progress, *, run_id: str | None = None, lock: int | None = None
) -> Artifact:
    """Make and publish all forecasts anew, in this process; see `Retraining.running` for `run_id` and `lock`.

    Raises:
        ConflictError: when a retraining is under way.
    """
    with prices.retraining.running(run_id, lock) as run:
        try:
            artifact = publish_forecasts(settings, prices.store, progress, now=_clock())
        except Exception as error:
            prices.retraining.end(run, RunState.FAILED, {}, str(error))
            raise
        left_out = "; ".join(f"{model} was left out: {how}" for model, how in artifact.manifest["left_out"].items())
        prices.retraining.end(run, RunState.DONE, dict(artifact.manifest["metrics"]), left_out)
    return artifact


def follow_demo(settings: Settings, progress: Progress) -> bool:
    """Follow the demo shop while nothing else is followed, and read its past days, once, through the real pipeline.

    Returns:
        Whether it is followed and was not read today.
    """
    store = open_store(settings)
    try:
        if not _may_follow_demo(settings, store):
            return False
        with _demo_shop() as shop:
            listings = demo.demo_listings(shop.url)
            for listing in listings:
                known = store.listing(listing.listing_id)
                store.save_listing(replace(listing, created_at=known.created_at if known else _clock()))
            latest = store.latest([listing.listing_id for listing in listings]).values()
            newest = min((o.observed_at for o in latest), default=None) if len(latest) == len(listings) else None
            _read_demo_past(store, _demo_source(settings, shop, stops=False), listings, newest, progress)
        return newest is None or newest.date() < _clock().date()
    finally:
        store.close()


def _may_follow_demo(settings: Settings, store: ObservationStore) -> bool:
    return settings.demo and all(listing.shop == demo.SHOP for listing in store.listings(tracked=True))


def _follows_demo(settings: Settings, store: ObservationStore) -> bool:
    """Whether the demo shop is followed; it is left, its history stays, as soon as anything real is followed."""
    followed = store.listings(category=demo.CATEGORY, tracked=True)
    if _may_follow_demo(settings, store):
        return bool(followed)
    for listing in followed:
        store.save_listing(replace(listing, tracked=False))
    return False


def _read_demo_past(
    store: ObservationStore,
    source: PageSource,
    listings: list[Listing],
    newest: datetime | None,
    progress: Progress,
) -> None:
    """Read the days before today that were not read yet: all of them the first time."""
    noon = _clock().replace(hour=12, minute=0, second=0, microsecond=0)
    missed = DEMO_DAYS if newest is None else min(DEMO_DAYS, (noon.date() - newest.date()).days - 1)
    for number in range(missed):
        at = noon - timedelta(days=missed - number)
        observed: list[Observation] = []
        for listing in listings:
            fetched = source.fetch(demo.as_of(listing.url, at.date()))
            if isinstance(fetched, Page):
                outcome = pages.read(fetched.body, url=listing.url, status=fetched.status)
                observed += interpret(listing, outcome, at, demo.SHOP).observations
        store.append(observed)
        progress("reading the demo shop's past", number + 1, missed)
    source.close()


def add_rule(store: ObservationStore, make: Callable[[str, datetime], AlertRule]) -> AlertRule:
    """Keep an alert rule under a new id."""
    now = _clock()
    rule = make(new_run_id(now, random.Random()), now)
    if rule.listing_id is not None and store.listing(rule.listing_id) is None:
        raise NotFoundError(f"There is no product {rule.listing_id!r}.")
    store.put_document(alerting.RULES, rule.rule_id, rule.as_document())
    return rule
