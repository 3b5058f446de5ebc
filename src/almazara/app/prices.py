"""Builds the price product: store, page sources, runs, forecasts, alerts."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from almazara import log
from almazara.app.late_store import LateStore, open_now_or_late
from almazara.app.mirror import mirror_over
from almazara.artifacts import open_artifacts
from almazara.errors import AlmazaraError, NotFoundError, UnavailableError
from almazara.live import Live, Refused
from almazara.locks import FileLocks
from almazara.mirror import Mirror
from almazara.prices.alerts.delivery import Delivered
from almazara.prices.collecting.collection import Archive, Collector, ReadPage
from almazara.prices.collecting.reading_process import ReadingProcess
from almazara.prices.demo import oils
from almazara.prices.demo.following import demo_source, follows_demo, open_demo_shop
from almazara.prices.fetching.protocol import Page, PageSource
from almazara.prices.fetching.proxies import Proxies
from almazara.prices.fetching.registry import SHOPS_AT_ONCE, open_proxies, page_source, scrapy_process
from almazara.prices.fetching.snapshots import open_snapshots
from almazara.prices.publishing import FORECASTS, Published, open_published
from almazara.prices.schema import Listing, Run
from almazara.prices.service import PriceService
from almazara.prices.store.leases import StoreLeases
from almazara.prices.store.patience import patient
from almazara.prices.store.protocol import ObservationStore
from almazara.prices.store.registry import is_shared, open_store
from almazara.settings import Settings
from almazara.words.numbers import Language
from almazara.words.said import said

if TYPE_CHECKING:
    from almazara.prices.collecting.jobs import ScrapeJobs
    from almazara.prices.demo.shop import DemoShop
    from almazara.prices.fetching.scrapy_source import ScrapyProcess
    from almazara.prices.forecasting.retraining import Retraining


T = TypeVar("T")


def _clock() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class Prices:
    """The price product, put together."""

    service: PriceService
    jobs: ScrapeJobs
    retraining: Retraining
    reader: ReadingProcess
    forecasts: Live[Published]
    proxies: Proxies
    demo_shop: DemoShop | None = None
    leases: StoreLeases | None = None
    mirror: Mirror | None = None

    @property
    def store(self) -> ObservationStore:
        """Where everything is kept."""
        return self.service.store

    @property
    def away(self) -> UnavailableError | None:
        """Why prices are not served, where their store could not be opened yet."""
        return self.store.away if isinstance(self.store, LateStore) else None

    def start(self, *, read_now: bool) -> None:
        """What a server does first: open the forecasts, go on with what a stopped process left, read when asked to."""
        self.pull()
        self.forecasts.refresh()
        resumed = self.resume()
        if read_now and not resumed:
            _start_quietly(self.jobs.start)

    def pull(self) -> None:
        """Take in what other machines have published; whoever answers from it opens it when it looks again."""
        if self.mirror is not None:
            _start_quietly(self.mirror.pull)

    def resume(self) -> list[str]:
        """Go on with runs that nobody is at any more, here or on another machine; returns the ids of readings."""
        _start_quietly(self.retraining.resume)
        return _start_quietly(self.jobs.resume) or []

    def close(self) -> None:
        """End after the page that is being read; the rest of a run is resumed at the next start."""
        self.jobs.stop()
        self.retraining.stop()
        self.reader.close()
        if self.leases:
            self.leases.close()
        if self.demo_shop:
            self.demo_shop.stop()
        self.store.close()


def open_prices(settings: Settings, *, serving: bool) -> Prices:
    """The price product over the settings.

    When `serving`, it keeps the demo shop open while it is followed, and makes forecasts anew in a child process after
    each run; the command line makes them itself.
    """
    from almazara.prices.collecting.jobs import ScrapeJobs
    from almazara.prices.forecasting.retraining import Retraining

    store = open_now_or_late(lambda: open_store(settings)) if serving else open_store(settings)
    folder = settings.home_path / "locks"
    leases = StoreLeases(store, _clock) if is_shared(settings) else None
    live = Live(
        open_artifacts(settings),
        FORECASTS,
        lambda artifact: open_published(artifact.path),
        _no_forecasts,
    )
    retraining = Retraining(store, locks=folder, leases=leases, clock=_clock, rng=random.Random())
    files = FileLocks(folder)

    def is_idle(name: str) -> bool:
        return files.is_free(name) and (leases is None or leases.is_free(name))

    service = PriceService(
        store,
        live,
        timezone=settings.timezone,
        clock=_clock,
        loopback_ports=frozenset(settings.loopback_ports),
        is_idle=is_idle,
    )

    is_there = serving and not isinstance(store, LateStore)
    is_demo = is_there and _start_quietly(lambda: follows_demo(settings, store))
    shop = open_demo_shop() if is_demo else None
    scrapy = scrapy_process(settings)

    def after() -> None:
        live.refresh()
        try:
            send_alerts(settings, service)
        except AlmazaraError as error:
            log.event("alerts_failed", level=logging.ERROR, error=error)
        if serving:
            _start_quietly(retraining.start)

    reader = ReadingProcess(settings.page_seconds)

    def collector(run: Run, stopped: Callable[[], bool]) -> Collector:
        lasting = patient(store, stopped)
        return _collector(settings, lasting, _source_of(settings, lasting, run, shop, scrapy), stopped, reader.read)

    jobs = ScrapeJobs(
        store,
        collector,
        locks=leases or files,
        clock=_clock,
        rng=random.Random(),
        after=after,
        shops_at_once=SHOPS_AT_ONCE[settings.page_source],
    )
    proxies, mirror = open_proxies(settings), mirror_over(settings, store)
    return Prices(service, jobs, retraining, reader, live, proxies, shop, leases, mirror)


def _no_forecasts(refused: Refused | None) -> AlmazaraError:
    if refused:
        return UnavailableError(said("prices.error.forecasts_refused", version=refused.version), refused.why)
    return NotFoundError(said("prices_refused.forecast.none"))


def _source_of(
    settings: Settings, store: ObservationStore, run: Run, shop: DemoShop | None, scrapy: ScrapyProcess | None
) -> PageSource:
    """Where a run's pages come from; a run of the demo shop opens one for itself where none is open."""
    if run.shop not in oils.SHOPS:
        return page_source(settings, scrapy=scrapy, documents=store if is_shared(settings) else None)
    return demo_source(settings, shop or open_demo_shop(), stops=shop is None)


def _collector(
    settings: Settings, store: ObservationStore, source: PageSource, stopped: Callable[[], bool], read: ReadPage
) -> Collector:
    kept = open_snapshots(settings)

    def last(listing: Listing) -> Page | None:
        found = kept.latest(listing.shop, listing.sku)
        return found.page if found else None

    archive = Archive(keep=lambda listing, page: kept.keep(listing.shop, listing.sku, page), last=last)
    _start_quietly(lambda: kept.prune(_clock()))  # an old page that cannot be removed costs no new one
    return Collector(source, store, archive, _clock, stopped, read)


def _start_quietly(start: Callable[[], T]) -> T | None:
    """Begin what nobody waits for: when another process is at it already, that is as good; else it is in the log."""
    try:
        return start()
    except (AlmazaraError, OSError) as error:
        log.event("not_started", level=logging.WARNING, reason=error)
        return None


def send_alerts(settings: Settings, service: PriceService) -> tuple[int, Delivered]:
    """Alert those whom the settings name; see `PriceService.alert`."""
    from almazara.prices.alerts.notify import AppriseNotifier

    notifier = AppriseNotifier([url.get_secret_value() for url in settings.notify_urls])
    return service.alert(notifier, Language(settings.language or Language.ES))
