"""From followed listings to observations: fetch, keep the page, read it, judge it, keep what is surely right."""

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final, Protocol

from almazara import log, tracing
from almazara.damage import is_of_all
from almazara.errors import InputError
from almazara.prices import pages
from almazara.prices.collecting.each_listing import LONGEST_REASON, Reading, alone, one_by_one, together
from almazara.prices.collecting.own_rules import shop_rule
from almazara.prices.collecting.plausibility import Held, Verdict, judge
from almazara.prices.collecting.sizing import same_good, save_sizes, without_litres
from almazara.prices.fetching.protocol import Failed, NotModified, Page, PageSource, Refused
from almazara.prices.packs import agrees, litres
from almazara.prices.pages.outcome import Blocked, ListedOffer, ListingPage, Offer, Outcome, Unavailable, Unreadable
from almazara.prices.pages.own_rule import ShopRule
from almazara.prices.pages.request import leads_elsewhere
from almazara.prices.schema import TICK, Availability, Listing, ListingKind, Observation, Problem, Run, RunState
from almazara.prices.store.observations import validate_observation
from almazara.prices.store.protocol import BEHIND, ObservationStore

HELD: Final = "held"
"""Kind of the documents that hold readings until a second one confirms them."""
SEARCHES_READ: Final = "search_read"
"""Kind of the documents that say when a search was read last: it has no observations of its own."""
_JUDGED: Final = timedelta(days=366)
_RESULTS_FOLLOWED: Final = 24


class ReadPage(Protocol):
    """Reads a page as `pages.read` does."""

    def __call__(
        self,
        html: bytes,
        *,
        url: str,
        status: int,
        headers: Mapping[str, str],
        expected_sku: str | None,
        known_title: str | None,
        asked_url: str | None,
        rule: ShopRule | None,
    ) -> Outcome:
        """What the page says; see `pages.read`."""
        ...


def read_for(listing: Listing, page: Page, rule: ShopRule | None, read: ReadPage) -> Outcome:
    """What a listing's page says: a product's page must show its ASIN, on Amazon, and a title like the known one.

    A pack may shrink a little where the page stands at the very address that was asked for.
    """
    is_product = listing.kind is ListingKind.PRODUCT
    known = listing.title if is_product else None
    may_shrink = known is not None and not leads_elsewhere(page.url, page.final_url)
    outcome = read(
        page.body,
        url=page.final_url,
        status=page.status,
        headers=page.headers,
        expected_sku=listing.sku if is_product and listing.shop.startswith("amazon.") else None,
        known_title=without_litres(known) if known and may_shrink else known,
        asked_url=page.url if is_product else None,
        rule=rule if is_product else None,
    )
    if known and isinstance(outcome, Offer) and outcome.title and not same_good(known, outcome.title):
        return Unreadable(("title",), f"The title {outcome.title!r} names another size than {known!r}.")
    return outcome


def reading_of(listing: Listing, page: Page, rule: ShopRule | None, source: str, read: ReadPage) -> Reading:
    """What a page came to for its listing, before its prices are judged; whatever the page does, nothing is raised."""
    try:
        reading = interpret(listing, read_for(listing, page, rule, read), page.fetched_at, source)
    except Exception as error:  # noqa: BLE001 - one page never costs another
        told = f"What the page says could not be used, which is a defect of ours: {type(error).__name__}: {error}"
        reading = Reading("unreadable", told[:LONGEST_REASON], causes=(pages.DEFECT,))
    if pages.DEFECT in reading.causes:
        log.event("reader_failed", level=logging.ERROR, listing=listing.listing_id, reason=reading.reason)
    return reading


def judged_against(store: ObservationStore, new: Observation) -> list[Observation]:
    """The observations before this one that `plausibility.judge` asks for: a year, or all where it has no price."""
    history = store.history(new.listing_id, new.observed_at - _JUDGED, new.observed_at)
    return history if any(o.price for o in history) else store.history(new.listing_id, None, new.observed_at)


def interpret(listing: Listing, outcome: Outcome, at: datetime, source: str) -> Reading:
    """The observations that an outcome stands for, of the moment (UTC) when the page was fetched.

    Every store keeps them: what none would take, such as an unknown currency, could not be read.
    """
    reading = _interpreted(listing, outcome, at, source)
    kept, refused = [], []
    for observation in reading.observations:
        try:
            kept.append(validate_observation(observation))
        except InputError as error:
            refused.append(str(error))
    if refused and not kept:
        return Reading("unreadable", "; ".join(refused))
    return replace(reading, observations=tuple(kept))


def _interpreted(listing: Listing, outcome: Outcome, at: datetime, source: str) -> Reading:
    match outcome:
        case Offer() if listing.kind is ListingKind.PRODUCT:
            observed = _observed(listing.listing_id, outcome, at, source)
            return Reading("observed", observations=(observed,), learned=_learned(listing, outcome))
        case Unavailable():
            gone = Observation(listing.listing_id, at, Availability.UNAVAILABLE, rule=outcome.rule, source=source)
            return Reading("unavailable", outcome.reason, (gone,))
        case ListingPage() if listing.kind is ListingKind.SEARCH:
            return _found_by(listing, outcome, at, source)
        case Blocked():
            return Reading("blocked", f"{outcome.kind.value}: {outcome.reason}", causes=(outcome.kind.value,))
        case Unreadable():
            told = f"{outcome.reason} (missing: {', '.join(outcome.missing)})"
            return Reading("unreadable", told, causes=outcome.missing)
        case Offer() | ListingPage():
            return Reading("unreadable", f"The page is no {listing.kind.value} page.")


def _observed(listing_id: str, offer: Offer, at: datetime, source: str) -> Observation:
    availability = offer.availability
    if availability is Availability.UNAVAILABLE:  # the reader would not have called it an offer
        availability = Availability.UNKNOWN
    return Observation(
        listing_id,
        at,
        availability,
        price=offer.price,
        currency=offer.currency,
        list_price=offer.list_price,
        seller=offer.seller,
        rule=offer.rule,
        source=source,
        named=offer.named,
    )


def _learned(listing: Listing, offer: Offer) -> tuple[Listing, ...]:
    """The listing with the title, litres and number of this reading, where that is its first or names it otherwise."""
    gtin = offer.gtin or listing.gtin
    if offer.title in {None, listing.title}:
        return () if gtin == listing.gtin else (replace(listing, gtin=gtin),)
    unit = offer.unit_price
    held = litres(str(offer.title), unit.text if unit else None)
    if unit and held is not None and not agrees(held, offer.price, unit.amount, unit.per):
        held = None
    return (replace(listing, title=offer.title, litres=held, gtin=gtin),)


def _found_by(search: Listing, page: ListingPage, at: datetime, source: str) -> Reading:
    """Observations of the first results with a price; advertisements are not results of the search."""
    offers = [offer for offer in page.offers if offer.price is not None and not offer.sponsored]
    distinct = {offer.sku: offer for offer in reversed(offers)}
    kept = [offer for offer in offers if distinct.get(offer.sku) is offer][:_RESULTS_FOLLOWED]
    if not kept:
        return Reading("unreadable", "The search shows no result with a price.")
    observations = tuple(
        Observation(
            f"{search.shop}:{offer.sku}",
            at,
            Availability.UNKNOWN,
            price=offer.price,
            currency=offer.currency,
            list_price=offer.list_price,
            rule=page.rule,
            source=source,
        )
        for offer in kept
    )
    return Reading("observed", observations=observations, learned=tuple(_result(search, o, at) for o in kept))


def _result(search: Listing, offer: ListedOffer, at: datetime) -> Listing:
    return Listing(
        f"{search.shop}:{offer.sku}",
        search.shop,
        offer.sku,
        url=f"https://www.{search.shop}/dp/{offer.sku}",
        title=offer.title,
        category=search.category,
        tracked=False,  # the search is read again, not each of its results
        litres=litres(offer.title),
        created_at=at,
    )


def searches_read(store: ObservationStore) -> dict[str, datetime]:
    """When each search was read last."""
    return {search: datetime.fromisoformat(said["at"]) for search, said in store.documents(SEARCHES_READ).items()}


def save_learned(store: ObservationStore, learned: tuple[Listing, ...]) -> dict[str, str]:
    """Save new listings, first titles and GTINs; returns, by id, why a result is another article than its number's."""
    reused = {}
    for found in learned:
        # Read anew: since the page was asked for, somebody may have changed the listing.
        known = store.listing(found.listing_id)
        if known is None:
            store.save_listing(found)
        elif known.title and found.title and not same_good(known.title, found.title):
            reused[found.listing_id] = f"{found.listing_id}: it was {known.title!r} and is now {found.title!r}"
        else:
            held = known.litres if known.title else known.litres or found.litres
            named = replace(known, title=known.title or found.title, litres=held, gtin=found.gtin or known.gtin)
            if named != known:
                store.save_listing(named)
    return reused


@dataclass(frozen=True, slots=True)
class Archive:
    """Where fetched pages are kept: `keep` a page of a listing, `last` one that was kept."""

    keep: Callable[[Listing, Page], object]
    last: Callable[[Listing], Page | None]


@dataclass(slots=True)
class Collector:
    """Reads the listings of a run one by one; each one's result is kept before the next is asked for."""

    source: PageSource
    store: ObservationStore
    archive: Archive
    clock: Callable[[], datetime]
    stopped: Callable[[], bool] = field(default=lambda: False)
    read: ReadPage = pages.read

    def collect(self, run: Run) -> Iterator[Run]:
        """Read what is pending; yields the run after each listing, the last time with its end.

        A listing that fails costs no other; only what would fail them all ends the run, see `alone`.
        Killed at any moment, the run as it was saved names what is still pending, and what of that was read already is
        known by its observations: nothing is read twice, but for the page that was being read.
        """
        run = self._caught_up(run)
        rule = shop_rule(self.store, run.shop)
        while run.pending and not self.stopped():
            listing_id = run.pending[0]
            with tracing.span("scrape listing", listing=listing_id) as span:
                reading = alone(listing_id, partial(self._one, listing_id, rule, run.run_id))
                span.set_attribute("outcome", reading.outcome)
            run = _went_on(run, listing_id, reading)
            self.store.save_run(run)
            yield run
        state = RunState.INTERRUPTED if run.pending else RunState.DONE
        run = replace(run, state=state, ended_at=self.clock())
        self.store.save_run(run)
        yield run

    def _caught_up(self, run: Run) -> Run:
        """The run without what it has read and could not say, since its process was killed.

        Such an observation is recorded once more, which adds none: what else its recording changes may be undone yet.
        One that is to come was made by another run, before the clock was set back.
        """
        begun, now = run, self.clock()
        for listing_id in begun.pending[:BEHIND]:
            reading = alone(listing_id, partial(self._read_before, listing_id, begun, now))
            if reading is not None:
                run = _went_on(run, listing_id, reading)
        return run

    def _read_before(self, listing_id: str, run: Run, now: datetime) -> Reading | None:
        since = self.store.history(listing_id, run.started_at + TICK, now + TICK)
        found = tuple(one for one in since if one.source == self.source.name)
        if not found:
            return None
        self.store.append(found, run=run.run_id)
        return Reading("observed" if found[-1].price else "unavailable", observations=found)

    def _one(self, listing_id: str, rule: ShopRule | None, run_id: str) -> Reading:
        listing = self.store.listing(listing_id)
        if listing is None:
            return Reading("refused", "The listing is no longer there.")
        page = self._fetched(listing)
        if isinstance(page, Reading):
            return page
        self.archive.keep(listing, page)  # one that has not changed is a note of its moment, so that replay knows it
        reading = reading_of(listing, page, rule, self.source.name, self.read)
        if reading.outcome == "blocked":
            self.source.report_block(listing.url)
        recorded = self._kept(reading, run_id)
        if listing.kind is ListingKind.SEARCH and reading.outcome == "observed":
            self.store.put_document(SEARCHES_READ, listing.listing_id, {"at": page.fetched_at.isoformat()})
        return recorded

    def _fetched(self, listing: Listing) -> Page | Reading:
        """The page of a listing, or what the listing came to without one."""
        kept = self.archive.last(listing)
        validators = {name: kept.headers[name] for name in ("etag", "last-modified") if kept and name in kept.headers}
        fetched = self.source.fetch(listing.url, validators)
        match fetched:
            case Refused(_, reason):
                return Reading("refused", reason)
            case Failed(_, reason):
                return Reading("failed", reason)
            case NotModified(_, at):
                if kept is None:
                    return Reading("failed", "The shop says that nothing changed, but no copy of the page is kept.")
                return replace(kept, fetched_at=at)
            case Page():
                return fetched

    def _kept(self, reading: Reading, run_id: str) -> Reading:
        """Keep a reading at once, or where one of a search's results fails each of them by itself."""
        try:
            return self._kept_at_once(reading, run_id)
        except Exception as error:
            if len(reading.observations) <= 1 or is_of_all(error):
                raise
        parts = one_by_one(reading)
        return together([(name, alone(name, partial(self._kept_at_once, part, run_id))) for name, part in parts])

    def _kept_at_once(self, reading: Reading, run_id: str) -> Reading:
        """Save what was learned, and the observations that history makes plausible; hold the others."""
        reused = save_learned(self.store, reading.learned)
        observations = [o for o in reading.observations if o.listing_id not in reused]
        before = self.store.latest([o.listing_id for o in observations]) if observations else {}
        accepted: list[Observation] = []
        held: list[str] = []
        confirmed = set()
        for observation in observations:
            verdict, was_held = self._judged(observation)
            accepted += verdict.accepted
            if verdict.held is not None:
                held.append(f"{observation.listing_id}: {verdict.reason}")
            elif was_held:
                confirmed.add(observation.listing_id)
        self.store.append(accepted, run=run_id)
        save_sizes(self.store, reading.learned, accepted)
        for listing_id in confirmed:  # only now: killed before, the held reading still waits
            self.store.delete_document(HELD, listing_id)
        if reading.outcome != "observed":
            return reading
        outcome = _came_to(before, accepted, is_held=bool(held))
        reason = "; ".join([*reused.values(), *held])
        return replace(reading, outcome=outcome, reason=reason, observations=tuple(accepted))

    def _judged(self, new: Observation) -> tuple[Verdict, bool]:
        """What to do with an observation, and whether an earlier one was held."""
        document = self.store.document(HELD, new.listing_id)
        verdict = judge(judged_against(self.store, new), new, Held.from_document(document) if document else None)
        if verdict.held is not None:
            self.store.put_document(HELD, new.listing_id, verdict.held.as_document())
        return verdict, document is not None


def _went_on(run: Run, listing_id: str, reading: Reading) -> Run:
    """A run when one of its pending listings came to this."""
    counts, rules = Counter(run.counts), None
    counts[reading.outcome] += 1
    if run.rules is not None:
        rules = Counter(run.rules)
        rules.update(observation.rule for observation in reading.observations)
    problem = Problem(listing_id, reading.outcome, reading.reason, reading.causes)
    return replace(
        run,
        pending=tuple(one for one in run.pending if one != listing_id),
        counts=dict(counts),
        problems=(*run.problems, problem) if reading.reason else run.problems,
        rules=None if rules is None else dict(rules),
    )


def _came_to(before: Mapping[str, Observation], accepted: list[Observation], *, is_held: bool) -> str:
    """What the prices of a page came to; one whose results were all of reused numbers could not be read."""
    if not accepted:
        return "held" if is_held else "unreadable"
    readings = ((before.get(now.listing_id), now) for now in accepted)
    same = all(was and (was.price, was.currency) == (now.price, now.currency) for was, now in readings)
    return "unchanged" if same else "observed"
