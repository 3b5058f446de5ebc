"""What the owner wants to hear of: rules, and the events that they find; see `evaluating` for how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

import msgspec

from almazara.errors import InputError
from almazara.prices.buying.policy import DEADLINE_DAYS, LONGEST_DEADLINE
from almazara.prices.schema import Listing, PriceName
from almazara.words.said import Said, said

TARGET = "target:"
"""Begins the id of the rule that a listing's own target price stands for."""


class RuleKind(StrEnum):
    """What a rule waits for."""

    BELOW_TARGET = "below_target"
    DROP = "drop"
    RISE = "rise"
    CHANGE = "change"
    BACK_IN_STOCK = "back_in_stock"
    LOWEST = "lowest"
    BUY_NOW = "buy_now"
    SCRAPER_UNWELL = "scraper_unwell"
    FORECASTS_DRIFTED = "forecasts_drifted"


SYSTEM_RULES = frozenset({RuleKind.SCRAPER_UNWELL, RuleKind.FORECASTS_DRIFTED})
"""Kinds that watch Almazara itself and no listing."""
MEASURED = frozenset({RuleKind.DROP, RuleKind.RISE})
"""Kinds that measure a price against another one."""
_OF_INDEX = frozenset({RuleKind.BELOW_TARGET, RuleKind.DROP, RuleKind.RISE, RuleKind.CHANGE, RuleKind.LOWEST})


class Reference(StrEnum):
    """What a drop or a rise is measured against."""

    PREVIOUS = "previous"
    MEDIAN_30 = "median_30"


@dataclass(frozen=True, slots=True)
class AlertRule:
    """What the owner wants to hear of.

    It watches one listing, one good at all its shops, each listing of a category, or a category's index: one of these
    four is given, or none of them: then it watches every listing, or Almazara itself.

    Attributes:
        created_at: From when on it looks (aware, UTC).
        target: Of `below_target`: at or below this price, in the currency of what it watches.
        percent: Of `drop` and `rise`: by at least so many percent.
        reference: Of `drop` and `rise`: against which price.
        days: Of `lowest`: lower than at any time in as many days. Of `buy_now`: the deadline, DEADLINE_DAYS by default.
        good: A good, by its id, its number (`gtin:...`) or one of its listings; see `buying.goods`.
        price: Which of the prices that a page shows; None for the featured one.
        seller: Of the price of a seller: whose, as far as the name goes; None for the cheapest.

    Raises:
        InputError: when what its kind needs is missing or makes no sense.
    """

    rule_id: str
    kind: RuleKind
    created_at: datetime
    listing_id: str | None = None
    target: Decimal | None = None
    percent: Decimal | None = None
    reference: Reference = Reference.PREVIOUS
    days: int | None = None
    good: str | None = None
    category: str | None = None
    index: str | None = None
    price: PriceName | None = None
    seller: str | None = None

    def __post_init__(self) -> None:
        if self.kind is RuleKind.BELOW_TARGET and (not self.subjects or not _positive(self.target)):
            raise InputError(said("prices_refused.rule.target", kind=self.kind))
        if self.kind in MEASURED and not _positive(self.percent):
            raise InputError(said("prices_refused.rule.percent", kind=self.kind))
        if self.kind is RuleKind.DROP and not _positive(100 - (self.percent or 0)):
            raise InputError(said("prices_refused.rule.percent_between", kind=self.kind))
        if self.kind is RuleKind.LOWEST and (self.days or 0) < 1:
            raise InputError(said("prices_refused.rule.days", kind=self.kind))
        if self.kind is RuleKind.BUY_NOW and not 1 <= self.deadline_days <= LONGEST_DEADLINE:
            raise InputError(said("prices_refused.rule.deadline", kind=self.kind, most=LONGEST_DEADLINE))
        if self.created_at.tzinfo is None:
            raise InputError(said("prices_refused.rule.no_zone"))
        self._check_subject()

    def _check_subject(self) -> None:
        if len(self.subjects) > 1 or (self.subjects and self.kind in SYSTEM_RULES):
            raise InputError(said("prices_refused.rule.one_thing", kind=self.kind))
        if self.index is not None and (self.kind not in _OF_INDEX or self.price is not None):
            raise InputError(said("prices_refused.rule.index", kinds=sorted(_OF_INDEX)))
        if self.price is not None and self.kind is RuleKind.BUY_NOW:
            raise InputError(said("prices_refused.rule.featured", kind=self.kind))
        if self.seller is not None and not self.seller.strip():
            raise InputError(said("prices_refused.rule.seller"))
        if self.seller is not None and self.price is not PriceName.SELLER:
            raise InputError(said("prices_refused.rule.seller_price"))

    @property
    def subjects(self) -> dict[str, str]:
        """What it watches, if that is anything in particular, by what that is."""
        about = {"product": self.listing_id, "good": self.good, "category": self.category, "index": self.index}
        return {kind: name for kind, name in about.items() if name is not None}

    def watches(self, listing: Listing) -> bool:
        """Whether it watches a listing by itself."""
        if self.kind in SYSTEM_RULES or self.good is not None or self.index is not None:
            return False
        return self.listing_id in {None, listing.listing_id} and self.category in {None, listing.category}

    @property
    def deadline_days(self) -> int:
        """Of `buy_now`: within how many days one wants to have bought."""
        return DEADLINE_DAYS if self.days is None else self.days

    def as_document(self) -> dict[str, Any]:
        """JSON values, for a store's documents; `from_document` reads them again."""
        document: dict[str, Any] = msgspec.to_builtins(self)
        return document

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> AlertRule:
        """The rule of a document; what is none is refused."""
        try:
            return msgspec.convert(document, cls)
        except msgspec.ValidationError as error:
            raise InputError(said("prices_refused.rule.unreadable", why=str(error))) from error


@dataclass(frozen=True, slots=True)
class AlertEvent:
    """Something that the owner wanted to hear of.

    Attributes:
        event_id: The same whenever the same rule meets the same reading.
        occurred_at: Moment of the reading with which it began.
        told: Its title, and the lines below it.
    """

    event_id: str
    rule_id: str
    kind: RuleKind
    listing_id: str | None
    occurred_at: datetime
    told: tuple[Said, ...]


def target_rule(listing: Listing) -> AlertRule | None:
    """The rule that a listing's own target price stands for, if it has one."""
    if listing.target_price is None or listing.created_at is None:
        return None
    rule_id = f"{TARGET}{listing.listing_id}"
    return AlertRule(
        rule_id, RuleKind.BELOW_TARGET, listing.created_at, listing.listing_id, target=listing.target_price
    )


def _positive(number: Decimal | int | None) -> bool:
    return number is not None and Decimal(number).is_finite() and number > 0
