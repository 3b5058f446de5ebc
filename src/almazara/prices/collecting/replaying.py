"""Reading kept pages again, when a rule was mended: what was missed is added, what was kept is compared."""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from almazara.errors import InputError
from almazara.prices import pages
from almazara.prices.collecting.collection import ReadPage, judged_against, reading_of, save_learned
from almazara.prices.collecting.own_rules import shop_rules
from almazara.prices.collecting.plausibility import Held, judge
from almazara.prices.collecting.reading_process import ReadingProcess
from almazara.prices.collecting.sizing import save_sizes
from almazara.prices.fetching.protocol import Page
from almazara.prices.fetching.snapshots import Snapshots, open_snapshots
from almazara.prices.schema import TICK, Listing, ListingKind, Observation
from almazara.prices.store.protocol import ObservationStore
from almazara.prices.store.registry import open_store, store_at
from almazara.runs import Progress
from almazara.settings import Settings


@dataclass(slots=True)
class ReplayReport:
    """What the kept pages say now.

    Attributes:
        counts: Pages by outcome, `damaged` where they cannot be read; observations that are `added`, `same`,
            `different`, `held`, or `reused` (of a result whose number is another article's).
        different: Observations that the store holds otherwise; they are never changed (replay into a new store).
        held: By listing, the reading that a second one has not confirmed.
    """

    counts: Counter[str] = field(default_factory=Counter)
    different: list[Observation] = field(default_factory=list)
    held: dict[str, Held] = field(default_factory=dict)


def replay(
    store: ObservationStore, kept: Iterable[tuple[str, str, Page]], read: ReadPage = pages.read
) -> Iterator[ReplayReport]:
    """Read kept pages, oldest first; yields the report after each page.

    Args:
        store: Where what was missed is added; a new one rebuilds the history from nothing.
        kept: Shop, sku and page of each snapshot, in order of time.
        read: What reads a page.
    """
    report, rules = ReplayReport(), shop_rules(store)
    for shop, sku, page in kept:
        listing = _listing(store, shop, sku, page)
        reading = reading_of(listing, page, rules.get(shop), "replay", read)
        report.counts[reading.outcome] += 1
        reused = save_learned(store, reading.learned)
        added: list[Observation] = []
        for one in reading.observations:
            report.counts["reused" if one.listing_id in reused else _added(store, one, report, added)] += 1
        save_sizes(store, reading.learned, added)
        yield report


def _listing(store: ObservationStore, shop: str, sku: str, page: Page) -> Listing:
    known = store.listing(f"{shop}:{sku}")
    if known is None:
        is_search = shop.startswith("amazon.") and ("/s?" in page.url or "/s/" in page.url)
        kind = ListingKind.SEARCH if is_search else ListingKind.PRODUCT
        known = Listing(f"{shop}:{sku}", shop, sku, page.url, kind=kind, tracked=False, created_at=page.fetched_at)
        store.save_listing(known)
    return known


def _added(store: ObservationStore, new: Observation, report: ReplayReport, added: list[Observation]) -> str:
    """Add an observation that is not there, here too to `added`; says what became of it."""
    there = store.history(new.listing_id, new.observed_at, new.observed_at + TICK)
    if there:
        if (there[0].price, there[0].currency, there[0].availability) == (new.price, new.currency, new.availability):
            return "same"
        report.different.append(new)
        return "different"
    verdict = judge(judged_against(store, new), new, report.held.pop(new.listing_id, None))
    if verdict.held is not None:
        report.held[new.listing_id] = verdict.held
        return "held"
    store.append(verdict.accepted)
    added += verdict.accepted
    return "added"


def replay_pages(settings: Settings, folder: Path | None, store_url: str | None, progress: Progress) -> ReplayReport:
    """Read kept pages again, into the store of the settings or another one."""
    if folder is not None and not folder.is_dir():
        raise InputError(f"There is no folder {folder} with kept pages.")
    kept = Snapshots(folder) if folder else open_snapshots(settings)
    report = ReplayReport()
    opened = closing(store_at(store_url) if store_url else open_store(settings))
    with opened as store, closing(ReadingProcess(settings.page_seconds)) as reader:
        done, total = 0, len(list(kept.root.glob("*/*/*.json")))
        pages_kept = ((one.shop, one.sku, one.page) for one in kept.iterate())
        for done, step in enumerate(replay(store, pages_kept, reader.read), start=1):
            report = step
            progress("reading kept pages", done, total)
        if done < total:
            report.counts["damaged"] = total - done
    return report
