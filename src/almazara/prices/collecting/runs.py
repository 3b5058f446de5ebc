"""Runs as they are asked for and shown: one request, one run a shop, one answer."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from almazara.errors import NotFoundError
from almazara.prices.collecting.each_listing import COUNTS
from almazara.prices.schema import Listing, Problem, Run, RunState
from almazara.prices.store.observations import is_key
from almazara.prices.store.protocol import ObservationStore
from almazara.words.said import said

SCRAPE = "scrape"
RETRAIN = "retrain"
NO_SHOP = "*"
"""The shop of a run that reads none."""
_RECENT = 2000
_LOOKED_AT = 200


@dataclass(frozen=True, slots=True)
class RunView:
    """A run as the API shows it; `state` is that of the slowest shop."""

    run_id: str
    kind: str
    state: RunState
    shops: list[str]
    started_at: datetime
    ended_at: datetime | None
    pending: int
    counts: dict[str, int]
    problems: list[Problem]

    @property
    def has_read(self) -> bool:
        """Whether a scraper's run ended, and saw at least one product."""
        seen = ("observed", "unchanged", "unavailable", "held")
        return self.state is not RunState.FAILED and any(self.counts[name] for name in seen)


def scrape_runs(run_id: str, listings: Iterable[Listing], now: datetime, *, at_most: int | None = None) -> list[Run]:
    """One run for each shop of the listings, named `<run_id>.<shop>`; where `at_most` is given, one for each batch.

    Args:
        run_id: What was asked for, over all shops.
        listings: What is to be read.
        now: The moment (aware) when it begins.
        at_most: Listings of a batch; the batches of a shop are named `<run_id>.<shop>.<number>`, from 1.
    """
    by_shop: dict[str, list[str]] = {}
    for listing in listings:
        by_shop.setdefault(listing.shop, []).append(listing.listing_id)
    batches = [
        (shop, name, batch)
        for shop, members in sorted(by_shop.items())
        for name, batch in _batches(f"{run_id}.{shop}", members, at_most)
    ]
    return [
        Run(name, SCRAPE, shop, RunState.RUNNING, now, pending=tuple(batch), counts={"requested": len(batch)}, rules={})
        for shop, name, batch in batches
    ]


def _batches(name: str, members: Sequence[str], at_most: int | None) -> Iterator[tuple[str, Sequence[str]]]:
    if at_most is None:
        yield name, members
        return
    for number, start in enumerate(range(0, len(members), at_most), start=1):
        yield f"{name}.{number}", members[start : start + at_most]


def whole_since(store: ObservationStore, moment: datetime, now: datetime) -> set[str]:
    """Ids of what was asked for from a moment to now and was everything that is followed."""
    asked: Counter[str] = Counter()
    for run in store.runs(kind=SCRAPE, limit=_LOOKED_AT):
        if moment <= run.started_at <= now:
            asked[run.run_id.partition(".")[0]] += run.counts.get("requested", 0)
    followed = len(store.listings(tracked=True))
    return {run_id for run_id, requested in asked.items() if requested >= followed}


def as_it_stands(store: ObservationStore, run: Run, is_idle: Callable[[str], bool]) -> Run:
    """A run that was read; one that is kept as running, though nobody is at it any more, was interrupted.

    A batch, whose run has more than its shop in its name, may wait in a queue, where nobody is at it either.

    Args:
        store: Where it is kept.
        run: As it was read.
        is_idle: Whether nobody is at the work of a name: a shop, or RETRAIN.
    """
    is_whole = run.kind == RETRAIN or run.run_id.partition(".")[2] == run.shop
    if run.state is not RunState.RUNNING or not is_whole or not is_idle(RETRAIN if run.kind == RETRAIN else run.shop):
        return run
    now = store.run(run.run_id) or run  # it may have ended since it was read
    return replace(now, state=RunState.INTERRUPTED) if now.state is RunState.RUNNING else now


def find(
    store: ObservationStore, run_id: str, kind: str, is_idle: Callable[[str], bool] = lambda _name: False
) -> RunView:
    """The run that was asked for under this id, over all its shops; see `as_it_stands`.

    Raises:
        NotFoundError: when there is no such run.
    """
    one = store.run(run_id) if is_key(run_id) else None
    if one is not None:
        runs = [one] if one.kind == kind else []
    else:
        runs = [run for run in store.runs(kind=kind, limit=_RECENT) if run.run_id.split(".")[0] == run_id]
    if not runs:
        raise NotFoundError(said(f"prices.error.{kind}", run=run_id[:60]))
    return view(run_id, [as_it_stands(store, run, is_idle) for run in runs])


def view(run_id: str, runs: Sequence[Run]) -> RunView:
    """Runs of several shops as one."""
    states = {run.state for run in runs}
    order = (RunState.RUNNING, RunState.INTERRUPTED, RunState.FAILED, RunState.DONE)
    counts: Counter[str] = Counter()
    for run in runs:
        counts.update(run.counts)
    ended = [run.ended_at for run in runs if run.ended_at is not None]
    names = COUNTS if runs[0].kind == SCRAPE else tuple(counts)
    return RunView(
        run_id=run_id,
        kind=runs[0].kind,
        state=next(state for state in order if state in states),
        shops=sorted({run.shop for run in runs}),
        started_at=min(run.started_at for run in runs),
        ended_at=max(ended) if len(ended) == len(runs) else None,
        pending=sum(len(run.pending) for run in runs),
        counts={name: counts[name] for name in names},
        problems=[problem for run in runs for problem in run.problems],
    )
