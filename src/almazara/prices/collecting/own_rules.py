"""The shops' own rules: tried on saved pages, kept only where they prove themselves, asked when a run reads."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from almazara.errors import ConflictError, NotFoundError
from almazara.prices.collecting.reading_process import ReadingProcess
from almazara.prices.fetching.protocol import Page
from almazara.prices.pages.outcome import Offer, Outcome, Unreadable
from almazara.prices.pages.own_rule import ShopRule, check_rule
from almazara.prices.store.protocol import ObservationStore

SHOP_RULES = "shop_rules"
_FEWEST = 2


class Verdict(StrEnum):
    """What a rule is on one page, beside what the page publishes."""

    ALONE = "reads alone"
    AGREES = "agrees"
    CONTRADICTS = "contradicts"
    NOTHING = "finds nothing"


@dataclass(frozen=True, slots=True)
class Trial:
    """A rule tried on one saved page."""

    page: str
    verdict: Verdict
    by_rule: Outcome
    published: Outcome


def try_rule(rule: ShopRule, saved: Iterable[tuple[str, Page]], reader: ReadingProcess) -> list[Trial]:
    """Read saved pages, each under a name, by a rule and as they are read without it; the same page only once.

    Raises:
        InputError: for a selector, a path or a currency that is none.
    """
    check_rule(rule)
    different = {page.body: (name, page) for name, page in saved}
    return [_tried(rule, name, page, reader) for name, page in different.values()]


def _tried(rule: ShopRule, name: str, page: Page, reader: ReadingProcess) -> Trial:
    published = reader.read(page.body, url=page.final_url, status=page.status, headers=page.headers)
    by_rule = reader.read_by_rule(page.body, url=page.final_url, headers=page.headers, rule=rule)
    if not isinstance(by_rule, Offer):
        verdict = Verdict.NOTHING
    elif isinstance(published, Offer):
        same = (published.price, published.currency) == (by_rule.price, by_rule.currency)
        verdict = Verdict.AGREES if same else Verdict.CONTRADICTS
    else:
        doubtful = isinstance(published, Unreadable) and published.contradicts
        verdict = Verdict.CONTRADICTS if doubtful else Verdict.ALONE
    return Trial(name, verdict, by_rule, published)


def keep_rule(store: ObservationStore, rule: ShopRule, trials: Iterable[Trial]) -> None:
    """Keep a rule in the place of the shop's earlier one.

    Raises:
        ConflictError: when it contradicts a page, or reads fewer than two.
    """
    verdicts = [trial.verdict for trial in trials]
    if Verdict.CONTRADICTS in verdicts:
        raise ConflictError("The rule contradicts what a page of the shop publishes, so it is not kept.")
    if sum(verdict in {Verdict.ALONE, Verdict.AGREES} for verdict in verdicts) < _FEWEST:
        raise ConflictError(f"The rule reads fewer than {_FEWEST} pages of the shop, so it is not kept: name more.")
    store.put_document(SHOP_RULES, rule.shop, rule.as_document())


def shop_rules(store: ObservationStore) -> dict[str, ShopRule]:
    """The kept rules by shop."""
    return {shop: ShopRule.from_document(body) for shop, body in store.documents(SHOP_RULES).items()}


def shop_rule(store: ObservationStore, shop: str) -> ShopRule | None:
    """The kept rule of one shop: that of another costs it nothing, damaged or not."""
    body = store.document(SHOP_RULES, shop)
    return ShopRule.from_document(body) if body else None


def remove_rule(store: ObservationStore, shop: str) -> None:
    """Keep a shop's rule no longer.

    Raises:
        NotFoundError: when there is none.
    """
    if store.document(SHOP_RULES, shop) is None:
        raise NotFoundError(f"There is no rule of {shop}.", suggestions=sorted(store.documents(SHOP_RULES)))
    store.delete_document(SHOP_RULES, shop)
