"""Is the scraper well? Success per shop and rule, days since each product was read, drops, held prices.

A read is good when the page was understood, also when it says that the product is out of stock. Pages that we chose not
to ask for (`refused`: robots.txt, budget, open circuit) count neither way, but their listings grow old all the same.
"""

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import groupby
from statistics import median

from almazara.prices.collecting.runs import NO_SHOP
from almazara.prices.schema import Listing, Observation, Run, RunState
from almazara.words.said import Figure, Said, is_worded, named, said

GOOD = ("observed", "unchanged", "unavailable", "held")
BAD = ("blocked", "unreadable", "failed")
WINDOW = timedelta(days=7)
"""Runs of as long are looked at."""
_LOWEST_RATE = 0.8  # a success rate below it is bad
_LARGEST_DROP = 0.3  # so is a newest run whose rate is as much below the median of the runs before
_EARLIER_RUNS = 3
_MOST_DAYS_UNREAD = 3.0  # a tracked listing not read for longer is stale
_MOST_HELD = 0.2  # a share of held readings above it is bad: a rule may read the wrong place
_LEAST_ATTEMPTS = 5  # rates of fewer attempts say nothing
_CLOCKS_DIFFER = timedelta(minutes=5)  # of several machines, by as much at most
_NAMED = 3  # as many listings are named in a sentence; the rest is a number


class Trouble(StrEnum):
    """Kinds of trouble."""

    LOW_SHOP_RATE = "low_shop_rate"
    LOW_RULE_RATE = "low_rule_rate"
    DROP = "drop"
    HELD = "held"
    STALE = "stale"
    CLOCK = "clock"
    CUT_OFF = "cut_off"
    BROKEN = "broken"
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class HealthProblem:
    """One thing that is wrong with a subject (a shop or a rule), with the figures that its words name."""

    trouble: Trouble
    subject: str
    figures: Mapping[str, Figure]

    @property
    def sentence(self) -> Said:
        """What is wrong."""
        return said(f"prices.health.{self.trouble}", subject=self._called, **self.figures)

    @property
    def _called(self) -> Said | str:
        """A rule in words beside its name, by which it is found in the code; the forecasts, which are of no shop."""
        if self.subject == NO_SHOP:
            return said("prices.health.forecasts")
        name = rule_name(self.subject) if self.trouble is Trouble.LOW_RULE_RATE else self.subject
        return name if isinstance(name, str) else said("prices.health.rule", name=name, id=self.subject)


@dataclass(frozen=True, slots=True)
class Rate:
    """Reads of a shop or a rule within the window."""

    good: int
    bad: int
    held: int = 0

    @property
    def attempts(self) -> int:
        """Pages that we asked for."""
        return self.good + self.bad

    @property
    def success(self) -> float | None:
        """Share of good reads, or None without attempts."""
        return self.good / self.attempts if self.attempts else None


@dataclass(frozen=True, slots=True)
class HealthReport:
    """What is known of the scraper's health at one moment.

    Attributes:
        days_since_read: Per tracked listing; None for one that was never read.
        rules: Rates by rule; a failure counts against the rule that read the listing last.
        outcomes: Pages of the window by what became of them.
        runs: Runs of the window by their state.
    """

    problems: tuple[HealthProblem, ...]
    shops: Mapping[str, Rate]
    rules: Mapping[str, Rate]
    days_since_read: Mapping[str, float | None]
    outcomes: Mapping[str, int] = field(default_factory=dict)
    runs: Mapping[str, int] = field(default_factory=dict)

    @property
    def healthy(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems

    @property
    def sentences(self) -> list[Said]:
        """What is wrong, one sentence each."""
        return [problem.sentence for problem in self.problems]


def assess(
    listings: Iterable[Listing],
    newest: Mapping[str, Observation],
    runs: Iterable[Run],
    *,
    now: datetime,
    searches_read: Mapping[str, datetime] | None = None,
    damaged: Container[str] = (),
) -> HealthReport:
    """Judge the scraper's health.

    Args:
        listings: Those that are followed; untracked ones are left out.
        newest: The newest observation of each listing.
        runs: Runs of any kind as they stand, in any order; only those within the window count.
        now: The moment (aware).
        searches_read: When each followed search was read last; it has no observations of its own.
        damaged: The listings whose readings are damaged, so that nothing else is known of them.
    """
    since = now - WINDOW
    every = sorted((run for run in runs if run.started_at >= since), key=lambda run: run.started_at)
    recent = [run for run in every if run.kind == "scrape"]
    shops = {shop: _rate([run for run in recent if run.shop == shop]) for shop in _shops(recent)}
    rules = _rule_rates(newest, recent)
    followed = [listing for listing in listings if listing.tracked]
    tracked = [listing for listing in followed if listing.listing_id not in damaged]
    read_at = {listing_id: o.observed_at for listing_id, o in newest.items()} | dict(searches_read or {})
    ages = {listing_id: max(0.0, (now - moment) / timedelta(days=1)) for listing_id, moment in read_at.items()}
    days = {listing.listing_id: ages.get(listing.listing_id) for listing in tracked}
    problems = (
        *_low_rates(Trouble.LOW_SHOP_RATE, shops),
        *_low_rates(Trouble.LOW_RULE_RATE, rules),
        *_drops(recent),
        *_many_held(shops),
        *_stale(tracked, days, now),
        *_to_come(tracked, read_at, now),
        *_ended_badly(every),
        *_damaged(listing for listing in followed if listing.listing_id in damaged),
    )
    return HealthReport(problems, shops, rules, days, _outcomes(recent), Counter(str(run.state) for run in recent))


def _shops(runs: Iterable[Run]) -> list[str]:
    return sorted({run.shop for run in runs})


def _outcomes(runs: Iterable[Run]) -> Counter[str]:
    """Pages by what became of them; `requested` counts all of them once more."""
    total = sum((Counter(run.counts) for run in runs), Counter[str]())
    del total["requested"]
    return total


def _rate(runs: Iterable[Run]) -> Rate:
    total = _outcomes(runs)
    return Rate(sum(total[name] for name in GOOD), sum(total[name] for name in BAD), total["held"])


def _rule_rates(newest: Mapping[str, Observation], runs: Iterable[Run]) -> dict[str, Rate]:
    """The rates of rules over the runs that counted what they read."""
    good: Counter[str] = Counter()
    bad: Counter[str] = Counter()
    for run in runs:
        if run.rules is not None:
            good.update(run.rules)
            failed = (problem.listing_id for problem in run.problems if problem.outcome in BAD)
            bad.update(newest[listing_id].rule for listing_id in failed if listing_id in newest)
    return {rule: Rate(good[rule], bad[rule]) for rule in sorted(good.keys() | bad.keys()) if rule}


def _low_rates(trouble: Trouble, rates: Mapping[str, Rate]) -> Iterable[HealthProblem]:
    for name, rate in rates.items():
        success = rate.success
        if success is not None and rate.attempts >= _LEAST_ATTEMPTS and success < _LOWEST_RATE:
            about = {"attempts": rate.attempts, "days": WINDOW.days, "share": _percent(success)}
            yield HealthProblem(trouble, name, about)


def _drops(runs: Sequence[Run]) -> Iterable[HealthProblem]:
    for shop in _shops(runs):
        rates = [_rate([run]) for run in runs if run.shop == shop]
        successes = [rate.success for rate in rates if rate.success is not None and rate.attempts >= _LEAST_ATTEMPTS]
        if len(successes) <= _EARLIER_RUNS:
            continue
        usual, newest = median(successes[:-1]), successes[-1]
        if usual - newest > _LARGEST_DROP:
            yield HealthProblem(Trouble.DROP, shop, {"share": _percent(newest), "usual": _percent(usual)})


def _many_held(shops: Mapping[str, Rate]) -> Iterable[HealthProblem]:
    for shop, rate in shops.items():
        if rate.good >= _LEAST_ATTEMPTS and rate.held / rate.good > _MOST_HELD:
            yield HealthProblem(Trouble.HELD, shop, {"share": _percent(rate.held / rate.good)})


def _stale(tracked: Sequence[Listing], days: Mapping[str, float | None], now: datetime) -> Iterable[HealthProblem]:
    """One problem per shop, so that a closed shop is one message and not one for each product."""
    by_shop: dict[str, list[str]] = {}
    for listing in tracked:
        waited = days[listing.listing_id]
        if waited is None:
            waited = (now - listing.created_at) / timedelta(days=1) if listing.created_at else None
        if waited is not None and waited > _MOST_DAYS_UNREAD:
            by_shop.setdefault(listing.shop, []).append(listing.listing_id)
    for shop, stale in sorted(by_shop.items()):
        yield HealthProblem(Trouble.STALE, shop, {"days": _MOST_DAYS_UNREAD, **_first(stale)})


def _damaged(followed: Iterable[Listing]) -> Iterable[HealthProblem]:
    for shop, listings in groupby(sorted(followed, key=lambda one: one.shop), key=lambda one: one.shop):
        yield HealthProblem(Trouble.DAMAGED, shop, _first([one.listing_id for one in listings]))


def _first(listing_ids: Sequence[str]) -> dict[str, Figure]:
    """The listings that a sentence names, and how many more there are."""
    more = said("prices.health.more", n=len(listing_ids) - _NAMED) if len(listing_ids) > _NAMED else ""
    return {"listings": listing_ids[:_NAMED], "more": more}


def _to_come(tracked: Sequence[Listing], read_at: Mapping[str, datetime], now: datetime) -> Iterable[HealthProblem]:
    """One problem per shop of which readings have moments that have not come: a clock was wrong, or is."""
    late = now + _CLOCKS_DIFFER
    for shop, listings in groupby(sorted(tracked, key=lambda one: one.shop), key=lambda one: one.shop):
        ahead = [at for one in listings if (at := read_at.get(one.listing_id)) is not None and at > late]
        if ahead:
            yield HealthProblem(Trouble.CLOCK, shop, {"n": len(ahead), "until": max(ahead).date()})


def _ended_badly(runs: Iterable[Run]) -> Iterable[HealthProblem]:
    """The newest run of each shop, and of the forecasts, where it failed or was cut off without having been ended."""
    for subject, run in sorted({run.shop: run for run in runs}.items()):
        if run.state is RunState.FAILED:
            yield HealthProblem(Trouble.BROKEN, subject, {"reason": run.problems[-1].reason if run.problems else ""})
        elif run.state is RunState.INTERRUPTED and run.ended_at is None:
            yield HealthProblem(Trouble.CUT_OFF, subject, {})


def rule_name(rule: str) -> Said | str:
    """What a rule that read a price is called: several of a kind are called the same."""
    family, _, which = rule.partition(":")
    return named("rule", which if is_worded(f"names.rule.{which}") else family, rule)


def _percent(share: float) -> float:
    """A share to the percent: its decimals say nothing of few pages."""
    return round(share, 2)
